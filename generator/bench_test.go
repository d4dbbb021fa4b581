package generator_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/repo"
)

// fleet is a multi-primary, multi-network mesh.
func fleet(n int) string {
	var b strings.Builder
	b.WriteString("apiVersion: isthmus.dev/v1alpha1\nkind: Topology\nmetadata: {name: mesh1}\nspec:\n  trust: {provider: manual}\n  clusters:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - {name: cluster%d, role: primary, network: network%d}\n", i, i)
	}
	return b.String()
}

// The steps of a run over a mesh of many clusters, in the order of the pipeline.

func BenchmarkParse(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprintf("clusters=%d", n), func(b *testing.B) {
			text := fleet(n)
			for b.Loop() {
				parse(b, text)
			}
		})
	}
}

func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprintf("clusters=%d", n), func(b *testing.B) {
			t := parse(b, fleet(n))
			for b.Loop() {
				if p := plan.Build(t); len(p.Clusters) != n {
					b.Fatalf("%d clusters", len(p.Clusters))
				}
			}
		})
	}
}

// BenchmarkGenerate is plan, rendering, tree and check: of all clusters alike at
// once, or of each on its own (--full).
func BenchmarkGenerate(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		for _, full := range []bool{false, true} {
			if full && n > 100 {
				continue // minutes
			}
			b.Run(fmt.Sprintf("clusters=%d/full=%t", n, full), func(b *testing.B) {
				t := parse(b, fleet(n))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := generator.Generate(b.Context(), t, generator.Options{Full: full}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkOverlaid is BenchmarkGenerate of clusters that an overlay for the mesh
// keeps from being done at once.
func BenchmarkOverlaid(b *testing.B) {
	const overlays = "spec:\n  overlays: [../golden/overlays/overlays/labels]\n"
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("clusters=%d", n), func(b *testing.B) {
			t := parse(b, strings.Replace(fleet(n), "spec:\n", overlays, 1))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := generator.Generate(b.Context(), t, generator.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkWrite writes into an empty directory, or over what is as it should be.
func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{100, 1000} {
		out, err := generator.Generate(b.Context(), parse(b, fleet(n)), generator.Options{})
		if err != nil {
			b.Fatal(err)
		}
		base, made := b.TempDir(), 0
		write := func(b *testing.B, dir string) {
			b.Helper()
			if _, err := repo.Write(b.Context(), dir, out, repo.Options{}); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprintf("clusters=%d/empty", n), func(b *testing.B) {
			for b.Loop() {
				made++
				write(b, filepath.Join(base, fmt.Sprint(made)))
			}
		})
		b.Run(fmt.Sprintf("clusters=%d/unchanged", n), func(b *testing.B) {
			dir := filepath.Join(base, "unchanged")
			write(b, dir)
			for b.Loop() {
				write(b, dir)
			}
		})
	}
}
