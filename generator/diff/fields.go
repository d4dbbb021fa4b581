package diff

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/gonvenience/ytbx"
	"github.com/homeport/dyff/pkg/dyff"
	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/manifest"
)

// fields returns how an object changes, sorted by path.
func fields(old, now *object) ([]Field, error) {
	if !reflect.DeepEqual(old.Object, now.Object) {
		a, b := expand(old.Object, now.Object)
		out, err := structural(a, b)
		if err != nil {
			return nil, fmt.Errorf("comparing %s of %q: %w", old.ID(), now.file.path, err)
		}
		if len(out) > 0 {
			return out, nil
		}
	}
	// The bytes differ and the values do not, or in nothing that a structure
	// shows: someone edited the layout, or a comment.
	return []Field{{Path: "", Change: Changed, Lines: lineDiff(string(old.file.data()), string(now.file.data()))}}, nil
}

// structural compares two values.
func structural(a, b map[string]any) ([]Field, error) {
	report, err := dyff.CompareInputFiles(input(a), input(b), dyff.KubernetesEntityDetection(false))
	if err != nil {
		return nil, err
	}
	var out []Field
	for _, d := range report.Diffs {
		p := fieldPath(d.Path)
		for _, detail := range d.Details {
			f, err := fieldsOf(p, detail)
			if err != nil {
				return nil, err
			}
			out = append(out, f...)
		}
	}
	slices.SortStableFunc(out, func(a, b Field) int { return cmp.Compare(a.Path, b.Path) })
	return out, nil
}

func input(v map[string]any) ytbx.InputFile {
	return ytbx.InputFile{Documents: []*yamlv3.Node{{Kind: yamlv3.DocumentNode, Content: []*yamlv3.Node{node(v)}}}}
}

// node turns a decoded value into a YAML node. Decoded from text, nodes would
// still have the text's anchors and the spelling of its scalars.
func node(v any) *yamlv3.Node {
	switch x := v.(type) {
	case map[string]any:
		n := &yamlv3.Node{Kind: yamlv3.MappingNode, Tag: "!!map"}
		for _, k := range slices.Sorted(maps.Keys(x)) {
			n.Content = append(n.Content, scalar("!!str", k), node(x[k]))
		}
		return n
	case []any:
		n := &yamlv3.Node{Kind: yamlv3.SequenceNode, Tag: "!!seq"}
		for _, e := range x {
			n.Content = append(n.Content, node(e))
		}
		return n
	case string:
		return scalar("!!str", x)
	case bool:
		return scalar("!!bool", strconv.FormatBool(x))
	case int64:
		return scalar("!!int", strconv.FormatInt(x, 10))
	case float64:
		return scalar("!!float", strconv.FormatFloat(x, 'g', -1, 64))
	case nil:
		return scalar("!!null", "null")
	default:
		return scalar("!!str", fmt.Sprint(x))
	}
}

func scalar(tag, value string) *yamlv3.Node {
	return &yamlv3.Node{Kind: yamlv3.ScalarNode, Tag: tag, Value: value}
}

// value is the reverse of node.
func value(n *yamlv3.Node) (any, error) {
	if n == nil {
		return nil, nil //nolint:nilnil // no node is no value
	}
	if n.Kind == yamlv3.ScalarNode && n.Tag == "!!str" {
		return n.Value, nil // its spelling may be that of another type
	}
	switch n.Kind {
	case yamlv3.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			v, err := value(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			m[n.Content[i].Value] = v
		}
		return m, nil
	case yamlv3.SequenceNode:
		l := make([]any, len(n.Content))
		for i, e := range n.Content {
			v, err := value(e)
			if err != nil {
				return nil, err
			}
			l[i] = v
		}
		return l, nil
	}
	var v any
	err := n.Decode(&v)
	return v, err
}

// fieldsOf turns what dyff found at a path into fields. What is added to a map
// or removed from it is a field each.
func fieldsOf(p string, d dyff.Detail) ([]Field, error) {
	old, err := value(d.From)
	if err != nil {
		return nil, err
	}
	now, err := value(d.To)
	if err != nil {
		return nil, err
	}
	switch d.Kind {
	case dyff.ORDERCHANGE:
		return []Field{{Path: p, Change: Reordered, Old: old, New: now}}, nil
	case dyff.ADDITION:
		return each(p, now, func(p string, v any) Field { return Field{Path: p, Change: Added, New: v} }), nil
	case dyff.REMOVAL:
		return each(p, old, func(p string, v any) Field { return Field{Path: p, Change: Removed, Old: v} }), nil
	}
	f := Field{Path: p, Change: Changed, Old: old, New: now}
	if a, ok := old.(string); ok {
		if b, ok := now.(string); ok && (strings.Contains(a, "\n") || strings.Contains(b, "\n")) {
			f.Old, f.New, f.Lines = nil, nil, lineDiff(a, b)
		}
	}
	return []Field{f}, nil
}

func each(p string, v any, field func(string, any) Field) []Field {
	var out []Field
	switch x := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			out = append(out, field(join(p, k), x[k]))
		}
	case []any:
		for _, e := range x {
			out = append(out, field(p+"[]", e))
		}
	default:
		out = append(out, field(p, v))
	}
	return out
}

// fieldPath spells a path as people write it: spec.containers[name=a].image,
// metadata.labels["a.b/c"], args[0].
func fieldPath(p *ytbx.Path) string {
	out := ""
	if p == nil {
		return out
	}
	for _, e := range p.PathElements {
		switch {
		case e.Key != "":
			out += fmt.Sprintf("[%s=%s]", e.Key, e.Name)
		case e.Name == "" && e.Idx >= 0:
			out += fmt.Sprintf("[%d]", e.Idx)
		default:
			out = join(out, e.Name)
		}
	}
	return out
}

func join(p, key string) string {
	if key == "" || strings.ContainsAny(key, ".[]\" :") {
		return p + "[" + strconv.Quote(key) + "]"
	}
	if p == "" {
		return key
	}
	return p + "." + key
}

// expand replaces text in ConfigMaps that is YAML or JSON by what it says, on
// both sides or on none.
func expand(old, now manifest.Object) (a, b map[string]any) {
	if old.Kind() != "ConfigMap" || now.Kind() != "ConfigMap" {
		return old, now
	}
	before, after := old.Map("data"), now.Map("data")
	x, y := maps.Clone(before), maps.Clone(after)
	for key := range before {
		p, q := document(before[key]), document(after[key])
		if p == nil || q == nil || reflect.DeepEqual(p, q) {
			continue // equal: then if anything differs, it is the text
		}
		x[key], y[key] = p, q
	}
	a, b = maps.Clone(map[string]any(old)), maps.Clone(map[string]any(now))
	if x != nil && y != nil {
		a["data"], b["data"] = x, y
	}
	return a, b
}

// document reads text that is a map in YAML or JSON, nil if it is not.
func document(v any) map[string]any {
	text, ok := v.(string)
	if !ok || !strings.Contains(text, ":") {
		return nil
	}
	var m map[string]any
	if err := yaml.Unmarshal([]byte(text), &m); err != nil {
		return nil
	}
	return m
}
