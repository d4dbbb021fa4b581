package strict

import (
	"bytes"
	"fmt"
	"io"
	"regexp"

	"go.yaml.in/yaml/v3"

	"isthmus.dev/isthmus/generator/topology/fault"
)

// Limits on what one document may hold, so that aliases cannot blow it up.
const (
	maxDepth = 64
	maxNodes = 500_000
)

// lineReader hands out one line at a time. The YAML parser asks for no more
// than it needs, so the lines it has read tell where it gave up. Its errors do
// not: they name the line where the map around the mistake begins, or the one
// before.
type lineReader struct {
	rest []byte
	read int  // lines, the last one perhaps in part
	mid  bool // in part
}

// Read implements io.Reader.
func (r *lineReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	end := bytes.IndexByte(r.rest, '\n') + 1
	if end == 0 {
		end = len(r.rest)
	}
	n := copy(p, r.rest[:end])
	if !r.mid {
		r.read++
	}
	r.mid = n < end
	r.rest = r.rest[n:]
	return n, nil
}

var syntaxLine = regexp.MustCompile(`^yaml: (?:line \d+: )?`)

func syntaxFault(file string, line int, err error) fault.Fault {
	return fault.Fault{
		Position: fault.Position{File: file, Line: line},
		What:     "not valid YAML: " + syntaxLine.ReplaceAllString(err.Error(), ""),
		Cure:     "correct the syntax there or just above",
	}
}

// walk notes where each node stands and refuses what has no place in a
// configuration file, whatever its fields.
type walk struct {
	d     *Document
	count int
	alias int // line of the outermost alias that the walk is in, 0 outside
}

func (w *walk) node(n *yaml.Node, pos fault.Position, depth int) *fault.Fault {
	w.count++
	if w.alias > 0 {
		pos.Line = w.alias
	}
	if depth > maxDepth {
		return tooMuch(pos, fmt.Sprintf("nested more than %d levels deep", maxDepth), "flatten it, or remove an alias that contains itself")
	}
	if w.count > maxNodes {
		return tooMuch(pos, fmt.Sprintf("the document has more than %d values with its aliases and clusterDefaults expanded", maxNodes), "split it, or use fewer aliases")
	}
	if _, seen := w.d.origin[n]; !seen {
		w.d.origin[n] = pos
	}
	switch n.Kind {
	case yaml.AliasNode:
		if w.alias == 0 {
			w.alias = pos.Line
			defer func() { w.alias = 0 }()
		}
		return w.node(n.Alias, pos, depth+1)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			if f := w.node(value, fault.Position{File: pos.File, Line: key.Line, Path: join(pos.Path, key.Value)}, depth+1); f != nil {
				return f
			}
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			if f := w.node(item, fault.Position{File: pos.File, Line: item.Line, Path: fmt.Sprintf("%s[%d]", pos.Path, i)}, depth+1); f != nil {
				return f
			}
		}
	}
	return nil
}

// tooMuch is a fault of a place so deep that its whole path tells nobody anything.
func tooMuch(pos fault.Position, what, cure string) *fault.Fault {
	const most = 60
	if len(pos.Path) > most {
		cut := most
		for cut > 0 && pos.Path[cut] != '.' && pos.Path[cut] != '[' {
			cut--
		}
		pos.Path = pos.Path[:cut] + "…"
	}
	return &fault.Fault{Position: pos, What: what, Cure: cure}
}
