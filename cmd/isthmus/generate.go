package main

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/several"
	"isthmus.dev/isthmus/generator/topology"
)

type generateOptions struct {
	files, clusters  []string
	dir              string
	dryRun           bool
	overwriteForeign bool
	overwriteEdited  bool
}

func newGenerate(s streams, m *messages) *cobra.Command {
	var o generateOptions
	cmd := &cobra.Command{
		Use:   "generate -f TOPOLOGY -o DIR",
		Short: "Write the tree that a topology describes",
		Long: `Writes the tree that a topology describes into a directory. Everything is rendered
and checked before anything is written. Files of your own in the directory are
left alone; what isthmus wrote there earlier and no longer generates is removed.`,
		Example: `  isthmus generate -f topology.yaml -o .
  isthmus generate -f topology.yaml -o . --cluster 'eu-*'
  isthmus generate -f topology.yaml -o . --dry-run`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd, s, m) },
	}
	topologyFlag(cmd, &o.files)
	cmd.Flags().StringVarP(&o.dir, "output", "o", "", "directory of the generated repository; made if absent")
	cmd.Flags().StringArrayVar(&o.clusters, "cluster", nil, "only clusters whose name matches this glob; may repeat")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "print the paths that would change, and change nothing")
	cmd.Flags().BoolVar(&o.overwriteForeign, "overwrite-foreign", false, "overwrite files that isthmus did not write")
	cmd.Flags().BoolVar(&o.overwriteEdited, "overwrite-edited", false, "overwrite and remove files that isthmus wrote and someone edited")
	required(cmd, "filename", "output")
	return cmd
}

func (o generateOptions) run(cmd *cobra.Command, s streams, m *messages) error {
	var interrupted *repo.InterruptedError
	if err := repo.Ready(o.dir); errors.As(err, &interrupted) && !o.dryRun {
		m.say("An earlier run into %s was interrupted or is still at work; it is completed first.", o.dir)
		if err := repo.Complete(cmd.Context(), o.dir); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	t, err := topology.Load(o.files, s.in)
	if err != nil {
		return err
	}
	m.warn(t.Warnings)
	names, err := match(t, o.clusters)
	if err != nil {
		return err
	}
	made, err := treeFor(cmd.Context(), t, o.dir, names, false, m)
	if err != nil {
		return err
	}
	w := repo.Options{Clusters: names, OverwriteForeign: o.overwriteForeign, OverwriteEdited: o.overwriteEdited}
	if o.dryRun {
		changes, err := repo.Plan(o.dir, made.Tree, w)
		if err != nil {
			return err
		}
		for _, c := range changes {
			fmt.Fprintf(s.out, "%s %s\n", c.Action, c.Path)
		}
		return nil
	}
	changes, err := repo.Write(cmd.Context(), o.dir, made.Tree, w)
	if err != nil {
		return err
	}
	m.say("%s", summary(o.dir, changes, made.Tree.Len()))
	return nil
}

// summary counts what a write changed: generated files, as all counts of files
// are, and apart from them isthmus's own.
func summary(dir string, changes []repo.Change, total int) string {
	count, records := map[repo.Action]int{}, 0
	for _, c := range changes {
		if c.Record {
			records++
			continue
		}
		count[c.Action]++
	}
	verb := map[repo.Action]string{repo.Add: "added", repo.Update: "updated", repo.Remove: "removed", repo.Adopt: "adopted"}
	var parts []string
	for _, a := range []repo.Action{repo.Add, repo.Update, repo.Remove, repo.Adopt} {
		if n := count[a]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, verb[a]))
		}
	}
	switch {
	case len(changes) == 0:
		return fmt.Sprintf("%s is up to date, %s.", dir, several.Count(total, "file"))
	case len(parts) == 0:
		parts = []string{"none changed"}
	}
	if records > 0 {
		parts = append(parts, "beside them "+several.Count(records, "record")+" of what isthmus owns")
	}
	return fmt.Sprintf("%s is written, %s: %s.", dir, several.Count(total, "file"), strings.Join(parts, ", "))
}

// match returns the clusters that one of the globs matches, nil if there are none.
func match(t *topology.Topology, globs []string) ([]string, error) {
	if len(globs) == 0 {
		return nil, nil
	}
	var names, all []string
	used, taken := make([]bool, len(globs)), map[string]bool{}
	for _, mesh := range t.Meshes {
		for _, c := range mesh.Clusters {
			all = append(all, c.Name)
			for i, g := range globs {
				ok, err := path.Match(g, c.Name)
				if err != nil {
					return nil, fmt.Errorf("--cluster %q is no glob: write a name, or a pattern with *, ? and [a-z]", g)
				}
				if ok {
					used[i] = true
					if !taken[c.Name] {
						taken[c.Name] = true
						names = append(names, c.Name)
					}
				}
			}
		}
	}
	for i, g := range globs {
		if !used[i] {
			slices.Sort(all)
			all = slices.Compact(all) // several meshes may share a cluster
			return nil, fmt.Errorf("--cluster %q matches no cluster; there are %s", g, several.Some(all))
		}
	}
	return names, nil
}
