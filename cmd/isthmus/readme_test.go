package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestReadme: what the README shows is what the program does.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := func(comment string) string {
		_, rest, found := strings.Cut(string(readme), "<!-- "+comment+" -->\n```")
		body, _, closed := strings.Cut(rest, "\n```\n")
		if !found || !closed {
			t.Fatalf("the README has no block %q", comment)
		}
		_, text, _ := strings.Cut(body, "\n")
		return text + "\n"
	}
	example, err := os.ReadFile("../../docs/examples/multi-primary-multi-network.yaml")
	if err != nil {
		t.Fatal(err)
	}
	shown := block("the same as docs/examples/multi-primary-multi-network.yaml")
	if shown != string(example) {
		t.Error("the README's topology is not docs/examples/multi-primary-multi-network.yaml")
	}
	if _, out, _ := cli(t, "", "init", "multi-primary-multi-network"); out != shown {
		t.Error("the README's topology is not what init prints")
	}

	w := newWorkspace(t)
	w.dir = filepath.Join(t.TempDir(), "demo")
	w.topology(shown)
	w.run(exitFine, "generate")
	if got, want := folders(t, w.dir), block("the folders that this generates"); got != want {
		t.Errorf("the README lists\n%s\nand there is\n%s", want, got)
	}
	changed := strings.Replace(shown, "/dev/stdout", "/dev/stderr", 1)
	changed = strings.Replace(changed, "    network: network2\n", "    network: network2\n    eastWestGateway:\n      service: {type: NodePort}\n", 1)
	w.topology(changed)
	if got, _ := w.run(exitDifference, "diff"); got != block("what this prints") {
		t.Errorf("the README's diff is not what is printed:\n%s", got)
	}
}

// TestReadmeVersions: the README names the engines that the end-to-end tests run.
func TestReadmeVersions(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(readme)), " ")
	for module, says := range map[string]string{
		"argocd/go.mod: github.com/argoproj/argo-cd/v3":       "Argo CD %s",
		"flux/go.mod: github.com/fluxcd/kustomize-controller": "kustomize-controller %s of Flux",
	} {
		file, path, _ := strings.Cut(module, ": ")
		mod, err := os.ReadFile("../../e2e/" + file)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, found := strings.Cut(string(mod), "\t"+path+" v")
		version, _, _ := strings.Cut(rest, "\n")
		version, _, _ = strings.Cut(version, " ")
		if want := fmt.Sprintf(says, version); !found || !strings.Contains(text, want) {
			t.Errorf("%s: the README does not say %q", module, want)
		}
	}
}

// folders lists the folders with objects.
func folders(t *testing.T, dir string) string {
	t.Helper()
	var out []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			if files, globErr := fs.Glob(os.DirFS(dir), p+"/*_*.yaml"); globErr != nil || len(files) > 0 {
				out = append(out, p)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return strings.Join(out, "\n") + "\n"
}
