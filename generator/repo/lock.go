package repo

import (
	"fmt"
	"os"
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
func lock(dir string, root *os.Root) (release func(), err error) {
	v := newView(root)
	f, err := v.folder(home)
	if err != nil {
		return nil, err
	}
	made := f.kind == isAbsent
	if f.kind == isBlocked || f.kind == isInFile {
		return nil, fmt.Errorf("%q: cannot write here, %s: move it away", dir, f.obstacle(home))
	}
	if f, err = v.stat(lockPath); err != nil {
		return nil, err
	}
	if f.kind == isFolder || f.kind == isBlocked {
		return nil, fmt.Errorf("%q: cannot lock it, %s: remove that", dir, f.obstacle(lockPath))
	}
	unlock, err := acquire(dir, root)
	if err != nil {
		return nil, err
	}
	return func() {
		unlock()
		if made {
			// Fails, as it should, unless nothing was written.
			_ = root.Remove(home)
		}
	}, nil
}
