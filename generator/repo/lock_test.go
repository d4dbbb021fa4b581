package repo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
)

func TestSecondRunIsRefused(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	want := snapshot(t, dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	unlock, err := lock(dir, root)
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

func TestLockOfAKilledProcessDoesNotBlock(t *testing.T) {
	const env = "REPO_TEST_HOLD"
	if dir := os.Getenv(env); dir != "" {
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lock(dir, root); err != nil {
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
