// Package generator is the whole passage from a topology to a tree.
package generator

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"isthmus.dev/isthmus/generator/check"
	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/delivery"
	"isthmus.dev/isthmus/generator/overlay"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/readme"
	"isthmus.dev/isthmus/generator/render"
	"isthmus.dev/isthmus/generator/secrets/layout"
	"isthmus.dev/isthmus/generator/secrets/sealed"
	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/tree"
)

// Options of a generation.
type Options struct {
	// Clusters to generate by name, none for all of them.
	Clusters []string
	// Progress is called after each cluster, from one goroutine at a time; nil is fine.
	Progress func(done, total int, cluster string)
	// Secrets are the encrypted files that the users keep in the directory that the
	// tree is for, by path; nil where there is no such directory.
	Secrets map[string][]byte
	// Warn is called with what does not keep the tree from being generated; nil is fine.
	Warn func(warning string)
	// Full renders and checks every cluster on its own, also where many are alike
	// (package stamp), so that nothing is taken from one for another.
	Full bool
}

// Generate goes from a topology to a checked tree, in memory:
// plan → render → overlays → tree → check.
func Generate(ctx context.Context, t *topology.Topology, o Options) (*tree.Tree, error) {
	p := plan.Build(t)
	r := render.New()
	overlays, err := overlay.New(t.OverlayFiles)
	if err != nil {
		return nil, err
	}
	clusters := selected(p, o.Clusters)
	g := &generation{plan: p, renderer: r, overlays: overlays, clusters: clusters, full: o.Full, progress: o.Progress}
	if err := g.run(ctx); err != nil {
		return nil, err
	}
	rendered := g.rendered
	out := tree.New()
	for _, d := range g.definitions {
		if err := out.AddFiles(tree.Shared, tree.CRDsFolder(d.version), d.files); err != nil {
			return nil, err
		}
	}
	if err := addRemoteSecrets(out, p, overlays, clusters, rendered); err != nil {
		return nil, err
	}
	for i, c := range clusters {
		rendered[i] = layout.Place(rendered[i], p, c, o.Secrets)
		var bases []string
		if c.CRDs != nil {
			bases = append(bases, tree.CRDsFolder(c.CRDs.Version))
		}
		if err := out.AddCluster(c.Name, bases, rendered[i]); err != nil {
			return nil, fmt.Errorf("cluster %q: %w", c.Name, err)
		}
	}
	if err := readme.Add(out, p, clusters, rendered); err != nil {
		return nil, err
	}
	if err := delivery.Add(out, p, delivered(clusters, rendered), t.OverlayFiles); err != nil {
		return nil, err
	}
	return out, o.check(p, out, clusters, g.like)
}

// check checks the tree together with the users' files that it lists.
func (o Options) check(p *plan.Plan, out *tree.Tree, clusters []plan.Cluster, like map[string]string) error {
	whole, err := out.With(tree.Shared, layout.Listed(p, clusters, o.Secrets))
	if err != nil {
		return err
	}
	found := sealed.Compare(p, clusters, o.Secrets)
	if o.Secrets != nil && o.Warn != nil {
		for _, w := range slices.Concat(layout.Missing(p, clusters, o.Secrets), sealed.Warnings(found)) {
			o.Warn(w)
		}
	}
	if len(clusters) < len(p.Clusters) {
		whole = whole.Without(delivery.EntryPoints()...)
	}
	built := func() error { return check.Alike(whole, like) }
	if o.Full {
		built = func() error { return check.Tree(whole) }
	}
	return errors.Join(check.Encrypted(o.Secrets), sealed.Wrong(found), built())
}

// argocd says whether Argo CD applies a cluster's folder.
func argocd(p *plan.Plan, c plan.Cluster) bool {
	return slices.ContainsFunc(p.Meshes, func(m plan.Mesh) bool { return m.Name == c.Owner && m.Delivery.ArgoCD != nil })
}

func delivered(clusters []plan.Cluster, rendered [][]component.Component) []delivery.Cluster {
	out := make([]delivery.Cluster, len(clusters))
	for i, c := range clusters {
		out[i] = delivery.Cluster{Cluster: c, Components: rendered[i]}
	}
	return out
}

func selected(p *plan.Plan, names []string) []plan.Cluster {
	if len(names) == 0 {
		return p.Clusters
	}
	var out []plan.Cluster
	for _, c := range p.Clusters {
		if slices.Contains(names, c.Name) {
			out = append(out, c)
		}
	}
	return out
}
