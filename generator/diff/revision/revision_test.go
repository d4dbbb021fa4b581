package revision

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/diff"
	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/tree"
)

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func generated(t *testing.T, content string, clusters ...string) *tree.Tree {
	t.Helper()
	out := tree.New()
	for _, c := range clusters {
		if err := out.Add(c, "clusters/"+c+"/x.yaml", []byte(content+"\n")); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Add(tree.Shared, "base/"+content+"/y.yaml", []byte("same\n")); err != nil {
		t.Fatal(err)
	}
	return out
}

// history makes a repository with three commits, whose tree lies in mesh/:
// nothing, "one" in a and b, "two" in a.
func history(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	git(t, top, "init", "-q", "-b", "main")
	git(t, top, "commit", "-q", "--allow-empty", "-m", "nothing")
	dir := filepath.Join(top, "mesh")
	for _, tr := range []*tree.Tree{generated(t, "one", "a", "b"), generated(t, "two", "a")} {
		if _, err := repo.Write(t.Context(), dir, tr, repo.Options{}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "mine"), []byte("mine\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		git(t, top, "add", "-A")
		git(t, top, "commit", "-q", "-m", "generate")
	}
	return dir
}

// list is what a source has, as scope:path=content.
func list(t *testing.T, dir, rev string, clusters ...string) string {
	t.Helper()
	s, err := Open(dir, rev, diff.Generated{Tree: generated(t, "two", "a"), Clusters: clusters})
	if err != nil {
		t.Fatalf("%s: %v", rev, err)
	}
	var out []string
	for _, f := range s.Files() {
		out = append(out, f.Scope+":"+f.Path+"="+strings.TrimSpace(string(f.Data())))
	}
	return strings.Join(out, " ")
}

const (
	wantOne = "a:clusters/a/x.yaml=one :base/one/y.yaml=same b:clusters/b/x.yaml=one"
	wantTwo = ":base/two/y.yaml=same a:clusters/a/x.yaml=two"
)

func TestOpen(t *testing.T) {
	dir := history(t)
	git(t, dir, "tag", "light", "HEAD~1")
	git(t, dir, "tag", "-a", "-m", "x", "heavy", "HEAD~1")
	git(t, dir, "branch", "topic/one", "HEAD~1")
	git(t, dir, "update-ref", "refs/remotes/origin/main", "HEAD~1")
	hash := git(t, dir, "rev-parse", "HEAD~1")
	check := func(t *testing.T, dir string) {
		t.Helper()
		for _, rev := range []string{"HEAD~1", "HEAD^", "@~", "main~1", "light", "heavy", "topic/one", "origin/main", "refs/heads/topic/one", hash, hash[:7], hash[:10], "HEAD~0^1^0"} {
			if got := list(t, dir, rev); got != wantOne {
				t.Errorf("%s: got %s", rev, got)
			}
		}
		for _, rev := range []string{"HEAD", "@", "main"} {
			if got := list(t, dir, rev); got != wantTwo {
				t.Errorf("%s: got %s", rev, got)
			}
		}
		if got := list(t, dir, "HEAD~2"); got != "" {
			t.Errorf("before there was a tree: %s", got)
		}
		if got, want := list(t, dir, "HEAD~1", "a"), "a:clusters/a/x.yaml=one"; got != want {
			t.Errorf("of cluster a: got %s", got)
		}
	}
	t.Run("loose", func(t *testing.T) { check(t, dir) })
	t.Run("work tree", func(t *testing.T) {
		other := filepath.Join(t.TempDir(), "other")
		git(t, dir, "worktree", "add", "-q", "--detach", other, "main")
		check(t, filepath.Join(other, "mesh"))
	})
	t.Run("packed", func(t *testing.T) {
		git(t, dir, "gc", "-q")
		git(t, dir, "pack-refs", "--all")
		check(t, dir)
	})
	t.Run("alternates", func(t *testing.T) {
		other := filepath.Join(t.TempDir(), "other")
		git(t, dir, "clone", "-q", "--shared", filepath.Dir(dir), other)
		if got := list(t, filepath.Join(other, "mesh"), hash); got != wantOne {
			t.Errorf("got %s", got)
		}
	})
}

func TestReadOneMoreFile(t *testing.T) {
	dir := history(t)
	s, err := Open(dir, "HEAD~1", diff.Generated{Tree: generated(t, "two", "a"), Clusters: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := s.Read("base/one/y.yaml"); err != nil || string(data) != "same\n" {
		t.Errorf("got %q, %v", data, err)
	}
	for _, p := range []string{"base/two/y.yaml", "base", "none/at/all"} {
		if _, err := s.Read(p); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v", p, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := history(t)
	blob := git(t, dir, "rev-parse", "HEAD:mesh/mine")
	for rev, want := range map[string]string{
		"none":           `--base "none": no branch, tag or commit of the Git repository`,
		"HEAD~9":         `--base "HEAD~9": `,
		"HEAD^2":         "has no parent 2",
		"HEAD@{1}":       "git rev-parse turns any other form into a hash",
		":/generate":     "git rev-parse turns any other form into a hash",
		"HEAD:mesh":      "git rev-parse turns any other form into a hash",
		"../etc/passwd":  "no branch, tag or commit",
		blob:             "is a blob and not a commit",
		blob[:8]:         "no branch, tag or commit",
		"00000000000000": "no branch, tag or commit",
		"0123456789012345678901234567890123456789": "is not in this clone",
	} {
		_, err := Open(dir, rev, diff.Generated{Tree: generated(t, "two", "a")})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", rev, err, want)
		}
	}
	_, err := Open(t.TempDir(), "HEAD", diff.Generated{Tree: tree.New()})
	if err == nil || !strings.Contains(err.Error(), "lies in no Git repository") {
		t.Errorf("got %v", err)
	}
}

func TestOpenShallow(t *testing.T) {
	dir := history(t)
	other := filepath.Join(t.TempDir(), "other")
	git(t, dir, "clone", "-q", "--depth", "1", "file://"+filepath.ToSlash(filepath.Dir(dir)), other)
	other = filepath.Join(other, "mesh")
	if got := list(t, other, "HEAD"); got != wantTwo {
		t.Errorf("got %s", got)
	}
	_, err := Open(other, "HEAD~1", diff.Generated{Tree: generated(t, "two", "a")})
	if err == nil || !strings.Contains(err.Error(), "shallow") {
		t.Errorf("got %v", err)
	}
}

func TestOpenRefusesFormatsItCannotRead(t *testing.T) {
	dir := history(t)
	git(t, dir, "config", "core.repositoryformatversion", "1")
	git(t, dir, "config", "extensions.refstorage", "reftable")
	_, err := Open(dir, "HEAD", diff.Generated{Tree: tree.New()})
	if err == nil || !strings.Contains(err.Error(), `extensions.refstorage = "reftable"`) {
		t.Errorf("got %v", err)
	}
}
