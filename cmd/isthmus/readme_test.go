package main

import (
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
