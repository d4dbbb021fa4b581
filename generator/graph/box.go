package graph

import (
	"fmt"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/plan"
)

// mergeFrom is the number of clusters from which those that differ in nothing
// but their names are drawn as one box.
const mergeFrom = 12

// box is one box of the picture: a cluster, or several alike.
type box struct {
	id      string
	names   []string
	cluster plan.Cluster
	// apart says that clusters between the names are in other boxes.
	apart bool
}

// merge makes the boxes: the clusters of the mesh, those alike as one. A cluster
// that serves others stays alone, since it is the end of arrows.
func (d *drawing) merge() []*box {
	var boxes []*box
	alike := map[string]*box{}
	var last *box
	for _, c := range d.plan.Clusters {
		if !slices.Contains(c.Meshes, d.mesh.Name) {
			continue
		}
		key := strings.Join([]string{string(c.Role), c.Network, c.ControlPlane, gateways(c)}, "\x00")
		if len(d.mesh.Clusters) < mergeFrom || d.serves(c.Name) {
			key = c.Name
		}
		same := alike[key]
		if same == nil {
			same = &box{id: d.prefix + "c_" + ident(c.Name), cluster: c}
			alike[key] = same
			boxes = append(boxes, same)
		} else if last != same {
			same.apart = true
		}
		same.names = append(same.names, c.Name)
		last = same
	}
	return boxes
}

// serves says whether another cluster of the mesh names this one as its control plane.
func (d *drawing) serves(name string) bool {
	return slices.ContainsFunc(d.plan.Clusters, func(c plan.Cluster) bool {
		return c.ControlPlane == name && slices.Contains(c.Meshes, d.mesh.Name)
	})
}

// mostNames is how many names a box lists before it says how many more there are.
const mostNames = 4

func (bx *box) label() string {
	lines := []string{bx.names[0], string(bx.cluster.Role)}
	if n := len(bx.names); n > 1 {
		switch {
		case !bx.apart && n > 2:
			lines[0] = fmt.Sprintf("%s … %s", bx.names[0], bx.names[n-1])
		case n <= mostNames:
			lines[0] = strings.Join(bx.names, ", ")
		default:
			lines[0] = fmt.Sprintf("%s and %d more", strings.Join(bx.names[:mostNames-1], ", "), n-mostNames+1)
		}
		lines[1] = fmt.Sprintf("%d × %s", n, bx.cluster.Role)
	}
	if g := gateways(bx.cluster); g != "" {
		lines = append(lines, g)
	}
	return strings.Join(lines, "<br/>")
}

// gateways names the gateways of a cluster.
func gateways(c plan.Cluster) string {
	var out []string
	for _, g := range c.Gateways {
		name := g.Name
		if g.EastWest {
			name = "east-west gateway"
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}
