package strict_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

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

// What is wrong in an anchor is wrong there, once, and not in each place that an
// alias brings it to.
