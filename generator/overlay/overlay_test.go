package overlay_test

import (
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/overlay"
)

func object(t *testing.T, text string) manifest.Object {
	t.Helper()
	o, err := manifest.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func cluster(t *testing.T) []component.Component {
	t.Helper()
	return []component.Component{
		{Path: "namespace", Stage: component.Namespaces, Objects: []manifest.Object{object(t, "{apiVersion: v1, kind: Namespace, metadata: {name: ns}}")}},
		{Path: "istiod", Stage: component.Istiod, Objects: []manifest.Object{
			object(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: ns}, data: {mesh: "on", "n": "0123"}}`),
			object(t, "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: istiod, namespace: ns}}"),
		}},
		{Path: "gateways/a", Stage: component.Gateways, Objects: []manifest.Object{
			object(t, "{apiVersion: v1, kind: Service, metadata: {name: a, namespace: ns}, spec: {type: LoadBalancer, ports: [{port: 80}]}}"),
			object(t, "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, namespace: ns}}"),
		}},
	}
}

// apply applies one Component, given as the files of its directory.
func apply(t *testing.T, files map[string]string) ([]component.Component, error) {
	t.Helper()
	all := map[string][]byte{}
	for name, text := range files {
		all["/overlays/x/"+name] = []byte(text)
	}
	o, err := overlay.New(all)
	if err != nil {
		t.Fatal(err)
	}
	return o.Apply(cluster(t), "", []string{"/overlays/x"})
}

// sketch lists components and what lies in them.
func sketch(cs []component.Component) string {
	var lines []string
	for _, c := range cs {
		for _, o := range c.Objects {
			lines = append(lines, c.Path+": "+o.ID().String())
		}
	}
	return strings.Join(lines, "\n")
}

const component1 = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"

func TestApply(t *testing.T) {
	out, err := apply(t, map[string]string{
		"kustomization.yaml": component1 + `
resources: [new.yaml]
patches:
- path: patch.yaml
- patch: "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, namespace: ns}, $patch: delete}"
commonAnnotations: {team: platform}
`,
		"new.yaml":   "{apiVersion: v1, kind: ConfigMap, metadata: {name: new, namespace: ns}}",
		"patch.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: ns}, data: {added: '1e3'}}",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `namespace: Namespace ns
istiod: ConfigMap ns/istio
istiod: HorizontalPodAutoscaler.autoscaling ns/istiod
gateways/a: Service ns/a
extra: ConfigMap ns/new`
	if got := sketch(out); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	cm := out[1].Objects[0]
	if cm.Text("data", "mesh") != "on" || cm.Text("data", "n") != "0123" || cm.Text("data", "added") != "1e3" {
		t.Errorf("data %v", cm.Map("data"))
	}
	for _, c := range out {
		for _, o := range c.Objects {
			if len(o.Map("metadata", "annotations")) != 1 || o.Text("metadata", "annotations", "team") != "platform" {
				t.Errorf("%s: annotations %v", o.ID(), o.Map("metadata", "annotations"))
			}
		}
	}
}

func TestApplyRefuses(t *testing.T) {
	for name, c := range map[string]struct{ kustomization, want string }{
		"a rename":                    {"namePrefix: x-\n", "an overlay renames ConfigMap ns/istio to ConfigMap ns/x-istio"},
		"another namespace":           {"namespace: other\n", "an overlay renames ConfigMap ns/istio to ConfigMap other/istio"},
		"a patch that does not apply": {"patches:\n- target: {kind: ConfigMap}\n  patch: '[{op: remove, path: /gone}]'\n", `applying overlays ["/overlays/x"]: accumulating components: accumulateDirectory: "recursed accumulation of path '/overlays/x': `},
		"a missing target":            {"patches:\n- patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: gone, namespace: ns}}'\n", "no matches for"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := apply(t, map[string]string{"kustomization.yaml": component1 + c.kustomization})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestWithoutOverlaysNothingChanges(t *testing.T) {
	o, err := overlay.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	in := cluster(t)
	out, err := o.Apply(in, "eks", nil)
	if err != nil || len(out) != len(in) || &out[0] != &in[0] {
		t.Errorf("got %v, %v", out, err)
	}
}

func TestWaves(t *testing.T) {
	o, err := overlay.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	in := cluster(t)
	in = append(in, component.Component{Path: component.Extra, Stage: component.Exposure, Objects: []manifest.Object{
		object(t, "{apiVersion: v1, kind: Namespace, metadata: {name: mine}}"),
		object(t, "{apiVersion: v1, kind: ConfigMap, metadata: {name: mine, namespace: mine, annotations: {argocd.argoproj.io/sync-wave: '42'}}}"),
		object(t, "{apiVersion: v1, kind: ConfigMap, metadata: {name: other, namespace: mine}}"),
	}})
	out, err := o.Waves(in)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range out {
		for _, obj := range c.Objects {
			got[obj.ID().String()] = obj.Text("metadata", "annotations", "argocd.argoproj.io/sync-wave")
			if obj.Text("metadata", "annotations", "isthmus.dev/stage") != "" {
				t.Errorf("%s kept its mark", obj.ID())
			}
		}
	}
	for id, want := range map[string]string{
		"Namespace ns": "", "Namespace mine": "", "ConfigMap ns/istio": "3", "ServiceAccount ns/a": "6",
		"HorizontalPodAutoscaler.autoscaling ns/istiod": "8", "Service ns/a": "8", "ConfigMap mine/mine": "42", "ConfigMap mine/other": "7",
	} {
		if got[id] != want {
			t.Errorf("%s: wave %q, want %q", id, got[id], want)
		}
	}
}
