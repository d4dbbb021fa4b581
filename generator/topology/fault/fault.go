// Package fault is what is wrong with an input: where, what, and the cure.
package fault

import (
	"fmt"
	"sort"
	"strings"
)

// Position is a place in an input file.
type Position struct {
	// File as the user named it.
	File string
	// Line, from 1; 0 where there is none.
	Line int
	// Path of the field, such as spec.clusters[0].network; "" for the document.
	Path string
}

// String gives file:line: path, as far as each is known.
func (p Position) String() string {
	s := p.File
	if p.Line > 0 {
		s = fmt.Sprintf("%s:%d", s, p.Line)
	}
	if p.Path != "" {
		s += ": " + p.Path
	}
	return s
}

// Fault is one thing that is wrong.
type Fault struct {
	Position
	// Value is the offending value, nil where something is missing.
	Value *string
	// What is wrong, without the value.
	What string
	// Cure is what to do about it.
	Cure string
}

// Error is one line: file:line: path: "value": what; cure.
func (f Fault) Error() string {
	s := f.Position.String() + ": "
	if f.Value != nil {
		s += fmt.Sprintf("%q: ", *f.Value)
	}
	s += f.What
	if f.Cure != "" {
		s += "; " + f.Cure
	}
	return s
}

// List is everything that is wrong, as one error.
type List []Fault

// Error is a line for each fault, sorted by file and line.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, f := range l {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Sorted returns the faults by file, line, path and text, each of them once.
func (l List) Sorted() List {
	out := append(List{}, l...)
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		switch {
		case a.File != b.File:
			return a.File < b.File
		case a.Line != b.Line:
			return a.Line < b.Line
		case a.Path != b.Path:
			return a.Path < b.Path
		}
		return a.Error() < b.Error()
	})
	kept := out[:0]
	for _, f := range out {
		if len(kept) == 0 || kept[len(kept)-1].Error() != f.Error() {
			kept = append(kept, f)
		}
	}
	return kept
}

// OrNil returns the sorted list as an error, or nil if it is empty.
func (l List) OrNil() error {
	if len(l) == 0 {
		return nil
	}
	return l.Sorted()
}
