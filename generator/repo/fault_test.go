package repo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// faultyDisk fails at one operation. It makes nothing durable, which would
// only take time.
type faultyDisk struct {
	disk
	ops    *int
	failAt int // the index of the operation, -1 for none
	err    error
	dead   bool // every operation after it fails too, as if the process had died
	done   bool // it is carried out nevertheless
}

func (d *faultyDisk) at(do func() error) error {
	now := *d.ops
	*d.ops++
	if d.failAt < 0 || now < d.failAt || now > d.failAt && !d.dead {
		return do()
	}
	if now == d.failAt && d.done {
		if err := do(); err != nil {
			return err
		}
	}
	return d.err
}

func (d *faultyDisk) Mkdir(name string) error {
	return d.at(func() error { return d.disk.Mkdir(name) })
}

// WriteFile leaves half of the file when it fails.
func (d *faultyDisk) WriteFile(name string, data []byte) error {
	err := d.at(func() error { return d.disk.WriteFile(name, data) })
	if err != nil && *d.ops == d.failAt+1 && !d.done {
		if err := d.disk.WriteFile(name, data[:len(data)/2]); err != nil {
			return err
		}
	}
	return err
}

func (d *faultyDisk) WriteFiles(folder string, count int, file func(int) (string, []byte)) error {
	for i := range count {
		name, data := file(i)
		if err := d.WriteFile(folder+"/"+name, data); err != nil {
			return err
		}
	}
	return nil
}

func (d *faultyDisk) SyncFiles([]string) error { return d.at(func() error { return nil }) }
func (d *faultyDisk) SyncDirs([]string) error  { return d.at(func() error { return nil }) }

func (d *faultyDisk) Rename(from, to string) error {
	return d.at(func() error { return d.disk.Rename(from, to) })
}

func (d *faultyDisk) Remove(name string) error {
	return d.at(func() error { return d.disk.Remove(name) })
}

// faults are the ways in which an operation can go wrong.
var faults = map[string]faultyDisk{
	"no space":        {err: syscall.ENOSPC},
	"no permission":   {err: syscall.EACCES},
	"done, but fails": {err: syscall.EIO, done: true},
	"killed before":   {err: errors.New("killed"), dead: true},
	"killed after":    {err: errors.New("killed"), dead: true, done: true},
}

// writeFaulty is a Write that fails at an operation. It tells whether it came
// as far as that.
func writeFaulty(t *testing.T, dir string, f files, fault faultyDisk, at int) (reached bool, err error) {
	t.Helper()
	ops := 0
	_, err = write(context.Background(), dir, f.tree(t), Options{}, func(d disk) disk {
		fault.disk, fault.ops, fault.failAt = d, &ops, at
		return &fault
	})
	return ops > at, err
}

var (
	faultOld = files{
		"README.md":                         "mesh\n",
		"base/crds-1/crd.yml":               "crd 1\n",
		"a:clusters/a/kustomization.yaml":   "a\n",
		"a:clusters/a/istiod/deploy.yaml":   "deploy a\n",
		"a:clusters/a/x":                    "file\n",
		"a:clusters/a/y/z":                  "in a folder\n",
		"b:clusters/b/kustomization.yaml":   "b\n",
		"gone:clusters/gone/k/kustom.yaml":  "gone\n",
		"gone:clusters/gone/kustomize.yaml": "gone\n",
	}
	faultNew = files{
		"README.md":                       "mesh 2, which is longer\n",
		"base/crds-2/crd.yml":             "crd 2\n",
		"a:clusters/a/kustomization.yaml": "a2\n",
		"a:clusters/a/istiod/svc.yaml":    "service a\n",
		"a:clusters/a/x/y":                "now a folder\n",
		"a:clusters/a/y":                  "now a file\n",
		"b:clusters/b/kustomization.yaml": "b\n",
		"c:clusters/c/sub/deep.yaml":      "c\n",
	}
)

// scratch is a directory in memory where the system has such, for tests that
// write many thousand files.
func scratch(t *testing.T) string {
	t.Helper()
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		t.Setenv("TMPDIR", "/dev/shm")
	}
	return t.TempDir()
}

// start makes the old tree, with a user's file in it, out of a snapshot.
func start(t *testing.T, old map[string]string) string {
	t.Helper()
	dir := scratch(t)
	for name, content := range old {
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		put(t, dir, name, content)
	}
	return dir
}

// settle is a Write without a fault.
func settle(t *testing.T, dir string, f files) {
	t.Helper()
	if _, err := writeFaulty(t, dir, f, faultyDisk{}, -1); err != nil {
		t.Fatal(err)
	}
}

