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
	"time"
)

func TestWriteMakesTheTree(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there")
	plan, err := Plan(dir, two.tree(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("Plan made the directory: %v", err)
	}
	changes := mustWrite(t, dir, two, Options{})
	want := `add .gitattributes
add .isthmus/.gitignore
add .isthmus/clusters/a
add .isthmus/clusters/b
add .isthmus/shared
add README.md
add base/crds/crd.yml
add clusters/a/istiod/deploy.yaml
add clusters/a/kustomization.yaml
add clusters/b/kustomization.yaml`
	if list(changes) != want {
		t.Errorf("changes\n%s\nwant\n%s", list(changes), want)
	}
	if list(plan) != want {
		t.Errorf("plan\n%s\nwant\n%s", list(plan), want)
	}
	same(t, snapshot(t, dir), map[string]string{
		".gitattributes":                attributes,
		".isthmus/.gitignore":           ignore,
		".isthmus/clusters/a":           digest([]byte("deploy a\n")) + "  clusters/a/istiod/deploy.yaml\n" + digest([]byte("a\n")) + "  clusters/a/kustomization.yaml\n",
		".isthmus/clusters/b":           digest([]byte("b\n")) + "  clusters/b/kustomization.yaml\n",
		".isthmus/shared":               digest([]byte("mesh\n")) + "  README.md\n" + digest([]byte("crd\n")) + "  base/crds/crd.yml\n",
		"README.md":                     "mesh\n",
		"base/crds/crd.yml":             "crd\n",
		"clusters/a/istiod/deploy.yaml": "deploy a\n",
		"clusters/a/kustomization.yaml": "a\n",
		"clusters/b/kustomization.yaml": "b\n",
	})
}

func TestNoOpWritesNothing(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	names := slices.Sorted(maps.Keys(snapshot(t, dir)))
	for _, name := range names {
		if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	used := 0
	changes, err := write(context.Background(), dir, two.tree(t), Options{}, func(d disk) disk {
		return &faultyDisk{disk: d, ops: &used, failAt: -1}
	})
	if err != nil || len(changes) != 0 || used != 1 { // the lock
		t.Fatalf("changes %v, error %v, %d operations", changes, err, used)
	}
	// One file changes: the others keep their time, and so do the other
	// cluster's and the shared inventory.
	mustWrite(t, dir, two.with(files{"a:clusters/a/kustomization.yaml": "a2\n"}), Options{})
	for _, name := range names {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		written := name == "clusters/a/kustomization.yaml" || name == ".isthmus/clusters/a"
		if info.ModTime().Equal(old) == written {
			t.Errorf("%s: time %v, rewritten should be %v", name, info.ModTime(), written)
		}
	}
}

func TestMissingIsWrittenAgain(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	want := snapshot(t, dir)
	if err := os.RemoveAll(filepath.Join(dir, "clusters/a")); err != nil {
		t.Fatal(err)
	}
	changes := mustWrite(t, dir, two, Options{})
	if got := list(changes); got != "add clusters/a/istiod/deploy.yaml\nadd clusters/a/kustomization.yaml" {
		t.Errorf("changes\n%s", got)
	}
	same(t, snapshot(t, dir), want)
}

func TestPrune(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	put(t, dir, "clusters/b/mine.yaml", "mine\n")
	// Cluster b leaves the topology, cluster a its folder istiod.
	one := two.without("b:clusters/b/kustomization.yaml", "a:clusters/a/istiod/deploy.yaml")
	changes := mustWrite(t, dir, one, Options{})
	want := `update .isthmus/clusters/a
remove .isthmus/clusters/b
remove clusters/a/istiod/deploy.yaml
remove clusters/b/kustomization.yaml`
	if list(changes) != want {
		t.Errorf("changes\n%s\nwant\n%s", list(changes), want)
	}
	wanted := fresh(t, one)
	wanted["clusters/b/mine.yaml"] = "mine\n"
	same(t, snapshot(t, dir), wanted)

	// Everything goes, but neither the directory nor what is the user's.
	mustWrite(t, dir, files{}, Options{})
	same(t, snapshot(t, dir), map[string]string{
		".gitattributes": attributes, ".isthmus/.gitignore": ignore, "clusters/b/mine.yaml": "mine\n",
	})
}

func TestForeign(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "README.md", "my own\n")
	put(t, dir, "clusters/a/kustomization.yaml", "my own too\n")
	put(t, dir, "clusters/b/kustomization.yaml", "b\n")
	before := snapshot(t, dir)
	for _, run := range []func() error{
		func() error { _, err := Plan(dir, two.tree(t), Options{OverwriteEdited: true}); return err },
		func() error {
			_, err := Write(context.Background(), dir, two.tree(t), Options{OverwriteEdited: true})
			return err
		},
	} {
		err := run()
		wantError(t, err, "nothing was written", "--overwrite-foreign", "    README.md\n    clusters/a/kustomization.yaml")
		var conflict *ConflictError
		if !errors.As(err, &conflict) || len(conflict.Foreign) != 2 || strings.Contains(err.Error(), "edited") {
			t.Errorf("got %v", err)
		}
	}
	same(t, snapshot(t, dir), before)

	changes := mustWrite(t, dir, two, Options{OverwriteForeign: true})
	if got := list(changes); !strings.Contains(got, "adopt clusters/b/kustomization.yaml") || !strings.Contains(got, "update README.md") {
		t.Errorf("changes\n%s", got)
	}
	same(t, snapshot(t, dir), fresh(t, two))
}

func TestEdited(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	put(t, dir, "clusters/a/kustomization.yaml", "edited\n")
	put(t, dir, "clusters/a/istiod/deploy.yaml", "edited\n")
	before := snapshot(t, dir)
	next := two.without("a:clusters/a/istiod/deploy.yaml").with(files{"a:clusters/a/new.yaml": "new\n"})
	_, err := Write(context.Background(), dir, next.tree(t), Options{OverwriteForeign: true})
	wantError(t, err, "--overwrite-edited", "    clusters/a/istiod/deploy.yaml\n    clusters/a/kustomization.yaml")
	same(t, snapshot(t, dir), before)

	mustWrite(t, dir, next, Options{OverwriteEdited: true})
	same(t, snapshot(t, dir), fresh(t, next))
}

func TestEditThatIsNowGeneratedIsNone(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	put(t, dir, "clusters/a/kustomization.yaml", "a2\n")
	next := two.with(files{"a:clusters/a/kustomization.yaml": "a2\n"})
	if got := list(mustWrite(t, dir, next, Options{})); got != "update .isthmus/clusters/a" {
		t.Errorf("changes\n%s", got)
	}
	same(t, snapshot(t, dir), fresh(t, next))
}

func TestCheckoutWithCRLF(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	for name, content := range snapshot(t, dir) {
		put(t, dir, name, strings.ReplaceAll(content, "\n", "\r\n"))
	}
	before := snapshot(t, dir)
	if changes := mustWrite(t, dir, two, Options{}); len(changes) != 0 {
		t.Errorf("changes\n%s", list(changes))
	}
	same(t, snapshot(t, dir), before)
	next := two.with(files{"a:clusters/a/kustomization.yaml": "a2\n"}).without("b:clusters/b/kustomization.yaml")
	mustWrite(t, dir, next, Options{})
	if got := get(t, dir, "clusters/a/kustomization.yaml"); got != "a2\n" {
		t.Errorf("got %q", got)
	}
	if got := get(t, dir, "clusters/b/kustomization.yaml"); got != "(absent)" {
		t.Errorf("got %q", got)
	}
}

func TestAttributesAreTheUsers(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, ".gitattributes", "* -text\n")
	mustWrite(t, dir, two, Options{})
	if got := get(t, dir, ".gitattributes"); got != "* -text\n" {
		t.Errorf("got %q", got)
	}
	if err := os.Remove(filepath.Join(dir, ".gitattributes")); err != nil {
		t.Fatal(err)
	}
	if got := list(mustWrite(t, dir, two, Options{})); got != "add .gitattributes" {
		t.Errorf("changes\n%s", got)
	}
}
