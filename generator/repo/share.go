package repo

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"isthmus.dev/isthmus/generator/tree"
)

// share is the part of the tree that a run is about.
type share struct {
	all   bool
	names map[string]bool
}

func newShare(clusters []string) (share, error) {
	s := share{all: len(clusters) == 0, names: map[string]bool{}}
	for _, name := range clusters {
		if !isLabel(name) {
			return share{}, fmt.Errorf("%q is not the name of a cluster: it must be a DNS label", name)
		}
		s.names[name] = true
	}
	return s, nil
}

// has tells whether files of a scope are written.
func (s share) has(scope string) bool {
	return s.all || scope == tree.Shared || s.names[scope]
}

// prunes tells whether files of a scope are removed.
func (s share) prunes(scope string) bool {
	return s.all || scope != tree.Shared && s.names[scope]
}

// scopes returns all scopes of the share that the tree or the records have.
func (s share) scopes(t *tree.Tree, r *records) []string {
	set := map[string]bool{}
	for _, scope := range t.Scopes() {
		set[scope] = s.has(scope)
	}
	for scope := range r.scopes {
		set[scope] = s.has(scope)
	}
	maps.DeleteFunc(set, func(_ string, in bool) bool { return !in })
	return slices.Sorted(maps.Keys(set))
}

// checkTree refuses paths that a tree may have and a repository may not.
func checkTree(t *tree.Tree) error {
	var errs []error
	for _, f := range t.Files() {
		if err := checkPath(f.Path); err != nil {
			errs = append(errs, fmt.Errorf("cannot generate this file: %w", err))
		}
		if f.Scope != tree.Shared && !isLabel(f.Scope) {
			errs = append(errs, fmt.Errorf("cannot generate %q: %q is not the name of a cluster: it must be a DNS label", f.Path, f.Scope))
		}
	}
	return errors.Join(errs...)
}
