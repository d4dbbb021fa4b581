package diff

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/tree"
)

// Source is where an old tree comes from.
type Source interface {
	// Files are what isthmus owns there and what lies where it generates.
	Files() []tree.File
	// Read returns one more file, for shared folders that a cluster still
	// references and a share of the clusters does not list, and for the users'
	// encrypted Secrets. It fails with fs.ErrNotExist if there is none.
	Read(path string) ([]byte, error)
}

// Generated is the new tree, and what it was generated with.
type Generated struct {
	Tree *tree.Tree
	// Secrets are the users' encrypted files, by path, of which the tree lists some.
	Secrets map[string][]byte
	// Clusters that the tree was generated for, none for all of them.
	Clusters []string
}

// Working is a directory as it is on disk.
type Working struct {
	// Kept are the files that generate leaves alone unless it is told otherwise:
	// edited ones, foreign ones, and those with something in the way.
	Kept []repo.Difference

	dir     string
	files   []tree.File
	secrets func(path string) ([]byte, error)
}

// WorkingCopy is the old tree in a directory: what the new tree has at its paths
// there, and what is left over. The users' encrypted Secrets are those that the new
// tree was generated with, since they lie in the same directory.
func WorkingCopy(dir string, now Generated) (*Working, error) {
	differences, err := repo.Compare(dir, now.Tree, now.Clusters)
	if err != nil {
		return nil, err
	}
	w := &Working{dir: dir, secrets: from(now.Secrets)}
	differs := map[string]bool{}
	for _, d := range differences {
		switch d.Status {
		case repo.Edited, repo.EditedLeftover, repo.Foreign, repo.Blocked:
			w.Kept = append(w.Kept, d)
		case repo.Missing, repo.Outdated, repo.Leftover, repo.Unrecorded, repo.Record:
		}
		switch d.Status {
		case repo.Record, repo.Unrecorded:
			continue // the content is right
		case repo.Missing, repo.Blocked:
			differs[d.Path] = true
			continue
		case repo.Outdated, repo.Edited, repo.Foreign, repo.Leftover, repo.EditedLeftover:
		}
		differs[d.Path] = true
		data, err := repo.ReadFile(dir, d.Path)
		if err != nil {
			return nil, err
		}
		w.files = append(w.files, tree.NewFile(d.Path, d.Scope, data))
	}
	for _, f := range now.Tree.Files() {
		if !differs[f.Path] {
			w.files = append(w.files, f)
		}
	}
	return w, nil
}

// Files are those of the old tree.
func (w *Working) Files() []tree.File { return w.files }

// Read returns one more file of the directory.
func (w *Working) Read(p string) ([]byte, error) {
	if strings.HasPrefix(p, secretsFolder) {
		return w.secrets(p)
	}
	return repo.ReadFile(w.dir, p)
}

// complete adds the shared folders that kustomizations of the given files
// reference and the files lack.
func complete(files []tree.File, read func(string) ([]byte, error)) ([]tree.File, error) {
	have := map[string]bool{}
	for _, f := range files {
		have[f.Path] = true
	}
	lists := listings{}
	for i := 0; i < len(files); i++ { // grows as it goes
		if !isKustomization(files[i].Path) {
			continue
		}
		for _, ref := range lists.resources(files[i].Text) {
			p := path.Join(path.Dir(files[i].Path), ref)
			if !strings.HasPrefix(p, sharedFolder) {
				continue
			}
			if path.Ext(p) != ".yaml" {
				p = path.Join(p, kustomizationFile)
			}
			if have[p] {
				continue
			}
			have[p] = true
			data, err := read(p)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			files = append(files, tree.NewFile(p, tree.Shared, data))
		}
	}
	return files, nil
}
