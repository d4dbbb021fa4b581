package repo

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/tree"
)

// files is a tree in a test's words: "scope:path", or just "path" for a shared
// one, to content.
type files map[string]string

func (f files) with(more files) files {
	out := maps.Clone(f)
	maps.Copy(out, more)
	return out
}

func (f files) without(keys ...string) files {
	out := maps.Clone(f)
	for _, k := range keys {
		delete(out, k)
	}
	return out
}

func (f files) tree(t *testing.T) *tree.Tree {
	t.Helper()
	tr := tree.New()
	for _, key := range slices.Sorted(maps.Keys(f)) {
		scope, path, ok := strings.Cut(key, ":")
		if !ok {
			scope, path = tree.Shared, key
		}
		if err := tr.Add(scope, path, []byte(f[key])); err != nil {
			t.Fatal(err)
		}
	}
	return tr
}

// two is a mesh of two clusters.
var two = files{
	"README.md":                       "mesh\n",
	"base/crds/crd.yml":               "crd\n",
	"a:clusters/a/kustomization.yaml": "a\n",
	"a:clusters/a/istiod/deploy.yaml": "deploy a\n",
	"b:clusters/b/kustomization.yaml": "b\n",
}

func mustWrite(t *testing.T, dir string, f files, o Options) []Change {
	t.Helper()
	changes, err := Write(context.Background(), dir, f.tree(t), o)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func put(t *testing.T, dir, path, content string) {
	t.Helper()
	name := filepath.Join(dir, path)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, dir, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, path))
	if errors.Is(err, fs.ErrNotExist) {
		return "(absent)"
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// snapshot returns the content of every file, and an entry for every folder
// that is empty.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		if !e.IsDir() {
			data, err := os.ReadFile(name)
			out[rel] = string(data)
			return err
		}
		if names, err := os.ReadDir(name); err == nil && len(names) == 0 {
			out[rel+"/"] = ""
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if have, ok := got[path]; !ok {
			t.Errorf("%s is missing", path)
		} else if have != want[path] {
			t.Errorf("%s is %q, want %q", path, have, want[path])
		}
	}
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[path]; !ok {
			t.Errorf("%s should not be there", path)
		}
	}
}

// fresh is what a full run makes in an empty directory.
func fresh(t *testing.T, f files) map[string]string {
	t.Helper()
	dir := scratch(t)
	mustWrite(t, dir, f, Options{})
	return snapshot(t, dir)
}

func list(changes []Change) string {
	var out []string
	for _, c := range changes {
		out = append(out, string(c.Action)+" "+c.Path)
	}
	return strings.Join(out, "\n")
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error is\n%s\nwant it to have %q", err, part)
		}
	}
}
