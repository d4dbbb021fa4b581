package repo

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"isthmus.dev/isthmus/generator/tree"
)

// survey is what there is to do, and what stands against it.
type survey struct {
	files   []entry
	records []entry
}

// entry is one path where the directory is not what it should be.
type entry struct {
	Difference
	write  func() []byte // makes what to write; nil: nothing
	digest string        // of that
	onDisk string        // the digest of what is there; "": nothing
	early  bool          // in the way of another file, so to be removed before that
}

// surveyor holds what newSurvey works with.
type surveyor struct {
	view     *view
	tree     *tree.Tree
	share    share
	records  *records
	owned    inventory
	known    inventory
	wanted   map[string]tree.File
	removals map[string]*entry
	next     map[string]inventory // the inventories as they are to be
}

// newSurvey compares the directory with the part of the tree in the share. It
// reads each file once.
func newSurvey(dir string, v *view, t *tree.Tree, s share, past recovered) (*survey, error) {
	r, err := loadRecords(dir, v)
	if err != nil {
		return nil, err
	}
	for scope, inv := range past.displaced {
		if r.scopes[scope] == nil {
			r.scopes[scope] = inventory{}
		}
		r.scopes[scope].merge(inv)
	}
	sv := &surveyor{
		view: v, tree: t, share: s, records: r, owned: r.owned(), known: past.known,
		wanted: map[string]tree.File{}, removals: map[string]*entry{}, next: map[string]inventory{},
	}
	for _, scope := range s.scopes(t, r) {
		sv.next[scope] = inventory{}
	}
	for _, f := range t.Files() {
		if s.has(f.Scope) {
			sv.wanted[f.Path] = f
		}
	}
	var out survey
	if err := sv.surveyRemovals(); err != nil {
		return nil, cannotRead(dir, err)
	}
	if out.files, err = sv.surveyWanted(); err != nil {
		return nil, cannotRead(dir, err)
	}
	for _, path := range slices.Sorted(maps.Keys(sv.removals)) {
		out.files = append(out.files, *sv.removals[path])
	}
	if out.records, err = sv.surveyRecords(); err != nil {
		return nil, cannotRead(dir, err)
	}
	byPath := func(a, b entry) int { return cmp.Compare(a.Path, b.Path) }
	slices.SortFunc(out.files, byPath)
	slices.SortFunc(out.records, byPath)
	return &out, nil
}

// cannotRead says that a directory cannot be compared with a tree, and what to do.
func cannotRead(dir string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%q: isthmus may not read what is there: %w: have the right to read it given to you", dir, err)
	}
	return fmt.Errorf("%q: %w", dir, err)
}

// surveyRemovals finds what is owned and no longer generated.
func (sv *surveyor) surveyRemovals() error {
	for _, scope := range slices.Sorted(maps.Keys(sv.records.scopes)) {
		if !sv.share.has(scope) {
			continue
		}
		inv := sv.records.scopes[scope]
		if !sv.share.prunes(scope) {
			// Every line stays; the tree's own replace theirs below.
			sv.next[scope].merge(inv)
			continue
		}
		for _, path := range slices.Sorted(maps.Keys(inv)) {
			if _, is := sv.wanted[path]; is || sv.removals[path] != nil || sv.records.claimed(path, sv.share) {
				continue
			}
			got, err := sv.view.look(path)
			if err != nil {
				return err
			}
			if data, is := sv.tree.Get(path); is {
				// It moves to a cluster that is not being written. That one
				// adopts it, or needs this record to know the content.
				if got.kind != isFile || !bytes.Equal(got.data, lf(data)) {
					sv.next[scope][path] = inv[path]
				}
				continue
			}
			e := &entry{Difference: Difference{Path: path, Scope: scope}}
			switch got.kind {
			case isAbsent, isInFile, isFolder:
				continue // gone already
			case isBlocked:
				e.Status, e.Detail = Blocked, got.obstacle(path)
			case isFile:
				e.onDisk = digest(got.data)
				e.Status = Leftover
				if !sv.wrote(path, e.onDisk) {
					e.Status = EditedLeftover
				}
			}
			sv.removals[path] = e
		}
	}
	return nil
}

