package repo

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestFileAndFolderChangePlaces(t *testing.T) {
	dir := t.TempDir()
	old := two.with(files{"a:clusters/a/x": "file\n", "a:clusters/a/y/z/1": "1\n", "a:clusters/a/y/z/2": "2\n"})
	next := two.with(files{"a:clusters/a/x/1": "1\n", "a:clusters/a/y": "file\n"})
	mustWrite(t, dir, old, Options{})
	mustWrite(t, dir, next, Options{})
	same(t, snapshot(t, dir), fresh(t, next))

	// Not over what is the user's.
	mustWrite(t, dir, old, Options{})
	put(t, dir, "clusters/a/y/z/mine", "mine\n")
	before := snapshot(t, dir)
	_, err := Write(context.Background(), dir, next.tree(t), Options{OverwriteForeign: true, OverwriteEdited: true})
	wantError(t, err, "in the way", `clusters/a/y: "clusters/a/y" is a folder`)
	same(t, snapshot(t, dir), before)
}

func TestRefusedPaths(t *testing.T) {
	for path, want := range map[string]string{
		".git/config":         "Git's own",
		"a/.GIT/hooks/commit": "Git's own",
		".isthmus/shared":     "reserved",
		".Isthmus":            "reserved",
		".gitattributes":      "reserved",
		"a\nb":                "control character",
	} {
		dir := filepath.Join(t.TempDir(), "out")
		_, err := Write(context.Background(), dir, files{path: "x"}.tree(t), Options{})
		wantError(t, err, "cannot generate this file", want)
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: the directory was made: %v", path, err)
		}
	}
	_, err := Plan(t.TempDir(), files{"../x:a": "x"}.tree(t), Options{})
	wantError(t, err, `"../x" is not the name of a cluster`)
	_, err = Plan(t.TempDir(), two.tree(t), Options{Clusters: []string{"a/b"}})
	wantError(t, err, `"a/b" is not the name of a cluster`)
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a/b", "x\r\ny\r\n")
	if data, err := ReadFile(dir, "a/b"); err != nil || string(data) != "x\ny\n" {
		t.Errorf("got %q, %v", data, err)
	}
	for _, path := range []string{"a/c", "b/c", "a/b/c"} {
		if _, err := ReadFile(dir, path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", path, err)
		}
	}
	_, err := ReadFile(dir, "../x")
	wantError(t, err, "not a clean path")
}

func TestCancelledBeforeTheJournal(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	before := snapshot(t, dir)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Write(ctx, dir, two.with(files{"a:clusters/a/x": "x"}).tree(t), Options{})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	wantError(t, err, "nothing there has changed")
	same(t, snapshot(t, dir), before)
}
