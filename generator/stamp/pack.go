package stamp

import (
	"slices"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
)

// Pack writes the objects of clusters that were rendered one by one, and keeps what
// their files have in common once: each is its own bytes, whatever was rendered, but
// a thousand of them take the memory of a few. The zero value is ready; it is safe
// for concurrent use.
type Pack struct{ texts manifest.Once }

// Cluster returns the components of a cluster with files in place of objects.
func (p *Pack) Cluster(c plan.Cluster, components []component.Component) ([]component.Component, error) {
	id := identify(c)
	out := slices.Clone(components)
	for i := range out {
		files, err := manifest.Files(out[i].Objects)
		if err != nil {
			return nil, err
		}
		for j, f := range files {
			files[j].Text = p.texts.Text(f.Text.String(), id[:])
		}
		out[i].Files, out[i].Objects = files, nil
	}
	return out, nil
}
