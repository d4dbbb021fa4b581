package generator

import (
	"fmt"
	"slices"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/overlay"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/render"
	"isthmus.dev/isthmus/generator/tree"
)

// addRemoteSecrets adds the remote secrets that meshes take from stores, once for
// each mesh, and lists them among the components of the clusters that they go to.
// They depend on the topology alone and not on which clusters a run renders.
func addRemoteSecrets(out *tree.Tree, p *plan.Plan, overlays *overlay.Overlays, clusters []plan.Cluster, rendered [][]component.Component) error {
	for _, m := range p.Meshes {
		shared, err := render.RemoteSecrets(m.Name, m.RemoteSecrets)
		if err == nil && slices.ContainsFunc(p.Clusters, func(c plan.Cluster) bool { return holds(c, m) && argocd(p, c) }) {
			shared, err = overlays.Waves(shared)
		}
		if err != nil {
			return fmt.Errorf("mesh %q: %w", m.Name, err)
		}
		for _, k := range shared {
			if err := out.AddFolder(tree.Shared, k.Path, k.Objects); err != nil {
				return err
			}
		}
		for i, c := range clusters {
			if holds(c, m) {
				rendered[i] = append(rendered[i], shared...)
				slices.SortStableFunc(rendered[i], func(a, b component.Component) int { return int(a.Stage) - int(b.Stage) })
			}
		}
	}
	return nil
}

// holds says whether a mesh's remote secrets from a store go to a cluster.
func holds(c plan.Cluster, m plan.Mesh) bool { return slices.Contains(c.RemoteSecrets, m.Name) }
