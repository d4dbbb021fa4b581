//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// acquire takes an advisory lock on a file. Whoever held it before may have
// removed that file between our opening and locking it, and a third process
// may have locked its successor: only the lock on the file that still bears
// the name counts.
func acquire(dir string, root *os.Root) (release func(), err error) {
	const attempts = 100
	for range attempts {
		if err := root.Mkdir(home, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		f, err := root.OpenFile(lockPath, os.O_RDWR|os.O_CREATE, 0o644)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the folder was removed in between
		}
		if err != nil {
			return nil, err
		}
		ours, err := hold(dir, root, f)
		if err == nil && ours {
			return func() {
				_ = root.Remove(lockPath) // before the lock ends, so that it is ours
				_ = f.Close()
			}, nil
		}
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
	}
	return nil, &LockedError{Dir: dir}
}

// hold locks an open file and tells whether it still bears the name.
func hold(dir string, root *os.Root, f *os.File) (bool, error) {
	err := flock(f)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, &LockedError{Dir: dir}
	}
	if err != nil {
		return false, fmt.Errorf("flock %s: %w: use a file system that has locks", lockPath, err)
	}
	ours, err := f.Stat()
	if err != nil {
		return false, err
	}
	named, err := root.Lstat(lockPath)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(ours, named), err
}

func flock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
