// Command argocd is the components of Argo CD that the suite runs, in one binary:
// its first argument says which. No API server and no UI: what they do is done on
// the Kubernetes API here.
package main

import (
	"fmt"
	"os"

	"github.com/alicebob/miniredis/v2"
	controller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	cmpserver "github.com/argoproj/argo-cd/v3/cmd/argocd-cmp-server/commands"
	reposerver "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
	"github.com/spf13/cobra"
)

func main() {
	components := map[string]func() *cobra.Command{
		"application-controller": controller.NewCommand,
		"repo-server":            reposerver.NewCommand,
		"cmp-server":             cmpserver.NewCommand,
		"redis":                  redis,
	}
	var component func() *cobra.Command
	if len(os.Args) > 1 {
		component = components[os.Args[1]]
	}
	if component == nil {
		fmt.Fprintf(os.Stderr, "usage: %s application-controller|repo-server|cmp-server|redis [arguments]\n", os.Args[0])
		os.Exit(2)
	}
	command := component()
	command.SetArgs(os.Args[2:])
	if err := command.Execute(); err != nil {
		os.Exit(1) // cobra has shown it
	}
}

// redis is the cache that the components share, in memory.
func redis() *cobra.Command {
	return &cobra.Command{
		Use: "redis ADDRESS", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := miniredis.NewMiniRedis().StartAddr(args[0]); err != nil {
				return err
			}
			select {}
		},
	}
}
