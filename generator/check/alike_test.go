package check_test

import (
	"fmt"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/check"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/tree"
)

const alikeObject = `apiVersion: v1
kind: ConfigMap
metadata:
  name: c
  namespace: %s
data:
  cluster: <name>
`

// alike is a tree of three clusters made of one template, with changes.
func alike(t *testing.T, object string, change func(cluster, path string, text manifest.Text) (manifest.Text, bool)) *tree.Tree {
	t.Helper()
	out := tree.New()
	files := map[string]*manifest.Template{
		"kustomization.yaml":        manifest.NewTemplate("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- istiod\n", nil),
		"istiod/kustomization.yaml": manifest.NewTemplate("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- c.yaml\n", nil),
		"istiod/c.yaml":             manifest.NewTemplate(object, []string{"<name>"}),
	}
	for _, cluster := range []string{"a", "b", "c"} {
		for p, template := range files {
			text, keep := change(cluster, p, template.Fill([]string{cluster}))
			if !keep {
				continue
			}
			if err := out.AddText(cluster, "clusters/"+cluster+"/"+p, text); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}

// TestAlike: a fault in what clusters share is found, and so is one in a cluster
// that only claims to be like another.
func TestAlike(t *testing.T) {
	like := map[string]string{"b": "a", "c": "a"}
	good := fmt.Sprintf(alikeObject, "istio-system")
	same := func(_, _ string, text manifest.Text) (manifest.Text, bool) { return text, true }
	only := func(cluster, path, content string) func(string, string, manifest.Text) (manifest.Text, bool) {
		return func(c, p string, text manifest.Text) (manifest.Text, bool) {
			if c == cluster && p == path {
				return manifest.Plain([]byte(content)), content != ""
			}
			return text, true
		}
	}
	for name, c := range map[string]struct {
		object string
		change func(string, string, manifest.Text) (manifest.Text, bool)
		want   string
	}{
		"nothing wrong":      {good, same, ""},
		"in the shared part": {good + "data: {}\n", same, "clusters/a/istiod/c.yaml: does not decode"},
		"in one object":      {good, only("b", "istiod/c.yaml", good+"data: {}\n"), "clusters/b/istiod/c.yaml: does not decode"},
		"a missing object":   {good, only("c", "istiod/c.yaml", ""), `clusters/c/istiod/kustomization.yaml: lists "c.yaml", which is not in the tree`},
		"another listing":    {good, only("b", "kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"), `clusters/b/kustomization.yaml: does not lead to "clusters/b/istiod"`},
		"a field that changes objects": {
			good, only("c", "istiod/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamePrefix: x\nresources:\n- c.yaml\n"),
			`field "namePrefix" is none that only lists objects`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := check.Alike(alike(t, c.object, c.change), like)
			switch {
			case c.want == "" && err != nil:
				t.Fatal(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if full := check.Tree(alike(t, c.object, c.change)); (full == nil) != (err == nil) {
				t.Errorf("a check of every cluster says %v", full)
			}
		})
	}
}

// TestAlikeOverFoldersOfUsers: clusters that list a folder each, which somebody else
// keeps, are alike as long as these folders hold the same objects.
func TestAlikeOverFoldersOfUsers(t *testing.T) {
	like := map[string]string{"b": "a", "c": "a"}
	const (
		listing = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- %s\n"
		kept    = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %s\n  namespace: istio-system\n"
	)
	for name, c := range map[string]struct{ b, want string }{
		"the same objects":                           {fmt.Sprintf(kept, "kept"), ""},
		"one of another name, which the cluster has": {fmt.Sprintf(kept, "c"), "cluster \"b\": clusters/b/kustomization.yaml: ConfigMap istio-system/c is in its build twice"},
		"one that does not decode":                   {fmt.Sprintf(kept, "kept") + "metadata: {}\n", "secrets/b/kept.yaml: does not decode"},
	} {
		t.Run(name, func(t *testing.T) {
			build := func() *tree.Tree {
				out := alike(t, fmt.Sprintf(alikeObject, "istio-system"), func(cluster, p string, text manifest.Text) (manifest.Text, bool) {
					if p == "kustomization.yaml" {
						return manifest.Plain([]byte(fmt.Sprintf(listing, "istiod") + "- ../../secrets/" + cluster + "\n")), true
					}
					return text, true
				})
				for _, cluster := range []string{"a", "b", "c"} {
					object := fmt.Sprintf(kept, "kept")
					if cluster == "b" {
						object = c.b
					}
					must(t, out.Add(tree.Shared, "secrets/"+cluster+"/kustomization.yaml", fmt.Appendf(nil, listing, "kept.yaml")))
					must(t, out.Add(tree.Shared, "secrets/"+cluster+"/kept.yaml", []byte(object)))
				}
				return out
			}
			err, full := check.Alike(build(), like), check.Tree(build())
			if fmt.Sprint(err) != fmt.Sprint(full) {
				t.Errorf("got %v, and a check of every cluster says %v", err, full)
			}
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
