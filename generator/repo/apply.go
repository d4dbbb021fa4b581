package repo

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// recovered is what applying a journal learnt that the inventories do not say.
type recovered struct {
	// skipped are the files that had changed since the journal, and stayed.
	skipped []string
	// known is content that isthmus has written or replaced at a path: after
	// someone took a half-written directory back, say with git, the old
	// content is there and the inventories tell only of the new one.
	known inventory
	// displaced are inventories that had changed since the journal.
	displaced map[string]inventory
}

// recover completes what an earlier run committed to, and discards what one
// staged without committing.
func (w *writer) recover(of kindOfRun) (recovered, error) {
	v := newView(w.root)
	got, err := v.look(journalPath)
	switch {
	case err != nil:
		return recovered{}, fmt.Errorf("%q: %w", w.dir, err)
	case got.kind == isAbsent:
		if err := w.discard(); err != nil {
			return recovered{}, fmt.Errorf("%q: an interrupted run left %q, which could not be removed: %w", w.dir, tmpDir, err)
		}
		return recovered{}, nil
	case got.kind != isFile:
		return recovered{}, fmt.Errorf("%q: cannot read the journal of an interrupted run, %s: remove that", w.dir, got.obstacle(journalPath))
	}
	steps, err := parseJournal(w.dir, got.data)
	if err != nil {
		return recovered{}, err
	}
	if of == beside && slices.ContainsFunc(steps, step.records) {
		return recovered{}, &InterruptedError{Dir: w.dir}
	}
	return w.apply(steps, true)
}

// apply carries out steps that are staged and committed to, and may have been
// carried out before in part or in whole. again says that they may have, and
// so that what is staged needs a look before it is used.
func (w *writer) apply(steps []step, again bool) (recovered, error) {
	a := &applier{
		writer: w, view: newView(w.root).keeping(), again: again, touched: map[string]bool{".": true, home: true},
		recovered: recovered{known: inventory{}, displaced: map[string]inventory{}},
	}
	defer func() { a.view.close() }()
	if err := a.run(steps); err != nil {
		return recovered{}, &InterruptedError{Dir: w.dir, Err: err}
	}
	// The tree is whole. If the journal returned after a power cut, or what is
	// staged stays, the next run would find nothing to do but remove it.
	_ = w.disk.SyncDirs([]string{home})
	_ = w.discard()
	return a.recovered, nil
}

// applier is one passage over a journal.
type applier struct {
	*writer
	recovered
	view    *view
	again   bool
	touched map[string]bool // folders, to be made durable
}

func (a *applier) run(steps []step) error {
	var emptied []string
	for i, s := range steps {
		if s.removes() {
			if err := a.remove(s); err != nil {
				return err
			}
			emptied = append(emptied, path.Dir(s.path))
			if i+1 < len(steps) && steps[i+1].removes() {
				continue
			}
			if err := a.prune(emptied); err != nil {
				return err
			}
			emptied = nil
			continue
		}
		if err := a.put(i, s); err != nil {
			return err
		}
	}
	if err := a.sync(); err != nil {
		return err
	}
	return a.disk.Remove(journalPath)
}

// look starts a new view, after folders went.
func (a *applier) look() {
	a.view.close()
	a.view = newView(a.root).keeping()
}

