package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// topologyFlag adds -f.
func topologyFlag(cmd *cobra.Command, files *[]string) {
	cmd.Flags().StringArrayVarP(files, "filename", "f", nil, "topology file, a directory with *.yaml, or - for standard input; may repeat")
}

// fullFlag adds --full.
func fullFlag(cmd *cobra.Command, full *bool) {
	cmd.Flags().BoolVar(full, "full", false, "render and check every cluster on its own, also those that differ in names and addresses alone")
}

// required marks flags that a command cannot do without.
func required(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(fmt.Sprintf("flag %s: %v", name, err)) // the flag was not defined: a mistake in this program
		}
	}
}

// missingFlags says which required flags are not given, as people write them.
func missingFlags(cmd *cobra.Command) error {
	var errs []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Changed || len(f.Annotations[cobra.BashCompOneRequiredFlag]) == 0 {
			return
		}
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand
		}
		errs = append(errs, fmt.Errorf("%s is missing: %s", name, f.Usage))
	})
	return errors.Join(errs...)
}
