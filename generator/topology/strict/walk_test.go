package strict_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/topology/strict"
)

func TestAliases(t *testing.T) {
	c, messages := decode(t, "text: &t on\nlist: [*t]\nfree: {a: &a {b: 1}, c: *a}\nitems: [&i {name: x}, *i]", strict.Options{})
	want := config{
		Text: "on", List: []string{"on"}, Items: []item{{Name: "x"}, {Name: "x"}},
		Free: map[string]any{"a": map[string]any{"b": int64(1)}, "c": map[string]any{"b": int64(1)}},
	}
	if messages != "" || !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v and %q", c, messages)
	}
	// A wrong value stands where it is used.
	_, got := decode(t, "text: &t x\n\nint: *t", strict.Options{})
	if want := `f.yaml:3: int: "x": is a string where a whole number in decimal belongs; write a whole number in decimal`; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestFaultsInAnchorsAreSaidOnce(t *testing.T) {
	data := "free:\n  a0: &a0\n    b: on\n"
	for i := 1; i <= 12; i++ {
		data += fmt.Sprintf("  a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
	}
	docs, _ := strict.Parse("f.yaml", []byte(data))
	var c config
	docs[0].Decode(docs[0].Root, "", &c, strict.Options{})
	want := `f.yaml:3: free.a0.b: "on": is read differently by YAML 1.1 and YAML 1.2; quote it ("on") if it is a string, else write true, false or a plain decimal number`
	if got := docs[0].Faults().Error(); got != want {
		t.Errorf("\n got %.500s\nwant %s", got, want)
	}
}

func TestBombs(t *testing.T) {
	var lists, maps strings.Builder
	lists.WriteString("free:\n  a0: &a0 [x, x]\n")
	maps.WriteString("free:\n  a0: &a0 {x: x}\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&lists, "  a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
		fmt.Fprintf(&maps, "  a%d: &a%d {x: *a%d, y: *a%d}\n", i, i, i-1, i-1)
	}
	tooMany := "the document has more than 500000 values with its aliases and clusterDefaults expanded; split it, or use fewer aliases"
	tooDeep := "nested more than 64 levels deep; flatten it, or remove an alias that contains itself"
	for name, c := range map[string]struct{ data, position, want string }{
		"doubling lists":       {lists.String(), "f.yaml:18: free.a16", tooMany},
		"doubling maps":        {maps.String(), "f.yaml:18: free.a16.", tooMany},
		"itself, list":         {"free:\n  a: &a [*a]", "f.yaml:2: free.a[0][0]", tooDeep},
		"itself, map":          {"free:\n  a: &a\n    b: *a", "f.yaml:3: free.a.b.b", tooDeep},
		"itself, twice":        {"free: &a {b: [*a, *a]}", "f.yaml:1: free.b[0].b", tooDeep},
		"the document":         {"&a\nfree: {a: *a}", "f.yaml:2: free.a.free.a", tooDeep},
		"deep lists":           {"free: {a: " + strings.Repeat("[", 70) + strings.Repeat("]", 70) + "}", "f.yaml:1: free.a[0][0]", tooDeep},
		"deep maps":            {"free: " + strings.Repeat("{a: ", 70) + strings.Repeat("}", 70), "f.yaml:1: free.a.a", tooDeep},
		"deeper than a parser": {"free: " + strings.Repeat("[", 20000), "f.yaml:1: ", "not valid YAML: exceeded max depth of 10000; correct the syntax there or just above"},
	} {
		t.Run(name, func(t *testing.T) {
			_, got := decode(t, c.data, strict.Options{})
			if !strings.HasPrefix(got, c.position) || !strings.HasSuffix(got, c.want) {
				t.Errorf("got %s\nwant %s … %s", got, c.position, c.want)
			}
			if len(got) > 300 {
				t.Errorf("the message has %d characters", len(got))
			}
		})
	}
}

func TestDepthThatIsFine(t *testing.T) {
	_, messages := decode(t, "free: "+strings.Repeat("{a: ", 60)+strings.Repeat("}", 60), strict.Options{})
	if messages != "" {
		t.Errorf("60 levels are refused: %s", messages)
	}
}
