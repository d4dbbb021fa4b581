package schema

import (
	"fmt"
	"reflect"
	"strings"

	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// Markdown returns the reference of the topology file: a table for each type,
// with the comments of the fields as in the schema.
func Markdown() (string, error) {
	text, err := comments(v1alpha1.Source, v1alpha1.DeliverySource, v1alpha1.SecretsSource)
	if err != nil {
		return "", err
	}
	r := &reference{comments: text, seen: map[reflect.Type]bool{}}
	r.b.WriteString("# The topology file\n\nMade from the comments of the types; `isthmus schema` prints the same as JSON Schema. Fields marked\nwith * are required.\n")
	r.add(reflect.TypeFor[v1alpha1.Topology]())
	return r.b.String(), nil
}

type reference struct {
	b        strings.Builder
	comments map[string]string
	seen     map[reflect.Type]bool
}

// add writes the table of a struct, then those of its fields' types, each once.
func (r *reference) add(t reflect.Type) {
	if r.seen[t] {
		return
	}
	r.seen[t] = true
	fmt.Fprintf(&r.b, "\n## %s\n\n%s\n\n| field | type | |\n| --- | --- | --- |\n", t.Name(), r.comments[t.Name()])
	var next []reflect.Type
	r.rows(t, &next)
	for _, n := range next {
		r.add(n)
	}
}

func (r *reference) rows(t reflect.Type, next *[]reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			r.rows(f.Type, next)
			continue
		}
		required := ""
		if !strings.Contains(options, "omitempty") {
			required = " *"
		}
		kind, inner := kindOf(f.Type)
		if inner != nil {
			*next = append(*next, inner)
		}
		fmt.Fprintf(&r.b, "| `%s`%s | %s | %s |\n", name, required, kind, r.comments[t.Name()+"."+f.Name])
	}
}

// kindOf names a type for readers, and the struct in it that is described here.
func kindOf(t reflect.Type) (string, reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer:
		return kindOf(t.Elem())
	case reflect.Slice:
		kind, inner := kindOf(t.Elem())
		return "list of " + kind, inner
	case reflect.Map:
		if t.Elem().Kind() == reflect.String {
			return "map of strings", nil
		}
		return "map", nil
	case reflect.Struct:
		if !strings.HasSuffix(t.PkgPath(), "/v1alpha1") || !strings.Contains(t.PkgPath(), "isthmus") {
			return "as Flux's " + t.Name(), nil
		}
		return fmt.Sprintf("[%s](#%s)", t.Name(), strings.ToLower(t.Name())), t
	case reflect.Bool:
		return "true or false", nil
	case reflect.Int:
		return "number", nil
	default:
		return "string", nil
	}
}
