package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/secrets/layout"
	"isthmus.dev/isthmus/generator/secrets/sealed"
	"isthmus.dev/isthmus/generator/topology"
)

func newSecrets(s streams, m *messages) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "secrets",
		Short: "Make the secrets of a mesh, encrypted in Git with SOPS",
		Long: `Makes the secrets of a mesh whose providers are sops, encrypted for the age
recipients that the topology lists, into the folder secrets/ of the generated
repository. The files are yours: generate refers to those that are there and never
changes them.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newSecretsRemote(s, m), newSecretsCA(s, m), newSecretsStatus(s, m))
	return cmd
}

// keptOptions are those of the commands about secrets that are kept in the
// generated repository.
type keptOptions struct {
	files []string
	dir   string
}

func (o *keptOptions) flags(cmd *cobra.Command) {
	topologyFlag(cmd, &o.files)
	cmd.Flags().StringVarP(&o.dir, "output", "o", "", "directory of the generated repository")
	required(cmd, "filename", "output")
}

// change is read for commands that write: the directory is whole then.
func (o *keptOptions) change(ctx context.Context, s streams, m *messages) (*topology.Topology, *plan.Plan, map[string][]byte, error) {
	if err := repo.Complete(ctx, o.dir); err != nil {
		return nil, nil, nil, err
	}
	return o.read(s, m)
}

// read returns the topology, its plan, and the secrets that are there.
func (o *keptOptions) read(s streams, m *messages) (*topology.Topology, *plan.Plan, map[string][]byte, error) {
	if err := repo.Ready(o.dir); err != nil {
		return nil, nil, nil, err
	}
	t, err := topology.Load(o.files, s.in)
	if err != nil {
		return nil, nil, nil, err
	}
	m.warn(t.Warnings)
	files, err := repo.ReadFolder(o.dir, layout.Root)
	return t, plan.Build(t), files, err
}

// unlike says which of the secrets of a kind that are there now are not as the
// plan has them: those that were kept are not fine for being there.
func unlike(p *plan.Plan, files, made map[string][]byte, kind func(sealed.Finding) bool, m *messages) {
	after := maps.Clone(files)
	maps.Copy(after, made)
	found := slices.DeleteFunc(sealed.Compare(p, p.Clusters, after), func(f sealed.Finding) bool { return !kind(f) })
	m.warn(sealed.Texts(found))
}

// print lists what was written.
func printChanges(out io.Writer, changes []repo.Change) {
	for _, c := range changes {
		fmt.Fprintf(out, "%s %s\n", c.Action, c.Path)
	}
}

// generateAgain says that the tree has yet to refer to files that are new.
func generateAgain(m *messages, changes []repo.Change) {
	if slices.ContainsFunc(changes, func(c repo.Change) bool {
		return c.Action == repo.Add && strings.HasSuffix(c.Path, "/"+layout.Kustomization)
	}) {
		m.say("Now run \"isthmus generate\", which refers to them, and commit all of it.")
	}
}
