package generator_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"istio.io/istio/pkg/kube"
	"istio.io/istio/security/pkg/pki/util"

	"isthmus.dev/isthmus/generator"
	"isthmus.dev/isthmus/generator/plan"
)

// TestSOPSSecrets decrypts the secrets of the golden cases with the test's
// identity and has Istio's own code take each: cacerts as a verified bundle,
// remote secrets as kubeconfigs that it allows.
func TestSOPSSecrets(t *testing.T) {
	for name, want := range map[string]string{
		"sops":          "istio-system/cacerts istio-system/cacerts istio-system/istio-remote-secret-cluster1 istio-system/istio-remote-secret-cluster2 istio-system/istio-remote-secret-cluster3",
		"sops-external": "istiod-1/istio-kubeconfig istiod-1/istio-remote-secret-remote1 istiod-2/cacerts",
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for file, o := range decrypted(t, secretsOf(t, name, loadCase(t, name))) {
				value := func(key string) []byte { return []byte(o.Text("stringData", key)) }
				if o.Kind() != "Secret" {
					continue
				}
				got = append(got, o.Namespace()+"/"+o.Name())
				if o.Name() == "cacerts" {
					if _, err := util.NewVerifiedKeyCertBundleFromPem(value("ca-cert.pem"), value("ca-key.pem"), value("cert-chain.pem"), value("root-cert.pem"), nil); err != nil {
						t.Errorf("%s: %v", file, err)
					}
					continue
				}
				labelled := o.Text("metadata", "labels", "istio/multiCluster") == "true"
				if labelled != (o.Name() != "istio-kubeconfig") {
					t.Errorf("%s has the label: %v", file, labelled)
				}
				for key := range o.Map("stringData") {
					c, err := kube.NewUntrustedRestConfig(value(key))
					if err != nil {
						t.Errorf("%s: %v", file, err)
					} else if cluster := o.Text("metadata", "annotations", "networking.istio.io/cluster"); c.BearerToken != tokenOf(cluster) || c.Host != "https://"+cluster+".example.com:6443" {
						t.Errorf("%s leads to %s", file, c.Host)
					}
				}
			}
			slices.Sort(got)
			if s := strings.Join(got, " "); s != want {
				t.Errorf("got %s", s)
			}
		})
	}
}

// TestNoSecretInClear: nothing that was put in as a secret, a token or a key, is
// in what is written, in any form that its text takes.
func TestNoSecretInClear(t *testing.T) {
	n := 12
	if testing.Short() {
		n = 3
	}
	recipient, _ := testIdentity(t)
	for seed := range uint64(n) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			text := withSOPS(t, randomTopology(rand.New(rand.NewPCG(seed, 2))), recipient)
			top := parse(t, text)
			files := makeSecrets(t, plan.Build(top))
			out, err := generator.Generate(t.Context(), top, generator.Options{Secrets: files, Warn: func(w string) {
				if !strings.Contains(w, "exec") {
					t.Errorf("warned: %s", w)
				}
			}})
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			whole := maps.Clone(files)
			for _, f := range out.Files() {
				whole[f.Path] = f.Data()
			}
			for _, secret := range inputs(t, files) {
				for name, data := range whole {
					if strings.Contains(string(data), secret) {
						t.Errorf("%s has %q in clear", name, secret)
					}
				}
			}
		})
	}
}

