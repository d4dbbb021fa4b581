// Package fields finds what a decoded value holds that a protobuf message does not
// take: fields that it has not under that name, and values of a wrong type.
package fields

import (
	"fmt"
	"maps"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Field is one that a message does not have.
type Field struct {
	// Path from the value's top, such as extensionProviders[0].zipkin.prot.
	Path string
	// Name is the last part of the path.
	Name string
	// Message that does not have it, such as MeshConfig.
	Message string
	// Known are the names in JSON of the fields that the message has.
	Known []string
	// Meant is the field's name in JSON where Name is the one in the .proto, and
	// empty where the message has no such field at all.
	Meant string
}

// Schema is a message whose fields are known.
type Schema struct {
	top    protoreflect.MessageDescriptor
	opaque map[protoreflect.FullName]bool
}

// New returns the schema of a message. Opaque are messages that have a form of
// their own in JSON, beside those of google.protobuf: nothing in them is judged.
func New(top protoreflect.MessageDescriptor, opaque ...protoreflect.FullName) Schema {
	s := Schema{top: top, opaque: map[protoreflect.FullName]bool{}}
	for _, name := range opaque {
		s.opaque[name] = true
	}
	return s
}

// Unknown returns the fields in a value, of maps and lists as JSON has them, that
// the message has not, nor any message in it, in the order of their paths. Those
// that bear their name in the .proto are among them: readers of protobuf's JSON
// take both names, but maps that are merged, and templates, know one. One that is
// null is unknown too.
func (s Schema) Unknown(value map[string]any) []Field {
	return s.message(nil, "", s.top, value)
}

func (s Schema) message(found []Field, path string, md protoreflect.MessageDescriptor, value any) []Field {
	m, isMap := value.(map[string]any)
	if !isMap || s.own(md) {
		return found
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		at := name
		if path != "" {
			at = path + "." + name
		}
		fd, meant := field(md, name)
		if fd == nil || meant != "" {
			if names == nil {
				names = known(md)
			}
			found = append(found, Field{Path: at, Name: name, Message: string(md.Name()), Known: names, Meant: meant})
		}
		if fd != nil {
			found = s.field(found, at, fd, m[name])
		}
	}
	return found
}

// field looks into the value of a field that is known.
func (s Schema) field(found []Field, path string, fd protoreflect.FieldDescriptor, value any) []Field {
	switch {
	case fd.IsMap():
		entries, _ := value.(map[string]any) // of another type: there are no names in it
		if of := fd.MapValue().Message(); of != nil {
			for _, key := range slices.Sorted(maps.Keys(entries)) {
				found = s.message(found, path+"."+key, of, entries[key])
			}
		}
	case fd.Message() == nil:
	case fd.IsList():
		items, _ := value.([]any)
		for i, item := range items {
			found = s.message(found, fmt.Sprintf("%s[%d]", path, i), fd.Message(), item)
		}
	default:
		found = s.message(found, path, fd.Message(), value)
	}
	return found
}

// field returns a message's field of a name, nil where it has none, and the name
// in JSON that was meant where the name is another one.
func field(md protoreflect.MessageDescriptor, name string) (protoreflect.FieldDescriptor, string) {
	if fd := md.Fields().ByJSONName(name); fd != nil {
		return fd, ""
	}
	if fd := md.Fields().ByTextName(name); fd != nil {
		return fd, fd.JSONName()
	}
	return nil, ""
}

// known are the names in JSON of a message's fields.
func known(md protoreflect.MessageDescriptor) []string {
	var names []string
	for i := range md.Fields().Len() {
		names = append(names, md.Fields().Get(i).JSONName())
	}
	return names
}
