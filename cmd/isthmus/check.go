package main

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/tree"
)

func newCheck(s streams, m *messages) *cobra.Command {
	var o comparedOptions
	cmd := &cobra.Command{
		Use:   "check -f TOPOLOGY -o DIR",
		Short: "Check that a directory is exactly what a topology generates",
		Long: `Checks, for CI, that a directory is exactly what a topology generates: nothing
missing, edited or left over. Lists every file that is not, with what to do about
it, and exits with 1. Files of your own beside the generated ones do not matter.
A shared folder that nothing references any more is a warning.`,
		Example: `  isthmus check -f topology.yaml -o .
  isthmus check -f topology.yaml -o . --cluster 'eu-*'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			made, err := o.generate(cmd, s, m)
			if err != nil {
				return err
			}
			differences, err := repo.Compare(o.dir, made.Tree, made.Clusters)
			if err != nil {
				return err
			}
			unused, differences := partUnused(differences)
			for _, folder := range unused {
				m.warn([]string{fmt.Sprintf("nothing references %q any more; the next \"isthmus generate\" of all clusters removes it", folder)})
			}
			if len(differences) == 0 {
				m.say("%s is what the topology generates, %d files.", o.dir, made.Tree.Len())
				return nil
			}
			report(s.out, o.dir, differences)
			return errDifference
		},
	}
	o.flags(cmd)
	fullFlag(cmd, &o.full)
	return cmd
}

// partUnused parts the shared folders that are left over, as the CRDs of an
// older version, from the differences. A share of the clusters never removes
// them, so after one they lie there until the next full run.
func partUnused(in []repo.Difference) (unused []string, rest []repo.Difference) {
	for _, d := range in {
		if d.Status != repo.Leftover || d.Scope != tree.Shared || !strings.HasPrefix(d.Path, "base/") {
			rest = append(rest, d)
			continue
		}
		if dir := path.Dir(d.Path); !slices.Contains(unused, dir) {
			unused = append(unused, dir)
		}
	}
	return unused, rest
}

// cures says for each status what it means and what to do, in the order in
// which they are listed.
func cures() []struct {
	status repo.Status
	cure   string
} {
	return []struct {
		status repo.Status
		cure   string
	}{
		{repo.Edited, `isthmus wrote these and someone edited them: put the change into the topology or an overlay and restore the files, or discard the edits with "isthmus generate --overwrite-edited"`},
		{repo.EditedLeftover, `isthmus wrote these, someone edited them, and they are no longer generated: remove them, or have "isthmus generate --overwrite-edited" do it`},
		{repo.Foreign, `isthmus did not write these and would write something else there: move them away, or overwrite them with "isthmus generate --overwrite-foreign"`},
		{repo.Blocked, `something is in the way: move it away and run "isthmus generate"`},
		{repo.Missing, `these are generated and not there: run "isthmus generate"`},
		{repo.Outdated, `these were generated from another topology, or by another version of isthmus: run "isthmus generate"`},
		{repo.Leftover, `these are no longer generated: run "isthmus generate", which removes them`},
		{repo.Unrecorded, `these have the right content and are not recorded as generated: run "isthmus generate", which records them`},
		{repo.Record, `isthmus's own records are not as they should be: run "isthmus generate"`},
	}
}

// report lists the differences by what is to be done about them.
func report(out io.Writer, dir string, differences []repo.Difference) {
	fmt.Fprintf(out, "%s is not what the topology generates: %s.\n", dir, differ(len(differences)))
	for _, c := range cures() {
		lines := repo.Obstacles(differences)
		if c.status != repo.Blocked {
			lines = pathsOf(differences, c.status)
		}
		if len(lines) > 0 {
			fmt.Fprintf(out, "\n%s: %s\n  %s\n", c.status, c.cure, strings.Join(lines, "\n  "))
		}
	}
}

func pathsOf(differences []repo.Difference, status repo.Status) []string {
	var out []string
	for _, d := range differences {
		if d.Status == status {
			out = append(out, d.Path)
		}
	}
	return out
}

func differ(n int) string {
	if n == 1 {
		return "1 file differs"
	}
	return fmt.Sprintf("%d files differ", n)
}
