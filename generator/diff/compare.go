package diff

import (
	"cmp"
	"maps"
	"path"
	"slices"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/tree"
)

const networkLabel = "topology.istio.io/network"

// Compare returns what changes from an old tree to a new one, and to the encrypted
// Secrets of the users that these list.
func Compare(old Source, now Generated) (*Diff, error) {
	before, err := complete(old.Files(), old.Read)
	if err != nil {
		return nil, err
	}
	after := now.Tree.Files()
	a, b := newSide(before), newSide(after)
	c := &comparison{
		parser: parser{}, pairs: map[[2]digest]pair{}, names: map[string]names{},
		before: newVault(before, old.Read), after: newVault(after, from(now.Secrets)), vaults: map[string]*sealed{},
	}
	d := &Diff{Clusters: []Cluster{}, Marks: []Mark{}, Entries: []Entry{}, Files: []File{}}
	for name := range b {
		if name != tree.Shared {
			d.Total++
		}
	}
	scopes := slices.Sorted(maps.Keys(mergeKeys(a, b)))
	for _, scope := range scopes {
		if scope != tree.Shared && len(now.Clusters) > 0 && !slices.Contains(now.Clusters, scope) {
			continue
		}
		row, err := c.cluster(scope, a[scope], b[scope])
		if err != nil {
			return nil, err
		}
		if row.Added+row.Changed+row.Removed+row.Moved+row.Files > 0 {
			d.Clusters = append(d.Clusters, row)
		}
	}
	c.unseal()
	d.Entries = c.entries()
	d.Files = c.otherFiles()
	d.Marks = c.allMarks()
	return d, nil
}

// comparison collects what differs, one cluster after the other.
type comparison struct {
	parser parser
	pairs  map[[2]digest]pair
	names  map[string]names
	units  []unit[Entry]
	files  []unit[File]
	marks  []unit[Mark]
	// The encrypted Secrets of both sides, and how those of the same folders differ.
	before, after *vault
	vaults        map[string]*sealed
	order         []*sealed
}

// pair is what two versions of an object give, the same in every cluster.
type pair struct {
	fields []Field
	marks  []Mark
}

// cluster compares one cluster.
func (c *comparison) cluster(scope string, a, b map[string]file) (Cluster, error) {
	row := Cluster{Name: scope, Change: Changed}
	if scope != tree.Shared {
		switch {
		case a == nil:
			row.Change = Added
		case b == nil:
			row.Change = Removed
		}
		c.names[scope] = names{cluster: scope, network: c.commonNetwork(a, b)}
	}
	old, now := c.differing(a, b), c.differing(b, a)
	c.changedFiles(scope, a, b, old, now, &row)
	reported := func(others map[string]file) func(*object) bool {
		return func(o *object) bool { _, is := others[o.file.path]; return is }
	}
	old.objects = slices.DeleteFunc(old.objects, reported(now.others))
	now.objects = slices.DeleteFunc(now.objects, reported(old.others))
	matches := match(old.objects, now.objects)
	for _, m := range matches {
		if err := c.object(scope, m, &row); err != nil {
			return row, err
		}
	}
	secrets, err := c.sealed(scope, &row, matches)
	if err != nil {
		return row, err
	}
	if row.Change == Changed {
		c.caCertsMarks(scope, append(matches, secrets...), b)
	}
	c.clusterMarks(scope, row, a, b)
	return row, nil
}

// commonNetwork is the network of a cluster where it is the same on both sides.
func (c *comparison) commonNetwork(a, b map[string]file) string {
	old, now := c.parser.network(a), c.parser.network(b)
	if a == nil || b == nil || old == now {
		return cmp.Or(old, now)
	}
	return ""
}

// differing are the files of one side that the other has not, or not so: the
// objects among them, and the other ones.
type differing struct {
	objects []*object
	others  map[string]file
}

func (c *comparison) differing(these, those map[string]file) differing {
	d := differing{others: map[string]file{}}
	for _, p := range slices.Sorted(maps.Keys(these)) {
		f := these[p]
		if g, ok := those[p]; ok && g.same(f) {
			continue
		}
		if o := c.parser.object(f); o != nil {
			d.objects = append(d.objects, o)
		} else {
			d.others[p] = f
		}
	}
	return d
}

// changeOf is the change of what was there, is there, or both.
func changeOf(was, is bool) Action {
	switch {
	case !was:
		return Added
	case !is:
		return Removed
	}
	return Changed
}

