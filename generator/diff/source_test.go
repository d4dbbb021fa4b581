package diff

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/tree"
)

func crd(version string) string {
	return "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.istio.io}\nspec:\n  versions:\n  - {name: " + version + ", served: true, storage: true}\n"
}

func kustomize(resources string) string {
	return "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [" + resources + "]\n"
}

// withCRDs is a tree of two clusters that share CRDs of a version of the charts.
func withCRDs(t *testing.T, charts, crdVersion string) *tree.Tree {
	t.Helper()
	out := tree.New()
	add := func(scope, p, data string) {
		if err := out.Add(scope, p, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	base := "base/istio-crds-" + charts
	add(tree.Shared, base+"/kustomization.yaml", kustomize("crd.yaml"))
	add(tree.Shared, base+"/crd.yaml", crd(crdVersion))
	for _, c := range []string{"a", "b"} {
		add(c, "clusters/"+c+"/kustomization.yaml", kustomize("../../"+base+", istiod"))
		add(c, "clusters/"+c+"/istiod/kustomization.yaml", kustomize("cm.yaml"))
		add(c, "clusters/"+c+"/istiod/cm.yaml", configMap("charts: "+charts))
	}
	return out
}

func write(t *testing.T, dir string, tr *tree.Tree) {
	t.Helper()
	if _, err := repo.Write(t.Context(), dir, tr, repo.Options{}); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, dir, p, data string) {
	t.Helper()
	p = filepath.Join(dir, p)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestWorkingCopy(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, withCRDs(t, "1", "v1"))
	put(t, dir, "mine.yaml", crd("v9"))                                     // the user's own
	put(t, dir, "clusters/a/istiod/cm.yaml", configMap("charts: \"mine\"")) // edited
	if err := os.Remove(filepath.Join(dir, "clusters/b/istiod/cm.yaml")); err != nil {
		t.Fatal(err)
	}
	now := withCRDs(t, "2", "v1")
	w, err := WorkingCopy(dir, Generated{Tree: now})
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Kept) != 1 || w.Kept[0].Path != "clusters/a/istiod/cm.yaml" || w.Kept[0].Status != repo.Edited {
		t.Errorf("kept %v", w.Kept)
	}
	d, err := Compare(w, Generated{Tree: now})
	if err != nil {
		t.Fatal(err)
	}
	want := []Cluster{
		{Name: "", Change: Changed, Files: 2},
		{Name: "a", Change: Changed, Changed: 1, Moved: 1, Files: 1},
		{Name: "b", Change: Changed, Added: 1, Moved: 1, Files: 1},
	}
	if !slices.Equal(d.Clusters, want) {
		t.Errorf("got %v\n%s", d.Clusters, Text(d, false))
	}
	if got := Text(d, false); !strings.Contains(got, "~ data.mesh.charts: mine → 2") {
		t.Errorf("got\n%s", got)
	}
}

// A share of the clusters removes nothing that is shared, so repo does not
// list the old folder of CRDs; the cluster still moves from it.
func TestWorkingCopyOfAShare(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, withCRDs(t, "1", "v1"))
	now := withCRDs(t, "2", "v2")
	w, err := WorkingCopy(dir, Generated{Tree: now, Clusters: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Compare(w, Generated{Tree: now, Clusters: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Marks) != 1 || d.Marks[0].Rule != RuleCRD || !slices.Equal(d.Marks[0].Clusters, []string{"a"}) {
		t.Errorf("marks %v", d.Marks)
	}
	for _, c := range d.Clusters {
		if c.Name == "b" || c.Name == "a" && (c.Moved != 1 || c.Changed != 2 || c.Added+c.Removed != 0) {
			t.Errorf("got %+v\n%s", c, Text(d, false))
		}
	}
}
