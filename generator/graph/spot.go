package graph

import (
	"slices"

	"isthmus.dev/isthmus/generator/plan"
)

// spot is a cluster in one of the meshes.
type spot struct {
	plan.Cluster
	mesh   int // among the meshes of the picture
	server *spot
	served []*spot
	// kind is the same for clusters that are drawn alike.
	kind int
}

// place is a network of one mesh.
type place struct {
	mesh    int
	network string
}

func (s *spot) place() place { return place{s.mesh, s.Network} }

// spotsOf returns the clusters mesh by mesh, in the order of the plan.
func spotsOf(p *plan.Plan, meshes []plan.Mesh) []*spot {
	type key struct {
		mesh int
		name string
	}
	index := map[string]int{}
	for i, m := range meshes {
		index[m.Name] = i
	}
	var spots []*spot
	byName := map[key]*spot{}
	for _, c := range p.Clusters {
		for _, name := range c.Meshes {
			if i, drawn := index[name]; drawn {
				s := &spot{Cluster: c, mesh: i}
				spots = append(spots, s)
				byName[key{i, c.Name}] = s
			}
		}
	}
	slices.SortStableFunc(spots, func(a, b *spot) int { return a.mesh - b.mesh })
	for _, s := range spots {
		if server := byName[key{s.mesh, s.ControlPlane}]; server != nil {
			s.server = server
			server.served = append(server.served, s)
		}
	}
	return spots
}

// gateways names the gateways of the cluster.
func (s *spot) gateways() []string {
	var out []string
	for _, g := range s.Gateways {
		name := g.Name
		if g.EastWest {
			name = "east-west gateway"
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}
