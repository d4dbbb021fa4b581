package main

import (
	"io"

	"github.com/spf13/cobra"

	"isthmus.dev/isthmus/generator/graph"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology"
)

func newGraph(s streams, m *messages) *cobra.Command {
	var files []string
	cmd := &cobra.Command{
		Use:   "graph -f TOPOLOGY",
		Short: "Print the mesh as a Mermaid picture",
		Long: `Prints the mesh as a Mermaid flowchart: networks, the clusters on them, who serves
whom, gateways, and who observes whom. Clusters that differ in nothing but their
names are one box once there are many, and so are networks and meshes that hold
the same; the picture stays within what Mermaid draws. Forges draw it inside of a
Markdown block of the language mermaid.`,
		Example: "  isthmus graph -f topology.yaml > mesh.mmd",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			t, err := topology.Load(files, s.in)
			if err != nil {
				return err
			}
			m.warn(t.Warnings)
			_, err = io.WriteString(s.out, graph.All(plan.Build(t)))
			return err
		},
	}
	topologyFlag(cmd, &files)
	required(cmd, "filename")
	return cmd
}