// changedFiles records files without an object. Where a file has an object on
// one side alone, the other one cannot be read: its lines are compared.
func (c *comparison) changedFiles(scope string, a, b map[string]file, old, now differing, row *Cluster) {
	for _, p := range slices.Sorted(maps.Keys(mergeKeys(old.others, now.others))) {
		before, was := a[p]
		after, is := b[p]
		f := File{Path: p, Change: changeOf(was, is)}
		if o := c.parser.object(after); is && was && o != nil {
			row.Changed++
			c.units = append(c.units, unit[Entry]{scope: scope, v: Entry{
				Change: Changed, Objects: []Object{o.id},
				Fields: []Field{{Change: Changed, Lines: lineDiff(string(before.data()), string(after.data()))}},
			}})
			continue
		}
		row.Files++
		c.files = append(c.files, unit[File]{scope: scope, v: f})
	}
}

func mergeKeys[T any](a, b map[string]T) map[string]bool {
	out := map[string]bool{}
	for k := range a {
		out[k] = true
	}
	for k := range b {
		out[k] = true
	}
	return out
}

// object records how one object differs.
func (c *comparison) object(scope string, m matched, row *Cluster) error {
	note := func(e Entry) { c.units = append(c.units, unit[Entry]{scope: scope, v: e}) }
	switch {
	case m.old == nil:
		row.Added++
		e := Entry{Change: Added, Objects: []Object{m.now.id}}
		if row.Change != Added {
			e.Content = string(m.now.file.data())
		}
		note(e)
	case m.now == nil:
		row.Removed++
		note(Entry{Change: Removed, Objects: []Object{m.old.id}})
	default:
		from, to := path.Dir(m.old.file.path), path.Dir(m.now.file.path)
		if m.old.file.path != m.now.file.path {
			row.Moved++
			note(Entry{Change: Moved, Objects: []Object{m.now.id}, From: from, To: to})
		}
		if m.old.file.same(m.now.file) {
			return nil
		}
		row.Changed++
		p, err := c.pair(m.old, m.now)
		if err != nil {
			return err
		}
		for _, f := range p.fields {
			note(Entry{Change: Changed, Objects: []Object{m.now.id}, Fields: []Field{f}})
		}
		for _, mark := range p.marks {
			c.mark(scope, mark)
		}
		return nil
	}
	for _, mark := range lonelyMarks(m, row.Change) {
		c.mark(scope, mark)
	}
	return nil
}

func (c *comparison) mark(scope string, m Mark) {
	c.marks = append(c.marks, unit[Mark]{scope: scope, v: m})
}

// pair compares two versions of an object once.
func (c *comparison) pair(old, now *object) (pair, error) {
	key := [2]digest{old.file.sum(), now.file.sum()}
	if p, seen := c.pairs[key]; seen {
		return p, nil
	}
	f, err := fields(old, now)
	if err != nil {
		return pair{}, err
	}
	p := pair{fields: f, marks: objectMarks(old, now)}
	c.pairs[key] = p
	return p, nil
}

// matched is an object on both sides, or on one.
type matched struct{ old, now *object }

// match pairs objects of one identity: those of one path first. Only where
// someone edited files are there several of one identity.
func match(old, now []*object) []matched {
	byID := map[Object][]*object{}
	for _, o := range now {
		byID[o.id] = append(byID[o.id], o)
	}
	take := func(id Object, want func(*object) bool) *object {
		i := slices.IndexFunc(byID[id], want)
		if i < 0 {
			return nil
		}
		o := byID[id][i]
		byID[id] = slices.Delete(slices.Clone(byID[id]), i, i+1)
		return o
	}
	var out []matched
	var rest []*object
	for _, o := range old {
		if n := take(o.id, func(n *object) bool { return n.file.path == o.file.path }); n != nil {
			out = append(out, matched{o, n})
		} else {
			rest = append(rest, o)
		}
	}
	for _, o := range rest {
		out = append(out, matched{o, take(o.id, func(*object) bool { return true })})
	}
	for _, o := range now {
		if n := take(o.id, func(n *object) bool { return n == o }); n != nil {
			out = append(out, matched{nil, n})
		}
	}
	slices.SortStableFunc(out, func(a, b matched) int { return compareObjects(a.id(), b.id()) })
	return out
}

func (m matched) id() Object {
	if m.now != nil {
		return m.now.id
	}
	return m.old.id
}

func compareObjects(a, b Object) int {
	id := func(o Object) manifest.ID {
		return manifest.ID{Group: o.Group, Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}
	}
	return cmp.Or(cmp.Compare(a.Place, b.Place), manifest.Compare(id(a), id(b)))
}