// surveyWanted compares what is generated.
func (sv *surveyor) surveyWanted() ([]entry, error) {
	paths := slices.Sorted(maps.Keys(sv.wanted))
	seen, err := sv.compare(paths)
	if err != nil {
		return nil, err
	}
	var out []entry
	for i, path := range paths {
		f, is := sv.wanted[path], seen[i]
		e := entry{Difference: Difference{Path: path, Scope: f.Scope}, write: func() []byte { return lf(f.Data()) }, digest: is.wanted, onDisk: is.onDisk}
		sv.next[f.Scope][path] = []string{e.digest}
		_, owned := sv.owned[path]
		switch {
		case is.kind == isAbsent:
			e.Status = Missing
		case is.kind == isFile && e.onDisk == e.digest && owned:
			continue
		case is.kind == isFile && e.onDisk == e.digest:
			e.Status = Unrecorded
		case is.kind == isFile && !owned:
			e.Status = Foreign
		case is.kind == isFile && sv.wrote(path, e.onDisk):
			e.Status = Outdated
		case is.kind == isFile:
			e.Status = Edited
		default:
			clear, err := sv.clear(path, is.found)
			if err != nil {
				return nil, err
			}
			e.Status = Missing
			if !clear {
				e.Status, e.Detail = Blocked, is.obstacle(path)
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// wrote tells whether content at an owned path is isthmus's own.
func (sv *surveyor) wrote(path, digest string) bool {
	return slices.Contains(sv.owned[path], digest) || slices.Contains(sv.known[path], digest)
}

// clear tells whether what is in the way of a file goes anyway, and has it go
// first.
func (sv *surveyor) clear(path string, got found) (bool, error) {
	switch got.kind {
	case isInFile:
		e := sv.removals[got.at]
		if e == nil {
			return false, nil
		}
		e.early = true
		return true, nil
	case isFolder:
		var files []*entry
		goes, err := sv.goes(path, &files)
		if err != nil || !goes {
			return false, err
		}
		for _, e := range files {
			e.early = true
		}
		return true, nil
	default:
		return false, nil
	}
}

// goes tells whether a folder ends up empty, and appends the files that have
// to be removed for that. A folder that is empty already is a user's.
func (sv *surveyor) goes(dir string, files *[]*entry) (bool, error) {
	names, err := sv.view.list(dir)
	if err != nil || len(names) == 0 {
		return false, err
	}
	for _, name := range names {
		path := dir + "/" + name
		if e := sv.removals[path]; e != nil && e.Status != Blocked {
			*files = append(*files, e)
			continue
		}
		f, err := sv.view.stat(path)
		if err != nil || f.kind != isFolder {
			return false, err
		}
		if goes, err := sv.goes(path, files); err != nil || !goes {
			return false, err
		}
	}
	return true, nil
}

// surveyRecords compares isthmus's own files.
func (sv *surveyor) surveyRecords() ([]entry, error) {
	var out []entry
	for _, scope := range slices.Sorted(maps.Keys(sv.next)) {
		e := entry{Difference: Difference{Path: inventoryPath(scope), Scope: scope, Status: Record}}
		e.onDisk = sv.records.digests[scope]
		if inv := sv.next[scope]; len(inv) > 0 {
			e.write = inv.format
			e.digest = digest(e.write())
		}
		if e.digest != e.onDisk {
			out = append(out, e)
		}
	}
	for path, content := range map[string]string{attributesPath: attributes, ignorePath: ignore} {
		there, err := sv.view.exists(path)
		if err != nil {
			return nil, err
		}
		if !there {
			data := []byte(content)
			out = append(out, entry{
				Difference: Difference{Path: path, Scope: tree.Shared, Status: Record},
				write:      func() []byte { return data }, digest: digest(data),
			})
		}
	}
	return out, nil
}
