package graph

import (
	"fmt"
	"slices"

	"isthmus.dev/isthmus/generator/plan"
)

// mergeFrom is the number of clusters, servers, networks or meshes from which
// those that differ in nothing but their names are drawn as one.
const mergeFrom = 12

// detail is what clusters must have in common to be drawn as one box.
type detail struct {
	// exact says that gateways matter, and how many clusters of a kind another
	// serves or shares a network with.
	exact bool
	// depth is how far from a cluster matters: at 1 the clusters on its network,
	// its server and whom it serves, at 2 those around them. At 0 nothing does,
	// not even which of a few networks it is.
	depth int
}

// details are tried in order. The last one draws a box for each role.
func details() []detail {
	// Deeper than any mesh but one whose networks hang on each other in a
	// chain, which would have no two clusters alike.
	const deep = 8
	return []detail{{exact: true, depth: deep}, {depth: deep}, {}}
}

// numbers gives each different text a number.
type numbers map[string]int

func (n numbers) of(parts ...any) int {
	text := fmt.Sprintf("%#v", parts)
	if _, known := n[text]; !known {
		n[text] = len(n)
	}
	return n[text]
}

// sort gives clusters that are to be drawn as one the same kind, and returns
// the kinds of their networks. It starts with what each cluster is by itself,
// with the name for those that are to be told apart, and parts kinds by what is
// around their clusters until that parts nothing more.
func (dt detail) sort(spots []*spot, name func(*spot) string) map[place]int {
	kinds := numbers{}
	for _, s := range spots {
		s.kind = kinds.of(s.Role, dt.gateways(s), name(s))
	}
	networks := dt.networks(spots)
	for range dt.depth {
		finer := numbers{}
		next := make([]int, len(spots))
		for i, s := range spots {
			network, server := -1, -1
			if s.Network != "" {
				network = networks[s.place()]
			}
			if s.server != nil {
				server = s.server.kind
			}
			next[i] = finer.of(s.kind, network, server, dt.kinds(s.served))
		}
		for i, s := range spots {
			s.kind = next[i]
		}
		networks = dt.networks(spots)
		if len(finer) == len(kinds) {
			break
		}
		kinds = finer
	}
	return networks
}

func (dt detail) gateways(s *spot) []string {
	if !dt.exact {
		return nil
	}
	return s.gateways()
}

// kinds of clusters, with how many there are of each where that matters.
func (dt detail) kinds(spots []*spot) []int {
	out := make([]int, len(spots))
	for i, s := range spots {
		out[i] = s.kind
	}
	slices.Sort(out)
	if !dt.exact {
		out = slices.Compact(out)
	}
	return out
}

// networks returns the kind of each network.
func (dt detail) networks(spots []*spot) map[place]int {
	on := map[place][]*spot{}
	for _, s := range spots {
		on[s.place()] = append(on[s.place()], s)
	}
	out, kinds := map[place]int{}, numbers{}
	for p, there := range on {
		if dt.depth == 0 {
			there = nil
		}
		out[p] = kinds.of(dt.kinds(there))
	}
	return out
}

// group are meshes that are drawn as one, by index.
type group struct {
	meshes []plan.Mesh
	index  []int
}

// alikeMeshes groups the meshes, each alone unless there are many.
func (dt detail) alikeMeshes(meshes []plan.Mesh, spots []*spot) []*group {
	shapes := dt.shapes(len(meshes), spots)
	var out []*group
	alike := map[int]*group{}
	for i, m := range meshes {
		g := alike[shapes[i]]
		if g == nil {
			g = &group{}
			alike[shapes[i]] = g
			out = append(out, g)
		}
		g.meshes = append(g.meshes, m)
		g.index = append(g.index, i)
	}
	return out
}

// shapes returns a number for each mesh, the same for those that are drawn alike.
func (dt detail) shapes(count int, spots []*spot) []int {
	out := make([]int, count)
	if count < mergeFrom {
		for i := range out {
			out[i] = i
		}
		return out
	}
	if dt.depth == 0 {
		return out
	}
	networks := dt.sort(spots, func(*spot) string { return "" })
	kinds, shapes := numbers{}, numbers{}
	holds := make([][]int, count)
	for _, s := range spots {
		holds[s.mesh] = append(holds[s.mesh], kinds.of(s.Network == "", networks[s.place()], s.kind))
	}
	for i, h := range holds {
		slices.Sort(h)
		if !dt.exact {
			h = slices.Compact(h)
		}
		out[i] = shapes.of(h)
	}
	return out
}

// apart returns by which name a cluster of a mesh that is drawn alone is told
// apart from others like it: all of a small mesh, and in a large one those that
// serve others and those on different networks, as long as these are few.
func (dt detail) apart(spots []*spot) func(*spot) string {
	networks, servers := map[string]bool{}, 0
	for _, s := range spots {
		if s.Network != "" {
			networks[s.Network] = true
		}
		if len(s.served) > 0 {
			servers++
		}
	}
	return func(s *spot) string {
		if dt.depth == 0 {
			return ""
		}
		var name, network string
		if len(spots) < mergeFrom || len(s.served) > 0 && servers < mergeFrom {
			name = s.Name
		}
		if len(networks) < mergeFrom {
			network = s.Network
		}
		return network + "/" + name
	}
}
