package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/graph"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology"
)

// draw draws the meshes of a topology; docs/ci/mermaid-check renders such
// pictures with Mermaid itself.
func draw(t *testing.T, clusters string) string {
	t.Helper()
	return drawAll(t, topologyOf("mesh1", clusters))
}

func topologyOf(name, clusters string) string {
	return "apiVersion: isthmus.dev/v1alpha1\nkind: Topology\nmetadata: {name: " + name + "}\nspec:\n  trust: {provider: manual}\n  clusters:\n" + clusters
}

func drawAll(t *testing.T, text string) string {
	t.Helper()
	top, err := topology.Load([]string{"-"}, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return graph.All(plan.Build(top))
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTwoClusters(t *testing.T) {
	expect(t, draw(t, "  - {name: eu-1, role: primary, network: eu}\n  - {name: us-1, role: primary, network: us}\n"), `flowchart LR
  subgraph n_eu["network eu"]
    c_eu__1["eu-1<br/>primary<br/>east-west gateway"]
  end
  subgraph n_us["network us"]
    c_us__1["us-1<br/>primary<br/>east-west gateway"]
  end
  c_eu__1 <-. observe .-> c_us__1
`)
}

func TestPrimaryAndRemote(t *testing.T) {
	expect(t, draw(t, "  - {name: a, role: primary, eastWestGateway: {address: 192.0.2.1}}\n  - {name: b, role: remote, controlPlane: a, gateways: [{name: in}]}\n"), `flowchart LR
  c_a["a<br/>primary<br/>east-west gateway"]
  c_b["b<br/>remote<br/>in"]
  c_a -- serves --> c_b
  c_a -. observes .-> c_b
`)
}

func TestOneClusterObservesNobody(t *testing.T) {
	expect(t, draw(t, "  - {name: a, role: primary}\n"), "flowchart LR\n  c_a[\"a<br/>primary\"]\n")
}

func TestFiftyClusters(t *testing.T) {
	var b strings.Builder
	for i := range 50 {
		network, first := i/10, i/10*10
		if i == first {
			fmt.Fprintf(&b, "  - {name: c%02d, role: primary, network: n%d, eastWestGateway: {address: 192.0.2.%d}}\n", i, network, i+1)
			continue
		}
		fmt.Fprintf(&b, "  - {name: c%02d, role: remote, network: n%d, controlPlane: c%02d}\n", i, network, first)
	}
	var want strings.Builder
	want.WriteString("flowchart LR\n")
	for n := range 5 {
		fmt.Fprintf(&want, `  subgraph n_n%[1]d["network n%[1]d"]
    c_c%[1]d0["c%[1]d0<br/>primary<br/>east-west gateway"]
    c_c%[1]d1["c%[1]d1 … c%[1]d9<br/>9 × remote<br/>east-west gateway"]
  end
`, n)
	}
	for n := range 5 {
		fmt.Fprintf(&want, "  c_c%[1]d0 -- serves --> c_c%[1]d1\n", n)
	}
	want.WriteString("  observers([\"5 control planes of mesh1:<br/>each observes every cluster<br/>with workloads but its own\"])\n")
	for n := range 5 {
		fmt.Fprintf(&want, "  observers -. observe .-> n_n%d\n", n)
	}
	expect(t, draw(t, b.String()), want.String())
}

// A range names what is in the box alone: clusters between its ends that are
// elsewhere would be taken for part of it.
func TestBoxesNameTheirClusters(t *testing.T) {
	var b strings.Builder
	for i := range 16 {
		fmt.Fprintf(&b, "  - {name: c%02d, role: primary, network: n%d}\n", i, i%2)
	}
	got := draw(t, b.String())
	for _, want := range []string{
		`["c00, c02, c04 and 5 more<br/>8 × primary<br/>east-west gateway"]`,
		`["c01, c03, c05 and 5 more<br/>8 × primary<br/>east-west gateway"]`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

func TestTwoMeshesAreOnePicture(t *testing.T) {
	got := drawAll(t, topologyOf("blue", "  - {name: a, role: primary}\n")+"---\n"+topologyOf("green", "  - {name: b-1, role: primary, network: x}\n"))
	expect(t, got, `flowchart LR
  subgraph m_blue["mesh blue"]
    blue_c_a["a<br/>primary"]
  end
  subgraph m_green["mesh green"]
    subgraph green_n_x["network x"]
      green_c_b__1["b-1<br/>primary"]
    end
  end
`)
}
