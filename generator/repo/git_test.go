package repo

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// git runs git in a directory, apart from the user's configuration.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func gitRepo(t *testing.T, f files) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	dir := scratch(t)
	git(t, dir, "init", "-q", "-b", "main")
	mustWrite(t, dir, f, Options{})
	git(t, dir, "add", ".")
	git(t, dir, "commit", "-q", "-m", "generate")
	return dir
}

func TestBranchesOfTwoClustersMerge(t *testing.T) {
	many := two.with(files{"c:clusters/c/k": "c\n"})
	dir := gitRepo(t, many)
	changeA := files{"a:clusters/a/kustomization.yaml": "a2\n", "a:clusters/a/new": "new\n"}
	changeB := files{"b:clusters/b/kustomization.yaml": "b2\n", "d:clusters/d/k": "a new cluster\n"}

	git(t, dir, "checkout", "-q", "-b", "one")
	mustWrite(t, dir, many.with(changeA).without("a:clusters/a/istiod/deploy.yaml"), Options{})
	git(t, dir, "add", ".")
	git(t, dir, "commit", "-q", "-m", "one")
	git(t, dir, "checkout", "-q", "-b", "two", "main")
	mustWrite(t, dir, many.with(changeB).without("c:clusters/c/k"), Options{})
	git(t, dir, "add", ".")
	git(t, dir, "commit", "-q", "-m", "two")
	git(t, dir, "merge", "-q", "one", "-m", "both")

	merged := many.with(changeA).with(changeB).without("a:clusters/a/istiod/deploy.yaml", "c:clusters/c/k")
	diffs, err := Compare(dir, merged.tree(t), nil)
	if err != nil || len(diffs) != 0 {
		t.Errorf("got %v, %v", diffs, err)
	}
	if changes := mustWrite(t, dir, merged, Options{}); len(changes) != 0 {
		t.Errorf("changes\n%s", list(changes))
	}
	if out := git(t, dir, "status", "--porcelain"); out != "" {
		t.Errorf("status\n%s", out)
	}
}

func TestWhatARunLeavesIsNotCommitted(t *testing.T) {
	dir := gitRepo(t, faultOld)
	for at := 0; ; at++ {
		reached, _ := writeFaulty(t, dir, faultOld.with(files{"a:clusters/a/x": "changed\n"}), faults["killed before"], at)
		put(t, dir, lockPath, "") // as a killed process leaves it
		out := git(t, dir, "status", "--porcelain", "--untracked-files=all", home)
		for line := range strings.Lines(out) {
			if !strings.HasPrefix(line, " M .isthmus/clusters/") {
				t.Fatalf("operation %d: git sees %s", at, out)
			}
		}
		if !reached {
			break
		}
		// Whoever undoes it with git is understood, whatever was staged.
		git(t, dir, "checkout", "-q", ".")
		mustWrite(t, dir, faultOld, Options{})
		if out := git(t, dir, "status", "--porcelain"); out != "" {
			t.Fatalf("operation %d: status\n%s", at, out)
		}
	}
}

func TestAnotherBranchAfterACrash(t *testing.T) {
	for at := 0; ; at++ {
		dir := gitRepo(t, two)
		other := two.with(files{"a:clusters/a/kustomization.yaml": "other\n", "a:clusters/a/other": "other\n"})
		git(t, dir, "checkout", "-q", "-b", "other")
		mustWrite(t, dir, other, Options{})
		git(t, dir, "add", ".")
		git(t, dir, "commit", "-q", "-m", "other")
		git(t, dir, "checkout", "-q", "main")
		next := two.with(files{"a:clusters/a/kustomization.yaml": "next\n"}).without("a:clusters/a/istiod/deploy.yaml")
		reached, _ := writeFaulty(t, dir, next, faults["killed before"], at)
		git(t, dir, "checkout", "-q", "-f", "other")
		mustWrite(t, dir, two, Options{})
		same(t, withoutGit(snapshot(t, dir)), fresh(t, two))
		if t.Failed() {
			t.Fatalf("first at operation %d", at)
		}
		if !reached {
			break
		}
	}
}

func withoutGit(snap map[string]string) map[string]string {
	out := map[string]string{}
	for name, content := range snap {
		if !strings.HasPrefix(name, ".git"+string(filepath.Separator)) {
			out[name] = content
		}
	}
	return out
}

func TestAttributes(t *testing.T) {
	dir := gitRepo(t, two)
	for path, want := range map[string]string{
		"README.md": "set", "clusters/a/kustomization.yaml": "set", ".isthmus/shared": "set",
		"mine/README.md": "unspecified", "Makefile": "unspecified",
	} {
		if got := git(t, dir, "check-attr", "linguist-generated", path); !strings.HasSuffix(got, ": "+want+"\n") {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	// With it, autocrlf leaves generated files alone.
	clone := filepath.Join(t.TempDir(), "clone")
	git(t, dir, "clone", "-q", "-c", "core.autocrlf=true", dir, clone)
	if got := get(t, clone, "clusters/a/kustomization.yaml"); got != "a\n" {
		t.Errorf("got %q", got)
	}
}
