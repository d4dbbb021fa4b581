package strict_test

import (
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/topology/strict"
)

func TestSyntax(t *testing.T) {
	for data, want := range map[string]string{
		"text: a\nint: 1\n bool: true\n":      "f.yaml:3: not valid YAML: mapping values are not allowed in this context",
		"text: a\n\n\nlist:\n- a\n b\nint: 1": "",
		"inner:\n  text: a\n embedded: b\n":   "f.yaml:3: not valid YAML: did not find expected key",
		"list:\n- a\n  - b\nint: [\n":         "f.yaml:4: not valid YAML: did not find expected node content",
		"text: \"a\nint: 1\n":                 "f.yaml:2: not valid YAML: found unexpected end of stream",
		"text: *a\n":                          "f.yaml:1: not valid YAML: unknown anchor 'a' referenced",
		"\n\n\ntext: %a\n":                    "f.yaml:4: not valid YAML: found character that cannot start any token",
		"text: a\n---\nint: 1\n  x: 1\n":      "f.yaml:4: not valid YAML: mapping values are not allowed in this context",
		"text: a\x00\n":                       "f.yaml:1: not valid YAML: control characters are not allowed",
		"text: \xff\xfe\xfa\n":                "f.yaml:1: not valid YAML: ",
	} {
		_, faults := strict.Parse("f.yaml", []byte(data))
		got := faults.Error()
		if want == "" && got != "" {
			t.Errorf("%q: got %s, want none", data, got)
		}
		if want != "" && (!strings.HasPrefix(got, want) || !strings.HasSuffix(got, "; correct the syntax there or just above")) {
			t.Errorf("%q:\n got %s\nwant %s", data, got, want)
		}
	}
}

func TestDocuments(t *testing.T) {
	docs, faults := strict.Parse("f.yaml", []byte("---\n# none\n---\ntext: a\n---\nnull\n---\ntext: [b]\n...\n"))
	if len(faults) != 0 || len(docs) != 2 {
		t.Fatalf("got %d documents and %q, want 2", len(docs), faults)
	}
	var c config
	docs[1].Decode(docs[1].Root, "", &c, strict.Options{})
	if got, want := docs[1].Faults().Error(), "f.yaml:8: text: is a list where a string belongs; write a string"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if got := docs[0].Faults(); len(got) != 0 {
		t.Errorf("the other document has %v", got)
	}
}

func TestLineEndingsAndByteOrderMark(t *testing.T) {
	for name, data := range map[string]string{"CRLF": "text: on\r\nint: x\r\n", "BOM": "\ufefftext: on\nint: x\n"} {
		c, got := decode(t, data, strict.Options{})
		if want := `f.yaml:2: int: "x": is a string where a whole number in decimal belongs; write a whole number in decimal`; got != want || c.Text != "on" {
			t.Errorf("%s: got %+v and %s", name, c, got)
		}
	}
}

func TestPositions(t *testing.T) {
	docs, _ := strict.Parse("f.yaml", []byte("text: a\ninner:\n  text: x\nitems:\n- name: a\n- name: [b]\n"))
	d := docs[0]
	var c config
	d.Decode(d.Root, "", &c, strict.Options{})
	for path, want := range map[string]string{
		"text":            "f.yaml:1: text",
		"inner":           "f.yaml:2: inner",
		"inner.text":      "f.yaml:3: inner.text",
		"inner.embedded":  "f.yaml:2: inner.embedded", // missing: where it belongs
		"items[0].note":   "f.yaml:5: items[0].note",
		"items[1]":        "f.yaml:6: items[1]",
		"items[7].name":   "f.yaml:4: items[7].name",
		"nowhere.at.all":  "f.yaml:1: nowhere.at.all",
		"labels.a.b/c[0]": "f.yaml:1: labels.a.b/c[0]",
	} {
		if got := d.At(path).String(); got != want {
			t.Errorf("At(%q): got %s, want %s", path, got, want)
		}
	}
	for path, want := range map[string]bool{"text": true, "items[1].name": true, "items[0].note": false, "list": false} {
		if got := d.Has(path); got != want {
			t.Errorf("Has(%q): got %v, want %v", path, got, want)
		}
	}
	for path, want := range map[string]bool{"items[1].name": true, "items[1]": true, "items": true, "items[1].name.x": true, "items[0]": false, "items[0].name": false, "text": false} {
		if got := d.Broken(path); got != want {
			t.Errorf("Broken(%q): got %v, want %v", path, got, want)
		}
	}
}
