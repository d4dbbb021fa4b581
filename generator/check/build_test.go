package check_test

import (
	"sync"
	"testing"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"isthmus.dev/isthmus/generator/check"
	"isthmus.dev/isthmus/generator/manifest"
)

// TestFullBuild: a cluster's build over whole objects, CRDs and all, is what
// Tree concludes from a build over identities.
func TestFullBuild(t *testing.T) {
	m := model(t, "primary-remote-multi-network")
	disk := filesys.MakeFsInMemory()
	for _, f := range m.tree(t).Files() {
		must(t, disk.WriteFile("/"+f.Path, f.Data()))
	}
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified
	result, err := krusty.MakeKustomizer(options).Run(disk, "/clusters/a")
	must(t, err)

	want := map[manifest.ID]string{}
	add := func(o manifest.Object) {
		data, err := manifest.Encode(map[string]any(o))
		must(t, err)
		want[o.ID()] = string(data)
	}
	for _, crds := range m.crds {
		for _, o := range crds {
			add(o)
		}
	}
	for _, c := range m.components["a"] {
		for _, o := range c.Objects {
			add(o)
		}
	}
	for _, r := range result.Resources() {
		data, err := r.AsYAML()
		must(t, err)
		o, err := manifest.Decode(data)
		must(t, err)
		data, err = manifest.Encode(map[string]any(o))
		must(t, err)
		if string(data) != want[o.ID()] {
			t.Errorf("%s is built as\n%s\nnot as\n%s", o.ID(), data, want[o.ID()])
		}
		delete(want, o.ID())
	}
	for id := range want {
		t.Errorf("the build lacks %s", id)
	}
}

// TestConcurrent: kustomize keeps state per process, so the race detector has to
// see several checks at once.
func TestConcurrent(t *testing.T) {
	m := model(t, "multi-primary")
	tr := m.tree(t)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if err := check.Tree(tr); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if err := check.Cluster("a", m.components["a"]); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
