package main

import (
	"context"

	"isthmus.dev/isthmus/generator"
	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/secrets/layout"
	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/tree"
)

// treeFor returns the tree for a directory, which refers to the encrypted secrets
// that the user keeps there.
func treeFor(ctx context.Context, t *topology.Topology, dir string, clusters []string, full bool, m *messages) (*tree.Tree, error) {
	secrets, err := repo.ReadFolder(dir, layout.Root)
	if err != nil {
		return nil, err
	}
	var warnings []string
	step, end := m.progress("rendering")
	out, err := generator.Generate(ctx, t, generator.Options{
		Clusters: clusters, Progress: step, Secrets: secrets, Full: full,
		Warn: func(w string) { warnings = append(warnings, w) },
	})
	end()
	m.warn(warnings)
	return out, err
}
