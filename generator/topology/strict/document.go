// Package strict decodes YAML nodes into Go structs and forgives nothing:
// unknown, repeated and missing fields and wrong types are faults with file,
// line and field path. It works on nodes, so that a string keeps its spelling:
// decoders that go through untyped values turn a plain on, 1e3 or 0123 into
// true, 1000 and 83.
package strict

import (
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"isthmus.dev/isthmus/generator/topology/fault"
)

// Document is one YAML document and the positions of its fields.
type Document struct {
	// File that the document comes from, as the user named it.
	File string
	// Root is the document's top node.
	Root *yaml.Node

	origin map[*yaml.Node]fault.Position
	at     map[string]fault.Position
	broken map[string]bool // fields that could not be decoded
	inside map[string]bool // what is around those
	faults fault.List
	said   map[said]bool
}

type said struct {
	fault.Position
	what string
}

// Parse splits data into its documents. Empty ones are left out.
func Parse(file string, data []byte) ([]*Document, fault.List) {
	var (
		docs  []*Document
		lines = &lineReader{rest: data}
		dec   = yaml.NewDecoder(lines)
	)
	for {
		var node yaml.Node
		err := dec.Decode(&node)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, fault.List{syntaxFault(file, lines.read, err)}
		}
		if len(node.Content) == 0 || isNull(node.Content[0]) {
			continue
		}
		d := &Document{
			File: file, Root: node.Content[0],
			origin: map[*yaml.Node]fault.Position{},
			at:     map[string]fault.Position{},
			broken: map[string]bool{},
			inside: map[string]bool{},
			said:   map[said]bool{},
		}
		w := walk{d: d}
		if f := w.node(d.Root, fault.Position{File: file, Line: d.Root.Line}, 0); f != nil {
			return nil, fault.List{*f}
		}
		docs = append(docs, d)
	}
}

// At returns the position of a field that was decoded, or of the nearest field
// around it that is written in the file.
func (d *Document) At(path string) fault.Position {
	for p := path; ; p = parent(p) {
		if pos, ok := d.at[p]; ok {
			if p != path {
				// A missing field is reported under its own name, at the line of what should hold it.
				pos.Path += strings.TrimPrefix(path, p)
				pos.Path = strings.TrimPrefix(pos.Path, ".")
			}
			return pos
		}
		if p == "" {
			return fault.Position{File: d.File, Line: d.Root.Line, Path: path}
		}
	}
}

// Has says whether the file gives the field.
func (d *Document) Has(path string) bool {
	_, ok := d.at[path]
	return ok
}

// Broken says whether the field, something around it or something in it could
// not be decoded, so that judging its value would only repeat that.
func (d *Document) Broken(path string) bool {
	for p := path; ; p = parent(p) {
		if d.broken[p] {
			return true
		}
		if p == "" {
			return d.inside[path]
		}
	}
}

// mark notes that a field could not be decoded.
func (d *Document) mark(path string) {
	d.broken[path] = true
	for p := parent(path); p != "" && !d.inside[p]; p = parent(p) {
		d.inside[p] = true
	}
}

// Faults returns what the decoding found so far.
func (d *Document) Faults() fault.List { return d.faults }

func (d *Document) fail(n *yaml.Node, path string, value *string, what, cure string) {
	d.failAt(d.position(n, path), path, value, what, cure)
}

// position is where the value n of the field at path is written.
func (d *Document) position(n *yaml.Node, path string) fault.Position {
	if pos, ok := d.at[path]; ok {
		return pos
	}
	if pos, ok := d.origin[n]; ok {
		return pos
	}
	return fault.Position{File: d.File, Line: n.Line, Path: path}
}

// failAt says each thing once, however many aliases or clusters bring a value in.
func (d *Document) failAt(pos fault.Position, path string, value *string, what, cure string) {
	d.mark(path)
	key := said{pos, what}
	if d.said[key] {
		return
	}
	d.said[key] = true
	d.faults = append(d.faults, fault.Fault{Position: pos, Value: value, What: what, Cure: cure})
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func parent(path string) string {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' || path[i] == '[' {
			return path[:i]
		}
	}
	return ""
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
