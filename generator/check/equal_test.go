package check

import "testing"

func TestDiffers(t *testing.T) {
	type m = map[string]any
	for name, c := range map[string]struct {
		a, b any
		want string
	}{
		"equal":          {m{"a": []any{m{"b": "c"}, true, nil}}, m{"a": []any{m{"b": "c"}, true, nil}}, ""},
		"number types":   {m{"a": int64(1), "b": 1.5}, m{"a": 1, "b": 1.5}, ""},
		"number":         {m{"a": int64(1)}, m{"a": 2}, "a"},
		"number or text": {m{"a": int64(1)}, m{"a": "1"}, "a"},
		"text":           {m{"a": m{"b": "x"}}, m{"a": m{"b": "y"}}, "a.b"},
		"bool or text":   {m{"a": true}, m{"a": "on"}, "a"},
		"missing":        {m{"a": m{"b": "x"}}, m{"a": m{}}, "a.b"},
		"more":           {m{"a": m{}}, m{"a": m{"c": "x"}}, "a.c"},
		"list":           {m{"a": []any{"x", "y"}}, m{"a": []any{"x", "z"}}, "a[1]"},
		"longer list":    {m{"a": []any{"x"}}, m{"a": []any{"x", "z"}}, "a"},
		"map or text":    {m{"a": m{}}, m{"a": "x"}, "a"},
		"text or map":    {m{"a": "x"}, m{"a": m{}}, "a"},
		"root":           {m{}, "x", "its root"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := differs("", c.a, c.b); got != c.want {
				t.Fatalf("got %q, want %q", got, c.want)
			}
		})
	}
}
