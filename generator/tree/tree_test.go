package tree_test

import (
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/tree"
)

func TestAddRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		paths []string
		want  string
	}{
		"absolute":         {[]string{"/a"}, "not a valid path"},
		"parent":           {[]string{"a/../b"}, "not a valid path"},
		"backslash":        {[]string{`a\b`}, "not a valid path"},
		"root":             {[]string{"."}, "not a valid path"},
		"twice":            {[]string{"a", "a"}, `"a" is generated twice`},
		"case":             {[]string{"a/B", "a/b"}, "differ by case alone"},
		"folder case":      {[]string{"A/b", "a/c"}, "differ by case alone"},
		"file in a file":   {[]string{"a", "a/b"}, `lies inside of "a"`},
		"file is a folder": {[]string{"a/b", "a"}, `"a" is a folder already`},
	} {
		t.Run(name, func(t *testing.T) {
			tr := tree.New()
			var err error
			for _, p := range c.paths {
				err = tr.Add(tree.Shared, p, nil)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestFilesAreSorted(t *testing.T) {
	tr := tree.New()
	for _, p := range []string{"b", "a/c", "a/b"} {
		if err := tr.Add("x", p, []byte(p)); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, f := range tr.Files() {
		got = append(got, f.Path)
	}
	if strings.Join(got, " ") != "a/b a/c b" {
		t.Fatalf("got %v", got)
	}
	if len(tr.Scopes()) != 1 || tr.Scopes()[0] != "x" {
		t.Fatalf("scopes %v", tr.Scopes())
	}
}
