package diff

import (
	"slices"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/tree"
)

const (
	istiodObject = `apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod, namespace: istio-system, labels: {app.kubernetes.io/name: istiod}}
spec: {template: {spec: {volumes: [{name: cacerts, secret: {secretName: cacerts, optional: false}}]}}}
`
	certificateObject = `apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: ca, namespace: istio-system}
spec: {secretName: cacerts}
`
	storeObject = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: cacerts, namespace: istio-system}
spec: {data: [{secretKey: a, remoteRef: {key: old}}]}
`
)

// ofObjects is a tree of one cluster with these objects.
func ofObjects(t *testing.T, objects map[string]string) *tree.Tree {
	t.Helper()
	out := tree.New()
	for name, data := range objects {
		if err := out.Add("c", "clusters/c/"+name+".yaml", []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestMarksOfTrust(t *testing.T) {
	const istiod, maker = "deployment_istiod", "maker"
	injector := strings.NewReplacer("apps/v1", "admissionregistration.k8s.io/v1", "kind: Deployment", "kind: MutatingWebhookConfiguration").Replace(istiodObject)
	for name, c := range map[string]struct {
		old, now map[string]string
		want     []string
	}{
		"the Certificate goes": {
			map[string]string{istiod: istiodObject, maker: certificateObject},
			map[string]string{istiod: istiodObject},
			[]string{"trust-root: nothing that is generated makes the Secret cacerts any more"},
		},
		"the control plane goes with it": {
			map[string]string{istiod: istiodObject, maker: certificateObject, "n": configMap("a: 1")},
			map[string]string{"n": configMap("a: 1")},
			[]string{"control-plane-removed: the control plane of revision default goes"},
		},
		"the Certificate goes from another namespace": {
			map[string]string{istiod: istiodObject, maker: strings.Replace(certificateObject, "istio-system", "other", 1)},
			map[string]string{istiod: istiodObject},
			nil,
		},
		"a Certificate of another Secret goes": {
			map[string]string{istiod: istiodObject, maker: strings.Replace(certificateObject, "cacerts", "web", 1)},
			map[string]string{istiod: istiodObject},
			nil,
		},
		"a store takes its place": {
			map[string]string{istiod: istiodObject, maker: certificateObject},
			map[string]string{istiod: istiodObject, maker: storeObject},
			[]string{"trust-root: ExternalSecret cacerts makes the Secret cacerts in its place"},
		},
		"another key of the store": {
			map[string]string{istiod: istiodObject, maker: storeObject},
			map[string]string{istiod: istiodObject, maker: strings.Replace(storeObject, "key: old", "key: new", 1)},
			[]string{"trust-root: spec.data: [{remoteRef: {key: old}, secretKey: a}] → [{remoteRef: {key: new}, secretKey: a}]"},
		},
		"istiod waits": {
			map[string]string{istiod: strings.Replace(istiodObject, "false", "true", 1)},
			map[string]string{istiod: istiodObject},
			[]string{"trust-root: volume cacerts: optional: true → false"},
		},
		"a tag goes": {
			map[string]string{istiod: istiodObject, "tag": strings.Replace(injector, "labels: {", "labels: {istio.io/rev: r, istio.io/tag: stable, ", 1)},
			map[string]string{istiod: istiodObject},
			[]string{"control-plane-removed: the injector of revision tag stable goes"},
		},
		"one of two roots goes": {
			map[string]string{"m": configMap("caCertificates: [{pem: a}, {pem: b}]")},
			map[string]string{"m": configMap("caCertificates: [{pem: b}, {pem: c}]")},
			[]string{"trust-root: caCertificates: 1 root no longer trusted"},
		},
		"a root comes, and another order": {
			map[string]string{"m": configMap("caCertificates: [{pem: a}, {pem: b}]")},
			map[string]string{"m": configMap("caCertificates: [{pem: b}, {pem: c}, {pem: a}]")},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, m := range compareTrees(t, ofObjects(t, c.old), ofObjects(t, c.now)).Marks {
				got = append(got, string(m.Rule)+": "+m.What)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}
