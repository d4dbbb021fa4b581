package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"isthmus.dev/isthmus/generator/tree"
)

// Owned lists what isthmus owns in a directory that is not on disk, such as one at
// a revision of Git: paths and scopes without content, what is shared first, each
// scope sorted by path. List returns the names in a folder, none where there is no
// such folder; read returns a file and fails with fs.ErrNotExist where there is
// none. A line that no inventory has is an error that names file and line.
func Owned(list func(dir string) ([]string, error), read func(path string) ([]byte, error)) ([]tree.File, error) {
	names, err := list(clustersDir)
	if err != nil {
		return nil, err
	}
	var out []tree.File
	for _, p := range inventoryPaths(names) {
		data, err := read(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		inv, err := parseInventory(p, data)
		if bad := (*badLine)(nil); errors.As(err, &bad) {
			return nil, fmt.Errorf("%s: %s: take a revision whose \"isthmus check\" passes", bad.where, bad.what)
		}
		if err != nil {
			return nil, err
		}
		scope, _ := inventoryScope(p)
		for _, owned := range slices.Sorted(maps.Keys(inv)) {
			out = append(out, tree.File{Path: owned, Scope: scope})
		}
	}
	return out, nil
}
