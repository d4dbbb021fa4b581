package generator_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"isthmus.dev/isthmus/generator"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology"
)

// TestRandomTopologies generates valid topologies at random. Generation itself
// checks every object, every build and that every selector matches, so an error
// here is a broken property; what the checks cannot see is asserted below.
func TestRandomTopologies(t *testing.T) {
	n := 60
	if testing.Short() {
		n = 10
	}
	for seed := range uint64(n) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			text := randomTopology(rand.New(rand.NewPCG(seed, 1)))
			top := parse(t, text)
			if _, err := generator.Generate(t.Context(), top, generator.Options{}); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			everyPairOnce(t, top)
		})
	}
}

// everyPairOnce compares the plan's remote secrets with their definition: each
// control plane's host observes every data-plane cluster of its mesh but itself.
func everyPairOnce(t *testing.T, top *topology.Topology) {
	t.Helper()
	p := plan.Build(top)
	got := map[string]int{}
	for _, c := range p.Clusters {
		if c.Observed == nil {
			continue
		}
		for _, mesh := range p.Meshes {
			if mesh.Name != c.Observed.Mesh {
				continue
			}
			for _, h := range mesh.Hosts {
				if h.Cluster != c.Name {
					got[fmt.Sprintf("%s/%s observes %s as %s", h.Cluster, h.Namespace, c.Name, c.Observed.Type)]++
				}
			}
		}
	}
	want := map[string]int{}
	for _, mesh := range top.Meshes {
		for _, host := range mesh.Clusters {
			ns := topology.SystemNamespace
			switch host.Role {
			case topology.External:
				ns = host.External.Namespace
			case topology.Primary:
			case topology.Remote, topology.Config:
				continue
			}
			for _, c := range mesh.Clusters {
				kind := "remote"
				if c.Role == topology.Config {
					kind = "config"
				}
				if c.Role != topology.External && c.Name != host.Name {
					want[fmt.Sprintf("%s/%s observes %s as %s", host.Name, ns, c.Name, kind)] = 1
				}
			}
		}
	}
	for pair, n := range got {
		if n != 1 || want[pair] != 1 {
			t.Errorf("%s: %d times, want %d", pair, n, want[pair])
		}
	}
	for pair := range want {
		if got[pair] == 0 {
			t.Errorf("missing: %s", pair)
		}
	}
}

// TestDeterminism: the same input gives the same bytes, in any order of the
// clusters, from any working directory, however often.
func TestDeterminism(t *testing.T) {
	names := []string{"mix", "external-two-meshes", "revisions-tags", "overlays"}
	if testing.Short() {
		names = names[:1]
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			top := loadCase(t, name)
			first, err := generator.Generate(t.Context(), top, generator.Options{})
			if err != nil {
				t.Fatal(err)
			}
			second := absolute(t, loadCase(t, name))
			t.Chdir(t.TempDir())
			again, err := generator.Generate(t.Context(), second, generator.Options{})
			if err != nil {
				t.Fatal(err)
			}
			sameTree(t, first, again)
		})
	}
}

func TestOrderOfClusters(t *testing.T) {
	for seed := range uint64(4) {
		// The same draws but for the last one, which shuffles the clusters.
		a, b := randomTopology(rand.New(rand.NewPCG(seed, 1))), reversed(t, randomTopology(rand.New(rand.NewPCG(seed, 1))))
		first, err := generator.Generate(t.Context(), parse(t, a), generator.Options{})
		if err != nil {
			t.Fatal(err)
		}
		second, err := generator.Generate(t.Context(), parse(t, b), generator.Options{})
		if err != nil {
			t.Fatal(err)
		}
		sameTree(t, first, second)
	}
}
