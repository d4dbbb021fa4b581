package diff_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sebdah/goldie/v2"

	"isthmus.dev/isthmus/generator"
	"isthmus.dev/isthmus/generator/diff"
	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/tree"
)

const goldenDir = "../../golden/diff"

// TestGolden compares the trees of golden/diff/<case>/before.yaml and after.yaml
// and pins what is said about it; the users' encrypted files are in before/secrets
// and after/secrets. Without after.yaml the tree before is changed
// by the case's entry in changes.
func TestGolden(t *testing.T) {
	entries, err := os.ReadDir(goldenDir)
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, e := range entries {
		used[e.Name()] = true
		t.Run(e.Name(), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(goldenDir, e.Name())
			old, now := secretsIn(t, filepath.Join(dir, "before")), secretsIn(t, filepath.Join(dir, "after"))
			before := generate(t, filepath.Join(dir, "before.yaml"), old)
			after := before
			change, changed := changes()[e.Name()]
			if changed {
				before = apply(t, before, change)
			} else {
				after = generate(t, filepath.Join(dir, "after.yaml"), now)
			}
			d := compare(t, memory{before, old}, diff.Generated{Tree: after, Secrets: now})
			if again := compare(t, memory{before, old}, diff.Generated{Tree: after, Secrets: now}); diff.Text(again, false) != diff.Text(d, false) {
				t.Error("two comparisons of the same trees differ")
			}
			js, err := diff.JSON(d)
			if err != nil {
				t.Fatal(err)
			}
			g := goldie.New(t, goldie.WithFixtureDir(dir), goldie.WithNameSuffix(""), goldie.WithDiffEngine(goldie.ColoredDiff))
			g.Assert(t, "diff.txt", []byte(diff.Text(d, false)))
			g.Assert(t, "diff.md", []byte(diff.Markdown(d, diff.MarkdownLimit, "Run it yourself.")))
			g.Assert(t, "diff.json", js)
		})
	}
	for name := range changes() {
		if !used[name] {
			t.Errorf("no golden case %q", name)
		}
	}
}

// change is what differs in the tree before: a file's new path and content.
type change func(path, data string) (string, string)

func changes() map[string]change {
	return map[string]change{
		"selectors": func(p, s string) (string, string) {
			switch filepath.Base(p) {
			case "deployment_istio-system_istiod.yaml":
				s = strings.Replace(s, "    matchLabels:\n      istio: pilot\n", "    matchLabels:\n      app: istiod\n      istio: pilot\n", 1)
			case "service_istio-system_istiod.yaml":
				s = strings.Replace(s, "  selector:\n    app: istiod\n", "  selector:\n    app: pilot\n", 1)
			case "mutatingwebhookconfiguration_istio-sidecar-injector.yaml":
				s = strings.Replace(s, "      values:\n      - \"false\"\n", "      values:\n      - \"false\"\n      - \"no\"\n", 1)
			case "validatingwebhookconfiguration_istio-validator-istio-system.yaml":
				s = strings.Replace(s, "    - extensions.istio.io\n", "", 1)
			}
			return p, s
		},
		"crds": func(p, s string) (string, string) {
			if strings.Contains(p, "proxyconfigs") {
				s = strings.Replace(s, " name: v1beta1\n", " name: v1alpha1\n", 1)
			}
			old := func(s string) string { return strings.ReplaceAll(s, "istio-crds-1.31.0", "istio-crds-1.30.0") }
			return old(p), old(s)
		},
		"istio-jump": func(p, s string) (string, string) { return p, strings.ReplaceAll(s, "1.31.0", "1.29.4") },
		"istio-back": func(p, s string) (string, string) { return p, strings.ReplaceAll(s, "1.31.0", "1.32.0") },
		"edited": func(p, s string) (string, string) {
			switch p {
			case "clusters/cluster1/istiod/service_istio-system_istiod.yaml":
				s = "# do not touch\n" + s
			case "clusters/cluster1/istiod/configmap_istio-system_istio.yaml":
				s = strings.Replace(s, "enablePrometheusMerge: true", "enablePrometheusMerge: false", 1)
			case "clusters/cluster1/istiod/role_istio-system_istiod.yaml":
				s = "<<<<<<< ours\n" + s
			case "clusters/cluster2/istiod/deployment_istio-system_istiod.yaml":
				s += "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n"
			}
			return p, s
		},
	}
}

func apply(t *testing.T, in *tree.Tree, f change) *tree.Tree {
	t.Helper()
	out := tree.New()
	done := false
	for _, x := range in.Files() {
		p, data := f(x.Path, string(x.Data()))
		done = done || p != x.Path || data != string(x.Data())
		if err := out.Add(x.Scope, p, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	if !done {
		t.Fatal("the change changes nothing")
	}
	return out
}

// secretsIn are the users' encrypted files in a folder, none if there is no such
// folder.
func secretsIn(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files, err := repo.ReadFolder(dir, "secrets")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func generate(t *testing.T, file string, secrets map[string][]byte) *tree.Tree {
	t.Helper()
	top, err := topology.Load([]string{file}, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	out, err := generator.Generate(t.Context(), top, generator.Options{Secrets: secrets})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// memory is an old tree that lies nowhere.
type memory struct {
	*tree.Tree
	secrets map[string][]byte
}

func (m memory) Read(p string) ([]byte, error) {
	if data, ok := m.Get(p); ok {
		return data, nil
	}
	if data, ok := m.secrets[p]; ok {
		return data, nil
	}
	return nil, os.ErrNotExist
}

func compare(t *testing.T, before memory, after diff.Generated) *diff.Diff {
	t.Helper()
	d, err := diff.Compare(before, after)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestGoldenMarksEveryRule makes sure that each rule is in a golden case.
func TestGoldenMarksEveryRule(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(goldenDir, "*", "diff.txt"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	rule := regexp.MustCompile(`"rule": "([a-z-]+)"`)
	for _, f := range files {
		data, err := os.ReadFile(strings.TrimSuffix(f, "txt") + "json")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range rule.FindAllSubmatch(bytes.TrimSpace(data), -1) {
			found[string(m[1])] = true
		}
	}
	for _, r := range diff.Rules() {
		if !found[string(r)] {
			t.Errorf("no golden case marks %q", r)
		}
	}
}
