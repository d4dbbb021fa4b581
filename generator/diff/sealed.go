package diff

import (
	"bytes"
	"encoding/pem"
	"maps"
	"path"
	"regexp"
	"slices"
)

// secret records how one encrypted Secret differs.
func (c *comparison) secret(s *sealed, m matched) error {
	switch {
	case m.old == nil:
		s.row.Added++
		s.note(Entry{Change: Added, Objects: []Object{m.now.id}})
	case m.now == nil:
		s.row.Removed++
		s.note(Entry{Change: Removed, Objects: []Object{m.old.id}})
		if _, is := m.old.makes(); !is {
			s.gone = append(s.gone, m.old.id)
		}
	default:
		if m.old.file.path != m.now.file.path {
			s.row.Moved++
			s.note(Entry{Change: Moved, Objects: []Object{m.now.id}, From: path.Dir(m.old.file.path), To: path.Dir(m.now.file.path)})
		}
		if !m.old.file.same(m.now.file) {
			s.row.Changed++
			s.note(Entry{Change: Changed, Objects: []Object{m.now.id}, Fields: sealedFields(m.old, m.now)})
		}
		if err := c.chainMarks(s, m); err != nil {
			return err
		}
	}
	if _, is := m.either().makes(); is {
		s.matches = append(s.matches, m)
	}
	return nil
}

// note adds an entry, to one that says the same of other Secrets if there is one.
func (s *sealed) note(e Entry) {
	i := slices.IndexFunc(s.entries, func(x Entry) bool { return x.Change == e.Change && x.From == e.From && x.To == e.To })
	if i < 0 || e.Change == Changed {
		s.entries = append(s.entries, e)
		return
	}
	s.entries[i].Objects = append(s.entries[i].Objects, e.Objects...)
}

func (m matched) either() *object {
	if m.now != nil {
		return m.now
	}
	return m.old
}

// chainMarks judges the root of a Secret cacerts, which the public chain beside it
// ends with.
func (c *comparison) chainMarks(s *sealed, m matched) error {
	if _, is := m.now.makes(); !is {
		return nil
	}
	old, err := c.before.get(path.Join(path.Dir(m.old.file.path), chainFile))
	if err != nil {
		return err
	}
	now, err := c.after.get(path.Join(path.Dir(m.now.file.path), chainFile))
	if err != nil {
		return err
	}
	if a, b := last(old), last(now); a != nil && b != nil && !bytes.Equal(a, b) {
		s.marks = append(s.marks, markOf(RuleTrust, m.now, "another root, as "+chainFile+" beside it has it", whyRoot))
	}
	return nil
}

// last is the last certificate in PEM.
func last(data []byte) []byte {
	var out []byte
	for {
		b, rest := pem.Decode(data)
		if b == nil {
			return out
		}
		out, data = b.Bytes, rest
	}
}

// sealedFields says which fields of an encrypted object differ, and of none the
// value, be it encrypted, in clear or a label: what is in clear by mistake does not
// go from a diff into a comment. Who can decrypt it is no secret.
func sealedFields(old, now *object) []Field {
	const sops, age = "sops", "age"
	var out []Field
	a, b := sealedLeaves(old.Object), sealedLeaves(now.Object)
	for _, p := range slices.Sorted(maps.Keys(mergeKeys(a, b))) {
		x, was := a[p]
		y, is := b[p]
		if !was || !is || x != y {
			out = append(out, Field{Path: p, Change: changeOf(was, is), Masked: true})
		}
	}
	const who = sops + "." + age + "[].recipient"
	before, after := texts(recipients(old)), texts(recipients(now))
	for _, r := range after {
		if !slices.Contains(before, r) {
			out = append(out, Field{Path: who, Change: Added, New: r})
		}
	}
	for _, r := range before {
		if !slices.Contains(after, r) {
			out = append(out, Field{Path: who, Change: Removed, Old: r})
		}
	}
	if len(out) == 0 {
		out = append(out, Field{Path: sops, Change: Changed, Masked: true}) // another key, or layout
	}
	return out
}

// sealedLeaves are the values of an object, by path, each in a form that tells it
// from another one. What SOPS writes beside them changes with every one of them.
func sealedLeaves(o map[string]any) map[string]string {
	out := map[string]string{}
	var walk func(p string, v any)
	walk = func(p string, v any) {
		if m, ok := v.(map[string]any); ok && len(m) > 0 {
			for _, k := range sortedKeys(m) {
				walk(join(p, k), m[k])
			}
			return
		}
		out[p] = key(v)
	}
	for _, k := range sortedKeys(o) {
		if k != "sops" {
			walk(k, o[k])
		}
	}
	return out
}

// recipient is a public key of age.
var recipient = regexp.MustCompile(`^age1[0-9a-z]+$`)

func recipients(o *object) []any {
	var out []any
	for _, r := range mapsIn(o.List("sops", "age")) {
		if to := r.Text("recipient"); recipient.MatchString(to) {
			out = append(out, to)
		}
	}
	return out
}

// unseal adds what differs in encrypted Secrets to the rest, once for all clusters
// that list them.
func (c *comparison) unseal() {
	for _, s := range c.order {
		first, more := s.clusters[0], s.clusters[1:]
		if len(s.gone) > 0 && len(s.stay) > 0 {
			c.marks = append(c.marks, unit[Mark]{scope: s.stay[0], more: s.stay[1:], v: secretMark(s.gone)})
		}
		for _, e := range s.entries {
			c.units = append(c.units, unit[Entry]{scope: first, more: more, v: e})
		}
		for _, f := range s.files {
			c.files = append(c.files, unit[File]{scope: first, more: more, v: f})
		}
	}
}
