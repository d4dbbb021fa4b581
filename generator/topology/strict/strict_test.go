package strict_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"isthmus.dev/isthmus/generator/topology/strict"
)

// config has a field of each kind that the topology file has.
type config struct {
	Text    string            `json:"text,omitempty"`
	Pointer *string           `json:"pointer,omitempty"`
	Bool    bool              `json:"bool,omitempty"`
	Int     int               `json:"int,omitempty"`
	List    []string          `json:"list,omitempty"`
	Items   []item            `json:"items,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
	Free    map[string]any    `json:"free,omitempty"`
	Inner   *inner            `json:"inner,omitempty"`
}

type inner struct {
	base
	Text string `json:"text,omitempty"`
}

type base struct {
	Embedded string `json:"embedded,omitempty"`
}

type item struct {
	Name string `json:"name"`
	Note string `json:"note,omitempty"`
}

// decode decodes the first document and returns all messages, a line each.
func decode(t *testing.T, data string, o strict.Options) (config, string) {
	t.Helper()
	docs, faults := strict.Parse("f.yaml", []byte(data))
	var c config
	if len(faults) == 0 {
		if len(docs) != 1 {
			t.Fatalf("got %d documents from %q, want 1", len(docs), data)
		}
		docs[0].Decode(docs[0].Root, "", &c, o)
		faults = docs[0].Faults()
	}
	return c, faults.Sorted().Error()
}

func TestStringsKeepTheirSpelling(t *testing.T) {
	for written, want := range map[string]string{
		`on`:                   "on",
		`yes`:                  "yes",
		`true`:                 "true",
		`1e3`:                  "1e3",
		`0123`:                 "0123",
		`0x1F`:                 "0x1F",
		`1_000`:                "1_000",
		`1.10`:                 "1.10",
		`.inf`:                 ".inf",
		`12:30:45`:             "12:30:45",
		`2001-01-01`:           "2001-01-01",
		`2001-01-01T00:00:00Z`: "2001-01-01T00:00:00Z",
		`"null"`:               "null",
		`'~'`:                  "~",
		`""`:                   "",
		`!!str null`:           "null",
		`nullable`:             "nullable",
		"|\n  a\n  b\n":        "a\nb\n",
		">-\n  a\n  b\n":       "a b",
	} {
		t.Run(written, func(t *testing.T) {
			c, messages := decode(t, "text: "+written, strict.Options{})
			if messages != "" || c.Text != want {
				t.Errorf("text: got %q and %q, want %q", c.Text, messages, want)
			}
			if strings.Contains(written, "\n") {
				return
			}
			c, messages = decode(t, "pointer: "+written, strict.Options{})
			if messages != "" || c.Pointer == nil || *c.Pointer != want {
				t.Errorf("pointer: got %v and %q, want %q", c.Pointer, messages, want)
			}
			c, messages = decode(t, "list:\n- "+written, strict.Options{})
			if messages != "" || !reflect.DeepEqual(c.List, []string{want}) {
				t.Errorf("list: got %q and %q, want %q", c.List, messages, want)
			}
			c, messages = decode(t, "labels: {a: "+written+"}", strict.Options{})
			if messages != "" || c.Labels["a"] != want {
				t.Errorf("labels: got %q and %q, want %q", c.Labels, messages, want)
			}
		})
	}
}

func TestNullWhereAStringBelongs(t *testing.T) {
	for _, null := range []string{"null", "Null", "NULL", "~"} {
		for field, data := range map[string]string{
			"text": "text: %s", "pointer": "pointer: %s", "list[0]": "list: [%s]", "labels.a": "labels: {a: %s}", "items[0].name": "items: [{name: %s}]",
		} {
			_, got := decode(t, fmt.Sprintf(data, null), strict.Options{})
			want := fmt.Sprintf("f.yaml:1: %s: %q: is YAML's null where a string belongs; quote it (%q) if you mean that word, or remove the field", field, null, null)
			if got != want {
				t.Errorf("%s of %s:\n got %s\nwant %s", null, field, got, want)
			}
		}
	}
	_, got := decode(t, "text:", strict.Options{})
	if want := `f.yaml:1: text: has no value; give one, write "" for the empty string, or remove the field`; got != want {
		t.Errorf("empty value:\n got %s\nwant %s", got, want)
	}
}

func TestNullElsewhereLeavesTheDefault(t *testing.T) {
	c, messages := decode(t, "list: null\nitems: ~\nlabels:\nfree: null\ninner: null\n", strict.Options{})
	if messages != "" || !reflect.DeepEqual(c, config{}) {
		t.Errorf("got %+v and %q, want nothing set", c, messages)
	}
}

func TestValues(t *testing.T) {
	c, messages := decode(t, `
bool: true
int: -12
items:
- {name: a}
- name: b
  note: "1"
labels: {example.com/a: on}
inner: {embedded: e, text: t}
`, strict.Options{})
	want := config{
		Bool: true, Int: -12, Items: []item{{Name: "a"}, {Name: "b", Note: "1"}},
		Labels: map[string]string{"example.com/a": "on"}, Inner: &inner{base: base{Embedded: "e"}, Text: "t"},
	}
	if messages != "" || !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v and %q", c, messages)
	}
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		o    strict.Options
		want string
	}{
		"unknown, near":             {data: "text: a\ntxet: b", want: `f.yaml:2: txet: unknown field; did you mean text?`},
		"unknown, other case":       {data: "TEXT: b", want: `f.yaml:1: TEXT: unknown field; did you mean text?`},
		"unknown, far":              {data: "inner:\n  colour: b", want: `f.yaml:2: inner.colour: unknown field; the fields here are embedded, text`},
		"unknown, renamed":          {data: "old: b", o: strict.Options{Renamed: map[string]string{"old": "write text"}}, want: `f.yaml:1: old: unknown field; write text`},
		"unknown, renamed, deep":    {data: "items:\n- {name: a, old: b}", o: strict.Options{Renamed: map[string]string{"old": "write text"}}, want: `f.yaml:2: items[0].old: unknown field; write text`},
		"unknown, of two lines":     {data: "inner: {\"a\\nb\": c}", want: `f.yaml:1: inner.a\nb: unknown field; the fields here are embedded, text`},
		"forbidden":                 {data: "text: b", o: strict.Options{Forbidden: map[string]string{"text": "leave it"}}, want: `f.yaml:1: text: not allowed here; leave it`},
		"repeated":                  {data: "text: a\nbool: true\ntext: a", want: `f.yaml:3: text: given twice; remove one of the two`},
		"repeated, quoted":          {data: "labels:\n  a: x\n  \"a\": x", want: `f.yaml:3: labels.a: given twice; remove one of the two`},
		"repeated, three times":     {data: "int: 1\nint: 1\nint: 1", want: "f.yaml:2: int: given twice; remove one of the two\nf.yaml:3: int: given twice; remove one of the two"},
		"repeated, free":            {data: "free:\n  a:\n  - b: 1\n    b: 2", want: `f.yaml:4: free.a[0].b: given twice; remove one of the two`},
		"missing":                   {data: "items:\n- note: a", want: `f.yaml:2: items[0].name: required field is missing; add it`},
		"missing, null item":        {data: "items:\n-\n", want: `f.yaml:2: items[0].name: required field is missing; add it`},
		"missing, but misspelt":     {data: "items:\n- nane: a", want: `f.yaml:2: items[0].nane: unknown field; did you mean name?`},
		"missing, partial, in list": {data: "items:\n- note: a", o: strict.Options{Partial: true}, want: `f.yaml:2: items[0].name: required field is missing; add it`},
		"list for a string":         {data: "text: [a]", want: `f.yaml:1: text: is a list where a string belongs; write a string`},
		"map for a list":            {data: "list: {a: b}", want: `f.yaml:1: list: is a map where a list belongs; write a list`},
		"string for a list":         {data: "list: a", want: `f.yaml:1: list: "a": is a string where a list belongs; write a list`},
		"list for a map":            {data: "labels: []", want: `f.yaml:1: labels: is a list where a map belongs; write a map`},
		"number for a struct":       {data: "inner: 1", want: `f.yaml:1: inner: "1": is a number where a map belongs; write a map`},
		"string for a bool":         {data: `bool: "true"`, want: `f.yaml:1: bool: "true": is a string where true or false belongs; write true or false`},
		"word for a bool":           {data: `bool: yes`, want: `f.yaml:1: bool: "yes": is a string where true or false belongs; write true or false`},
		"tagged word for a bool":    {data: `bool: !!bool yes`, want: `f.yaml:1: bool: "yes": is a truth value where true or false belongs; write true or false`},
		"null for a bool":           {data: `bool: null`, want: `f.yaml:1: bool: "null": is null where true or false belongs; write true or false`},
		"float for an int":          {data: `int: 1.5`, want: `f.yaml:1: int: "1.5": is a number where a whole number in decimal belongs; write a whole number in decimal`},
		"octal for an int":          {data: `int: 0123`, want: `f.yaml:1: int: "0123": is a number where a whole number in decimal belongs; write a whole number in decimal`},
		"hexadecimal for an int":    {data: `int: 0x10`, want: `f.yaml:1: int: "0x10": is a number where a whole number in decimal belongs; write a whole number in decimal`},
		"huge for an int":           {data: `int: 9223372036854775808`, want: `f.yaml:1: int: "9223372036854775808": is a number where a whole number in decimal belongs; write a whole number in decimal`},
		"string for an int":         {data: `int: "1"`, want: `f.yaml:1: int: "1": is a string where a whole number in decimal belongs; write a whole number in decimal`},
		"tag":                       {data: "text: !!binary aGk=", want: `f.yaml:1: text: has the tag !!binary where a string belongs; remove the tag`},
		"merge key":                 {data: "inner: &i {text: a}\nitems:\n- <<: *i\n  name: a", want: `f.yaml:3: items[0].<<: merge keys and complex keys are not supported; write the fields out, or use spec.clusterDefaults`},
		"merge key, free":           {data: "free:\n  a: &a {b: 1}\n  c: {<<: *a}", want: `f.yaml:3: free.c.<<: merge keys and complex keys are not supported; write the fields out, or use spec.clusterDefaults`},
		"complex key":               {data: "free:\n  ? [a]\n  : b", want: `f.yaml:2: free.: merge keys and complex keys are not supported; write the fields out, or use spec.clusterDefaults`},
		"several":                   {data: "int: a\nbool: b", want: "f.yaml:1: int: \"a\": is a string where a whole number in decimal belongs; write a whole number in decimal\nf.yaml:2: bool: \"b\": is a string where true or false belongs; write true or false"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := decode(t, c.data, c.o); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestRightFieldsAreSetBesideFaults(t *testing.T) {
	c, messages := decode(t, "text: a\nint: x\nitems: [{name: b}, {name: [c]}]", strict.Options{})
	if messages == "" || c.Text != "a" || len(c.Items) != 2 || c.Items[0].Name != "b" {
		t.Errorf("got %+v and %q", c, messages)
	}
}

func TestPartial(t *testing.T) {
	docs, _ := strict.Parse("f.yaml", []byte("note: n"))
	var got item
	docs[0].Decode(docs[0].Root, "", &got, strict.Options{Partial: true})
	if got.Note != "n" || len(docs[0].Faults()) != 0 {
		t.Errorf("got %+v and %v, want no fault for the missing name", got, docs[0].Faults())
	}
}

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

// What is wrong in an anchor is wrong there, once, and not in each place that an
// alias brings it to.
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
			start := time.Now()
			_, got := decode(t, c.data, strict.Options{})
			if !strings.HasPrefix(got, c.position) || !strings.HasSuffix(got, c.want) {
				t.Errorf("got %s\nwant %s … %s", got, c.position, c.want)
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("it took %s", took)
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
