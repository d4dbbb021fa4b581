package repo

import (
	"context"
	"fmt"
	"os"
	"slices"
)

// kindOfRun is what changes a directory.
type kindOfRun int

const (
	// generated is a Write, which completes whatever was interrupted.
	generated kindOfRun = iota
	// beside is a WriteBeside. It completes none but its own kind: of a Write the
	// next Write has to learn what was completed.
	beside
)

// session changes the directory, created if need be, under its lock: it completes
// what an earlier run of the kind committed to, asks for the steps, and carries
// them out if they change anything.
func session(ctx context.Context, dir string, of kindOfRun, wrap func(disk) disk, plan func(*view, recovered) ([]step, []Change, error)) ([]Change, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("%q: the directory cannot be made: %w: make it yourself, or name another one with -o", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	onDisk, err := newRootDisk(root)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", dir, err)
	}
	defer onDisk.close()
	w := &writer{dir: dir, root: root, disk: wrap(onDisk)}
	unlock, err := lock(dir, root, w.disk)
	if err != nil {
		return nil, err
	}
	defer unlock()

	past, err := w.recover(of)
	if err != nil {
		return nil, err
	}
	steps, changes, err := plan(newView(root), past)
	if err != nil || len(changes) == 0 {
		return nil, err
	}
	if err := w.stage(ctx, steps); err != nil {
		return nil, err
	}
	past, err = w.apply(steps, false)
	if err != nil {
		return nil, err
	}
	if len(past.skipped) > 0 {
		slices.Sort(past.skipped)
		return changes, fmt.Errorf("%q is written but for files that changed meanwhile and were left alone: %q: look at them and run isthmus again", dir, past.skipped)
	}
	return changes, nil
}
