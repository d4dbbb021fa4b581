package repo

import (
	"context"
	"strings"
	"testing"
)

func only(names ...string) Options { return Options{Clusters: names} }

func TestShareLeavesTheRest(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	put(t, dir, "clusters/b/kustomization.yaml", "edited\n") // nobody's business
	next := files{
		"README.md":                       "mesh 2\n",
		"base/crds-2/crd.yml":             "crd 2\n",
		"a:clusters/a/kustomization.yaml": "a2\n",
		"b:clusters/b/kustomization.yaml": "b2\n",
		"c:clusters/c/kustomization.yaml": "c\n",
	}
	changes := mustWrite(t, dir, next, only("a"))
	want := `update .isthmus/clusters/a
update .isthmus/shared
update README.md
add base/crds-2/crd.yml
remove clusters/a/istiod/deploy.yaml
update clusters/a/kustomization.yaml`
	if list(changes) != want {
		t.Errorf("changes\n%s\nwant\n%s", list(changes), want)
	}
	if got := get(t, dir, "base/crds/crd.yml"); got != "crd\n" {
		t.Errorf("a share removed a shared file: %s", got)
	}
	if inv := get(t, dir, ".isthmus/shared"); !strings.Contains(inv, "  base/crds/crd.yml\n") {
		t.Errorf("a share removed a line of the shared inventory:\n%s", inv)
	}
	if changes := mustWrite(t, dir, next, only("a")); len(changes) != 0 {
		t.Errorf("the second run changes\n%s", list(changes))
	}
}

func TestSharesTogetherAreAFullRun(t *testing.T) {
	// Runners that see the whole tree, and runners that render their share.
	next := two.with(files{
		"README.md":                       "mesh 2\n",
		"base/crds-2/crd.yml":             "crd 2\n",
		"a:clusters/a/kustomization.yaml": "a2\n",
		"c:clusters/c/kustomization.yaml": "c\n",
	}).without("a:clusters/a/istiod/deploy.yaml")
	for name, shares := range map[string]map[string]files{
		"whole": {"a": next, "b": next, "c": next},
		"parts": {
			"a": next.without("b:clusters/b/kustomization.yaml", "c:clusters/c/kustomization.yaml", "base/crds-2/crd.yml"),
			"b": next.without("a:clusters/a/kustomization.yaml", "c:clusters/c/kustomization.yaml", "base/crds-2/crd.yml"),
			"c": next.without("a:clusters/a/kustomization.yaml", "b:clusters/b/kustomization.yaml", "base/crds/crd.yml"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, start := range []files{{}, two} {
				dir := scratch(t)
				mustWrite(t, dir, start, Options{})
				for _, cluster := range []string{"c", "a", "b"} {
					mustWrite(t, dir, shares[cluster], only(cluster))
				}
				same(t, snapshot(t, dir), fresh(t, next))
				if changes := mustWrite(t, dir, next, Options{}); len(changes) != 0 {
					t.Errorf("a full run then changes\n%s", list(changes))
				}
			}
		})
	}
}

func TestShareRemovesAClusterThatIsGone(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two, Options{})
	next := two.without("b:clusters/b/kustomization.yaml")
	if changes := mustWrite(t, dir, next, only("a")); len(changes) != 0 {
		t.Errorf("a share touched another cluster:\n%s", list(changes))
	}
	mustWrite(t, dir, next, only("b"))
	same(t, snapshot(t, dir), fresh(t, next))
}

func TestFileMovesBetweenScopes(t *testing.T) {
	moves := map[string][2]files{
		"shared to cluster":  {{"argocd/a.yaml": "1\n"}, {"a:argocd/a.yaml": "2\n"}},
		"cluster to shared":  {{"a:argocd/a.yaml": "1\n"}, {"argocd/a.yaml": "2\n"}},
		"cluster to cluster": {{"a:argocd/a.yaml": "1\n"}, {"b:argocd/a.yaml": "2\n"}},
		"and stays the same": {{"a:argocd/a.yaml": "1\n"}, {"b:argocd/a.yaml": "1\n"}},
	}
	for name, move := range moves {
		old, next := two.with(move[0]), two.with(move[1])
		for _, order := range [][]Options{
			{{}},
			{only("a"), only("b"), {}},
			{only("b"), only("a"), {}},
			{only("a", "b"), {}},
		} {
			t.Run(name, func(t *testing.T) {
				dir := scratch(t)
				mustWrite(t, dir, old, Options{})
				for _, o := range order {
					mustWrite(t, dir, next, o)
					if got := get(t, dir, "argocd/a.yaml"); got == "(absent)" {
						t.Fatalf("%v removed a file that only moves", o)
					}
				}
				same(t, snapshot(t, dir), fresh(t, next))
			})
		}
	}
}

func TestShareReportsForeignSharedFiles(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "README.md", "mine\n")
	_, err := Write(context.Background(), dir, two.tree(t), only("a"))
	wantError(t, err, "README.md")
	same(t, snapshot(t, dir), map[string]string{"README.md": "mine\n"})
}
