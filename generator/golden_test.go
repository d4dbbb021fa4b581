package generator_test

import (
	"flag"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/sebdah/goldie/v2"

	"isthmus.dev/isthmus/generator"
	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/tree"
)

const goldenDir = "../golden"

// withCRDs is the one case whose golden copy holds the CRDs, so that the
// repository stays small.
const withCRDs = "multi-primary"

// TestGolden compares the tree of each case with its copy in golden/<case>/tree,
// as sets: a file that is stale, missing or extra fails.
func TestGolden(t *testing.T) {
	names := cases(t)
	if testing.Short() && !updating() {
		names = []string{"argocd", "external-two-meshes", "mix", "overlays", "remote-secrets-store"} // see TestStampedGolden
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			got := map[string][]byte{}
			for _, f := range generateCase(t, name).Files() {
				if name == withCRDs || !strings.HasPrefix(f.Path, "base/istio-crds-") {
					got[f.Path] = f.Data()
				}
			}
			dir := filepath.Join(goldenDir, name, "tree")
			if updating() {
				if err := os.RemoveAll(dir); err != nil {
					t.Fatal(err)
				}
			}
			g := goldie.New(t, goldie.WithFixtureDir(dir), goldie.WithNameSuffix(""), goldie.WithDiffEngine(goldie.ColoredDiff))
			for _, p := range sortedKeys(got) {
				g.Assert(t, p, got[p])
			}
			for _, p := range filesIn(t, dir) {
				if _, ok := got[p]; !ok {
					t.Errorf("golden/%s/tree/%s is stale: it is no longer generated; run make golden and read the diff", name, p)
				}
			}
		})
	}
}

func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

// cases lists the golden cases.
func cases(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(goldenDir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() && e.Name() != "invalid" && e.Name() != "diff" {
			out = append(out, e.Name())
		}
	}
	if len(out) < 15 {
		t.Fatalf("only %d golden cases: %v", len(out), out)
	}
	return out
}

func loadCase(t *testing.T, name string) *topology.Topology {
	t.Helper()
	top, err := topology.Load([]string{filepath.Join(goldenDir, name, "topology.yaml")}, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	return top
}

func generateCase(t *testing.T, name string) *tree.Tree {
	t.Helper()
	top := loadCase(t, name)
	out, err := generator.Generate(t.Context(), top, generator.Options{Secrets: secretsOf(t, name, top)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path.Clean(p))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sortedKeys(m map[string][]byte) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
