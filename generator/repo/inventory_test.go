package repo

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestInventoryErrors(t *testing.T) {
	line := digest([]byte("a\n")) + "  clusters/a/kustomization.yaml\n"
	for content, want := range map[string][]string{
		line + "<<<<<<< HEAD\n" + line:      {"clusters/a:2: git left a merge conflict", `"<<<<<<< HEAD"`, "keep the lines of both sides", `"isthmus generate"`},
		line + "=======\n":                  {"clusters/a:2: git left a merge conflict"},
		line + line + ">>>>>>> other\n":     {"clusters/a:3: git left a merge conflict"},
		"rubbish\n":                         {`clusters/a:1: "rubbish" is not "<SHA-256>  <path>"`, "restore the file from git"},
		line + "\n":                         {`clusters/a:2: ""`},
		strings.ToUpper(line):               {"clusters/a:1:", "is not"},
		"abc  clusters/a/x\n":               {"clusters/a:1:", "is not"},
		digest(nil) + "  ../x\n":            {"clusters/a:1: isthmus cannot own this file", `"../x"`},
		digest(nil) + "  .isthmus/shared\n": {"clusters/a:1:", "reserved"},
	} {
		dir := t.TempDir()
		mustWrite(t, dir, two, Options{})
		put(t, dir, ".isthmus/clusters/a", content)
		put(t, dir, ".isthmus/clusters/b", "more rubbish\n")
		before := snapshot(t, dir)
		_, err := Write(context.Background(), dir, two.tree(t), Options{OverwriteEdited: true, OverwriteForeign: true})
		wantError(t, err, append(want, "clusters/b:1", dir)...)
		_, err = Compare(dir, two.tree(t), nil)
		wantError(t, err, want...)
		same(t, snapshot(t, dir), before)
	}
}

func TestCopiesOfInventoriesAreIgnored(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	put(t, dir, ".isthmus/clusters/a.orig", "<<<<<<< HEAD\n")
	put(t, dir, ".isthmus/clusters/.a.swp", "x")
	if changes := mustWrite(t, dir, two, Options{}); len(changes) != 0 {
		t.Errorf("changes\n%s", list(changes))
	}
}

func TestOwned(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	put(t, dir, ".isthmus/clusters/a.orig", "<<<<<<< HEAD\n")
	list := func(folder string) ([]string, error) {
		entries, err := os.ReadDir(filepath.Join(dir, folder))
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names, err
	}
	read := func(p string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, p)) }
	owned, err := Owned(list, read)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range owned {
		got[f.Path] = f.Scope
	}
	want := map[string]string{}
	for _, f := range two.tree(t).Files() {
		want[f.Path] = f.Scope
	}
	if len(want) == 0 || !maps.Equal(got, want) || len(got) != len(owned) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, bad := range []string{"<<<<<<< ours\n", digest(nil) + "  ../x\n", "rubbish\n"} {
		put(t, dir, ".isthmus/clusters/a", bad)
		_, err := Owned(list, read)
		wantError(t, err, ".isthmus/clusters/a:1: ", `take a revision whose "isthmus check" passes`)
	}
	none := func(string) ([]string, error) { return nil, nil }
	if owned, err := Owned(none, func(string) ([]byte, error) { return nil, fs.ErrNotExist }); err != nil || len(owned) != 0 {
		t.Errorf("an empty directory: %v, %v", owned, err)
	}
}

func TestBothSidesOfAConflict(t *testing.T) {
	// Two branches changed and removed files of one cluster; the inventory is
	// resolved by keeping all lines, in git's order.
	dir := t.TempDir()
	ours := two.with(files{"a:clusters/a/kustomization.yaml": "ours\n", "a:clusters/a/ours": "1\n"})
	theirs := two.with(files{"a:clusters/a/kustomization.yaml": "theirs\n", "a:clusters/a/theirs": "1\n"})
	mustWrite(t, dir, ours, Options{})
	both := get(t, dir, ".isthmus/clusters/a")
	mustWrite(t, dir, theirs, Options{})
	both += get(t, dir, ".isthmus/clusters/a")
	put(t, dir, ".isthmus/clusters/a", both)
	put(t, dir, "clusters/a/ours", "1\n")
	next := two.with(files{"a:clusters/a/kustomization.yaml": "both\n"})
	mustWrite(t, dir, next, Options{})
	same(t, snapshot(t, dir), fresh(t, next))
}

func TestSha256sumReadsInventories(t *testing.T) {
	sum, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("no sha256sum")
	}
	dir := t.TempDir()
	mustWrite(t, dir, two.with(files{"a:clusters/a/with space.yaml": "", "a:clusters/a/ÿ": "y"}), Options{})
	cmd := exec.Command(sum, "--strict", "-c", ".isthmus/shared", ".isthmus/clusters/a", ".isthmus/clusters/b")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
