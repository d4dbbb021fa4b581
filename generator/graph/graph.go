// Package graph draws a mesh as a Mermaid picture.
package graph

import (
	"fmt"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology"
)

const head = "flowchart LR\n"

// Mermaid draws one mesh: networks, the clusters on them with their gateways,
// who serves whom, and who observes whom. Clusters that differ in nothing but
// their names are one box once there are many, and it grows linearly at most.
func Mermaid(p *plan.Plan, m plan.Mesh) string {
	d := drawing{plan: p, mesh: m, indent: "  "}
	d.draw()
	return head + d.String()
}

// All draws every mesh in one picture.
func All(p *plan.Plan) string {
	if len(p.Meshes) == 1 {
		return Mermaid(p, p.Meshes[0])
	}
	var b strings.Builder
	b.WriteString(head)
	for _, m := range p.Meshes {
		// A cluster that several meshes share is a box in each.
		d := drawing{plan: p, mesh: m, prefix: ident(m.Name) + "_", indent: "    "}
		d.draw()
		fmt.Fprintf(&b, "  subgraph m_%s[\"mesh %s\"]\n%s  end\n", ident(m.Name), m.Name, d.String())
	}
	return b.String()
}

// drawing is the picture of one mesh.
type drawing struct {
	strings.Builder
	plan *plan.Plan
	mesh plan.Mesh
	// prefix of all identifiers.
	prefix string
	indent string
	boxes  []*box
}

func (d *drawing) line(format string, args ...any) {
	fmt.Fprintf(d, d.indent+format+"\n", args...)
}

func (d *drawing) draw() {
	d.boxes = d.merge()
	d.drawBoxes()
	d.drawServed()
	d.drawObserved()
}

func (d *drawing) network(name string) string { return d.prefix + "n_" + ident(name) }

func (d *drawing) drawBoxes() {
	for _, n := range d.networks() {
		d.line("subgraph %s[\"network %s\"]", d.network(n), n)
		for _, bx := range d.boxes {
			if bx.cluster.Network == n {
				d.line("  %s[\"%s\"]", bx.id, bx.label())
			}
		}
		d.line("end")
	}
	for _, bx := range d.boxes {
		if bx.cluster.Network == "" {
			d.line("%s[\"%s\"]", bx.id, bx.label())
		}
	}
}

// networks that have boxes, sorted.
func (d *drawing) networks() []string {
	var out []string
	for _, bx := range d.boxes {
		if n := bx.cluster.Network; n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

func (d *drawing) drawServed() {
	for _, bx := range d.boxes {
		for _, other := range d.boxes {
			if slices.Contains(other.names, bx.cluster.ControlPlane) {
				d.line("%s -- serves --> %s", other.id, bx.id)
			}
		}
	}
}

// fewArrows is how many arrows between clusters can be followed by eye.
const fewArrows = 6

// drawObserved draws who observes whom: from cluster to cluster where that is a
// handful of arrows. Otherwise one node stands for all control planes, since
// each of them observes the same clusters, and one arrow leads to each network.
func (d *drawing) drawObserved() {
	hosts := map[string]bool{}
	for _, h := range d.mesh.Hosts {
		hosts[h.Cluster] = true
	}
	var from, to []*box
	for _, bx := range d.boxes {
		if hosts[bx.names[0]] {
			from = append(from, bx)
		}
		if bx.cluster.Role != topology.External {
			to = append(to, bx)
		}
	}
	if len(from) == 0 || len(d.boxes) == len(from) && len(d.mesh.Clusters) < 2 {
		return
	}
	single := len(d.boxes) == len(d.mesh.Clusters)
	if single && len(from)*len(to) <= fewArrows {
		d.drawPairs(from, to)
		return
	}
	planes := fmt.Sprintf("%d control planes", len(d.mesh.Hosts))
	each := "each observes every cluster<br/>with workloads but its own"
	if len(d.mesh.Hosts) == 1 {
		planes, each = "control plane", "observes every cluster<br/>with workloads but its own"
	}
	d.line("%sobservers([\"%s of %s:<br/>%s\"])", d.prefix, planes, d.mesh.Name, each)
	for _, bx := range from {
		if bx.cluster.Network == "" {
			d.line("%s --- %sobservers", bx.id, d.prefix)
		}
	}
	for _, n := range d.networks() {
		d.line("%sobservers -. observe .-> %s", d.prefix, d.network(n))
	}
	for _, bx := range to {
		if bx.cluster.Network == "" {
			d.line("%sobservers -. observe .-> %s", d.prefix, bx.id)
		}
	}
}

// drawPairs draws an arrow from each control plane to each cluster that it
// observes, with two heads where it is mutual.
func (d *drawing) drawPairs(from, to []*box) {
	for i, a := range from {
		for _, b := range to {
			mutual := slices.Index(from, b)
			switch {
			case a == b || mutual >= 0 && mutual < i && slices.Contains(to, a):
			case mutual > i && slices.Contains(to, a):
				d.line("%s <-. observe .-> %s", a.id, b.id)
			default:
				d.line("%s -. observes .-> %s", a.id, b.id)
			}
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
