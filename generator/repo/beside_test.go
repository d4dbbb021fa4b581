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
)

func besideFiles(version string) map[string][]byte {
	return map[string][]byte{
		"secrets/m/a.sops.yaml":    []byte("a " + version + "\n"),
		"secrets/m/b.sops.yaml":    []byte("b " + version + "\n"),
		"secrets/m/ca/c/chain.pem": []byte("the same\n"),
	}
}

func besideFaulty(dir, version string, fault faultyDisk, at int) (reached bool, err error) {
	ops := 0
	_, err = writeBeside(context.Background(), dir, besideFiles(version), func(d disk) disk {
		fault.disk, fault.ops, fault.failAt = d, &ops, at
		return &fault
	})
	return ops > at, err
}

// TestWriteBesideInterrupted fails at every single operation in every way: what is
// there is then all of the old or, after the next run, all of the new.
func TestWriteBesideInterrupted(t *testing.T) {
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			for at := 0; ; at++ {
				dir := scratch(t)
				if _, err := besideFaulty(dir, "old", faultyDisk{}, -1); err != nil {
					t.Fatal(err)
				}
				reached, err := besideFaulty(dir, "new", fault, at)
				if !reached {
					return
				}
				got, readErr := ReadFolder(dir, "secrets")
				if readErr != nil {
					t.Fatal(readErr)
				}
				var interrupted *InterruptedError
				switch {
				case err == nil:
					sameFiles(t, at, got, besideFiles("new"))
				case !errors.As(err, &interrupted):
					sameFiles(t, at, got, besideFiles("old"))
				default:
					for p, data := range got {
						if !slices.Contains([]string{string(besideFiles("old")[p]), string(besideFiles("new")[p])}, string(data)) {
							t.Errorf("operation %d: %s is half written: %q", at, p, data)
						}
					}
				}
				if _, err := besideFaulty(dir, "new", faultyDisk{}, -1); err != nil {
					t.Fatalf("operation %d: the run after it: %v", at, err)
				}
				got, readErr = ReadFolder(dir, "secrets")
				if readErr != nil {
					t.Fatal(readErr)
				}
				sameFiles(t, at, got, besideFiles("new"))
			}
		})
	}
}

func sameFiles(t *testing.T, at int, got, want map[string][]byte) {
	t.Helper()
	if !maps.EqualFunc(got, want, func(a, b []byte) bool { return string(a) == string(b) }) {
		t.Errorf("operation %d: got %q", at, got)
	}
}

// TestWriteBesideIsTheUsers: no Write takes the files for its own, none removes or
// replaces them, and nothing else is changed.
func TestWriteBesideIsTheUsers(t *testing.T) {
	dir := t.TempDir()
	generated := files{"README.md": "mesh\n"}
	settle(t, dir, generated)
	changes, err := WriteBeside(t.Context(), dir, besideFiles("1"))
	if err != nil || len(changes) != 3 {
		t.Fatalf("%v, %v", changes, err)
	}
	if d, err := Compare(dir, generated.tree(t), nil); err != nil || len(d) > 0 {
		t.Errorf("it differs: %v, %v", d, err)
	}
	settle(t, dir, files{"README.md": "mesh 2\n"})
	if changes, err = WriteBeside(t.Context(), dir, besideFiles("1")); err != nil || len(changes) > 0 {
		t.Errorf("written again: %v, %v", changes, err)
	}
	if changes, err = WriteBeside(t.Context(), dir, besideFiles("2")); err != nil || len(changes) != 2 || changes[0].Action != Update {
		t.Errorf("got %v, %v", changes, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := WriteBeside(ctx, dir, besideFiles("3")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	got, err := ReadFolder(dir, "secrets")
	if err != nil {
		t.Fatal(err)
	}
	sameFiles(t, 0, got, besideFiles("2"))
}

// stopped is a directory with files of an older version, in which a run that writes
// others was killed at each of its operations in turn, once it had committed to them.
func stopped(t *testing.T, run func(dir string, fault faultyDisk, at int) (bool, error), check func(t *testing.T, dir string)) {
	t.Helper()
	fault, some := faults["killed before"], false
	for at := 0; ; at++ {
		dir := scratch(t)
		settle(t, dir, faultOld)
		reached, err := run(dir, fault, at)
		if !reached {
			break
		}
		var interrupted *InterruptedError
		if errors.As(err, &interrupted) {
			some = true
			check(t, dir)
		}
	}
	if !some {
		t.Fatal("no run was interrupted")
	}
}

// TestComplete: who reads what WriteBeside writes finds all of it after Complete.
func TestComplete(t *testing.T) {
	stopped(t, func(dir string, fault faultyDisk, at int) (bool, error) { return besideFaulty(dir, "new", fault, at) },
		func(t *testing.T, dir string) {
			if err := Complete(t.Context(), dir); err != nil {
				t.Fatal(err)
			}
			got, err := ReadFolder(dir, "secrets")
			if err != nil {
				t.Fatal(err)
			}
			sameFiles(t, 0, got, besideFiles("new"))
			if err := Ready(dir); err != nil {
				t.Error(err)
			}
		})
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "absent")} {
		if err := Complete(t.Context(), dir); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Join(dir, ".isthmus")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something was made there (%v)", dir, err)
		}
	}
}

