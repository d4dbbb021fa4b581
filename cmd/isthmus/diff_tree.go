package main

import (
	"github.com/spf13/cobra"

	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/tree"
)

// comparedOptions are those of the commands that compare a directory with what
// a topology generates.
type comparedOptions struct {
	files, clusters []string
	dir             string
	full            bool
}

func (o *comparedOptions) flags(cmd *cobra.Command) {
	topologyFlag(cmd, &o.files)
	cmd.Flags().StringVarP(&o.dir, "output", "o", "", "directory of the generated repository")
	cmd.Flags().StringArrayVar(&o.clusters, "cluster", nil, "only clusters whose name matches this glob; may repeat")
	required(cmd, "filename", "output")
}

// generate returns the tree, and the names of the clusters that it is limited
// to, none for all of them.
func (o *comparedOptions) generate(cmd *cobra.Command, s streams, m *messages) (*tree.Tree, []string, error) {
	if err := repo.Ready(o.dir); err != nil {
		return nil, nil, err
	}
	t, err := topology.Load(o.files, s.in)
	if err != nil {
		return nil, nil, err
	}
	m.warn(t.Warnings)
	names, err := match(t, o.clusters)
	if err != nil {
		return nil, nil, err
	}
	out, err := treeFor(cmd.Context(), t, o.dir, names, o.full, m)
	return out, names, err
}
