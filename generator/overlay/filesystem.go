package overlay

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// virtual is the folder that holds what isthmus adds to the file system that
// kustomize sees. No real path begins with it.
const virtual = "/isthmus.virtual"

// layered is the disk, read-only, with a folder in memory on top of it, so that
// kustomize resolves the user's Components where they lie and nothing is
// written to disk.
type layered struct {
	filesys.FileSystem // memory
	disk               filesys.FileSystem
}

func newLayered() layered {
	return layered{FileSystem: filesys.MakeFsInMemory(), disk: filesys.MakeFsOnDisk()}
}

// addFS copies an embedded file system into a folder of the memory.
func (l layered) addFS(dir string, src fs.FS) error {
	return fs.WalkDir(src, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(src, p)
		if err != nil {
			return err
		}
		return l.FileSystem.WriteFile(path.Join(dir, p), data)
	})
}

func (l layered) pick(p string) filesys.FileSystem {
	p = filepath.ToSlash(p)
	if p == virtual || strings.HasPrefix(p, virtual+"/") {
		return l.FileSystem
	}
	return l.disk
}

var errReadOnly = errors.New("overlays are only read")

func (l layered) Create(p string) (filesys.File, error) {
	return nil, fmt.Errorf("%s: %w", p, errReadOnly)
}
func (l layered) Mkdir(p string) error                     { return fmt.Errorf("%s: %w", p, errReadOnly) }
func (l layered) MkdirAll(p string) error                  { return fmt.Errorf("%s: %w", p, errReadOnly) }
func (l layered) RemoveAll(p string) error                 { return fmt.Errorf("%s: %w", p, errReadOnly) }
func (l layered) WriteFile(p string, _ []byte) error       { return fmt.Errorf("%s: %w", p, errReadOnly) }
func (l layered) Open(p string) (filesys.File, error)      { return l.pick(p).Open(p) }
func (l layered) IsDir(p string) bool                      { return l.pick(p).IsDir(p) }
func (l layered) ReadDir(p string) ([]string, error)       { return l.pick(p).ReadDir(p) }
func (l layered) Exists(p string) bool                     { return l.pick(p).Exists(p) }
func (l layered) Glob(p string) ([]string, error)          { return l.pick(p).Glob(p) }
func (l layered) ReadFile(p string) ([]byte, error)        { return l.pick(p).ReadFile(p) }
func (l layered) Walk(p string, f filepath.WalkFunc) error { return l.pick(p).Walk(p, f) }

func (l layered) CleanedAbs(p string) (filesys.ConfirmedDir, string, error) {
	return l.pick(p).CleanedAbs(p)
}
