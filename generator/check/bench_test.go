package check_test

import (
	"fmt"
	"testing"

	"isthmus.dev/isthmus/generator/check"
	"isthmus.dev/isthmus/generator/tree"
)

// BenchmarkCluster is one primary, without the CRDs that Tree checks once.
func BenchmarkCluster(b *testing.B) {
	components := model(b, "primary-remote-multi-network").components["a"]
	for b.Loop() {
		must(b, check.Cluster("a", components))
	}
}

// BenchmarkTree is a tree of primaries. One cluster is mostly the CRDs; what
// each further cluster costs is the difference to a hundred.
func BenchmarkTree(b *testing.B) {
	m := model(b, "primary-remote-multi-network")
	for _, n := range []int{1, 100} {
		tr := tree.New()
		for version, objects := range m.crds {
			must(b, tr.AddFolder(tree.Shared, tree.CRDsFolder(version), objects))
		}
		for i := range n {
			must(b, tr.AddCluster(fmt.Sprintf("c%d", i), []string{tree.CRDsFolder("1.31.0")}, m.components["a"]))
		}
		for full, check := range map[bool]func() error{
			true:  func() error { return check.Tree(tr) },
			false: func() error { return check.Alike(tr, nil) },
		} {
			b.Run(fmt.Sprintf("clusters=%d/full=%t", n, full), func(b *testing.B) {
				for b.Loop() {
					must(b, check())
				}
			})
		}
	}
}
