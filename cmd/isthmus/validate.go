package main

import (
	"github.com/spf13/cobra"

	"isthmus.dev/isthmus/generator"
	"isthmus.dev/isthmus/generator/topology"
)

func newValidate(s streams, m *messages) *cobra.Command {
	var (
		files []string
		full  bool
	)
	cmd := &cobra.Command{
		Use:     "validate -f TOPOLOGY",
		Short:   "Check a topology and everything that it generates, and write nothing",
		Example: "  isthmus validate -f topology.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := topology.Load(files, s.in)
			if err != nil {
				return err
			}
			m.warn(t.Warnings)
			tree, err := generated(cmd.Context(), t, generator.Options{Full: full}, m)
			if err != nil {
				return err
			}
			m.say("The topology is valid; it generates %d files.", tree.Len())
			return nil
		},
	}
	topologyFlag(cmd, &files)
	fullFlag(cmd, &full)
	required(cmd, "filename")
	return cmd
}
