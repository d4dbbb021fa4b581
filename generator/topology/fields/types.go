package fields

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Mistyped is a value that a field does not take.
type Mistyped struct {
	// Path from the value's top.
	Path string
	// Value that the field was given: a scalar, a map or a list.
	Value any
	// Wanted says what the field takes, such as "a whole number".
	Wanted string
}

// Mistyped returns what the readers of a message refuse in a value, in the order of
// their paths: decode, which is how the message is read, gets each field on its own,
// so that all of them are found and not the first alone. Fields that the message does
// not have are not looked at, see Unknown.
func (s Schema) Mistyped(value map[string]any, decode func([]byte) error) []Mistyped {
	if data, err := json.Marshal(value); err == nil && decode(data) == nil {
		return nil // and so would each field
	}
	w := &types{schema: s, decode: decode}
	w.message("", s.top, value, func(v any) any { return v })
	return w.found
}

// types looks for values of a wrong type.
type types struct {
	schema Schema
	decode func([]byte) error
	found  []Mistyped
}

// around puts a value where it is in the whole, with nothing beside it.
type around func(any) any

func (w *types) message(path string, md protoreflect.MessageDescriptor, value map[string]any, up around) {
	for _, name := range slices.Sorted(maps.Keys(value)) {
		if fd, _ := field(md, name); fd != nil {
			at := strings.TrimPrefix(path+"."+name, ".")
			w.field(at, fd, value[name], func(v any) any { return up(map[string]any{name: v}) })
		}
	}
}

func (w *types) field(path string, fd protoreflect.FieldDescriptor, value any, up around) {
	switch v := value.(type) {
	case []any:
		if fd.IsList() {
			for i, item := range v {
				w.item(fmt.Sprintf("%s[%d]", path, i), fd, fd.Message(), item, func(v any) any { return up([]any{v}) })
			}
			return
		}
	case map[string]any:
		if fd.IsMap() {
			for _, key := range slices.Sorted(maps.Keys(v)) {
				w.item(path+"."+key, fd.MapValue(), fd.MapValue().Message(), v[key], func(v any) any { return up(map[string]any{key: v}) })
			}
			return
		}
	}
	if fd.IsList() || fd.IsMap() {
		w.leaf(path, fd, value, up)
		return
	}
	w.item(path, fd, fd.Message(), value, up)
}

// item is a field's value, or one of a list or map.
func (w *types) item(path string, fd protoreflect.FieldDescriptor, md protoreflect.MessageDescriptor, value any, up around) {
	if m, isMap := value.(map[string]any); isMap && md != nil && !w.schema.own(md) {
		w.message(path, md, m, up)
		return
	}
	w.leaf(path, fd, value, up)
}

func (w *types) leaf(path string, fd protoreflect.FieldDescriptor, value any, up around) {
	data, err := json.Marshal(up(value))
	if err == nil && w.decode(data) != nil {
		w.found = append(w.found, Mistyped{Path: path, Value: value, Wanted: wanted(fd, strings.HasSuffix(path, "]"))})
	}
}

// own says whether a message has a form of its own in JSON.
func (s Schema) own(md protoreflect.MessageDescriptor) bool {
	return s.opaque[md.FullName()] || strings.HasPrefix(string(md.FullName()), "google.protobuf.")
}

// wanted says what a field takes, or one item of a list.
func wanted(fd protoreflect.FieldDescriptor, item bool) string {
	if fd.IsMap() {
		return "a map"
	}
	if fd.IsList() && !item {
		return "a list"
	}
	switch fd.Kind() {
	case protoreflect.BoolKind:
		return "true or false"
	case protoreflect.StringKind:
		return "a string"
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return "a number"
	case protoreflect.EnumKind:
		return "one of " + enumerated(fd.Enum())
	case protoreflect.BytesKind:
		return "a string in base64"
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return wellKnown(fd.Message())
	default: // the kinds that are left are all of one sort
		return "a whole number"
	}
}

func enumerated(ed protoreflect.EnumDescriptor) string {
	names := make([]string, ed.Values().Len())
	for i := range names {
		names[i] = string(ed.Values().Get(i).Name())
	}
	return strings.Join(names, ", ")
}

// wellKnown says what a message takes in JSON.
func wellKnown(md protoreflect.MessageDescriptor) string {
	switch md.FullName() {
	case "google.protobuf.Duration":
		return "a duration in seconds, such as 10s"
	case "google.protobuf.BoolValue":
		return "true or false"
	case "google.protobuf.StringValue":
		return "a string"
	case "google.protobuf.DoubleValue", "google.protobuf.FloatValue":
		return "a number"
	case "google.protobuf.Int32Value", "google.protobuf.Int64Value", "google.protobuf.UInt32Value", "google.protobuf.UInt64Value":
		return "a whole number"
	case "google.protobuf.ListValue":
		return "a list"
	}
	if fd := md.Fields().ByName("intVal"); fd != nil { // Kubernetes's IntOrString
		return "a whole number or a percentage"
	}
	return "a map"
}
