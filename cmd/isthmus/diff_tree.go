package main

import (
	"github.com/spf13/cobra"

	"isthmus.dev/isthmus/generator/diff"
	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/topology"
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

// generate returns the tree, and the clusters that it is limited to.
func (o *comparedOptions) generate(cmd *cobra.Command, s streams, m *messages) (diff.Generated, error) {
	if err := repo.Ready(o.dir); err != nil {
		return diff.Generated{}, err
	}
	t, err := topology.Load(o.files, s.in)
	if err != nil {
		return diff.Generated{}, err
	}
	m.warn(t.Warnings)
	names, err := match(t, o.clusters)
	if err != nil {
		return diff.Generated{}, err
	}
	return treeFor(cmd.Context(), t, o.dir, names, o.full, m)
}
