package strict

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"isthmus.dev/isthmus/generator/topology/fault"
)

// Options of a decoding.
type Options struct {
	// Partial allows required fields to be missing, but for those of list items.
	Partial bool
	// Forbidden fields of the top struct, each with what to do instead.
	Forbidden map[string]string
	// Renamed holds, for fields that no longer exist or that other tools have, what to write instead.
	Renamed map[string]string
}

// Decode decodes a node of the document into the struct that into points to.
// Paths start at path. What is wrong is added to Faults; the fields that are
// right are set all the same.
func (d *Document) Decode(n *yaml.Node, path string, into any, o Options) {
	// Again after clusterDefaults were laid under each cluster: many small
	// clusters over large defaults are as good a bomb as aliases are.
	w := walk{d: d}
	if f := w.node(n, fault.Position{File: d.File, Line: n.Line, Path: path}, 0); f != nil {
		d.mark(path)
		d.faults = append(d.faults, *f)
		return
	}
	d.value(n, path, reflect.ValueOf(into).Elem(), o, true)
}

func (d *Document) value(n *yaml.Node, path string, v reflect.Value, o Options, top bool) {
	n = d.enter(n, path)
	switch v.Kind() {
	case reflect.Pointer:
		if isNull(n) && v.Type().Elem().Kind() != reflect.String {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, path, v.Elem(), o, top)
	case reflect.Struct:
		d.object(n, path, v, o, top)
	case reflect.Slice:
		d.list(n, path, v, o)
	case reflect.Map:
		d.mapping(n, path, v)
	case reflect.String:
		if s, ok := d.text(n, path); ok {
			v.SetString(s)
		}
	case reflect.Bool:
		var b bool
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" || n.Decode(&b) != nil {
			d.wrongType(n, path, "true or false")
			return
		}
		v.SetBool(b)
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil || strconv.Itoa(i) != n.Value { // 0123 is 83 to some
			d.wrongType(n, path, "a whole number in decimal")
			return
		}
		v.SetInt(int64(i))
	default:
		panic(fmt.Sprintf("strict: %s has type %s, which no topology field has", path, v.Type()))
	}
}

// enter notes that the field at path is given, and follows aliases. The field
// stands where the alias is; what is in it, where the anchor has it.
func (d *Document) enter(n *yaml.Node, path string) *yaml.Node {
	if pos, ok := d.origin[n]; ok {
		d.at[path] = pos
	}
	return resolve(n)
}

func (d *Document) object(n *yaml.Node, path string, v reflect.Value, o Options, top bool) {
	if isNull(n) {
		n = &yaml.Node{Kind: yaml.MappingNode, Line: n.Line} // required fields are missing all the same
	}
	if n.Kind != yaml.MappingNode {
		d.wrongType(n, path, "a map")
		return
	}
	fields, order := structFields(v.Type())
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		if !d.key(key, value, at, seen) {
			continue
		}
		f, known := fields[key.Value]
		cure, forbidden := o.Forbidden[key.Value]
		switch {
		case top && forbidden:
			d.fail(value, at, nil, "not allowed here", cure)
		case !known:
			d.unknown(value, path, key.Value, order, o)
		default:
			d.value(value, at, v.FieldByIndex(f.index), Options{Renamed: o.Renamed, Partial: o.Partial}, false)
		}
	}
	if o.Partial {
		return
	}
	for _, name := range order {
		if at := join(path, name); fields[name].required && !seen[name] && !d.Broken(at) {
			d.failAt(d.At(at), at, nil, "required field is missing", "add it")
		}
	}
}

// key refuses keys that are no plain names, and repeated ones.
func (d *Document) key(key, value *yaml.Node, at string, seen map[string]bool) bool {
	if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
		d.fail(value, at, nil, "merge keys and complex keys are not supported", "write the fields out, or use spec.clusterDefaults")
		d.mark(parent(at)) // which fields it would have brought is unknown
		return false
	}
	if seen[key.Value] {
		pos := d.position(value, at)
		pos.Line = key.Line
		d.failAt(pos, at, nil, "given twice", "remove one of the two")
		return false
	}
	seen[key.Value] = true
	return true
}

func (d *Document) unknown(n *yaml.Node, path, key string, known []string, o Options) {
	cure := "the fields here are " + strings.Join(known, ", ")
	if now, ok := o.Renamed[key]; ok {
		cure = now
	} else if near := Nearest(key, known); near != "" {
		cure = fmt.Sprintf("did you mean %s?", near)
		d.mark(join(path, near))
	}
	d.fail(n, join(path, key), nil, "unknown field", cure)
}

func (d *Document) list(n *yaml.Node, path string, v reflect.Value, o Options) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		d.wrongType(n, path, "a list")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		d.value(item, fmt.Sprintf("%s[%d]", path, i), v.Index(i), Options{Renamed: o.Renamed}, false)
	}
}

func (d *Document) mapping(n *yaml.Node, path string, v reflect.Value) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		d.wrongType(n, path, "a map")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		if !d.key(key, value, at, seen) {
			continue
		}
		d.enter(value, at)
		if v.Type().Elem().Kind() == reflect.String {
			if s, ok := d.text(value, at); ok {
				v.SetMapIndex(reflect.ValueOf(key.Value), reflect.ValueOf(s))
			}
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		// What is right in a value that is partly wrong is kept, to be judged too.
		if free, _ := d.free(value, at); free != nil {
			item.Set(reflect.ValueOf(free))
		}
		v.SetMapIndex(reflect.ValueOf(key.Value), item)
	}
}

// text takes a scalar as it is spelled.
func (d *Document) text(n *yaml.Node, path string) (string, bool) {
	n = resolve(n)
	switch {
	case n.Kind != yaml.ScalarNode:
		d.wrongType(n, path, "a string")
		return "", false
	case isNull(n) && n.Value == "":
		d.fail(n, path, nil, "has no value", `give one, write "" for the empty string, or remove the field`)
		return "", false
	case isNull(n):
		value := n.Value
		d.fail(n, path, &value, "is YAML's null where a string belongs", fmt.Sprintf("quote it (%q) if you mean that word, or remove the field", n.Value))
		return "", false
	}
	switch tag := n.ShortTag(); tag {
	case "!!str", "!!int", "!!float", "!!bool", "!!timestamp":
		return n.Value, true
	default:
		d.fail(n, path, nil, fmt.Sprintf("has the tag %s where a string belongs", tag), "remove the tag")
		return "", false
	}
}

func (d *Document) wrongType(n *yaml.Node, path, want string) {
	var value *string
	got := "a list"
	switch n.Kind {
	case yaml.MappingNode:
		got = "a map"
	case yaml.ScalarNode:
		got = map[string]string{"!!str": "a string", "!!int": "a number", "!!float": "a number", "!!bool": "a truth value", "!!null": "null"}[n.ShortTag()]
		if got == "" {
			got = "a value tagged " + n.ShortTag()
		}
		v := n.Value
		value = &v
	}
	d.fail(n, path, value, fmt.Sprintf("is %s where %s belongs", got, want), "write "+want)
}
