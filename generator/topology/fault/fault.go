// Package fault is what is wrong with an input: where, what, and the cure.
package fault

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
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

// Error is one line, whatever the keys and values hold: file:line: path: "value": what; cure.
func (f Fault) Error() string {
	s := f.Position.String() + ": "
	if f.Value != nil {
		s += fmt.Sprintf("%q: ", *f.Value)
	}
	s += f.What
	if f.Cure != "" {
		s += "; " + f.Cure
	}
	return oneLine(s)
}

// oneLine escapes what would break a line or steer a terminal.
func oneLine(s string) string {
	if !strings.ContainsFunc(s, unicode.IsControl) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsControl(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
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
	type line struct {
		Fault
		text string
	}
	lines := make([]line, 0, len(l))
	seen := map[string]bool{}
	for _, f := range l {
		if text := f.Error(); !seen[text] {
			seen[text] = true
			lines = append(lines, line{f, text})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, strings.Compare(a.Path, b.Path), strings.Compare(a.text, b.text))
	})
	out := make(List, len(lines))
	for i, l := range lines {
		out[i] = l.Fault
	}
	return out
}

// OrNil returns the sorted list as an error, or nil if it is empty.
func (l List) OrNil() error {
	if len(l) == 0 {
		return nil
	}
	return l.Sorted()
}
