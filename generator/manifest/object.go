// Package manifest is one Kubernetes object: its identity, its place in an
// order, its file and its bytes.
package manifest

import (
	"cmp"
	"slices"
	"strings"
)

// Object is a Kubernetes object as JSON would have it: maps, slices, strings,
// int64, float64, bool.
type Object map[string]any

// ID identifies an object in a cluster: the version of an API does not tell two
// objects apart, the namespace does.
type ID struct {
	Group, Kind, Namespace, Name string
}

// String is Kind.group namespace/name, without what is empty.
func (id ID) String() string {
	s := id.Kind
	if id.Group != "" {
		s += "." + id.Group
	}
	if id.Namespace != "" {
		return s + " " + id.Namespace + "/" + id.Name
	}
	return s + " " + id.Name
}

// ID returns the object's identity.
func (o Object) ID() ID {
	group, _, versioned := strings.Cut(o.APIVersion(), "/")
	if !versioned {
		group = ""
	}
	return ID{Group: group, Kind: o.Kind(), Namespace: o.Text("metadata", "namespace"), Name: o.Text("metadata", "name")}
}

// APIVersion of the object.
func (o Object) APIVersion() string { return o.Text("apiVersion") }

// Kind of the object.
func (o Object) Kind() string { return o.Text("kind") }

// Name of the object.
func (o Object) Name() string { return o.Text("metadata", "name") }

// Namespace of the object, "" for a cluster-scoped one.
func (o Object) Namespace() string { return o.Text("metadata", "namespace") }

// Text returns a string field, "" if there is none.
func (o Object) Text(path ...string) string {
	s, _ := o.Get(path...).(string) // anything else is no text
	return s
}

// Map returns a map field, nil if there is none. Changing it changes the object.
func (o Object) Map(path ...string) map[string]any {
	m, _ := o.Get(path...).(map[string]any) // anything else is no map
	return m
}

// List returns a list field, nil if there is none.
func (o Object) List(path ...string) []any {
	l, _ := o.Get(path...).([]any) // anything else is no list
	return l
}

// Each returns the maps in a list field, none if there is no list. Changing them
// changes the object.
func (o Object) Each(path ...string) []Object {
	var out []Object
	for _, v := range o.List(path...) {
		if m, ok := v.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// Get returns a field, nil if there is none.
func (o Object) Get(path ...string) any {
	var v any = map[string]any(o)
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

// Set sets a field and makes the maps around it.
func (o Object) Set(value any, path ...string) {
	m := map[string]any(o)
	for _, key := range path[:len(path)-1] {
		inner, ok := m[key].(map[string]any)
		if !ok {
			inner = map[string]any{}
			m[key] = inner
		}
		m = inner
	}
	m[path[len(path)-1]] = value
}

// Clone copies an object deeply.
func (o Object) Clone() Object {
	out := make(Object, len(o))
	for k, v := range o {
		out[k] = clone(v)
	}
	return out
}

func clone(v any) any {
	switch x := v.(type) {
	case map[string]any:
		return map[string]any(Object(x).Clone())
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = clone(e)
		}
		return out
	}
	return v
}

// Sort orders objects by namespace, kind, name and group. Istio's renderer
// returns them in the order of a Go map.
func Sort(objects []Object) {
	slices.SortFunc(objects, func(a, b Object) int { return Compare(a.ID(), b.ID()) })
}

// Compare orders identities by namespace, kind, name and group.
func Compare(a, b ID) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Group, b.Group))
}
