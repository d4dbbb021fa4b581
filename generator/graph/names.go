package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/several"
)

// mostNames is how many names a label lists before it says how many more there are.
const mostNames = 4

// listed is the names, or the first of many.
func listed(names []string) string {
	if len(names) > mostNames {
		return several.Names(names, mostNames-1) // a line more could as well name it
	}
	return several.Names(names, mostNames)
}

// ranks are the positions of all names of one sort, as people order them.
type ranks map[string]int

func rank(names []string) ranks {
	sorted := slices.Clone(names)
	slices.SortFunc(sorted, func(a, b string) int {
		return cmp.Or(cmp.Compare(padded(a), padded(b)), cmp.Compare(a, b))
	})
	out := ranks{}
	for i, name := range slices.Compact(sorted) {
		out[name] = i
	}
	return out
}

// label names several: as a range only where that leaves out none and takes in
// no other.
func (r ranks) label(names []string) string {
	names = slices.Clone(names)
	slices.SortFunc(names, func(a, b string) int { return r[a] - r[b] })
	names = slices.Compact(names)
	first, last := names[0], names[len(names)-1]
	if n := len(names); n > 2 && r[last]-r[first] == n-1 {
		return fmt.Sprintf("%s … %s", first, last)
	}
	return listed(names)
}

// padded gives the numbers in a name one width, so that 10 sorts after 9.
func padded(name string) string {
	const width = 20
	var b strings.Builder
	for name != "" {
		text := strings.IndexAny(name, "0123456789")
		if text < 0 {
			text = len(name)
		}
		b.WriteString(name[:text])
		name = name[text:]
		digits := len(name) - len(strings.TrimLeft(name, "0123456789"))
		if digits > 0 {
			fmt.Fprintf(&b, "%0*s", width, name[:digits])
		}
		name = name[digits:]
	}
	return b.String()
}

// spread says how many there are each time.
func spread(counts []int) string {
	least, most := slices.Min(counts), slices.Max(counts)
	switch {
	case least == most:
		return fmt.Sprint(most)
	case least == 0:
		return fmt.Sprintf("up to %d", most)
	default:
		return fmt.Sprintf("%d to %d", least, most)
	}
}
