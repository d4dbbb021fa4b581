package diff

import (
	"strings"
	"testing"
)

func TestTallObjectsAreCounted(t *testing.T) {
	const head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"
	for name, c := range map[string]struct {
		object, shown, counted string
	}{
		"an object":      {head + strings.Repeat("# x\n", 200), "+ data:", ""},
		"a long object":  {head + strings.Repeat("# x\n", 400), "", "404 lines, in its file"},
		"a CRD":          {crd("v1"), "", "6 lines, in its file"},
		"one line fewer": {head + strings.Repeat("# x\n", tallObject-5), "+ data:", ""},
	} {
		t.Run(name, func(t *testing.T) {
			old := ofObjects(t, map[string]string{"m": configMap("a: 1")})
			d := compareTrees(t, old, ofObjects(t, map[string]string{"m": configMap("a: 1"), "x": c.object}))
			js, err := JSON(d)
			if err != nil || !strings.Contains(string(js), `"content"`) {
				t.Errorf("JSON lacks it: %v", err)
			}
			for _, got := range []string{Text(d, false), Markdown(d, MarkdownLimit, "")} {
				if !strings.Contains(got, c.shown) || !strings.Contains(got, c.counted) {
					t.Errorf("got\n%.1000s", got)
				}
				if c.counted != "" && strings.Contains(got, "+ ") || c.counted == "" && strings.Contains(got, "in its file") {
					t.Errorf("got\n%.1000s", got)
				}
			}
		})
	}
}
