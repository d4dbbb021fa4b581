package graph

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// box is one box of the picture: a cluster, or several alike.
type box struct {
	id    string
	spots []*spot
	// network that it lies on, nil for none.
	network *network
}

// network is one frame of the picture: a network, or several alike.
type network struct {
	id     string
	places []place
	boxes  []*box
}

// names of the clusters. One that several meshes share counts once.
func (bx *box) names() []string {
	var out []string
	for _, s := range bx.spots {
		out = append(out, s.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// merge makes the frames and boxes: the networks and clusters of the meshes,
// those of a kind as one.
func (d *drawing) merge(spots []*spot, kinds map[place]int) {
	byKind := map[int]*network{}
	for _, p := range sortedPlaces(kinds) {
		if p.network == "" {
			continue
		}
		nw := byKind[kinds[p]]
		if nw == nil {
			nw = &network{id: d.prefix + "n_" + ident(p.network)}
			byKind[kinds[p]] = nw
			d.networks = append(d.networks, nw)
		}
		nw.places = append(nw.places, p)
	}
	type key struct {
		network *network
		kind    int
	}
	boxes := map[key]*box{}
	for _, s := range spots {
		k := key{kind: s.kind}
		if s.Network != "" {
			k.network = byKind[kinds[s.place()]]
		}
		if boxes[k] == nil {
			bx := &box{id: d.prefix + "c_" + ident(s.Name), network: k.network}
			boxes[k] = bx
			d.boxes = append(d.boxes, bx)
			if bx.network != nil {
				bx.network.boxes = append(bx.network.boxes, bx)
			}
		}
		boxes[k].spots = append(boxes[k].spots, s)
		d.boxOf[s] = boxes[k]
	}
}

func sortedPlaces(kinds map[place]int) []place {
	return slices.SortedFunc(maps.Keys(kinds), func(a, b place) int {
		if a.mesh != b.mesh {
			return a.mesh - b.mesh
		}
		return strings.Compare(a.network, b.network)
	})
}

func (d *drawing) networkLabel(nw *network) string {
	names := make([]string, len(nw.places))
	for i, p := range nw.places {
		names[i] = p.network
	}
	switch label := d.networkRanks.label(names); {
	case len(names) == 1:
		return "network " + label
	case label == names[0]:
		return fmt.Sprintf("%d networks named %s", len(names), label)
	default:
		return fmt.Sprintf("%d networks: %s", len(names), label)
	}
}

func (d *drawing) boxLabel(bx *box) string {
	names, role := bx.names(), string(bx.spots[0].Role)
	if len(names) > 1 {
		role = fmt.Sprintf("%d × %s%s", len(names), role, d.each(bx))
	}
	lines := []string{d.clusterRanks.label(names), role}
	g := bx.spots[0].gateways()
	switch {
	case slices.ContainsFunc(bx.spots, func(s *spot) bool { return !slices.Equal(s.gateways(), g) }):
		lines = append(lines, "different gateways")
	case len(g) == 0:
	case d.detail.exact:
		lines = append(lines, strings.Join(g, ", "))
	default:
		lines = append(lines, listed(g))
	}
	return strings.Join(lines, "<br/>")
}

// each says how many clusters of a box lie on each of the networks, or in each
// of the meshes, that are drawn as one.
func (d *drawing) each(bx *box) string {
	switch {
	case bx.network != nil && len(bx.network.places) > 1:
		counts := make([]int, len(bx.network.places))
		for _, s := range bx.spots {
			counts[slices.Index(bx.network.places, s.place())]++
		}
		return fmt.Sprintf(", %s per network", spread(counts))
	case bx.network == nil && len(d.meshes) > 1:
		counts := make([]int, len(d.meshes))
		for _, s := range bx.spots {
			counts[slices.Index(d.index, s.mesh)]++
		}
		return fmt.Sprintf(", %s per mesh", spread(counts))
	}
	return ""
}
