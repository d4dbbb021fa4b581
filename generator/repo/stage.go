package repo

import (
	"context"
	"fmt"
	"os"
	"path"
	"slices"
)

// writer changes the directory, which is locked.
type writer struct {
	dir  string
	root *os.Root
	disk disk
}

// batch is how many files are staged before the next look whether to stop.
const batch = 256

// stage writes all content beside the tree, makes it durable and commits to
// the steps. An error means that nothing in the tree has changed, unless it is
// an InterruptedError.
func (w *writer) stage(ctx context.Context, steps []step) error {
	if err := w.prepare(ctx, steps); err != nil {
		// Best effort: the next run discards what stays.
		_ = w.discard()
		return fmt.Errorf("%q: the files could not be prepared, nothing there has changed: %w", w.dir, err)
	}
	if err := w.disk.Rename(tmpDir+"/journal", journalPath); err != nil {
		// Some file systems report a failure of what they did.
		if there, look := newView(w.root).exists(journalPath); look != nil || there {
			return &InterruptedError{Dir: w.dir, Err: err}
		}
		_ = w.discard()
		return fmt.Errorf("%q: the files could not be prepared, nothing there has changed: %w", w.dir, err)
	}
	if err := w.disk.SyncDirs([]string{home, "."}); err != nil {
		return &InterruptedError{Dir: w.dir, Err: err}
	}
	return nil
}

func (w *writer) prepare(ctx context.Context, steps []step) error {
	if err := w.disk.Mkdir(tmpDir); err != nil {
		return err
	}
	if err := w.hide(steps); err != nil {
		return err
	}
	journal := tmpDir + "/journal"
	names := []string{journal}
	var writes []int
	for i, s := range steps {
		if !s.removes() {
			writes = append(writes, i)
			names = append(names, staged(i))
		}
	}
	for some := range slices.Chunk(writes, batch) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.disk.WriteFiles(tmpDir, len(some), func(i int) (string, []byte) {
			return path.Base(staged(some[i])), steps[some[i]].write()
		}); err != nil {
			return err
		}
	}
	if err := w.disk.WriteFile(journal, formatJournal(steps)); err != nil {
		return err
	}
	if err := w.disk.SyncFiles(names); err != nil {
		return err
	}
	if err := w.disk.SyncDirs([]string{tmpDir}); err != nil {
		return err
	}
	return ctx.Err()
}

// hide puts .isthmus/.gitignore in place ahead of the rest, if it is among the
// steps: nobody who runs `git add` after a crash shall commit what is staged.
// The step itself then finds its content there.
func (w *writer) hide(steps []step) error {
	for _, s := range steps {
		if s.path != ignorePath {
			continue
		}
		const name = tmpDir + "/gitignore"
		if err := w.disk.WriteFile(name, s.write()); err != nil {
			return err
		}
		if err := w.disk.SyncFiles([]string{name}); err != nil {
			return err
		}
		return w.disk.Rename(name, ignorePath)
	}
	return nil
}

// discard removes what is staged.
func (w *writer) discard() error { return w.discardAt(tmpDir) }

func (w *writer) discardAt(p string) error {
	v := newView(w.root)
	f, err := v.stat(p)
	if err != nil || f.kind == isAbsent {
		return err
	}
	if f.kind == isFolder {
		names, err := v.list(p)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := w.discardAt(p + "/" + name); err != nil {
				return err
			}
		}
	}
	return w.disk.Remove(p)
}
