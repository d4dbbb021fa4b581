package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"isthmus.dev/isthmus/generator/diff"
	"isthmus.dev/isthmus/generator/diff/revision"
	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/several"
)

type diffOptions struct {
	comparedOptions
	base, format string
}

const (
	formatText     = "text"
	formatMarkdown = "markdown"
	formatJSON     = "json"
)

func newDiff(s streams, m *messages) *cobra.Command {
	var o diffOptions
	formats := []string{formatText, formatMarkdown, formatJSON}
	cmd := &cobra.Command{
		Use:   "diff -f TOPOLOGY -o DIR",
		Short: "Show what generate would change, object by object",
		Long: `Shows what generate would change in a directory: object by object and field by
field, a change that is the same in many clusters once, and first of all what
deserves a second look. The old tree is the directory as it is, or with --base
that of a Git revision, as a pull request needs it. Exits with 1 if there is a
difference.`,
		Example: `  isthmus diff -f topology.yaml -o .
  isthmus diff -f topology.yaml -o . --cluster 'eu-*'
  isthmus diff -f topology.yaml -o . --base origin/main --format markdown`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(formats, o.format) {
				return fmt.Errorf("--format %q is none; write one of %s", o.format, strings.Join(formats, ", "))
			}
			return o.run(cmd, s, m)
		},
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&o.base, "base", "", "compare with DIR at this Git revision: a branch, tag or commit")
	cmd.Flags().StringVar(&o.format, "format", formatText, "text, markdown (for a comment on a pull request) or json")
	return cmd
}

func (o diffOptions) run(cmd *cobra.Command, s streams, m *messages) error {
	now, err := o.generate(cmd, s, m)
	if err != nil {
		return err
	}
	old, err := o.source(now, m)
	if err != nil {
		return err
	}
	d, err := diff.Compare(old, now)
	if err != nil {
		return err
	}
	if err := o.print(s.out, d); err != nil {
		return err
	}
	if !d.Empty() {
		return errDifference
	}
	return nil
}

// source is the tree to compare with.
func (o diffOptions) source(now diff.Generated, m *messages) (diff.Source, error) {
	if o.base != "" {
		dir, err := realPath(o.dir)
		if err != nil {
			return nil, err
		}
		return revision.Open(dir, o.base, now)
	}
	w, err := diff.WorkingCopy(o.dir, now)
	if err != nil {
		return nil, err
	}
	kept := map[repo.Status][]string{}
	for _, k := range w.Kept {
		kept[k.Status] = append(kept[k.Status], k.Path)
	}
	for _, reason := range repo.Obstacles(w.Kept) {
		m.warn([]string{fmt.Sprintf("generate would refuse to write: %s; move that away", reason)})
	}
	for _, status := range []repo.Status{repo.Edited, repo.EditedLeftover, repo.Foreign} {
		if paths := kept[status]; len(paths) > 0 {
			m.warn([]string{fmt.Sprintf("generate would refuse to write: %s: %s; \"isthmus check\" says what to do", status, several.Some(paths))})
		}
	}
	return w, nil
}

func (o diffOptions) print(out io.Writer, d *diff.Diff) error {
	switch o.format {
	case formatMarkdown:
		_, err := io.WriteString(out, diff.Markdown(d, diff.MarkdownLimit, "To see all of it, run `"+o.command()+"`."))
		return err
	case formatJSON:
		data, err := diff.JSON(d)
		if err != nil {
			return err
		}
		_, err = out.Write(data)
		return err
	}
	_, err := io.WriteString(out, diff.Text(d, colours(out, os.Getenv)))
	return err
}

// command is the one that shows everything.
func (o diffOptions) command() string {
	parts := []string{"isthmus diff"}
	for _, f := range o.files {
		parts = append(parts, "-f", f)
	}
	parts = append(parts, "-o", o.dir)
	if o.base != "" {
		parts = append(parts, "--base", o.base)
	}
	for _, c := range o.clusters {
		parts = append(parts, "--cluster", "'"+c+"'")
	}
	return strings.Join(parts, " ")
}

// colours says whether a stream shows colours: a terminal, unless NO_COLOR
// (https://no-color.org) or TERM=dumb forbids it.
func colours(out io.Writer, getenv func(string) string) bool {
	return coloursOn(out, getenv, func(fd uintptr) bool { return term.IsTerminal(int(fd)) })
}

func coloursOn(out io.Writer, getenv func(string) string, isTerminal func(fd uintptr) bool) bool {
	f, ok := out.(*os.File)
	return ok && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb" && isTerminal(f.Fd())
}

// realPath is the absolute path of a directory, without links as far as it exists.
func realPath(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return real, nil
	}
	return dir, nil
}
