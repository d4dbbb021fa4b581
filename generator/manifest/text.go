package manifest

import (
	"fmt"
	"strings"
)

// Text is the content of a file: bytes, or the bytes of a template that many
// files share with what goes into its gaps. A fleet of 1,000 clusters so takes
// the memory of a few templates, and a file's bytes only while somebody looks at
// them.
type Text struct {
	template *Template
	fill     []string
}

// File is one object as it is written.
type File struct {
	// Name in its folder.
	Name string
	Text Text
}

// Files writes objects, each as one file.
func Files(objects []Object) ([]File, error) {
	out := make([]File, len(objects))
	for i, o := range objects {
		data, err := Encode(map[string]any(o))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.ID(), err)
		}
		out[i] = File{Name: FileName(o.ID()), Text: Plain(data)}
	}
	return out, nil
}

// Template is text with gaps.
type Template struct {
	// parts around the gaps: one more than there are gaps.
	parts []string
	// gaps says for each which of the fillings belongs there.
	gaps []int
}

// Plain is a text of the given bytes.
func Plain(data []byte) Text {
	return Text{template: &Template{parts: []string{string(data)}}}
}

// NewTemplate finds marks in a text and makes gaps of them. No mark may be part
// of another one.
func NewTemplate(text string, marks []string) *Template {
	t := &Template{}
	for {
		at, which := -1, -1
		for i, m := range marks {
			if m == "" {
				continue
			}
			if j := strings.Index(text, m); j >= 0 && (at < 0 || j < at) {
				at, which = j, i
			}
		}
		if at < 0 {
			t.parts = append(t.parts, text)
			return t
		}
		t.parts, t.gaps = append(t.parts, text[:at]), append(t.gaps, which)
		text = text[at+len(marks[which]):]
	}
}

// Fill puts one string into each gap. The strings are kept, not copied.
func (t *Template) Fill(fill []string) Text { return Text{template: t, fill: fill} }

// Gaps says whether the template has any.
func (t *Template) Gaps() bool { return len(t.gaps) > 0 }

// Before is the text before the first gap.
func (t *Template) Before() string { return t.parts[0] }

// Bytes makes the content. It is a copy: changing it changes nothing else.
func (t Text) Bytes() []byte {
	if t.template == nil {
		return nil
	}
	out := make([]byte, 0, t.Len())
	for i, p := range t.template.parts {
		out = append(out, p...)
		if i < len(t.template.gaps) {
			out = append(out, t.fill[t.template.gaps[i]]...)
		}
	}
	return out
}

// Len is the number of bytes.
func (t Text) Len() int {
	if t.template == nil {
		return 0
	}
	n := 0
	for i, p := range t.template.parts {
		n += len(p)
		if i < len(t.template.gaps) {
			n += len(t.fill[t.template.gaps[i]])
		}
	}
	return n
}

// String is the content.
func (t Text) String() string {
	if t.template != nil && len(t.template.gaps) == 0 {
		return t.template.parts[0]
	}
	return string(t.Bytes())
}

// Like says that two texts are of one template, and so the same but for what is
// filled in.
func (t Text) Like(other Text) bool { return t.template != nil && t.template == other.template }

// Same says that two texts are one, which is known without making them. Two that
// are not may still be equal.
func (t Text) Same(other Text) bool {
	return t.Like(other) && len(t.fill) == len(other.fill) && (len(t.fill) == 0 || &t.fill[0] == &other.fill[0])
}
