package check_test

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/check"
	"isthmus.dev/isthmus/generator/tree"
)

// files are the content of a tree: path to text.
type files map[string]string

func filesOf(tr *tree.Tree) files {
	out := files{}
	for _, f := range tr.Files() {
		out[f.Path] = string(f.Data())
	}
	return out
}

// tree makes a tree of files; those under clusters/ belong to their cluster.
func (f files) tree(t testing.TB) *tree.Tree {
	t.Helper()
	out := tree.New()
	for p, data := range f {
		scope := tree.Shared
		if parts := strings.Split(p, "/"); parts[0] == "clusters" {
			scope = parts[1]
		}
		must(t, out.Add(scope, p, []byte(data)))
	}
	return out
}

// replace changes a text in a file.
func (f files) replace(t *testing.T, p, from, to string) {
	t.Helper()
	if !strings.Contains(f[p], from) {
		t.Fatalf("%s has no %q to change:\n%s", p, from, f[p])
	}
	f[p] = strings.Replace(f[p], from, to, 1)
}

func TestTree(t *testing.T) {
	const (
		root     = "clusters/a/kustomization.yaml"
		istiod   = "clusters/a/istiod/kustomization.yaml"
		values   = "configmap_istio-system_values.yaml"
		crds     = "base/istio-crds-1.31.0/"
		gateways = "customresourcedefinition_gateways.networking.istio.io.yaml"
		in       = `cluster "a": `
	)
	good := filesOf(model(t, "multi-primary").tree(t))
	for p := range good {
		if strings.HasPrefix(p, "clusters/b/") || strings.HasPrefix(p, crds) && p != crds+gateways {
			delete(good, p)
		}
	}
	// One CRD stands for all of them, which take a second to read.
	good[crds+"kustomization.yaml"] = "resources:\n- " + gateways + "\n"
	for name, c := range map[string]struct {
		change func(t *testing.T, f files)
		want   string
	}{
		"good": {func(*testing.T, files) {}, ""},
		"file is missing": {
			func(_ *testing.T, f files) { delete(f, path.Join("clusters/a/istiod", values)) },
			in + istiod + `: lists "` + values + `", which is not in the tree; list files of the folder, and folders of the tree`,
		},
		"file is not listed": {
			func(t *testing.T, f files) { f.replace(t, istiod, "- "+values+"\n", "") },
			in + "clusters/a/istiod/" + values + ": is not in the folder's kustomization.yaml; list it, or nobody applies it",
		},
		"file is listed twice": {
			func(t *testing.T, f files) { f.replace(t, istiod, "- "+values+"\n", "- "+values+"\n- "+values+"\n") },
			in + istiod + `: lists "` + values + `" twice; list it once`,
		},
		"file of another folder": {
			func(t *testing.T, f files) { f.replace(t, root, "- istiod\n", "- istiod/"+values+"\n- istiod\n") },
			in + root + `: lists "istiod/` + values + `", a file of another folder; list the folder of the file: kustomize loads no file from outside`,
		},
		"folder is missing": {
			func(t *testing.T, f files) { f.replace(t, root, "- istiod\n", "- istiodd\n") },
			in + root + `: lists "istiodd", which is not in the tree; list files of the folder, and folders of the tree`,
		},
		"folder is not listed": {
			func(t *testing.T, f files) { f.replace(t, root, "- istiod\n", "") },
			in + root + `: does not lead to "clusters/a/istiod"; list it, or nobody applies it`,
		},
		"cluster without a kustomization": {
			func(_ *testing.T, f files) { delete(f, root) },
			in + "clusters/a: has no kustomization.yaml; add one that lists the components",
		},
		"repository in place of a folder": {
			func(t *testing.T, f files) {
				f.replace(t, root, "- istiod\n", "- https://example.com/mesh.git//istiod\n")
			},
			in + root + `: lists "https://example.com/mesh.git//istiod", which is not in the tree; list files of the folder, and folders of the tree`,
		},
		"outside of the tree": {
			func(t *testing.T, f files) { f.replace(t, root, "- istiod\n", "- ../../../istiod\n") },
			in + root + `: lists "../../../istiod", which is not in the tree; list files of the folder, and folders of the tree`,
		},
		"circle": {
			func(t *testing.T, f files) { f.replace(t, istiod, "resources:\n", "resources:\n- ..\n") },
			in + istiod + `: lists "clusters/a", which leads back to it; list folders in one direction`,
		},
		"object in two folders": {func(t *testing.T, f files) {
			f["clusters/a/base/"+values] = f["clusters/a/istiod/"+values]
			f.replace(t, "clusters/a/base/kustomization.yaml", "resources:\n", "resources:\n- "+values+"\n")
		}, in + root + ": ConfigMap istio-system/values is in its build twice; generate it in one of its folders only"},
		"object in two versions": {func(t *testing.T, f files) {
			f["clusters/a/base/hpa.yaml"] = "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: istiod\n  namespace: istio-system\n"
			f.replace(t, "clusters/a/base/kustomization.yaml", "resources:\n", "resources:\n- hpa.yaml\n")
		}, in + root + ": HorizontalPodAutoscaler.autoscaling istio-system/istiod is in its build twice; generate it in one of its folders only"},
		"object in two files": {func(t *testing.T, f files) {
			f["clusters/a/istiod/again.yaml"] = f["clusters/a/istiod/"+values]
			f.replace(t, istiod, "resources:\n", "resources:\n- again.yaml\n")
		}, in + "clusters/a/istiod/" + values + ": ConfigMap istio-system/values is in another file of the folder too; generate it once"},
		"field that changes objects": {
			func(_ *testing.T, f files) { f[root] += "namePrefix: x-\n" },
			in + root + `: field "namePrefix" is none that only lists objects; have overlays change objects before they are written`,
		},
		"kustomization is no YAML": {
			func(_ *testing.T, f files) { f[root] = "resources: [\n" },
			in + root + ": does not decode: error converting YAML to JSON: yaml: line 1: did not find expected node content; correct it",
		},
		"kustomization of a wrong type": {
			func(_ *testing.T, f files) { f[root] = "resources: istiod\n" },
			in + root + ": does not decode: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go struct field .resources of type []string; correct it",
		},
		"kustomization that kustomize refuses": {
			func(t *testing.T, f files) { f.replace(t, istiod, "kind: Kustomization", "kind: Kustomisation") },
			in + "clusters/a/istiod: does not build: ",
		},
		"repeated key in an object": {
			func(_ *testing.T, f files) { f["clusters/a/istiod/"+values] += "kind: ConfigMap\n" },
			in + "clusters/a/istiod/" + values + ": does not decode: ",
		},
		"two objects in a file": {func(t *testing.T, f files) {
			f["clusters/a/istiod/"+values] += "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: second, namespace: istio-system}\n"
		}, in + "clusters/a/istiod: its build has ConfigMap istio-system/second, which is in no file; remove it"},
		"empty file": {
			func(_ *testing.T, f files) { f["clusters/a/istiod/"+values] = "# nothing\n" },
			in + "clusters/a/istiod: its build lacks",
		},
		"value that decoders read differently": {func(t *testing.T, f files) {
			f.replace(t, "clusters/a/istiod/"+values, "data:\n", "data:\n  plain: on\n")
		}, in + "clusters/a/istiod/" + values + ": kustomize builds another ConfigMap istio-system/values than the file has at data.plain; quote the value: kustomize and Kubernetes read it differently"},
		"shared object that does not decode": {func(t *testing.T, f files) {
			f.replace(t, crds+gateways, "spec:\n", "spec:\n  scoope: x\n")
		}, `CustomResourceDefinition.apiextensions.k8s.io gateways.networking.istio.io: unknown field "spec.scoope"; correct the values, the meshConfig or the overlay that it comes from`},
		"value of a CRD that decoders read differently": {func(t *testing.T, f files) {
			f.replace(t, crds+gateways, "      openAPIV3Schema:\n", "      openAPIV3Schema:\n        enum: [on]\n")
		}, crds + gateways + ": kustomize builds another CustomResourceDefinition.apiextensions.k8s.io gateways.networking.istio.io than the file has at spec.versions[0].schema.openAPIV3Schema.enum[0]"},
		"two objects in the file of a CRD": {func(_ *testing.T, f files) {
			f[crds+gateways] += "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: second, namespace: istio-system}\n"
		}, "base/istio-crds-1.31.0: its build has ConfigMap istio-system/second, which is in no file; remove it"},
		"CRD that kustomize leaves out": {func(t *testing.T, f files) {
			f.replace(t, crds+gateways, "  annotations:\n", "  annotations:\n    config.kubernetes.io/local-config: \"true\"\n")
		}, "base/istio-crds-1.31.0: its build lacks CustomResourceDefinition.apiextensions.k8s.io gateways.networking.istio.io"},
		"CRD with anchors": {func(t *testing.T, f files) {
			f.replace(t, crds+gateways, "    kind: Gateway\n", "    kind: &kind Gateway\n")
			f.replace(t, crds+gateways, "    - gw\n", "    - *kind\n")
		}, ""},
		"Secret that clusters share": {func(t *testing.T, f files) {
			f["base/x/kustomization.yaml"] = "resources: [s.yaml]\n"
			f["base/x/s.yaml"] = "{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: b}, data: {k: dg==}}"
		}, "Secret b/a: Secret b/a has data" + cureSecret},
	} {
		t.Run(name, func(t *testing.T) {
			f := files{}
			for p, data := range good {
				f[p] = data
			}
			c.change(t, f)
			err := check.Tree(f.tree(t))
			if less := check.Alike(f.tree(t), nil); fmt.Sprint(less) != fmt.Sprint(err) {
				t.Errorf("with less work the findings are\n%v\ninstead of\n%v", less, err)
			}
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil {
				t.Fatalf("there is no finding, want %q", c.want)
			}
			for _, line := range strings.Split(err.Error(), "\n") {
				if strings.HasPrefix(line, c.want) {
					return
				}
			}
			t.Fatalf("want the finding\n%s\ngot\n%v", c.want, err)
		})
	}
}

// TestSecretsOutsideOfTheUsersFolder: a name alone does not keep a file from being
// looked at.
func TestSecretsOutsideOfTheUsersFolder(t *testing.T) {
	const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a.sops.b, namespace: c}\nstringData: {k: clear}\n"
	for folder, want := range map[string]bool{"base/a": true, "secrets/a": false} {
		f := files{folder + "/kustomization.yaml": "resources:\n- a.sops.yaml\n", folder + "/a.sops.yaml": secret}
		if err := check.Tree(f.tree(t)); (err != nil && strings.Contains(err.Error(), "Secret c/a.sops.b has stringData")) != want {
			t.Errorf("%s: got %v, want a finding: %t", folder, err, want)
		}
	}
}
