package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitFine       = 0
	exitDifference = 1
	exitError      = 2
)

// streams are where a command reads and writes. out carries results, err
// carries messages for people.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// errDifference ends a command whose answer is "not the same".
var errDifference = errors.New("there is a difference")

// run runs the program and returns its exit code.
func run(ctx context.Context, args []string, s streams) int {
	cmd := newRoot(s)
	cmd.SetArgs(args)
	cmd.SetIn(s.in)
	cmd.SetOut(s.out)
	cmd.SetErr(s.err)
	err := cmd.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errDifference):
		return exitDifference
	}
	fmt.Fprintln(s.err, "Error:"+indent(err.Error()))
	return exitError
}

func newRoot(s streams) *cobra.Command {
	m := &messages{out: s.err}
	cmd := &cobra.Command{
		Use:   "isthmus",
		Short: "Turn a mesh topology into a GitOps repository",
		Long: `isthmus renders, from one topology file, a kustomize tree for every cluster of
an Istio mesh: CRDs, istiod, webhooks, gateways and their exposure, offline and
with Istio's own charts. Argo CD or Flux applies the tree, people review it.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		// Before cobra says it of all of them at once, by their long names.
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return missingFlags(cmd) },
	}
	cmd.PersistentFlags().BoolVarP(&m.quiet, "quiet", "q", false, "no messages, warnings or progress on stderr")
	cmd.AddCommand(newGenerate(s, m), newValidate(s, m), newDiff(s, m), newCheck(s, m), newGraph(s, m), newInit(s), newSchema(s), newVersion(s), newSecrets(s, m))
	return cmd
}
