package repo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestJournalIsReadAsWritten(t *testing.T) {
	steps := []step{
		{path: "clusters/a/with space", digest: digest([]byte("1"))},
		{path: "README.md", digest: digest([]byte("2")), old: digest([]byte("3"))},
		{path: "clusters/b/k", old: digest([]byte("4"))},
		{path: ".isthmus/clusters/a", digest: digest([]byte("5"))},
	}
	text := formatJournal(steps)
	got, err := parseJournal("out", text)
	if err != nil || !reflect.DeepEqual(got, steps) {
		t.Errorf("got %v, %v", got, err)
	}
	for n := range len(text) {
		if _, err := parseJournal("out", text[:n]); err == nil {
			t.Fatalf("%d of %d bytes pass as a journal", n, len(text))
		}
	}
}

func TestUnreadableJournal(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	put(t, dir, journalPath, "isthmus journal 2\n")
	before := snapshot(t, dir)
	_, err := Write(context.Background(), dir, two.tree(t), Options{})
	wantError(t, err, "journal:1", `"isthmus journal 2" is not a journal of this version`, "remove this file")
	same(t, snapshot(t, dir), before)
}

// interrupted is a directory where a run from the tree two to next stopped
// with everything yet to do.
func interrupted(t *testing.T, next files) string {
	t.Helper()
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	for at := 0; ; at++ {
		reached, err := writeFaulty(t, dir, next, faults["killed before"], at)
		var stopped *InterruptedError
		if errors.As(err, &stopped) {
			return dir
		}
		if !reached {
			t.Fatal("no journal")
		}
	}
}

func TestUserChangesBeforeRecovery(t *testing.T) {
	next := two.with(files{
		"README.md": "mesh 2\n", "a:clusters/a/kustomization.yaml": "a2\n", "a:clusters/a/new": "new\n",
	}).without("b:clusters/b/kustomization.yaml")
	dir := interrupted(t, next)
	put(t, dir, "clusters/a/kustomization.yaml", "edited meanwhile\n")
	put(t, dir, "clusters/a/new", "written meanwhile\n")
	put(t, dir, "clusters/b/kustomization.yaml", "edited too\n")
	if err := os.Remove(filepath.Join(dir, "README.md")); err != nil {
		t.Fatal(err)
	}
	_, err := Write(context.Background(), dir, next.tree(t), Options{})
	wantError(t, err, "edited since", "    clusters/a/kustomization.yaml\n    clusters/a/new")
	want := fresh(t, next)
	want["clusters/a/kustomization.yaml"] = "edited meanwhile\n"
	want["clusters/a/new"] = "written meanwhile\n"
	want["clusters/b/kustomization.yaml"] = "edited too\n" // the user's from now on
	same(t, snapshot(t, dir), want)

	mustWrite(t, dir, next, Options{OverwriteEdited: true})
	want = fresh(t, next)
	want["clusters/b/kustomization.yaml"] = "edited too\n"
	same(t, snapshot(t, dir), want)
}

func TestStagedContentIsLost(t *testing.T) {
	next := two.with(files{"a:clusters/a/kustomization.yaml": "a2\n"})
	for name, lose := range map[string]func(dir string) error{
		"removed": func(dir string) error { return os.RemoveAll(filepath.Join(dir, tmpDir)) },
		"cut":     func(dir string) error { return os.Truncate(filepath.Join(dir, staged(0)), 1) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := interrupted(t, next)
			if err := lose(dir); err != nil {
				t.Fatal(err)
			}
			mustWrite(t, dir, next, Options{})
			same(t, snapshot(t, dir), fresh(t, next))
		})
	}
}

func TestFileChangesDuringAWrite(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	next := two.with(files{"a:clusters/a/kustomization.yaml": "a2\n", "README.md": "mesh 2\n"})
	_, err := write(context.Background(), dir, next.tree(t), Options{}, func(d disk) disk {
		return editingDisk{d, func() { put(t, dir, "clusters/a/kustomization.yaml", "edited\n") }}
	})
	wantError(t, err, "changed meanwhile", "clusters/a/kustomization.yaml")
	want := fresh(t, next)
	want["clusters/a/kustomization.yaml"] = "edited\n"
	same(t, snapshot(t, dir), want)
	_, err = Plan(dir, next.tree(t), Options{})
	wantError(t, err, "edited since")
}

// editingDisk is a user who edits while content is being staged.
type editingDisk struct {
	disk
	edit func()
}

func (d editingDisk) SyncFiles(names []string) error {
	d.edit()
	return d.disk.SyncFiles(names)
}

// TestFolderMovesDuringAWrite: what was put into a folder that someone moves away
// goes along, which is an error and not a success; the next run puts it right.
func TestFolderMovesDuringAWrite(t *testing.T) {
	for name, again := range map[string]bool{"moved": false, "another in its place": true} {
		t.Run(name, func(t *testing.T) {
			dir, away := t.TempDir(), filepath.Join(t.TempDir(), "away")
			next := files{"README.md": "mesh\n", "a:clusters/a/1": "1\n", "a:clusters/a/2": "2\n", "a:clusters/a/3": "3\n"}
			_, err := write(t.Context(), dir, next.tree(t), Options{}, func(d disk) disk {
				return &movingDisk{disk: d, before: "clusters/a/2", move: func() {
					if err := os.Rename(filepath.Join(dir, "clusters/a"), away); err != nil {
						t.Fatal(err)
					}
					if again {
						if err := os.Mkdir(filepath.Join(dir, "clusters/a"), 0o755); err != nil {
							t.Fatal(err)
						}
					}
				}}
			})
			var interrupted *InterruptedError
			if there := snapshot(t, dir); there["clusters/a/3"] == "" && !errors.As(err, &interrupted) {
				t.Errorf("got %v, and clusters/a/3 is not there", err)
			}
			mustWrite(t, dir, next, Options{})
			same(t, snapshot(t, dir), fresh(t, next))
		})
	}
}

// movingDisk is somebody who moves a folder between two files that are put into it.
type movingDisk struct {
	disk
	before string
	move   func()
}

func (d *movingDisk) Rename(from, to string) error {
	if to == d.before {
		d.move()
	}
	return d.disk.Rename(from, to)
}
