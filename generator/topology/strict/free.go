package strict

import (
	"fmt"
	"math"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// ambiguous are plain scalars that YAML 1.1 (Helm, Kubernetes) and YAML 1.2
// read as different values.
var ambiguous = regexp.MustCompile(`^(?:[yYnN]|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF|[-+]?0[0-9_]+|[-+]?0[bo][0-9_]+|[-+]?[0-9]+_[0-9_]*)$`)

var whole = regexp.MustCompile(`^[-+]?[0-9]+$`)

// free decodes a value whose type is not known here, such as a Helm value, into
// what encoding/json would give: maps, lists, strings, float64, int64, bool, nil.
func (d *Document) free(n *yaml.Node, path string) (any, bool) {
	n = d.enter(n, path)
	switch n.Kind {
	case yaml.MappingNode:
		out := make(map[string]any, len(n.Content)/2)
		seen := map[string]bool{}
		good := true
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			at := join(path, key.Value)
			if !d.key(key, value, at, seen) {
				good = false
				continue
			}
			v, ok := d.free(value, at)
			good = good && ok
			out[key.Value] = v
		}
		return out, good
	case yaml.SequenceNode:
		out := make([]any, 0, len(n.Content))
		good := true
		for i, item := range n.Content {
			v, ok := d.free(item, fmt.Sprintf("%s[%d]", path, i))
			good = good && ok
			out = append(out, v)
		}
		return out, good
	}
	return d.scalar(n, path)
}

func (d *Document) scalar(n *yaml.Node, path string) (any, bool) {
	value := n.Value
	if n.Style == 0 && ambiguous.MatchString(value) {
		d.fail(n, path, &value, "is read differently by YAML 1.1 and YAML 1.2", fmt.Sprintf("quote it (%q) if it is a string, else write true, false or a plain decimal number", value))
		return nil, false
	}
	switch tag := n.ShortTag(); tag {
	case "!!null":
		return nil, true
	case "!!str", "!!timestamp":
		return value, true
	case "!!bool":
		var b bool
		err := n.Decode(&b)
		return b, err == nil
	case "!!int":
		var i int64
		if err := n.Decode(&i); err != nil {
			d.fail(n, path, &value, "is no number that fits 64 bits", "quote it if it is a string")
			return nil, false
		}
		return i, true
	case "!!float":
		if whole.MatchString(value) { // too large for the tag !!int; a float would round it
			d.fail(n, path, &value, "is no number that fits 64 bits", "quote it if it is a string")
			return nil, false
		}
		var f float64
		if err := n.Decode(&f); err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			d.fail(n, path, &value, "is no finite number", "quote it if it is a string")
			return nil, false
		}
		return f, true
	default:
		d.fail(n, path, &value, fmt.Sprintf("has the tag %s", tag), "remove the tag")
		return nil, false
	}
}
