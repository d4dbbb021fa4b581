package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/tree"
)

// ReadFolder returns the files that users keep in a folder of the directory, by
// their paths in the directory, with LF line ends. It is not nil, and empty if
// there is no such folder. Files and folders whose names begin with a dot are
// not the tree's business. A symbolic link in it is an error: what it leads to
// may change, or be on one machine alone.
func ReadFolder(dir, folder string) (map[string][]byte, error) {
	out := map[string][]byte{}
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	v := newView(root)
	if err := v.collect(folder, out); err != nil {
		return nil, fmt.Errorf("%q: %w", dir, err)
	}
	return out, nil
}

func (v *view) collect(folder string, out map[string][]byte) error {
	names, err := v.list(folder)
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasPrefix(name, ".") {
			continue
		}
		p := path.Join(folder, name)
		f, err := v.look(p)
		switch {
		case err != nil:
			return err
		case f.kind == isFile:
			out[p] = f.data
		case f.kind == isFolder:
			if err := v.collect(p, out); err != nil {
				return err
			}
		case f.kind != isAbsent:
			return fmt.Errorf("%s: put the file itself there", f.obstacle(p))
		}
	}
	return nil
}

// WriteBeside writes files that belong to the users, all of them or, on an
// error, none: they are in no inventory, and no Write ever touches them. It
// replaces what is there. It completes an earlier WriteBeside that was
// interrupted, refuses a second run at the same time, and commits to all files at
// once; an InterruptedError says that it could not go on halfway, or that a Write
// was interrupted, which has to be completed first.
func WriteBeside(ctx context.Context, dir string, files map[string][]byte) ([]Change, error) {
	return writeBeside(ctx, dir, files, func(d disk) disk { return d })
}

func writeBeside(ctx context.Context, dir string, files map[string][]byte, wrap func(disk) disk) ([]Change, error) {
	t, err := tree.New().With(tree.Shared, files) // no file where another has a folder
	if err == nil {
		err = checkTree(t)
	}
	if err != nil {
		return nil, err
	}
	return session(ctx, dir, beside, wrap, func(v *view, _ recovered) ([]step, []Change, error) {
		steps, changes, err := besideSteps(v, files)
		if err != nil {
			return nil, nil, fmt.Errorf("%q: nothing was written: %w", dir, err)
		}
		return steps, changes, nil
	})
}

// Complete carries out what an interrupted WriteBeside committed to, for those who
// read what it writes before they write themselves. It does nothing where there is
// none, and leaves a Write that was interrupted to the next one.
func Complete(ctx context.Context, dir string) error {
	var interrupted *InterruptedError
	if !errors.As(Ready(dir), &interrupted) {
		return nil // what else is wrong, the reader says
	}
	_, err := session(ctx, dir, beside, func(d disk) disk { return d }, func(*view, recovered) ([]step, []Change, error) { return nil, nil, nil })
	if errors.As(err, &interrupted) && interrupted.Err == nil {
		return nil
	}
	return err
}

// besideSteps are those for the files that are not there as they should be.
func besideSteps(v *view, files map[string][]byte) ([]step, []Change, error) {
	var (
		steps   []step
		changes []Change
	)
	for _, p := range slices.Sorted(maps.Keys(files)) {
		data := lf(files[p])
		got, err := v.look(p)
		if err != nil {
			return nil, nil, err
		}
		s := step{path: p, write: func() []byte { return data }, digest: digest(data)}
		c := Change{Action: Add, Path: p}
		switch got.kind {
		case isAbsent:
		case isFile:
			s.old, c.Action = digest(got.data), Update
		default:
			return nil, nil, fmt.Errorf("%s: move it away", got.obstacle(p))
		}
		if s.old != s.digest {
			steps, changes = append(steps, s), append(changes, c)
		}
	}
	// Nobody who runs `git add` after a crash shall commit what is staged.
	if there, err := v.exists(ignorePath); err != nil {
		return nil, nil, err
	} else if !there && len(steps) > 0 {
		steps = append(steps, step{path: ignorePath, write: func() []byte { return []byte(ignore) }, digest: digest([]byte(ignore))})
	}
	return steps, changes, nil
}
