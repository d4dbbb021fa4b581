package strict_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/topology/strict"
)

func TestFreeValues(t *testing.T) {
	c, messages := decode(t, `
free:
  quoted: "on"
  tagged: !!str 0123
  text: a
  bool: true
  Bool: False
  int: 12
  negative: -3
  hex: 0x10
  big: 9007199254740993
  float: 1.5
  exponent: 1e3
  null: ~
  empty:
  date: 2001-01-01
  time: 12:30
  version: 1.31.0
  list: [a, {b: 1}, []]
  map: {}
`, strict.Options{})
	want := map[string]any{
		"quoted": "on", "tagged": "0123", "text": "a", "bool": true, "Bool": false, "int": int64(12), "negative": int64(-3), "hex": int64(16),
		"big": int64(9007199254740993), "float": 1.5, "exponent": 1000.0, "null": nil, "empty": nil,
		"date": "2001-01-01", "time": "12:30", "version": "1.31.0",
		"list": []any{"a", map[string]any{"b": int64(1)}, []any{}}, "map": map[string]any{},
	}
	if messages != "" || !reflect.DeepEqual(c.Free, want) {
		t.Errorf("got %#v and %q\nwant %#v", c.Free, messages, want)
	}
}

func TestAmbiguousFreeValues(t *testing.T) {
	for _, word := range []string{"y", "N", "yes", "No", "on", "OFF", "0123", "-07", "08", "1_000", "0o17", "0b11"} {
		_, got := decode(t, "free:\n  a: [x, "+word+"]", strict.Options{})
		want := fmt.Sprintf("f.yaml:2: free.a[1]: %q: is read differently by YAML 1.1 and YAML 1.2; quote it (%q) if it is a string, else write true, false or a plain decimal number", word, word)
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", word, got, want)
		}
		c, got := decode(t, fmt.Sprintf("free: {a: %q}", word), strict.Options{})
		if got != "" || c.Free["a"] != word {
			t.Errorf("quoted %s: got %v and %q", word, c.Free, got)
		}
	}
	for word, want := range map[string]string{
		".nan":                 `is no finite number; quote it if it is a string`,
		"18446744073709551615": `is no number that fits 64 bits; quote it if it is a string`,
		"99999999999999999999": `is no number that fits 64 bits; quote it if it is a string`,
		"!mine x":              `has the tag !mine; remove the tag`,
		"!!binary aGk=":        `has the tag !!binary; remove the tag`,
	} {
		_, got := decode(t, "free: {a: "+word+"}", strict.Options{})
		fields := strings.Fields(word)
		want = fmt.Sprintf("f.yaml:1: free.a: %q: %s", fields[len(fields)-1], want)
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", word, got, want)
		}
	}
}