// put renames staged content into place, unless the file is neither what the
// journal replaces nor gone.
func (a *applier) put(index int, s step) error {
	got, err := a.view.look(s.path)
	if err != nil {
		return err
	}
	a.touched[path.Dir(s.path)] = true
	now := ""
	if got.kind == isFile {
		now = digest(got.data)
	}
	scope, isInventory := inventoryScope(s.path)
	if !isInventory {
		a.remember(s)
	}
	switch {
	case got.kind == isFile && now == s.digest:
		return nil
	case isInventory && got.kind == isFile && now != s.old:
		a.displace(scope, got.data)
	case got.kind == isAbsent, got.kind == isFile && now == s.old:
	case isInventory:
		return fmt.Errorf("an inventory belongs at %q, but %s", s.path, got.obstacle(s.path))
	default:
		a.skipped = append(a.skipped, s.path)
		return nil
	}
	if a.again {
		content, err := a.view.look(staged(index))
		if err != nil {
			return err
		}
		if content.kind != isFile || digest(content.data) != s.digest {
			// Renamed by the earlier run, and what it wrote was then changed
			// or removed.
			if !isInventory {
				a.skipped = append(a.skipped, s.path)
			}
			return nil
		}
	}
	if err := a.ensure(path.Dir(s.path)); err != nil {
		return err
	}
	return a.disk.Rename(staged(index), s.path)
}

// remove removes a file that is as the journal knows it.
func (a *applier) remove(s step) error {
	got, err := a.view.look(s.path)
	if err != nil {
		return err
	}
	a.touched[path.Dir(s.path)] = true
	scope, isInventory := inventoryScope(s.path)
	switch {
	case got.kind == isAbsent, got.kind == isInFile, got.kind == isFolder:
		return nil
	case got.kind == isFile && digest(got.data) == s.old:
	case got.kind == isFile && isInventory:
		a.displace(scope, got.data)
	default:
		a.skipped = append(a.skipped, s.path)
		return nil
	}
	return a.disk.Remove(s.path)
}

func (a *applier) remember(s step) {
	a.known.add(s.path, s.digest)
	if s.old != "" {
		a.known.add(s.path, s.old)
	}
}

// displace keeps what an inventory says that the journal is about to replace
// and does not know, as after a checkout of another branch. One that cannot be
// read says nothing.
func (a *applier) displace(scope string, data []byte) {
	if inv, err := parseInventory(inventoryPath(scope), data); err == nil {
		a.displaced[scope] = inv
	}
}

// ensure makes a folder and those above it.
func (a *applier) ensure(dir string) error {
	f, err := a.view.folder(dir)
	if err != nil || f.kind == isFolder {
		return err
	}
	if f.kind != isAbsent {
		return fmt.Errorf("%s", f.obstacle(dir))
	}
	if err := a.ensure(path.Dir(dir)); err != nil {
		return err
	}
	if err := a.disk.Mkdir(dir); err != nil {
		return err
	}
	a.touched[path.Dir(dir)] = true
	a.view.folders[dir] = found{kind: isFolder}
	return nil
}

// prune removes folders that are empty, and those above that this leaves
// empty.
func (a *applier) prune(dirs []string) error {
	// Deepest first, each once.
	slices.SortFunc(dirs, func(x, y string) int { return strings.Compare(y, x) })
	a.look()
	for _, dir := range slices.Compact(dirs) {
		for ; dir != "." && dir != home; dir = path.Dir(dir) {
			f, err := a.view.folder(dir)
			if err != nil {
				return err
			}
			if f.kind == isAbsent {
				continue
			}
			if f.kind != isFolder {
				break
			}
			names, err := a.view.list(dir)
			if err != nil {
				return err
			}
			if len(names) > 0 {
				break
			}
			if err := a.disk.Remove(dir); err != nil {
				if names, look := a.view.list(dir); look == nil && len(names) > 0 {
					break // someone just put a file there
				}
				return err
			}
			a.view.folders[dir] = found{kind: isAbsent}
			a.touched[path.Dir(dir)] = true
		}
	}
	// Files that were removed may have been in the way of folders.
	a.look()
	return nil
}

// sync makes every rename and removal durable.
func (a *applier) sync() error {
	a.look()
	var dirs []string
	for _, dir := range slices.Sorted(maps.Keys(a.touched)) {
		f, err := a.view.folder(dir)
		if err != nil {
			return err
		}
		if f.kind == isFolder {
			dirs = append(dirs, dir)
		}
	}
	return a.disk.SyncDirs(dirs)
}
