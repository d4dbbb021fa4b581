package diff

import (
	"fmt"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/several"
)

// ways spells counts of a cluster without the ones that are 0.
func (c Cluster) ways() string {
	var parts []string
	for _, p := range []struct {
		n    int
		what Action
	}{{c.Added, Added}, {c.Changed, Changed}, {c.Removed, Removed}, {c.Moved, Moved}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	if c.Files > 0 {
		parts = append(parts, several.Count(c.Files, "other file"))
	}
	return strings.Join(parts, ", ")
}

// row is one line of the summary: clusters with the same counts.
type row struct {
	Cluster
	clusters []string
}

func (d *Diff) rows() []row {
	var out []row
	for _, c := range d.Clusters {
		name := c.Name
		same := func(r row) bool {
			x := c
			x.Name = r.Name
			return name != "" && r.Name != "" && r.Cluster == x
		}
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i].clusters = append(out[i].clusters, name)
			continue
		}
		out = append(out, row{Cluster: c, clusters: []string{name}})
	}
	return out
}

// headline says in one sentence what there is.
func (d *Diff) headline() string {
	if d.Empty() {
		return "No difference: the tree is what the topology generates."
	}
	counts := map[Action]int{}
	for _, c := range d.Clusters {
		if c.Name != "" {
			counts[c.Change]++
		}
	}
	var parts []string
	for _, a := range []Action{Added, Changed, Removed} {
		if counts[a] > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", several.Count(counts[a], "cluster"), a))
		}
	}
	if len(parts) == 0 {
		parts = []string{"no cluster changed, only what belongs to none"}
	}
	marks := ""
	if n := len(d.Marks); n == 1 {
		marks = "; 1 change deserves a second look"
	} else if n > 1 {
		marks = fmt.Sprintf("; %d changes deserve a second look", n)
	}
	return fmt.Sprintf("%s, of %s%s.", strings.Join(parts, ", "), several.Count(d.Total, "cluster"), marks)
}

// whole says whether clusters come or go as a whole, all of them.
func (d *Diff) whole(clusters []string) bool {
	return !slices.ContainsFunc(clusters, func(name string) bool {
		return slices.ContainsFunc(d.Clusters, func(c Cluster) bool { return c.Name == name && c.Change == Changed })
	})
}

// listed are the other files to list: those of clusters that come or go as a
// whole are counted with them.
func (d *Diff) listed() []File {
	return slices.DeleteFunc(slices.Clone(d.Files), func(f File) bool { return d.whole(f.Clusters) })
}
