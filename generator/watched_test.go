package generator_test

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/tree"
)

// TestArgoCDRendersWhatChanges: Argo CD renders a cluster again only if a commit
// changes something below the paths in the annotation, and takes what it has
// rendered before otherwise. So all that a cluster's folder refers to is there.
func TestArgoCDRendersWhatChanges(t *testing.T) {
	checked := map[string]int{}
	for _, name := range cases(t) {
		root := os.DirFS(filepath.Join(goldenDir, name, "tree"))
		for cluster, o := range applications(t, root) {
			folder := tree.ClusterFolder(cluster)
			var paths []string
			for _, p := range strings.Split(o.Text("metadata", "annotations", "argocd.argoproj.io/manifest-generate-paths"), ";") {
				paths = append(paths, path.Join(folder, p))
			}
			for _, p := range references(t, root, folder) {
				if !slices.ContainsFunc(paths, func(below string) bool { return p == below || strings.HasPrefix(p, below+"/") }) {
					t.Errorf("%s: cluster %s is built of %s, which is not among %q", name, cluster, p, paths)
				}
				top, _, _ := strings.Cut(p, "/")
				checked[o.Kind()+" "+top]++
			}
		}
	}
	for _, kind := range []string{"Application base", "Application secrets", "ApplicationSet base", "ApplicationSet secrets"} {
		if checked[kind] == 0 {
			t.Errorf("no golden case has what this test is for: %s", kind)
		}
	}
}

// applications are the objects that have Argo CD deliver each cluster.
func applications(t *testing.T, root fs.FS) map[string]manifest.Object {
	t.Helper()
	out := map[string]manifest.Object{}
	files, err := fs.Glob(root, "argocd/applications/application.argoproj.io_*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sets, err := fs.Glob(root, "argocd/applicationset.argoproj.io_*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(files, sets...) {
		o := decode(t, root, f)
		if o.Kind() == "Application" {
			out[path.Base(o.Text("spec", "source", "path"))] = o
			continue
		}
		template := manifest.Object(o.Map("spec", "template"))
		template.Set(o.Kind(), "kind")
		for _, g := range o.Each("spec", "generators") {
			for _, e := range g.Each("list", "elements") {
				out[e.Text("cluster")] = template
			}
		}
	}
	return out
}

func decode(t *testing.T, root fs.FS, file string) manifest.Object {
	t.Helper()
	data, err := fs.ReadFile(root, file)
	if err != nil {
		t.Fatal(err)
	}
	o, err := manifest.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// references are all files and folders that the kustomization of a folder lists,
// and those of what it lists.
func references(t *testing.T, root fs.FS, folder string) []string {
	t.Helper()
	if path.Ext(folder) == ".yaml" {
		return nil
	}
	data, err := fs.ReadFile(root, path.Join(folder, "kustomization.yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // CRDs, which golden copies leave out, and secrets
	}
	if err != nil {
		t.Fatal(err)
	}
	var k types.Kustomization
	if err := yaml.Unmarshal(data, &k); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range slices.Concat(k.Resources, k.Components) {
		p := path.Join(folder, r)
		out = append(append(out, p), references(t, root, p)...)
	}
	return out
}
