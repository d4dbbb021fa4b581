// Package revision reads a generated tree from Git at a revision, offline.
//
// It reads objects and references with go-git's storage packages and not with
// go-git itself, whose transports (HTTP, SSH) would come along and 1.5 MB with
// them; so it resolves names of revisions on its own: branches, tags, remote
// branches, full and short hashes, each with ~N and ^N. Work trees that share a
// repository, packed references, packed objects and alternates are read.
package revision

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

const dotGit = ".git"

// repository is a Git repository on disk.
type repository struct {
	*filesystem.Storage
	// root is the top folder of the work tree.
	root string
}

// open finds the repository that a directory lies in. The directory need not
// exist, its absolute path tells.
func open(dir string) (*repository, error) {
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		info, err := osfs.New(at).Stat(dotGit)
		switch {
		case err == nil:
			git := filepath.Join(at, dotGit)
			if !info.IsDir() {
				if git, err = pointer(git, "gitdir: "); err != nil {
					return nil, err
				}
			}
			return storage(at, git)
		case at == filepath.Dir(at):
			return nil, fmt.Errorf("%q lies in no Git repository: run inside of a clone, or compare with the directory as it is", dir)
		}
	}
}

// storage opens a repository's own folder, and that of the repository which a
// work tree shares.
func storage(root, git string) (*repository, error) {
	common, err := pointer(filepath.Join(git, "commondir"), "")
	files := osfs.New(git)
	switch {
	case err == nil:
		files = dotgit.NewRepositoryFilesystem(files, osfs.New(common))
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	s := filesystem.NewStorageWithOptions(files, cache.NewObjectLRUDefault(), filesystem.Options{
		AlternatesFS: osfs.New(filepath.VolumeName(git) + string(filepath.Separator)),
	})
	config, err := s.Config()
	if err != nil {
		return nil, fmt.Errorf("cannot read the configuration of the Git repository %q: %w", root, err)
	}
	for option, known := range map[string]string{"refstorage": "files", "objectformat": "sha1"} {
		if v := config.Raw.Section("extensions").Option(option); v != "" && !strings.EqualFold(v, known) {
			return nil, fmt.Errorf("the Git repository %q has extensions.%s = %q, which isthmus cannot read: check the revision out elsewhere (git worktree add) and compare with that directory", root, option, v)
		}
	}
	return &repository{Storage: s, root: root}, nil
}

// pointer reads a file that holds a path, relative to the file's own folder.
func pointer(file, prefix string) (string, error) {
	dir, name := filepath.Split(file)
	f, err := osfs.New(dir).Open(name)
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	p, ok := strings.CutPrefix(strings.TrimSpace(string(data)), prefix)
	if !ok || p == "" {
		return "", fmt.Errorf("%q does not say where the Git repository is, but %q", file, data)
	}
	if !filepath.IsAbs(p) {
		p = filepath.Join(dir, p)
	}
	return p, nil
}
