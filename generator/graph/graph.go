// Package graph draws a mesh as a Mermaid picture.
package graph

import (
	"fmt"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology"
)

// mergeFrom is the number of clusters from which those that differ in nothing
// but their names are drawn as one box.
const mergeFrom = 12

// box is one box of the picture: a cluster, or several alike.
type box struct {
	id      string
	names   []string
	cluster plan.Cluster
}

// Mermaid draws one mesh: networks, the clusters on them, who serves whom, and
// that every control plane observes every cluster with workloads. It grows
// linearly with the number of clusters.
func Mermaid(p *plan.Plan, m plan.Mesh) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	boxes := boxesOf(p, m)
	drawBoxes(&b, boxes)
	drawServed(&b, boxes)
	drawObserved(&b, m, boxes)
	return b.String()
}

func boxesOf(p *plan.Plan, m plan.Mesh) []*box {
	inMesh := map[string]bool{}
	for _, name := range m.Clusters {
		inMesh[name] = true
	}
	var boxes []*box
	alike := map[string]*box{}
	for _, c := range p.Clusters {
		if !inMesh[c.Name] {
			continue
		}
		key := c.Name
		if len(m.Clusters) >= mergeFrom {
			key = strings.Join([]string{string(c.Role), c.Network, c.ControlPlane, fmt.Sprint(hasEastWest(c))}, "\x00")
		}
		if same := alike[key]; same != nil && !serves(p, m, c.Name) && !serves(p, m, same.names[0]) {
			same.names = append(same.names, c.Name)
			continue
		}
		bx := &box{id: "c_" + ident(c.Name), names: []string{c.Name}, cluster: c}
		boxes = append(boxes, bx)
		if alike[key] == nil {
			alike[key] = bx
		}
	}
	return boxes
}

// serves says whether another cluster of the mesh names this one as its control plane.
func serves(p *plan.Plan, m plan.Mesh, name string) bool {
	return slices.ContainsFunc(p.Clusters, func(c plan.Cluster) bool {
		return c.ControlPlane == name && slices.Contains(c.Meshes, m.Name)
	})
}

func drawBoxes(b *strings.Builder, boxes []*box) {
	var networks []string
	for _, bx := range boxes {
		if n := bx.cluster.Network; n != "" && !slices.Contains(networks, n) {
			networks = append(networks, n)
		}
	}
	slices.Sort(networks)
	for _, n := range networks {
		fmt.Fprintf(b, "  subgraph n_%s[\"network %s\"]\n", ident(n), n)
		for _, bx := range boxes {
			if bx.cluster.Network == n {
				fmt.Fprintf(b, "    %s[\"%s\"]\n", bx.id, label(bx))
			}
		}
		b.WriteString("  end\n")
	}
	for _, bx := range boxes {
		if bx.cluster.Network == "" {
			fmt.Fprintf(b, "  %s[\"%s\"]\n", bx.id, label(bx))
		}
	}
}

func label(bx *box) string {
	text := bx.names[0]
	what := string(bx.cluster.Role)
	if n := len(bx.names); n > 1 {
		text = fmt.Sprintf("%s … %s", bx.names[0], bx.names[n-1])
		what = fmt.Sprintf("%d × %s", n, what)
	}
	if hasEastWest(bx.cluster) {
		what += "<br/>east-west gateway"
	}
	return text + "<br/>" + what
}

func hasEastWest(c plan.Cluster) bool {
	return slices.ContainsFunc(c.Gateways, func(g plan.Gateway) bool { return g.EastWest })
}

func drawServed(b *strings.Builder, boxes []*box) {
	for _, bx := range boxes {
		server := bx.cluster.ControlPlane
		if server == "" {
			continue
		}
		for _, other := range boxes {
			if slices.Contains(other.names, server) {
				fmt.Fprintf(b, "  %s -- serves --> %s\n", other.id, bx.id)
			}
		}
	}
}

// drawObserved draws one node for all control planes, since each of them
// observes the same clusters: an arrow per pair would grow with the square.
func drawObserved(b *strings.Builder, m plan.Mesh, boxes []*box) {
	if len(m.Hosts) == 0 || len(boxes) < 2 {
		return
	}
	fmt.Fprintf(b, "  observers(((\"control planes<br/>of %s\")))\n", m.Name)
	hosts := map[string]bool{}
	for _, h := range m.Hosts {
		hosts[h.Cluster] = true
	}
	for _, bx := range boxes {
		if hosts[bx.names[0]] {
			fmt.Fprintf(b, "  %s --- observers\n", bx.id)
		}
	}
	for _, bx := range boxes {
		if bx.cluster.Role != topology.External {
			fmt.Fprintf(b, "  observers -. observe .-> %s\n", bx.id)
		}
	}
}

// ident makes an identifier that Mermaid takes, a different one for each name.
func ident(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '-':
			b.WriteString("__")
		default:
			fmt.Fprintf(&b, "_%x_", r)
		}
	}
	return b.String()
}
