package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestCIExamples parses docs/ci and runs each command in it through the parser
// of the program: it must exist, with its flags.
func TestCIExamples(t *testing.T) {
	for _, file := range []string{"github-actions.yaml", "gitlab-ci.yml"} {
		t.Run(file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("..", "..", "docs", "ci", file))
			if err != nil {
				t.Fatal(err)
			}
			var doc any
			if err := yaml.Unmarshal(data, &doc); err != nil {
				t.Fatal(err)
			}
			found := map[string]bool{}
			for _, script := range scripts(doc) {
				for line := range strings.Lines(script) {
					if args, ok := command(line); ok {
						found[args[0]] = true
						parse(t, args)
					}
				}
			}
			for _, want := range []string{"check", "diff"} {
				if !found[want] {
					t.Errorf("no isthmus %s in it", want)
				}
			}
		})
	}
}

// scripts are the texts under run (GitHub) and script (GitLab).
func scripts(v any) []string {
	var out []string
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			switch s := e.(type) {
			case string:
				if k == "run" {
					out = append(out, s)
				}
			case []any:
				for _, l := range s {
					if text, ok := l.(string); ok && k == "script" {
						out = append(out, text)
					}
				}
			}
			out = append(out, scripts(e)...)
		}
	case []any:
		for _, e := range x {
			out = append(out, scripts(e)...)
		}
	}
	return out
}

// command cuts the arguments of isthmus out of a line of a shell script.
func command(line string) ([]string, bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "isthmus ")
	if !ok {
		return nil, false
	}
	var args []string
	for _, word := range strings.Fields(rest) {
		if strings.ContainsAny(word, "|>;&") {
			break
		}
		args = append(args, strings.Trim(word, `"'`))
	}
	return args, true
}

func parse(t *testing.T, args []string) {
	t.Helper()
	root := newRoot(streams{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &bytes.Buffer{}})
	cmd, rest, err := root.Find(args)
	if err != nil {
		t.Fatalf("isthmus %s: %v", strings.Join(args, " "), err)
	}
	if cmd == root {
		t.Fatalf("isthmus %s: no such command", strings.Join(args, " "))
	}
	if err := cmd.ParseFlags(rest); err != nil {
		t.Errorf("isthmus %s: %v", strings.Join(args, " "), err)
	}
	if err := cmd.ValidateRequiredFlags(); err != nil {
		t.Errorf("isthmus %s: %v", strings.Join(args, " "), err)
	}
	if len(cmd.Flags().Args()) > 0 {
		t.Errorf("isthmus %s: takes no %q", strings.Join(args, " "), cmd.Flags().Args())
	}
}
