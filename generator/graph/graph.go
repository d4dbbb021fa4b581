// Package graph draws a mesh as a Mermaid picture.
package graph

import (
	"fmt"
	"strings"

	"isthmus.dev/isthmus/generator/plan"
)

const head = "flowchart LR\n"

// Mermaid draws no picture beyond these, unless whoever embeds it raises them
// (maxTextSize and maxEdges of its configuration); forges do not.
const (
	maxText   = 50_000
	maxArrows = 500
)

// Mermaid draws one mesh: networks, the clusters on them with their gateways,
// who serves whom, and who observes whom. Clusters that differ in nothing but
// their names are one box once there are many, and networks that hold the same
// kinds of boxes are one once there are many. It stays within what Mermaid
// draws, by leaving out in what clusters differ where it must.
func Mermaid(p *plan.Plan, m plan.Mesh) string {
	return draw(p, []plan.Mesh{m}, false)
}

// All draws every mesh in one picture. Meshes that are alike are one once there
// are many.
func All(p *plan.Plan) string {
	return draw(p, p.Meshes, len(p.Meshes) > 1)
}

// draw draws with the first detail that Mermaid takes.
func draw(p *plan.Plan, meshes []plan.Mesh, framed bool) string {
	spots := spotsOf(p, meshes)
	var text string
	for _, dt := range details() {
		var arrows int
		if text, arrows = drawWith(dt, meshes, spots, framed); len(text) <= maxText && arrows <= maxArrows {
			break
		}
	}
	return text
}

func drawWith(dt detail, meshes []plan.Mesh, spots []*spot, framed bool) (text string, arrows int) {
	var b strings.Builder
	b.WriteString(head)
	for _, of := range dt.alikeMeshes(meshes, spots) {
		d := newDrawing(dt, of, spots)
		d.indent = "  "
		if framed {
			// A cluster that several meshes share is a box in each.
			d.prefix, d.indent = ident(d.meshes[0].Name)+"_", "    "
		}
		d.draw()
		arrows += d.arrows
		if !framed {
			b.WriteString(d.String())
			continue
		}
		title := "mesh " + d.meshes[0].Name
		if n := len(d.meshes); n > 1 {
			title = fmt.Sprintf("%d meshes: %s", n, d.title())
		}
		fmt.Fprintf(&b, "  subgraph m_%s[\"%s\"]\n%s  end\n", ident(d.meshes[0].Name), title, d.String())
	}
	return b.String(), arrows
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
