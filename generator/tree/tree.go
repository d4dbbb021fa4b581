// Package tree is the generated repository as a value: paths and bytes, each
// belonging to one cluster or to all of them. It knows nothing of disks.
package tree

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sort"
	"strings"

	"isthmus.dev/isthmus/generator/manifest"
)

// Shared is the scope of a file that belongs to no single cluster: the root
// README, the folders under base/, delivery objects.
const Shared = ""

// File is one generated file.
type File struct {
	// Path is relative to the output directory, slash-separated, clean, and
	// valid in the sense of io/fs.ValidPath.
	Path string
	// Scope is the name of the cluster that the file belongs to, or Shared.
	Scope string
	// Text is the content, with LF line ends.
	Text manifest.Text
}

// NewFile returns a file of the given bytes.
func NewFile(path, scope string, data []byte) File {
	return File{Path: path, Scope: scope, Text: manifest.Plain(data)}
}

// Data is the content as bytes, made anew by each call.
func (f File) Data() []byte { return f.Text.Bytes() }

// Tree is a set of files. The zero value is not usable, see New.
type Tree struct {
	files map[string]File
	// folded maps each path and folder in lower case to its spelling: on file
	// systems that fold case two of them would be one.
	folded map[string]string
	// kustomizations that were written, by what they list.
	kustomizations map[string]manifest.Text
}

// New returns an empty tree.
func New() *Tree {
	return &Tree{files: map[string]File{}, folded: map[string]string{}, kustomizations: map[string]manifest.Text{}}
}

// Add puts a file into the tree. It fails if the path is not valid, taken,
// inside of a path that is a file, or differs from another one by case alone.
func (t *Tree) Add(scope, path string, data []byte) error {
	return t.AddText(scope, path, manifest.Plain(data))
}

// AddText is Add for content that many files share.
func (t *Tree) AddText(scope, path string, text manifest.Text) error {
	if !fs.ValidPath(path) || path == "." || strings.ContainsAny(path, "\\\x00") {
		return fmt.Errorf("tree: %q is not a valid path", path)
	}
	if _, taken := t.files[path]; taken {
		return fmt.Errorf("tree: %q is generated twice", path)
	}
	for i := 0; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			continue
		}
		part := path[:i]
		if _, isFile := t.files[part]; isFile {
			return fmt.Errorf("tree: %q lies inside of %q, which is a file", path, part)
		}
		lower := strings.ToLower(part)
		if other, seen := t.folded[lower]; seen && other != part {
			return fmt.Errorf("tree: %q and %q differ by case alone, some file systems take them for one", path, other)
		}
		if i == len(path) && t.folded[lower] != "" {
			return fmt.Errorf("tree: %q is a folder already", path)
		}
		t.folded[lower] = part
	}
	t.files[path] = File{Path: path, Scope: scope, Text: text}
	return nil
}

// Get returns the content of a path.
func (t *Tree) Get(path string) ([]byte, bool) {
	f, ok := t.files[path]
	return f.Data(), ok
}

// File returns the file of a path.
func (t *Tree) File(path string) (File, bool) {
	f, ok := t.files[path]
	return f, ok
}

// Without returns the tree without some of its files.
func (t *Tree) Without(paths ...string) *Tree {
	out := &Tree{files: maps.Clone(t.files), folded: t.folded, kustomizations: t.kustomizations}
	for _, p := range paths {
		delete(out.files, p)
	}
	return out
}

// With returns the tree with further files.
func (t *Tree) With(scope string, files map[string][]byte) (*Tree, error) {
	out := &Tree{files: maps.Clone(t.files), folded: maps.Clone(t.folded)}
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if err := out.Add(scope, p, files[p]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Len is the number of files.
func (t *Tree) Len() int { return len(t.files) }

// Files returns all files sorted by path.
func (t *Tree) Files() []File {
	out := make([]File, 0, len(t.files))
	for _, f := range t.files {
		out = append(out, f)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out
}

// Scopes returns the scopes that have files, sorted; Shared comes first.
func (t *Tree) Scopes() []string {
	seen := map[string]bool{}
	for _, f := range t.files {
		seen[f.Scope] = true
	}
	out := make([]string, 0, len(seen))
	for s := range seen {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}
