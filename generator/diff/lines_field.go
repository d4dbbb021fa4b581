package diff

import (
	"fmt"
	"strings"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/several"
)

// line is one line of what a field does: a sign (+, -, or ~ for both, or a
// space for context) and text.
type line struct {
	sign byte
	text string
}

// lines writes a field as lines.
func (f Field) lines() []line {
	name := f.Path
	if name == "" {
		name = "(layout, or a file that is not one readable object)"
	}
	if f.Lines != nil {
		out := []line{{'~', name + ":"}}
		for _, l := range f.Lines {
			if strings.HasPrefix(l, "@@") {
				out = append(out, line{' ', "  " + l})
				continue
			}
			out = append(out, line{l[0], "  " + l[1:]})
		}
		return out
	}
	if f.Masked {
		return []line{f.masked(name)}
	}
	switch f.Change {
	case Added:
		return valueLines('+', name, f.New)
	case Removed:
		return valueLines('-', name, f.Old)
	case Reordered:
		return []line{{'~', fmt.Sprintf("%s: another order: %s → %s", name, flow(f.Old), flow(f.New))}}
	default:
		if isScalar(f.Old) && isScalar(f.New) {
			return []line{{'~', fmt.Sprintf("%s: %s → %s", name, flow(f.Old), flow(f.New))}}
		}
		return append(valueLines('-', name, f.Old), valueLines('+', name, f.New)...)
	}
}

// masked says what happens to a field whose values are not shown.
func (f Field) masked(name string) line {
	const hidden = "(not shown)"
	switch f.Change {
	case Added:
		return line{'+', name + ": " + hidden}
	case Removed:
		return line{'-', name + ": " + hidden}
	default:
		return line{'~', name + ": " + hidden + " → " + hidden}
	}
}

// short is how long a value may be to stand on one line.
const short = 80

func valueLines(sign byte, name string, v any) []line {
	if s, ok := v.(string); ok && strings.Contains(s, "\n") {
		return block(sign, name, s)
	}
	if text := flow(v); isScalar(v) || len(text) <= short {
		return []line{{sign, name + ": " + text}}
	}
	data, err := manifest.Encode(v)
	if err != nil {
		return []line{{sign, name + ": " + flow(v)}}
	}
	return block(sign, name, string(data))
}

// tall is how many lines of one value are shown. The schema of a CRD has
// thousands; JSON has all of them.
const tall = 40

func block(sign byte, name, text string) []line {
	out := []line{{sign, name + ":"}}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, l := range lines {
		if i == tall && len(lines) > tall+1 {
			return append(out, line{sign, fmt.Sprintf("  … %d more lines; --format json has them", len(lines)-tall)})
		}
		out = append(out, line{sign, "  " + l})
	}
	return out
}

func isScalar(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

// tallObject is from how many lines on those of an added object are counted and not
// shown: the pods of a Deployment are worth reading, the schema of a CRD is not.
const tallObject = 300

// content is an object that is added, or how many lines it has where nobody would
// read them: its file and JSON have those.
func (e Entry) content() (lines []string, size string) {
	if e.Content == "" {
		return nil, ""
	}
	lines = strings.Split(strings.TrimSuffix(e.Content, "\n"), "\n")
	if len(lines) < tallObject && e.Objects[0].Kind != "CustomResourceDefinition" {
		return lines, ""
	}
	return nil, several.Count(len(lines), "line") + ", in its file"
}

// title names an entry by its objects; many of them by how many.
func (e Entry) title() string {
	switch {
	case len(e.Objects) == 1:
		return e.Objects[0].Title()
	case len(e.Fields) > 0:
		return fmt.Sprintf("alike in %d objects", len(e.Objects))
	}
	return fmt.Sprintf("%d objects", len(e.Objects))
}

// mostObjects is how many objects of a mark are named.
const mostObjects = 10

// titles names the objects of a mark.
func (m Mark) titles() []string {
	var out []string
	for i, o := range m.Objects {
		if i == mostObjects && len(m.Objects) > mostObjects+1 {
			return append(out, fmt.Sprintf("and %d more", len(m.Objects)-mostObjects))
		}
		out = append(out, o.Title())
	}
	return out
}

// kinds lists objects by kind, one line each.
func kinds(objects []Object) []string {
	names := map[string][]string{}
	var order []string
	for _, o := range objects {
		if names[o.Kind] == nil {
			order = append(order, o.Kind)
		}
		names[o.Kind] = append(names[o.Kind], strings.TrimPrefix(o.Title(), o.Kind+" "))
	}
	out := make([]string, len(order))
	for i, k := range order {
		out[i] = k + ": " + strings.Join(names[k], ", ")
	}
	return out
}
