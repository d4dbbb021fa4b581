// Package strict decodes YAML nodes into Go structs and forgives nothing:
// unknown, repeated and missing fields and wrong types are faults with file,
// line and field path. It works on nodes, so that a string keeps its spelling:
// decoders that go through untyped values turn a plain on, 1e3 or 0123 into
// true, 1000 and 83.
package strict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"isthmus.dev/isthmus/generator/topology/fault"
)

// Limits on what one document may hold, so that aliases cannot blow it up.
const (
	maxDepth = 64
	maxNodes = 2_000_000
)

// Document is one YAML document and the positions of its fields.
type Document struct {
	// File that the document comes from, as the user named it.
	File string
	// Root is the document's top node.
	Root *yaml.Node

	origin map[*yaml.Node]fault.Position
	at     map[string]fault.Position
	broken map[string]bool
	faults fault.List
}

// Parse splits data into its documents. Empty ones are left out.
func Parse(file string, data []byte) ([]*Document, fault.List) {
	var (
		docs []*Document
		dec  = yaml.NewDecoder(bytes.NewReader(data))
	)
	for {
		var node yaml.Node
		err := dec.Decode(&node)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, fault.List{syntaxFault(file, err)}
		}
		if len(node.Content) == 0 || isNull(node.Content[0]) {
			continue
		}
		d := &Document{
			File: file, Root: node.Content[0],
			origin: map[*yaml.Node]fault.Position{},
			at:     map[string]fault.Position{},
			broken: map[string]bool{},
		}
		count := 0
		if f := d.index(d.Root, "", d.Root.Line, 0, &count); f != nil {
			return nil, fault.List{*f}
		}
		docs = append(docs, d)
	}
}

var syntaxLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`) //nolint:gochecknoglobals // a compiled constant

func syntaxFault(file string, err error) fault.Fault {
	f := fault.Fault{Position: fault.Position{File: file}, What: "not valid YAML: " + err.Error()}
	if m := syntaxLine.FindStringSubmatch(err.Error()); m != nil {
		f.Line, _ = strconv.Atoi(m[1]) // no line given leaves 0, which means unknown
		f.What = "not valid YAML: " + m[2]
	}
	f.Cure = "correct the syntax there or just above"
	return f
}

// index notes where each node stands and refuses what has no place in a
// configuration file, whatever its fields.
func (d *Document) index(n *yaml.Node, path string, line, depth int, count *int) *fault.Fault {
	pos := fault.Position{File: d.File, Line: line, Path: path}
	*count++
	if depth > maxDepth {
		return &fault.Fault{Position: pos, What: fmt.Sprintf("nested more than %d levels deep", maxDepth), Cure: "flatten it, or remove an alias that contains itself"}
	}
	if *count > maxNodes {
		return &fault.Fault{Position: pos, What: fmt.Sprintf("the document has more than %d values with its aliases expanded", maxNodes), Cure: "split it or use fewer aliases"}
	}
	if _, seen := d.origin[n]; !seen {
		d.origin[n] = pos
	}
	switch n.Kind {
	case yaml.AliasNode:
		return d.index(n.Alias, path, line, depth+1, count)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			if f := d.index(value, join(path, key.Value), key.Line, depth+1, count); f != nil {
				return f
			}
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			if f := d.index(item, fmt.Sprintf("%s[%d]", path, i), item.Line, depth+1, count); f != nil {
				return f
			}
		}
	}
	return nil
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
	for p := path; p != ""; p = parent(p) {
		if d.broken[p] {
			return true
		}
	}
	for p := range d.broken {
		if strings.HasPrefix(p, path+".") || strings.HasPrefix(p, path+"[") {
			return true
		}
	}
	return false
}

// Faults returns what the decoding found so far.
func (d *Document) Faults() fault.List { return d.faults }

func (d *Document) fail(n *yaml.Node, path string, value *string, what, cure string) {
	d.broken[path] = true
	pos, ok := d.origin[n]
	if !ok {
		pos = fault.Position{File: d.File, Line: n.Line, Path: path}
	}
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
