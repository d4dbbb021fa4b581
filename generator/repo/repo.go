package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"isthmus.dev/isthmus/generator/tree"
)

// Options of a Write.
type Options struct {
	// Clusters are the names of the clusters to write; empty means all of them
	// and what is shared.
	Clusters []string
	// OverwriteForeign overwrites files that isthmus does not own.
	OverwriteForeign bool
	// OverwriteEdited overwrites and removes owned files that someone edited.
	OverwriteEdited bool
}

// Plan returns what Write would change, sorted by path, without changing
// anything: none if the directory is as generated. The error is a
// ConflictError if Write would refuse, or an InterruptedError.
func Plan(dir string, t *tree.Tree, o Options) ([]Change, error) {
	s, err := read(dir, t, o.Clusters)
	if err != nil {
		return nil, err
	}
	if err := s.conflict(dir, o); err != nil {
		return nil, err
	}
	return s.changes(), nil
}

// Compare returns how the directory differs from the tree, sorted by path,
// under the same rules as Plan but whatever the reasons not to write: none if
// it is as generated. The error is an InterruptedError if the directory is
// partly written.
func Compare(dir string, t *tree.Tree, clusters []string) ([]Difference, error) {
	s, err := read(dir, t, clusters)
	if err != nil {
		return nil, err
	}
	return s.differences(), nil
}

// ReadFile returns the content of a file in the directory, with LF line ends.
// It follows no symbolic link inside of it. The error is fs.ErrNotExist if
// nothing is there.
func ReadFile(dir, path string) ([]byte, error) {
	if !fs.ValidPath(path) || path == "." {
		return nil, fmt.Errorf("%q: %q is not a clean path inside of it", dir, path)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := newView(root).look(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q: %w", dir, err)
	case f.kind == isAbsent || f.kind == isInFile:
		return nil, fmt.Errorf("%q: %w", dir, &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist})
	case f.kind != isFile:
		return nil, fmt.Errorf("%q: cannot read %q, %s", dir, path, f.obstacle(path))
	}
	return f.data, nil
}

// read surveys the directory for those who only read it.
func read(dir string, t *tree.Tree, clusters []string) (*survey, error) {
	s, err := newShare(clusters)
	if err != nil {
		return nil, err
	}
	if err := checkTree(t); err != nil {
		return nil, err
	}
	v := newEmptyView()
	root, err := os.OpenRoot(dir)
	switch {
	case err == nil:
		defer root.Close()
		v = newView(root)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	journal, err := v.look(journalPath)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q: %w", dir, err)
	case journal.kind == isFile:
		return nil, &InterruptedError{Dir: dir}
	case journal.kind != isAbsent:
		return nil, fmt.Errorf("%q: cannot read isthmus's records, %s: move it away", dir, journal.obstacle(journalPath))
	}
	return newSurvey(dir, v, t, s, recovered{})
}

// Write makes the directory, created if need be, equal to the tree and returns
// what that changed, sorted by path. Content that is right already is not
// written again, and if all of it is, nothing is. It fails with a LockedError
// if another Write is at work, with a ConflictError if files in the directory
// forbid it, and with an InterruptedError if it could not go on halfway; but
// for the last, the tree in the directory is then the one from before. Once it
// starts to put files into place, it no longer heeds ctx.
func Write(ctx context.Context, dir string, t *tree.Tree, o Options) ([]Change, error) {
	return write(ctx, dir, t, o, func(d disk) disk { return d })
}

func write(ctx context.Context, dir string, t *tree.Tree, o Options, wrap func(disk) disk) ([]Change, error) {
	s, err := newShare(o.Clusters)
	if err != nil {
		return nil, err
	}
	if err := checkTree(t); err != nil {
		return nil, err
	}
	return session(ctx, dir, generated, wrap, func(v *view, past recovered) ([]step, []Change, error) {
		found, err := newSurvey(dir, v, t, s, past)
		if err != nil {
			return nil, nil, err
		}
		if err := found.conflict(dir, o); err != nil {
			return nil, nil, err
		}
		return found.steps(), found.changes(), nil
	})
}
