package main

import (
	"github.com/spf13/cobra"

	"isthmus.dev/isthmus/generator/topology/schema"
)

func newSchema(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the topology file, for editors",
		Example: `  isthmus schema > topology.schema.json
  # and in the topology: # yaml-language-server: $schema=topology.schema.json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			data, err := schema.JSON()
			if err != nil {
				return err
			}
			_, err = s.out.Write(data)
			return err
		},
	}
}
