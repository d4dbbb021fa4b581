package repo

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"sync"
	"syscall"
)

// disk is every way in which a Write changes the directory, small so that a
// test can make each single operation fail. Names are slash-separated and
// relative to the directory.
type disk interface {
	// Mkdir makes a folder; that it exists already is no error.
	Mkdir(name string) error
	// WriteFile makes a new file. It is durable only after SyncFiles.
	WriteFile(name string, data []byte) error
	SyncFiles(names []string) error
	// SyncDirs makes durable which names the folders hold; a folder that is
	// gone is no error.
	SyncDirs(names []string) error
	Rename(from, to string) error
	// Remove removes a file or an empty folder; that it is gone already is no
	// error.
	Remove(name string) error
}

// rootDisk is the real disk. The root keeps every operation inside of the
// directory, whatever happens to it meanwhile.
type rootDisk struct {
	root *os.Root
	// whole is the directory, opened before anything was written; nil where it
	// could not be.
	whole *os.File
}

// manyFiles is from how many files it pays to make the whole file system durable.
const manyFiles = 64

func (d rootDisk) Mkdir(name string) error {
	err := d.root.Mkdir(name, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

func (d rootDisk) WriteFile(name string, data []byte) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

func (d rootDisk) SyncFiles(names []string) error {
	if len(names) >= manyFiles {
		if done, err := syncAll(d.whole); done {
			return err
		}
	}
	return inParallel(names, func(name string) error {
		f, err := d.root.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
}

func (d rootDisk) SyncDirs(names []string) error {
	if runtime.GOOS == "windows" {
		return nil // has no such operation
	}
	if len(names) >= manyFiles {
		if done, err := syncAll(d.whole); done {
			return err
		}
	}
	return inParallel(names, func(name string) error {
		f, err := d.root.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		err = f.Sync()
		if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
			err = nil // a file system without it
		}
		return errors.Join(err, f.Close())
	})
}

func (d rootDisk) Rename(from, to string) error { return d.root.Rename(from, to) }

func (d rootDisk) Remove(name string) error {
	err := d.root.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// inParallel calls do for each name. A file system can make many files durable
// at once in little more time than one, which matters for 50,000 of them.
func inParallel(names []string, do func(string) error) error {
	const workers = 16
	errs := make([]error, min(workers, len(names)))
	var wait sync.WaitGroup
	for w := range errs {
		wait.Go(func() {
			for i := w; i < len(names) && errs[w] == nil; i += len(errs) {
				errs[w] = do(names[i])
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}
