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
	// Lock makes the directory this process's own to write until release, or
	// fails at once with a LockedError. It makes the folder of the records.
	Lock(dir string) (release func(), err error)
	// Mkdir makes a folder; that it exists already is no error.
	Mkdir(name string) error
	// WriteFile makes a new file. It is durable only after SyncFiles.
	WriteFile(name string, data []byte) error
	// WriteFiles is WriteFile for a number of files in one folder, named in it. It
	// may ask for several at once.
	WriteFiles(folder string, count int, file func(int) (name string, data []byte)) error
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
// directory. A folder that someone moves away takes along what is put into it until
// isthmus has done with it, which then is an error.
type rootDisk struct {
	root *os.Root
	// whole is the directory, opened before anything was written.
	whole *os.File
	// from and to are the folders of the last Rename: a root resolves each path
	// from its top, folder by folder, which took most of the time of a write.
	from, to handle
}

// handle is a folder that is kept open.
type handle struct {
	name string
	file *os.File
	fd   int // of the file, which costs system calls to ask for
}

// manyFiles is from how many files it pays to make the whole file system durable.
const manyFiles = 64

func newRootDisk(root *os.Root) (*rootDisk, error) {
	whole, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	return &rootDisk{root: root, whole: whole}, nil
}

// close closes folders, nothing was written through them.
func (d *rootDisk) close() {
	_ = d.forget()  // the session has ended, with its error
	d.whole.Close() //nolint:errcheck // nothing is written through it
}

// forget closes the kept folders. It fails if one of them has moved.
func (d *rootDisk) forget() error {
	return errors.Join(d.leave(&d.from), d.leave(&d.to))
}

// keep opens a folder, unless it is the one that is open.
func (d *rootDisk) keep(h *handle, name string) error {
	if h.file != nil && h.name == name {
		return nil
	}
	if err := d.leave(h); err != nil {
		return err
	}
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	*h = handle{name, f, int(f.Fd())}
	return nil
}

// leave closes a folder that is kept, if there is one.
func (d *rootDisk) leave(h *handle) error {
	if h.file == nil {
		return nil
	}
	err := d.inPlace(*h)
	h.file.Close() //nolint:errcheck // a folder
	*h = handle{}
	return err
}

func (d *rootDisk) Lock(dir string) (release func(), err error) { return acquire(dir, d.root) }

func (d *rootDisk) Mkdir(name string) error {
	err := d.root.Mkdir(name, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

func (d *rootDisk) WriteFile(name string, data []byte) error { return create(d.root, name, data) }

func create(in *os.Root, name string, data []byte) error {
	f, err := in.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

func (d *rootDisk) WriteFiles(folder string, count int, file func(int) (name string, data []byte)) error {
	in, err := d.root.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer in.Close() // a folder
	return inParallel(count, func(i int) error {
		name, data := file(i)
		return create(in, name, data)
	})
}

func (d *rootDisk) SyncFiles(names []string) error {
	if len(names) >= manyFiles {
		if done, err := syncAll(d.whole); done {
			return err
		}
	}
	return inParallel(len(names), func(i int) error {
		f, err := d.root.OpenFile(names[i], os.O_RDWR, 0)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
}

func (d *rootDisk) SyncDirs(names []string) error {
	if err := d.forget(); err != nil {
		return err
	}
	if runtime.GOOS == "windows" {
		return nil // has no such operation
	}
	if len(names) >= manyFiles {
		if done, err := syncAll(d.whole); done {
			return err
		}
	}
	return inParallel(len(names), func(i int) error {
		f, err := d.root.Open(names[i])
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

func (d *rootDisk) Remove(name string) error {
	if err := d.forget(); err != nil { // it may be one of these
		return err
	}
	err := d.root.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// inParallel calls do for each number below count. A file system can make many
// files durable at once in little more time than one, which matters for 50,000 of
// them.
func inParallel(count int, do func(int) error) error {
	const workers = 16
	errs := make([]error, min(workers, count))
	var wait sync.WaitGroup
	for w := range errs {
		wait.Go(func() {
			for i := w; i < count && errs[w] == nil; i += len(errs) {
				errs[w] = do(i)
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}
