package check

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Finding is one thing that is wrong with what was generated.
type Finding struct {
	// Cluster that has it, "" for what all clusters share.
	Cluster string
	// Object that has it, by kind and name, or the path of a file or folder.
	Object string
	// What is wrong.
	What string
	// Cure is what to do about it.
	Cure string
}

// Error is one line: cluster: object: what; cure.
func (f Finding) Error() string {
	s := ""
	if f.Cluster != "" {
		s = fmt.Sprintf("cluster %q: ", f.Cluster)
	}
	s += f.Object + ": " + f.What
	if f.Cure != "" {
		s += "; " + f.Cure
	}
	return s
}

// joined returns findings as one error, sorted, each of them once, nil if there
// are none.
func joined(findings []Finding) error {
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Object, b.Object), cmp.Compare(a.What, b.What), cmp.Compare(a.Cure, b.Cure))
	})
	findings = slices.Compact(findings)
	errs := make([]error, len(findings))
	for i, f := range findings {
		errs[i] = f
	}
	return errors.Join(errs...)
}
