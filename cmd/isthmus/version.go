package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"isthmus.dev/isthmus/generator/topology/release"
)

func newVersion(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of isthmus, of Istio's renderer and of the built-in charts",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			own, istio := "unknown", "unknown"
			if info, ok := debug.ReadBuildInfo(); ok {
				own = info.Main.Version
				for _, dep := range info.Deps {
					if dep.Path == "istio.io/istio" {
						istio = dep.Version
					}
				}
			}
			_, err := fmt.Fprintf(s.out, "isthmus %s\nistio %s (module %s)\ncharts %s\n", own, release.Builtin, istio, release.Builtin)
			return err
		},
	}
}
