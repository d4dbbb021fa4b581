package repo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func symlink(t *testing.T, dir, path, target string) {
	t.Helper()
	name := filepath.Join(dir, path)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, name); err != nil {
		t.Skip(err)
	}
}

func TestNoPathLeavesThroughASymlink(t *testing.T) {
	for _, c := range []struct{ name, link, want string }{
		{"folder", "clusters", `"clusters" is a symbolic link, and isthmus writes through none: in the way of clusters/a/istiod/deploy.yaml, clusters/a/kustomization.yaml, clusters/b/kustomization.yaml`},
		{"folder below", "clusters/a", `"clusters/a" is a symbolic link, and isthmus writes through none: in the way of clusters/a/istiod/deploy.yaml, clusters/a/kustomization.yaml`},
		{"file", "clusters/a/kustomization.yaml", `"clusters/a/kustomization.yaml" is a symbolic link`},
		{"records", ".isthmus", `".isthmus" is a symbolic link`},
		{"inventories", ".isthmus/clusters", `".isthmus/clusters" is a symbolic link`},
		{"inventory", ".isthmus/clusters/a", `".isthmus/clusters/a" is a symbolic link`},
		{"journal", ".isthmus/journal", `".isthmus/journal" is a symbolic link`},
	} {
		for _, inside := range []bool{true, false} {
			t.Run(c.name, func(t *testing.T) {
				dir, outside := t.TempDir(), t.TempDir()
				if inside {
					outside = filepath.Join(dir, "elsewhere")
				}
				put(t, outside, "kustomization.yaml", "outside\n")
				put(t, outside, "a/kustomization.yaml", "outside\n")
				symlink(t, dir, c.link, outside)
				before := snapshot(t, outside)
				o := Options{OverwriteForeign: true, OverwriteEdited: true}
				_, err := Plan(dir, two.tree(t), o)
				wantError(t, err, c.want)
				_, err = Write(context.Background(), dir, two.tree(t), o)
				wantError(t, err, c.want)
				same(t, snapshot(t, outside), before)
			})
		}
	}
}

// What is in the way of many files is said once.
func TestOneObstacleIsOneLine(t *testing.T) {
	dir := t.TempDir()
	symlink(t, dir, "clusters", t.TempDir())
	put(t, dir, "README.md/mine", "mine\n")
	many := two.with(files{})
	for i := range 79 {
		many[fmt.Sprintf("a:clusters/a/%02d", i)] = "a\n"
	}
	_, err := Write(context.Background(), dir, many.tree(t), Options{})
	var conflict *ConflictError
	if !errors.As(err, &conflict) {
		t.Fatalf("got %v", err)
	}
	want := []string{
		`README.md: "README.md" is a folder`,
		`"clusters" is a symbolic link, and isthmus writes through none: in the way of clusters/a/00, clusters/a/01, clusters/a/02 and 79 more`,
	}
	if !slices.Equal(conflict.Blocked, want) {
		t.Errorf("got %q, want %q", conflict.Blocked, want)
	}
	differences, err := Compare(dir, many.tree(t), nil)
	blocked := slices.DeleteFunc(differences, func(d Difference) bool { return d.Status != Blocked })
	if err != nil || len(blocked) != 83 {
		t.Errorf("%d paths are blocked, error %v", len(blocked), err)
	}
}

func TestRemovalDoesNotFollowASymlink(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	mustWrite(t, dir, two, Options{})
	if err := os.RemoveAll(filepath.Join(dir, "clusters/b")); err != nil {
		t.Fatal(err)
	}
	put(t, outside, "kustomization.yaml", "b\n") // what the inventory expects
	symlink(t, dir, "clusters/b", outside)
	_, err := Write(context.Background(), dir, two.without("b:clusters/b/kustomization.yaml").tree(t), Options{OverwriteEdited: true})
	wantError(t, err, `"clusters/b" is a symbolic link`)
	if got := get(t, outside, "kustomization.yaml"); got != "b\n" {
		t.Errorf("got %q", got)
	}
}

func TestStagedThroughASymlink(t *testing.T) {
	// Whoever writes to the repository can commit such a link.
	dir, outside := t.TempDir(), t.TempDir()
	put(t, outside, "0", "outside\n")
	symlink(t, dir, ".isthmus/tmp", outside)
	mustWrite(t, dir, two, Options{})
	same(t, snapshot(t, outside), map[string]string{"0": "outside\n"})
	same(t, snapshot(t, dir), fresh(t, two))
}

func TestDirectoryMayBeASymlink(t *testing.T) {
	parent := t.TempDir()
	real := filepath.Join(parent, "real")
	if err := os.Mkdir(real, 0o755); err != nil {
		t.Fatal(err)
	}
	symlink(t, parent, "link", real)
	mustWrite(t, filepath.Join(parent, "link"), two, Options{})
	same(t, snapshot(t, real), fresh(t, two))
}

func TestObstacles(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "clusters/a/kustomization.yaml/mine", "mine\n")
	put(t, dir, "clusters/b", "mine\n")
	put(t, dir, "README.md", "mine\n")
	before := snapshot(t, dir)
	_, err := Write(context.Background(), dir, two.tree(t), Options{})
	wantError(t, err, "    README.md\n",
		`clusters/a/kustomization.yaml: "clusters/a/kustomization.yaml" is a folder`,
		`clusters/b/kustomization.yaml: "clusters/b" is a file where a folder belongs`, "move these away")
	same(t, snapshot(t, dir), before)

	_, err = Write(context.Background(), filepath.Join(dir, "README.md"), two.tree(t), Options{})
	wantError(t, err, "README.md")
	_, err = Plan(filepath.Join(dir, "README.md"), two.tree(t), Options{})
	wantError(t, err, "README.md")
}

func TestHostileRecords(t *testing.T) {
	hash := digest([]byte("outside\n"))
	for _, path := range []string{"../outside", "/etc/passwd", ".git/config", "a/../../outside", ".isthmus/shared", `a\b`, ""} {
		parent := t.TempDir()
		dir := filepath.Join(parent, "dir")
		put(t, parent, "outside", "outside\n")
		put(t, dir, ".isthmus/clusters/x", hash+"  "+path+"\n")
		_, err := Write(context.Background(), dir, two.tree(t), Options{OverwriteEdited: true})
		wantError(t, err, "clusters/x:1", "isthmus cannot own this file")
		if err := os.RemoveAll(filepath.Join(dir, ".isthmus/clusters")); err != nil {
			t.Fatal(err)
		}
		if path == sharedPath {
			continue // which a journal may name
		}
		put(t, dir, ".isthmus/journal", string(formatJournal([]step{{path: path, old: hash}})))
		_, err = Write(context.Background(), dir, two.tree(t), Options{})
		wantError(t, err, "journal:2", "cannot be completed")
		if got := get(t, parent, "outside"); got != "outside\n" {
			t.Errorf("%q: %s", path, got)
		}
	}
}
