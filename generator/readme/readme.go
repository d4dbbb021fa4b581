// Package readme writes the READMEs of the generated repository.
package readme

import (
	"path"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/tree"
)

// Add adds the repository's README and one for each of the given clusters.
func Add(t *tree.Tree, p *plan.Plan, clusters []plan.Cluster, rendered [][]component.Component) error {
	if err := t.Add(tree.Shared, "README.md", []byte(root(p))); err != nil {
		return err
	}
	for i, c := range clusters {
		text := cluster(p, c, rendered[i])
		if err := t.Add(c.Name, path.Join(tree.ClusterFolder(c.Name), "README.md"), []byte(text)); err != nil {
			return err
		}
	}
	return nil
}
