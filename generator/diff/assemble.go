package diff

import (
	"cmp"
	"slices"
	"strings"
)

// hoistFrom is the number of objects from which a field that changes alike in
// them is an entry of its own: a version's label is in every object.
const hoistFrom = 3

// entries merges what was found: over clusters first, field by field, then what
// happens to one object in the same clusters, then what happens alike to several
// objects.
func (c *comparison) entries() []Entry {
	var out, changed []Entry
	at := map[string]int{}
	for _, g := range group(c.units, c.names, rewriteEntry) {
		e := g.v
		e.Clusters = g.clusters
		into, k := &out, []any{e.Change, e.Clusters}
		switch {
		case e.Change == Changed:
			into, k = &changed, append(k, e.Objects)
		case e.Content != "":
			k = append(k, e.Objects, e.Content)
		case e.Change == Moved:
			k = append(k, e.From, e.To)
		}
		i, seen := at[key(k)]
		if !seen {
			at[key(k)] = len(*into)
			*into = append(*into, e)
			continue
		}
		x := &(*into)[i]
		x.Fields = append(x.Fields, e.Fields...)
		if e.Change != Changed {
			x.Objects = append(x.Objects, e.Objects...)
		}
	}
	out = append(out, fold(merge(hoist(changed)))...)
	for _, e := range out {
		slices.SortFunc(e.Objects, compareObjects)
		slices.SortStableFunc(e.Fields, func(a, b Field) int { return cmp.Compare(a.Path, b.Path) })
	}
	slices.SortStableFunc(out, compareEntries)
	return orEmpty(out)
}

// hoist moves fields that change alike in several objects of the same clusters
// into entries of their own.
func hoist(in []Entry) []Entry {
	in = slices.Clone(in)
	objects := map[string][]Object{}
	id := func(e Entry, f Field) string { return key([]any{e.Clusters, f}) }
	for _, e := range in {
		for _, f := range e.Fields {
			objects[id(e, f)] = append(objects[id(e, f)], e.Objects...)
		}
	}
	var hoisted []Entry
	at := map[string]int{}
	for n := range in {
		e := &in[n]
		var rest []Field
		for _, f := range e.Fields {
			all := objects[id(*e, f)]
			if len(all) < hoistFrom || f.Path == "" {
				rest = append(rest, f)
				continue
			}
			if all[0] != e.Objects[0] {
				continue // noted with the first of them
			}
			k := key([]any{e.Clusters, all})
			i, seen := at[k]
			if !seen {
				i = len(hoisted)
				at[k] = i
				hoisted = append(hoisted, Entry{Change: Changed, Objects: slices.Clone(all), Clusters: e.Clusters})
			}
			hoisted[i].Fields = append(hoisted[i].Fields, f)
		}
		e.Fields = rest
	}
	in = slices.DeleteFunc(in, func(e Entry) bool { return len(e.Fields) == 0 })
	return append(in, hoisted...)
}

// merge merges entries of the same clusters and fields.
func merge(in []Entry) []Entry {
	var out []Entry
	at := map[string]int{}
	for _, e := range in {
		k := key([]any{e.Clusters, e.Fields})
		if i, seen := at[k]; seen {
			out[i].Objects = append(out[i].Objects, e.Objects...)
			continue
		}
		at[k] = len(out)
		out = append(out, e)
	}
	return out
}

// compareEntries orders what is gone first, then changes of one object, changes
// of many, what is new, and moves.
func compareEntries(a, b Entry) int {
	return cmp.Or(
		cmp.Compare(rank(a), rank(b)),
		compareObjects(a.Objects[0], b.Objects[0]),
		cmp.Compare(strings.Join(a.Clusters, " "), strings.Join(b.Clusters, " ")),
		cmp.Compare(key(a), key(b)),
	)
}

func rank(e Entry) int {
	switch {
	case e.Change == Removed:
		return 0
	case e.Change == Changed && len(e.Objects) == 1:
		return 1
	case e.Change == Changed:
		return 2
	case e.Change == Added:
		return 3
	}
	return 4
}

func (c *comparison) otherFiles() []File {
	var out []File
	for _, g := range group(c.files, c.names, rewriteFile) {
		f := g.v
		f.Clusters = g.clusters
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b File) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Change, b.Change), slices.Compare(a.Clusters, b.Clusters))
	})
	return orEmpty(out)
}

// orEmpty is a list that JSON shows as one, not as null.
func orEmpty[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}
