package generator_test

import (
	"fmt"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator"
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
