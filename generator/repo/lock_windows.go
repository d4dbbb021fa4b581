package repo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// acquire opens a file that it shares with nobody and that vanishes when it is
// closed, which the system does for a process that dies.
func acquire(dir string, root *os.Root) (release func(), err error) {
	const (
		deleteOnClose    = 0x04000000
		sharingViolation = syscall.Errno(32)
	)
	if err := root.Mkdir(home, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	name, err := syscall.UTF16PtrFromString(filepath.Join(root.Name(), filepath.FromSlash(lockPath)))
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL|deleteOnClose, 0)
	if errors.Is(err, sharingViolation) {
		return nil, &LockedError{Dir: dir}
	}
	if err != nil {
		return nil, err
	}
	return func() { _ = syscall.CloseHandle(h) }, nil
}
