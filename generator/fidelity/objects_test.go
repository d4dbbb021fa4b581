package fidelity

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// object as JSON has it. This package reads and compares objects with nothing
// of the generator's, so that a mistake there cannot hide itself.
type object = map[string]any

// identity of an object in a cluster.
type identity struct{ group, kind, namespace, name string }

func (id identity) String() string {
	s := id.kind
	if id.group != "" {
		s += "." + id.group
	}
	if id.namespace != "" {
		s += " " + id.namespace + "/" + id.name
	} else {
		s += " " + id.name
	}
	return s
}

// objects of one cluster.
type objects map[identity]object

// add puts an object into the set. One that is there already must be the same:
// whoever is applied last would win otherwise.
func (s objects) add(t *testing.T, o object) {
	t.Helper()
	version, _ := o["apiVersion"].(string)
	group, _, versioned := strings.Cut(version, "/")
	if !versioned {
		group = ""
	}
	id := identity{group: group, kind: text(o, "kind"), namespace: text(o, "metadata", "namespace"), name: text(o, "metadata", "name")}
	if id.kind == "" || id.name == "" {
		t.Fatalf("an object without kind or name: %v", o)
	}
	if there, taken := s[id]; taken && !reflect.DeepEqual(there, o) {
		t.Fatalf("two objects are %s and not the same:\n%s", id, strings.Join(differences(id.String(), there, o), "\n"))
	}
	s[id] = o
}

// sorted identities.
func (s objects) sorted() []identity {
	return slices.SortedFunc(maps.Keys(s), func(a, b identity) int { return strings.Compare(a.String(), b.String()) })
}

// decode reads one object, with numbers as JSON has them.
func decode(t *testing.T, data []byte) object {
	t.Helper()
	var o object
	if err := yaml.Unmarshal(data, &o); err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	return o
}

// get returns a field, nil if there is none.
func get(v any, path ...string) any {
	for _, key := range path {
		m, ok := v.(object)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

// text returns a field that is one, else "".
func text(v any, path ...string) string {
	s, _ := get(v, path...).(string) // anything else is no text
	return s
}

// fields returns a field that is a map, else nil. Changing it changes the object.
func fields(v any, path ...string) object {
	m, _ := get(v, path...).(object) // anything else is no map
	return m
}

// compare lists, a line each, how the generated objects differ from the
// documentation's.
func compare(want, got objects) []string {
	var out []string
	for _, id := range want.sorted() {
		if _, ok := got[id]; !ok {
			out = append(out, fmt.Sprintf("%s: in the documentation, not in the tree", id))
			continue
		}
		if text(want[id], "kind") == "ConfigMap" {
			out = append(out, embedded(id.String(), want[id], got[id])...)
		}
		out = append(out, differences(id.String(), want[id], got[id])...)
	}
	for _, id := range got.sorted() {
		if _, ok := want[id]; !ok {
			out = append(out, fmt.Sprintf("%s: in the tree, not in the documentation", id))
		}
	}
	return out
}

// embedded compares what a ConfigMap's texts mean, where they are YAML or JSON
// and not the same letter by letter, which differences asks for too.
func embedded(at string, want, got object) []string {
	var out []string
	wantData := fields(want, "data")
	for _, key := range slices.Sorted(maps.Keys(wantData)) {
		if reflect.DeepEqual(wantData[key], get(got, "data", key)) {
			continue // parsing is slow, and would find the same in both
		}
		a, b := parsed(wantData[key]), parsed(get(got, "data", key))
		if a != nil && b != nil {
			out = append(out, differences(at+" data."+key+" (parsed)", a, b)...)
		}
	}
	return out
}

// parsed returns the map or list that a text of YAML or JSON holds, else nil.
func parsed(v any) any {
	s, _ := v.(string) // a ConfigMap has texts only
	var out any
	if yaml.Unmarshal([]byte(s), &out) != nil {
		return nil
	}
	switch out.(type) {
	case object, []any:
		return out
	}
	return nil
}

// differences lists, a line each, where two values differ.
func differences(at string, want, got any) []string {
	if reflect.DeepEqual(want, got) {
		return nil
	}
	switch w := want.(type) {
	case object:
		g, ok := got.(object)
		if !ok {
			break
		}
		keys := map[string]bool{}
		for k := range w {
			keys[k] = true
		}
		for k := range g {
			keys[k] = true
		}
		var out []string
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			wv, inWant := w[k]
			gv, inGot := g[k]
			switch {
			case !inWant:
				out = append(out, fmt.Sprintf("%s .%s: the documentation has no such field, the tree %s", at, k, short(gv)))
			case !inGot:
				out = append(out, fmt.Sprintf("%s .%s: the documentation %s, the tree has no such field", at, k, short(wv)))
			default:
				out = append(out, differences(at+" ."+k, wv, gv)...)
			}
		}
		return out
	case []any:
		g, ok := got.([]any)
		if !ok {
			break
		}
		if wn, gn := named(w), named(g); wn != nil && gn != nil {
			out := differences(at, wn, gn)
			if len(out) == 0 {
				out = []string{fmt.Sprintf("%s: the same entries in another order, the documentation %s, the tree %s", at, short(names(w)), short(names(g)))}
			}
			return out
		}
		if len(w) != len(g) {
			break
		}
		var out []string
		for i := range w {
			out = append(out, differences(fmt.Sprintf("%s[%d]", at, i), w[i], g[i])...)
		}
		return out
	case string:
		if g, ok := got.(string); ok && strings.Contains(w+g, "\n") {
			return []string{at + ": the texts differ: " + firstLine(w, g)}
		}
	}
	return []string{fmt.Sprintf("%s: the documentation %s, the tree %s", at, short(want), short(got))}
}

// named returns a list whose entries have names of their own as a map, else nil:
// a line for the entry that differs and not for all that follow it.
func named(list []any) object {
	out := object{}
	for _, e := range list {
		name := text(e, "name")
		if _, taken := out[name]; taken || name == "" {
			return nil
		}
		out[name] = e
	}
	return out
}

func names(list []any) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = text(e, "name")
	}
	return out
}

// firstLine tells where two texts part.
func firstLine(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := 0; i < len(w) && i < len(g); i++ {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d, the documentation %q, the tree %q", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("the documentation has %d lines, the tree %d", len(w), len(g))
}

// short writes a value on a line.
func short(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(data) > 600 {
		return string(data[:600]) + "…"
	}
	return string(data)
}
