package graph

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology"
)

// drawing is the picture of one mesh, or of several alike.
type drawing struct {
	strings.Builder
	*group
	detail detail
	spots  []*spot
	// prefix of all identifiers.
	prefix string
	indent string
	arrows int

	boxes    []*box
	networks []*network
	boxOf    map[*spot]*box

	clusterRanks, networkRanks ranks
}

func newDrawing(dt detail, of *group, all []*spot) *drawing {
	d := &drawing{group: of, detail: dt, boxOf: map[*spot]*box{}}
	var clusters, networks []string
	for _, s := range all {
		if slices.Contains(of.index, s.mesh) {
			d.spots = append(d.spots, s)
			clusters = append(clusters, s.Name)
			networks = append(networks, s.Network)
		}
	}
	d.clusterRanks, d.networkRanks = rank(clusters), rank(networks)
	return d
}

// title names the meshes.
func (d *drawing) title() string {
	names := make([]string, len(d.meshes))
	for i, m := range d.meshes {
		names[i] = m.Name
	}
	return rank(names).label(names)
}

func (d *drawing) line(format string, args ...any) {
	fmt.Fprintf(d, d.indent+format+"\n", args...)
}

func (d *drawing) arrow(format string, args ...any) {
	d.arrows++
	d.line(format, args...)
}

func (d *drawing) draw() {
	name := func(*spot) string { return "" }
	if len(d.meshes) == 1 {
		name = d.detail.apart(d.spots)
	}
	d.merge(d.spots, d.detail.sort(d.spots, name))
	d.drawBoxes()
	d.drawServed()
	d.drawObserved()
}

func (d *drawing) drawBoxes() {
	for _, nw := range d.networks {
		d.line("subgraph %s[\"%s\"]", nw.id, d.networkLabel(nw))
		for _, bx := range nw.boxes {
			d.line("  %s[\"%s\"]", bx.id, d.boxLabel(bx))
		}
		d.line("end")
	}
	for _, bx := range d.boxes {
		if bx.network == nil {
			d.line("%s[\"%s\"]", bx.id, d.boxLabel(bx))
		}
	}
}

func (d *drawing) drawServed() {
	for _, bx := range d.boxes {
		counts := map[*box]map[string]int{}
		for _, s := range bx.spots {
			if s.server == nil {
				continue
			}
			from := d.boxOf[s.server]
			if counts[from] == nil {
				counts[from] = map[string]int{}
				for _, name := range from.names() {
					counts[from][name] = 0
				}
			}
			counts[from][s.server.Name]++
		}
		for _, from := range d.boxes {
			switch each := counts[from]; {
			case len(each) == 1:
				d.arrow("%s -- serves --> %s", from.id, bx.id)
			case len(each) > 1:
				d.arrow("%s -- each serves %s --> %s", from.id, spread(slices.Collect(maps.Values(each))), bx.id)
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
	var from, to []*box
	for _, bx := range d.boxes {
		if d.hosts(bx) {
			from = append(from, bx)
		}
		if bx.spots[0].Role != topology.External {
			to = append(to, bx)
		}
	}
	if len(from) == 0 || d.largest() < 2 {
		return
	}
	if len(d.boxes) == len(d.spots) && len(from)*len(to) <= fewArrows {
		d.drawPairs(from, to)
		return
	}
	d.line("%sobservers([\"%s\"])", d.prefix, d.observers())
	for _, bx := range from {
		if bx.network == nil {
			d.arrow("%s --- %sobservers", bx.id, d.prefix)
		}
	}
	for _, nw := range d.networks {
		d.arrow("%sobservers -. observe .-> %s", d.prefix, nw.id)
	}
	for _, bx := range to {
		if bx.network == nil {
			d.arrow("%sobservers -. observe .-> %s", d.prefix, bx.id)
		}
	}
}

// hosts says whether control planes run in the clusters of a box, which are of
// one role.
func (d *drawing) hosts(bx *box) bool {
	first := bx.spots[0]
	return slices.ContainsFunc(d.meshes[slices.Index(d.index, first.mesh)].Hosts, func(h plan.Host) bool { return h.Cluster == first.Name })
}

// largest is the number of clusters in the largest mesh.
func (d *drawing) largest() int {
	most := 0
	for _, m := range d.meshes {
		most = max(most, len(m.Clusters))
	}
	return most
}

// observers is the text of the node for all control planes.
func (d *drawing) observers() string {
	count := 0
	for _, m := range d.meshes {
		count += len(m.Hosts)
	}
	switch {
	case len(d.meshes) > 1:
		return fmt.Sprintf("%d control planes of %s:<br/>each observes every cluster of its mesh<br/>with workloads but its own", count, d.title())
	case count > 1:
		return fmt.Sprintf("%d control planes of %s:<br/>each observes every cluster<br/>with workloads but its own", count, d.title())
	default:
		return fmt.Sprintf("control plane of %s:<br/>observes every cluster<br/>with workloads but its own", d.title())
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
				d.arrow("%s <-. observe .-> %s", a.id, b.id)
			default:
				d.arrow("%s -. observes .-> %s", a.id, b.id)
			}
		}
	}
}
