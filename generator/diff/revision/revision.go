package revision

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"

	"isthmus.dev/isthmus/generator/diff"
	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/tree"
)

// source is a directory at a revision.
type source struct {
	*object.Tree // nil if the revision has no such directory
	files        []tree.File
	secrets      map[string][]byte // as they are now
}

// Open reads a directory, given by its absolute path, as it is at a revision of
// the repository that it lies in: what isthmus owned there, and what lies at
// the paths of the new tree.
func Open(dir, rev string, now diff.Generated) (diff.Source, error) {
	r, err := open(dir)
	if err != nil {
		return nil, err
	}
	c, err := r.commit(rev)
	if err != nil {
		return nil, err
	}
	s := &source{secrets: now.Secrets}
	if s.Tree, err = c.Tree(); err != nil {
		return nil, fmt.Errorf("--base %q: %w", rev, err)
	}
	rel, err := filepath.Rel(r.root, dir)
	if err != nil {
		return nil, err
	}
	if rel = filepath.ToSlash(rel); rel != "." {
		s.Tree, err = s.Tree.Tree(rel)
		if errors.Is(err, object.ErrDirectoryNotFound) {
			s.Tree, err = nil, nil // it is new since
		}
		if err != nil {
			return nil, fmt.Errorf("--base %q: %w", rev, err)
		}
	}
	if err := s.read(now.Tree, now.Clusters); err != nil {
		return nil, fmt.Errorf("--base %q: %w", rev, err)
	}
	return s, nil
}

func (s *source) Files() []tree.File { return s.files }

// Read returns a file with LF line ends.
func (s *source) Read(p string) ([]byte, error) {
	missing := &fs.PathError{Op: "read", Path: p, Err: fs.ErrNotExist}
	if s.Tree == nil {
		return nil, missing
	}
	e, err := s.FindEntry(p)
	if errors.Is(err, object.ErrEntryNotFound) || errors.Is(err, object.ErrDirectoryNotFound) {
		return nil, missing
	}
	if err != nil {
		return nil, fmt.Errorf("%q: %w", p, err)
	}
	if e.Mode != filemode.Regular && e.Mode != filemode.Executable && e.Mode != filemode.Deprecated {
		return nil, missing // a folder or a link, through which isthmus does not look
	}
	if data, is := s.secrets[p]; is && e.Hash == plumbing.ComputeHash(plumbing.BlobObject, data) {
		return data, nil // the same, no need to read it
	}
	f, err := s.TreeEntryFile(e)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", p, err)
	}
	text, err := f.Contents()
	if err != nil {
		return nil, fmt.Errorf("%q: %w", p, err)
	}
	return bytes.ReplaceAll([]byte(text), []byte("\r\n"), []byte("\n")), nil
}

// read collects the files of the clusters.
func (s *source) read(t *tree.Tree, clusters []string) error {
	if s.Tree == nil {
		return nil
	}
	wanted := func(scope string) bool { return len(clusters) == 0 || slices.Contains(clusters, scope) }
	done := map[string]bool{}
	for _, f := range t.Files() {
		if f.Scope != tree.Shared && !wanted(f.Scope) {
			continue
		}
		done[f.Path] = true
		if e, err := s.FindEntry(f.Path); err == nil && e.Hash == plumbing.ComputeHash(plumbing.BlobObject, f.Data()) {
			s.files = append(s.files, f) // the same, no need to read it
			continue
		}
		if err := s.add(f.Path, f.Scope); err != nil {
			return err
		}
	}
	owned, err := repo.Owned(s.list, s.Read)
	if err != nil {
		return err
	}
	for _, f := range owned {
		// What a share no longer needs of what is shared, others may.
		if done[f.Path] || !wanted(f.Scope) || f.Scope == tree.Shared && len(clusters) > 0 {
			continue
		}
		done[f.Path] = true
		if err := s.add(f.Path, f.Scope); err != nil {
			return err
		}
	}
	return nil
}

func (s *source) add(p, scope string) error {
	data, err := s.Read(p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		s.files = append(s.files, tree.NewFile(p, scope, data))
	}
	return err
}

// list names what is in a folder, nothing if there is no such folder.
func (s *source) list(dir string) ([]string, error) {
	folder, err := s.Tree.Tree(dir)
	if errors.Is(err, object.ErrDirectoryNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%q: %w", dir, err)
	}
	names := make([]string, len(folder.Entries))
	for i, e := range folder.Entries {
		names[i] = e.Name
	}
	return names, nil
}