// TestSecretsInTheDirectory: a tree refers to what is there, warns of what is not,
// and is none where something is in clear or a list names what is missing.
func TestSecretsInTheDirectory(t *testing.T) {
	top := loadCase(t, "sops")
	all := secretsOf(t, "sops", top)
	without := func(prefix string) map[string][]byte {
		out := maps.Clone(all)
		maps.DeleteFunc(out, func(name string, _ []byte) bool { return strings.HasPrefix(name, prefix) })
		return out
	}
	with := func(name, content string) map[string][]byte {
		out := maps.Clone(all)
		out[name] = []byte(content)
		return out
	}
	const remoteFolder = "secrets/mesh1/remote/"
	for name, c := range map[string]struct {
		files    map[string][]byte
		err      string
		warnings []string
		without  []string
	}{
		"all": {files: all},
		"none": {files: map[string][]byte{}, warnings: []string{
			`mesh "mesh1": "secrets/mesh1/ca" has no cacerts for cluster1, cluster2, so their istiod does not start; run "isthmus secrets ca" with the same -f and -o, then generate again`,
			`mesh "mesh1": "secrets/mesh1/remote" has no remote secret of cluster1, cluster2, cluster3, so no control plane elsewhere observes them; apply their folders, run "isthmus secrets remote" with the same -f and -o, then generate again`,
		}, without: []string{"clusters/cluster1/trust", "clusters/cluster1/remote-secrets", "clusters/cluster2/trust"}},
		"not known": {files: nil},
		"one cluster without trust": {files: without("secrets/mesh1/ca/cluster2/"), warnings: []string{
			`mesh "mesh1": "secrets/mesh1/ca" has no cacerts for cluster2, so their istiod does not start; run "isthmus secrets ca" with the same -f and -o, then generate again`,
		}, without: []string{"clusters/cluster2/trust"}},
		"a cluster that left": {files: with(remoteFolder+"gone.sops.yaml", string(all[remoteFolder+"cluster1.sops.yaml"])), err: `gone.sops.yaml: is not in the folder's kustomization.yaml`, warnings: []string{
			`mesh "mesh1": nobody is to observe these clusters any more: secrets/mesh1/remote/gone.sops.yaml; remove the files and run "isthmus secrets remote" with the same -f and -o, which lists those that stay`,
		}},
		"a control plane that left": {files: with("secrets/mesh1/ca/gone/cacerts.sops.yaml", string(all["secrets/mesh1/ca/cluster1/cacerts.sops.yaml"])), warnings: []string{
			`mesh "mesh1": no control plane signs with these any more, and their keys are good until the certificates end: secrets/mesh1/ca/gone; remove the folders`,
		}},
		"listed and missing": {files: without(remoteFolder + "cluster3"), err: `secrets/mesh1/remote/kustomization.yaml: lists "cluster3.sops.yaml", which is not in the tree`, warnings: []string{
			`mesh "mesh1": "secrets/mesh1/remote" has no remote secret of cluster3, so no control plane elsewhere observes them; apply their folders, run "isthmus secrets remote" with the same -f and -o, then generate again`,
		}},
		"in clear":        {files: with("secrets/other/x.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\nstringData: {a: b}\n"), err: "secrets/other/x.yaml: Secret b/a has stringData"},
		"a key in clear":  {files: with("secrets/root-key.pem", "-----BEGIN EC PRIVATE KEY-----\nx\n"), err: "secrets/root-key.pem: holds a private key"},
		"an age identity": {files: with("secrets/keys.txt", "AGE-SECRET-KEY-1QQ\n"), err: "secrets/keys.txt: holds an age identity"},
	} {
		t.Run(name, func(t *testing.T) {
			var warnings []string
			out, err := generator.Generate(t.Context(), top, generator.Options{Secrets: c.files, Warn: func(w string) { warnings = append(warnings, w) }})
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("got %v", err)
			}
			if !slices.Equal(warnings, c.warnings) {
				t.Errorf("warned of\n%s", strings.Join(warnings, "\n"))
			}
			for _, f := range out.Files() {
				if strings.HasPrefix(f.Path, "secrets/") {
					t.Errorf("%s is not to be generated", f.Path)
				}
				if slices.ContainsFunc(c.without, func(p string) bool { return strings.HasPrefix(f.Path, p+"/") }) {
					t.Errorf("%s refers to what is not there", f.Path)
				}
			}
		})
	}
}
