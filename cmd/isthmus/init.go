package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"isthmus.dev/isthmus/templates"
)

func newInit(s streams) *cobra.Command {
	var file string
	models := modelNames()
	cmd := &cobra.Command{
		Use:       "init MODEL",
		Short:     "Print a commented topology to start from",
		Long:      "Prints a commented topology to start from. The models are Istio's: " + strings.Join(models, ", ") + ".",
		Example:   "  isthmus init multi-primary-multi-network -o topology.yaml",
		ValidArgs: models,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("init takes one model; write one of %s", strings.Join(models, ", "))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			data, err := templates.FS.ReadFile(path.Join("init", args[0]+".yaml"))
			if err != nil {
				return fmt.Errorf("%q is no model; write one of %s", args[0], strings.Join(models, ", "))
			}
			if file == "" {
				_, err = s.out.Write(data)
				return err
			}
			return writeNew(file, data)
		},
	}
	cmd.Flags().StringVarP(&file, "output", "o", "", "file to write in place of standard output; it must not exist")
	return cmd
}

// writeNew writes a file that does not exist yet, whole or not at all.
func writeNew(file string, data []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%q exists already; name another file, or remove it first", file)
	}
	if err != nil {
		return fmt.Errorf("cannot write the topology: %w", err)
	}
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("cannot write the topology: %w", err), os.Remove(file))
	}
	return nil
}

// modelNames lists the topologies that are there to start from.
func modelNames() []string {
	entries, err := fs.ReadDir(templates.FS, "init")
	if err != nil {
		panic(err) // embedded: a mistake in this program
	}
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = strings.TrimSuffix(e.Name(), ".yaml")
	}
	slices.Sort(out) // the directory sorts multi-primary.yaml behind multi-primary-…
	return out
}
