package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// LockedError says that another run is writing to the directory.
type LockedError struct {
	// Dir is the directory.
	Dir string
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("another run of \"isthmus generate\" is writing to %q: wait until it ends and run again (its lock ends with its process)", e.Dir)
}

// lock makes the directory this process's own to write, or fails at once with
// a LockedError. The operating system frees the lock of a process that dies.
// The file that is locked is gone after release, so that a run that changes
// nothing leaves nothing; a dead process's is taken over.
func lock(dir string, root *os.Root, d disk) (release func(), err error) {
	v := newView(root)
	f, err := v.folder(home)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", dir, err)
	}
	made := f.kind == isAbsent
	if f.kind == isBlocked || f.kind == isInFile {
		return nil, fmt.Errorf("%q: cannot write here, %s: move it away", dir, f.obstacle(home))
	}
	if f, err = v.stat(lockPath); err != nil {
		return nil, fmt.Errorf("%q: %w", dir, err)
	}
	if f.kind == isFolder || f.kind == isBlocked {
		return nil, fmt.Errorf("%q: cannot lock it, %s: remove that", dir, f.obstacle(lockPath))
	}
	unmake := func() {
		if made {
			// Fails, as it should, unless nothing was written.
			_ = root.Remove(home)
		}
	}
	unlock, err := d.Lock(dir)
	if err != nil {
		unmake()
		return nil, cannotLock(dir, err)
	}
	return func() {
		unlock()
		unmake()
	}, nil
}

// cannotLock says why a directory cannot be written, which its lock, the first
// that is written, finds out.
func cannotLock(dir string, err error) error {
	if locked := (*LockedError)(nil); errors.As(err, &locked) {
		return err
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%q: isthmus may not write there, nothing there has changed: %w: have the right to write to it and to %q in it given to you, or name another directory with -o", dir, err, home)
	}
	return fmt.Errorf("%q: cannot lock it, nothing there has changed: %w", dir, err)
}
