package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// topologyFlag adds -f.
func topologyFlag(cmd *cobra.Command, files *[]string) {
	cmd.Flags().StringArrayVarP(files, "filename", "f", nil, "topology file, a directory with *.yaml, or - for standard input; may repeat")
}

// required marks flags that a command cannot do without.
func required(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(fmt.Sprintf("flag %s: %v", name, err)) // the flag was not defined: a mistake in this program
		}
	}
}
