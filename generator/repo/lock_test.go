package repo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// Lock leaves no lock when it fails: the system frees that of a dead process.
func (d *faultyDisk) Lock(dir string) (release func(), err error) {
	err = d.at(func() (err error) {
		release, err = d.disk.Lock(dir)
		return err
	})
	if err != nil && release != nil {
		release()
	}
	return release, err
}

func TestSecondRunIsRefused(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	want := snapshot(t, dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	unlock, err := lock(dir, root, &rootDisk{root: root})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Write(context.Background(), dir, two.without("README.md").tree(t), Options{})
	var locked *LockedError
	if !errors.As(err, &locked) || locked.Dir != dir {
		t.Fatalf("got %v", err)
	}
	wantError(t, err, "another run", "wait until it ends")
	if _, err := Plan(dir, two.tree(t), Options{}); err != nil {
		t.Errorf("readers need no lock: %v", err)
	}
	unlock()
	mustWrite(t, dir, two, Options{})
	same(t, snapshot(t, dir), want)
}

// Who may not write learns of it by the lock, the first thing that is written.
func TestDirectoryThatMayNotBeWritten(t *testing.T) {
	for _, err := range []error{syscall.EACCES, syscall.EPERM, syscall.EROFS} {
		dir := t.TempDir()
		put(t, dir, "mine", "mine\n")
		denied := &fs.PathError{Op: "openat", Path: lockPath, Err: err}
		_, got := writeFaulty(t, dir, two, faultyDisk{err: denied}, 0)
		wantError(t, got, fmt.Sprintf("%q: isthmus may not write there, nothing there has changed: ", dir),
			denied.Error(), `the right to write to it and to ".isthmus" in it`, "another directory with -o")
		same(t, snapshot(t, dir), map[string]string{"mine": "mine\n"})
	}
	_, err := writeFaulty(t, t.TempDir(), two, faultyDisk{err: syscall.ENOSPC}, 0)
	wantError(t, err, "cannot lock it, nothing there has changed: ", syscall.ENOSPC.Error())
}

func TestDirectoryThatCannotBeMade(t *testing.T) {
	parent := t.TempDir()
	put(t, parent, "file", "mine\n")
	dir := filepath.Join(parent, "file", "mesh")
	_, err := Write(context.Background(), dir, two.tree(t), Options{})
	wantError(t, err, fmt.Sprintf("%q: the directory cannot be made: ", dir), "make it yourself, or name another one with -o")
}

func TestLockOfAKilledProcessDoesNotBlock(t *testing.T) {
	const env = "REPO_TEST_HOLD"
	if dir := os.Getenv(env); dir != "" {
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lock(dir, root, &rootDisk{root: root}); err != nil {
			t.Fatal(err)
		}
		fmt.Println("held")
		select {}
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), env+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	_, err = Write(context.Background(), dir, two.tree(t), Options{})
	wantError(t, err, "another run")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	mustWrite(t, dir, two, Options{})
	same(t, snapshot(t, dir), fresh(t, two))
}

func TestConcurrentRuns(t *testing.T) {
	// Whoever gets the lock has it alone: each result is one or the other tree.
	dir := t.TempDir()
	trees := []files{two, two.with(files{"README.md": "2\n"}).without("b:clusters/b/kustomization.yaml")}
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() {
			for range 10 {
				_, err := Write(context.Background(), dir, trees[i%2].tree(t), Options{})
				var locked *LockedError
				if err != nil && !errors.As(err, &locked) {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	mustWrite(t, dir, two, Options{})
	same(t, snapshot(t, dir), fresh(t, two))
}
