package strict_test

import (
	"reflect"
	"testing"

	"isthmus.dev/isthmus/generator/topology/strict"
)

func TestMerge(t *testing.T) {
	docs, _ := strict.Parse("f.yaml", []byte(`base:
  text: base
  list: [a, b]
  inner: {embedded: base, text: base}
  labels: {a: base, b: base}
  free: {m: {x: 1, y: 2}, l: [1]}
over:
  text: over
  list: [c]
  inner: {text: over}
  labels: null
  free: {m: {y: 3}, l: []}
`))
	d := docs[0]
	under, over := strict.Lookup(d.Root, "base"), strict.Lookup(d.Root, "over")
	var c config
	d.Decode(d.Merge(under, over), "", &c, strict.Options{})
	want := config{
		Text: "over", List: []string{"c"}, Inner: &inner{base: base{Embedded: "base"}, Text: "over"},
		Free: map[string]any{"m": map[string]any{"x": int64(1), "y": int64(3)}, "l": []any{}},
	}
	if len(d.Faults()) != 0 || !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v and %v", c, d.Faults())
	}
	if got, want := d.At("inner.embedded").String(), "f.yaml:4: base.inner.embedded"; got != want {
		t.Errorf("a value of the base stands at %s, want %s", got, want)
	}
	if got, want := d.At("text").String(), "f.yaml:8: over.text"; got != want {
		t.Errorf("a value of the other stands at %s, want %s", got, want)
	}
	// Neither of the two has changed.
	var again config
	d.Decode(under, "", &again, strict.Options{})
	if again.Text != "base" || again.Labels["a"] != "base" || again.Inner.Text != "base" {
		t.Errorf("the base is now %+v", again)
	}
}
