package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
)

type kind int

const (
	isAbsent kind = iota
	isFile
	isFolder
	isInFile  // nothing can be there, a file is where a folder would be
	isBlocked // by a symbolic link or a device
)

// found is what lies at a path.
type found struct {
	kind kind
	// data is a file's content with LF line ends.
	data []byte
	// at and why say what is in the way, for isInFile and isBlocked.
	at, why string
}

// obstacle says why there can be no file at a path.
func (f found) obstacle(p string) string {
	if f.kind == isFolder {
		return fmt.Sprintf("%q is a folder", p)
	}
	return fmt.Sprintf("%q %s", f.at, f.why)
}

// view reads a directory. It follows no symbolic link inside of it: os.Root
// alone would follow those that stay inside, and the error about one that does
// not stay inside would not name it. Folders are looked at once, so a view
// serves for as long as nobody but its user makes or removes folders.
type view struct {
	root    *os.Root
	folders map[string]found
	// keeps has the view keep the folder open that it looked into last, so that
	// not every look resolves the whole path. Only for a view that is used while
	// nobody removes folders.
	keeps bool
	kept  *os.Root
	at    string
}

// fork is a view for one more goroutine.
func (v *view) fork() *view {
	return &view{root: v.root, folders: maps.Clone(v.folders), keeps: true}
}

// keeping has a view keep folders open, until it is closed.
func (v *view) keeping() *view {
	v.keeps = true
	return v
}

func (v *view) close() {
	if v.kept != nil {
		v.kept.Close()
		v.kept = nil
	}
}

// open returns the folder of a path, which is known to be one, and the name in it.
func (v *view) open(p string) (dir *os.Root, name string, err error) {
	if !v.keeps || path.Dir(p) == "." {
		return v.root, p, nil
	}
	if d := path.Dir(p); v.kept == nil || v.at != d {
		v.close()
		if v.kept, err = v.root.OpenRoot(d); err != nil {
			return nil, "", err
		}
		v.at = d
	}
	return v.kept, path.Base(p), nil
}

func newView(root *os.Root) *view {
	return &view{root: root, folders: map[string]found{".": {kind: isFolder}}}
}

// newEmptyView is the view of a directory that does not exist.
func newEmptyView() *view {
	return &view{folders: map[string]found{".": {kind: isAbsent}}}
}

// folder tells what lies at a path that has to be a folder: a folder, nothing,
// or something in the way.
func (v *view) folder(dir string) (found, error) {
	if f, known := v.folders[dir]; known {
		return f, nil
	}
	f, err := v.folder(path.Dir(dir))
	if err != nil {
		return found{}, err
	}
	if f.kind == isFolder {
		if f, err = v.stat(dir); err != nil {
			return found{}, err
		}
		if f.kind == isFile {
			f = found{kind: isInFile, at: dir, why: "is a file where a folder belongs"}
		}
	}
	v.folders[dir] = f
	return f, nil
}

// stat looks at a path inside of a folder.
func (v *view) stat(p string) (found, error) {
	dir, name, err := v.open(p)
	if err != nil {
		return found{}, err
	}
	info, err := dir.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return found{kind: isAbsent}, nil
	case err != nil:
		return found{}, err
	case info.Mode()&fs.ModeSymlink != 0:
		return found{kind: isBlocked, at: p, why: "is a symbolic link, and isthmus writes through none"}, nil
	case info.IsDir():
		return found{kind: isFolder}, nil
	case !info.Mode().IsRegular():
		return found{kind: isBlocked, at: p, why: "is not a regular file"}, nil
	}
	return found{kind: isFile}, nil
}

// look reads the file at a path, or tells what is there instead.
func (v *view) look(p string) (found, error) {
	f, err := v.folder(path.Dir(p))
	if err != nil || f.kind != isFolder {
		return f, err
	}
	if f, err = v.stat(p); err != nil || f.kind != isFile {
		return f, err
	}
	dir, name, err := v.open(p)
	if err != nil {
		return found{}, err
	}
	data, err := dir.ReadFile(name)
	if err != nil {
		return found{}, err
	}
	f.data = lf(data)
	return f, nil
}

// list returns the names in a folder, sorted; none if nothing is there.
func (v *view) list(dir string) ([]string, error) {
	f, err := v.folder(dir)
	if err != nil || f.kind == isAbsent {
		return nil, err
	}
	if f.kind != isFolder {
		return nil, fmt.Errorf("%s: move it away", f.obstacle(dir))
	}
	d, err := v.root.Open(dir)
	if err != nil {
		return nil, err
	}
	names, err := d.Readdirnames(-1)
	slices.Sort(names)
	return names, errors.Join(err, d.Close())
}

// exists tells whether anything lies at a path.
func (v *view) exists(p string) (bool, error) {
	f, err := v.folder(path.Dir(p))
	if err != nil || f.kind != isFolder {
		return false, err
	}
	f, err = v.stat(p)
	return f.kind != isAbsent, err
}