// TestBesideAnInterruptedWrite: a Write learns from completing a Write what is its
// own, so nothing else completes it. With that, files which someone took back
// meanwhile are no edits.
func TestBesideAnInterruptedWrite(t *testing.T) {
	stopped(t, func(dir string, fault faultyDisk, at int) (bool, error) {
		return writeFaulty(t, dir, faultNew, fault, at)
	},
		func(t *testing.T, dir string) {
			put(t, dir, "README.md", faultOld["README.md"])
			if err := Complete(t.Context(), dir); err != nil {
				t.Fatal(err)
			}
			_, err := WriteBeside(t.Context(), dir, besideFiles("1"))
			var interrupted *InterruptedError
			if err != nil && !errors.As(err, &interrupted) {
				t.Fatal(err)
			}
			if _, err := Write(t.Context(), dir, faultNew.tree(t), Options{}); err != nil {
				t.Error(err)
			}
			if _, err := WriteBeside(t.Context(), dir, besideFiles("1")); err != nil {
				t.Error(err)
			}
		})
}

func TestWriteBesideObstacles(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "secrets/m/a.sops.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := WriteBeside(t.Context(), dir, besideFiles("1"))
	if err == nil || !strings.Contains(err.Error(), `nothing was written: "secrets/m/a.sops.yaml" is a folder: move it away`) {
		t.Errorf("got %v", err)
	}
	for _, p := range []string{"../out", ".isthmus/shared", ".git/config", "a//b"} {
		if _, err := WriteBeside(t.Context(), dir, map[string][]byte{p: nil}); err == nil {
			t.Errorf("%q is written", p)
		}
	}
}

func TestReadFolder(t *testing.T) {
	dir := t.TempDir()
	if got, err := ReadFolder(filepath.Join(dir, "none"), "secrets"); err != nil || got == nil || len(got) > 0 {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := ReadFolder(dir, "secrets"); err != nil || got == nil || len(got) > 0 {
		t.Errorf("got %v, %v", got, err)
	}
	put(t, dir, "secrets/m/a.yaml", "a\r\nb\r\n")
	put(t, dir, "secrets/.sops.yaml", "rules\n")
	put(t, dir, "elsewhere/b.yaml", "b\n")
	got, err := ReadFolder(dir, "secrets")
	if err != nil || len(got) != 1 || string(got["secrets/m/a.yaml"]) != "a\nb\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "secrets/m/link.yaml")); err != nil {
		t.Skip(err)
	}
	if _, err := ReadFolder(dir, "secrets"); err == nil || !strings.Contains(err.Error(), `"secrets/m/link.yaml" is a symbolic link`) {
		t.Errorf("got %v", err)
	}
}
