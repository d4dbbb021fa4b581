package argocd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"isthmus.dev/isthmus/e2e/suite/process"
)

// RepositoryHost is whose name leads to the repository: the URL of the topology is
// git://RepositoryHost/mesh.git.
const RepositoryHost = "git.example.com"

// repository is a Git repository, served on loopback as Git serves it itself.
type repository struct {
	work, bare string
	daemon     *process.Process
}

func serve(dir string) (*repository, error) {
	base := filepath.Join(dir, "git")
	r := &repository{work: filepath.Join(dir, "checkout"), bare: filepath.Join(base, "mesh.git")}
	if err := os.MkdirAll(base, 0o700); err != nil {
		return nil, err
	}
	for _, args := range [][]string{
		{"init", "--quiet", "--bare", "--initial-branch=main", r.bare},
		{"init", "--quiet", "--initial-branch=main", r.work},
	} {
		if _, err := git(context.Background(), args...); err != nil {
			return nil, err
		}
	}
	path, err := exec.LookPath("git")
	if err != nil {
		return nil, err
	}
	r.daemon, err = process.Start(process.Spec{
		Name: "git-daemon", Path: path, Env: os.Environ(), LogDir: dir,
		Args: []string{"daemon", "--export-all", "--reuseaddr", "--listen=127.0.0.1", "--base-path=" + base},
	})
	return r, err
}

// push commits a tree and returns the commit.
func (r *repository) push(ctx context.Context, tree string) (string, error) {
	in := []string{"--git-dir=" + filepath.Join(r.work, ".git"), "--work-tree=" + tree}
	who := []string{"-c", "user.name=suite", "-c", "user.email=suite@example.com", "-c", "core.autocrlf=false"}
	var out string
	for _, args := range [][]string{
		append(in, "add", "--all"),
		append(append(in, who...), "commit", "--quiet", "--message=generate"),
		append(in, "push", "--quiet", r.bare, "main"),
		append(in, "rev-parse", "HEAD"),
	} {
		var err error
		if out, err = git(ctx, args...); err != nil {
			return "", err
		}
	}
	return out, nil
}

func (r *repository) stop() {
	if r.daemon != nil {
		r.daemon.Stop(0)
	}
}

func git(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "git", args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, exit.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}