// wholeFiles asserts that every file is the old or the new one.
func wholeFiles(t *testing.T, dir string, old, next map[string]string) {
	t.Helper()
	either := maps.Clone(old)
	maps.Copy(either, next)
	for path := range either {
		was, had := old[path]
		is, has := next[path]
		data, err := os.ReadFile(filepath.Join(dir, path))
		switch {
		case err != nil && had && has:
			t.Errorf("%s is missing in between", path)
		case err == nil && !(had && string(data) == was) && !(has && string(data) == is):
			t.Errorf("%s is %q, neither the old %q nor the new %q", path, data, was, is)
		}
	}
}

// settled drops from a snapshot what only a run at work has there.
func settled(snap map[string]string) map[string]string {
	out := maps.Clone(snap)
	maps.DeleteFunc(out, func(path, _ string) bool { return strings.HasPrefix(path, tmpDir+"/") })
	return out
}

func faultSnapshots(t *testing.T) (old, next map[string]string) {
	old, next = fresh(t, faultOld), fresh(t, faultNew)
	for _, m := range []map[string]string{old, next} {
		m["clusters/gone/mine.yaml"] = "mine\n"
	}
	return old, next
}

func TestFaultAtEveryOperation(t *testing.T) {
	old, next := faultSnapshots(t)
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			committed := 0
			for at := 0; ; at++ {
				dir := start(t, old)
				reached, err := writeFaulty(t, dir, faultNew, fault, at)
				if !reached {
					if at < 30 || committed < 10 {
						t.Fatalf("only %d operations, %d of them after the journal", at, committed)
					}
					break
				}
				at := fmt.Sprintf("operation %d", at)
				wholeFiles(t, dir, old, next)
				_, readErr := Plan(dir, faultNew.tree(t), Options{})
				var interrupted, found *InterruptedError
				switch {
				case errors.As(err, &interrupted):
					committed++
					if !errors.As(readErr, &found) && !(fault.done && readErr == nil) {
						t.Errorf("%s: interrupted, but Plan says %v", at, readErr)
					}
					if found != nil {
						wantError(t, readErr, "partly written", `run "isthmus generate"`)
					}
					wantError(t, err, fault.err.Error(), "partly written")
				case err == nil: // failed when the tree was complete
					same(t, settled(snapshot(t, dir)), next)
				case readErr != nil:
					t.Errorf("%s: failed with %v, then Plan with %v", at, err, readErr)
				default:
					wantError(t, err, fault.err.Error(), "nothing there has changed")
					same(t, settled(snapshot(t, dir)), old)
				}
				settle(t, dir, faultNew)
				same(t, snapshot(t, dir), next)
				if changes := mustWrite(t, dir, faultNew, Options{}); len(changes) != 0 {
					t.Errorf("%s: not settled, a further run changes\n%s", at, list(changes))
				}
				if t.Failed() {
					t.Fatalf("first at %s", at)
				}
			}
		})
	}
}

func TestFaultThenAnotherTopology(t *testing.T) {
	old, _ := faultSnapshots(t)
	for at := 0; ; at++ {
		dir := start(t, old)
		reached, _ := writeFaulty(t, dir, faultNew, faults["killed before"], at)
		if !reached {
			break
		}
		settle(t, dir, faultOld)
		same(t, snapshot(t, dir), old)
		if t.Failed() {
			t.Fatalf("first at operation %d", at)
		}
	}
}

func TestKilledDuringRecovery(t *testing.T) {
	// A small tree, since operations are multiplied by operations.
	before := files{"README.md": "mesh\n", "a:clusters/a/x": "file\n", "gone:clusters/gone/k": "gone\n"}
	after := files{"README.md": "mesh 2\n", "a:clusters/a/x/y": "now in a folder\n"}
	old, next := fresh(t, before), fresh(t, after)
	for _, name := range []string{"killed before", "killed after"} {
		t.Run(name, func(t *testing.T) {
			committed := 0
			for first := 0; ; first++ {
				dir := start(t, old)
				reached, err := writeFaulty(t, dir, after, faults[name], first)
				if !reached {
					break
				}
				if interrupted := (*InterruptedError)(nil); !errors.As(err, &interrupted) {
					continue // nothing to complete
				}
				committed++
				interrupted := snapshot(t, dir)
				for second := 0; ; second++ {
					dir := start(t, interrupted)
					reached, _ := writeFaulty(t, dir, after, faults[name], second)
					wholeFiles(t, dir, old, next)
					settle(t, dir, after)
					same(t, snapshot(t, dir), next)
					if t.Failed() {
						t.Fatalf("first at operations %d and %d", first, second)
					}
					if !reached {
						break
					}
				}
			}
			if committed < 8 {
				t.Fatalf("only %d operations after the journal", committed)
			}
		})
	}
}
