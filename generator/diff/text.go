package diff

import (
	"fmt"
	"strings"
)

// Text renders a diff for a terminal, whole; with colours if asked for.
func Text(d *Diff, colour bool) string {
	p := &printer{colour: colour}
	p.line("%s", p.bold(d.headline()))
	if d.Empty() {
		return p.String()
	}
	p.line("")
	for _, r := range d.rows() {
		what := r.ways()
		if r.Change != Changed {
			what = fmt.Sprintf("%s (%s)", p.paint(r.Change, "cluster "+string(r.Change)), what)
		}
		p.line("  %s: %s", p.bold(clusterList(r.clusters, d.Total, 0)), what)
	}
	if len(d.Marks) > 0 {
		p.line("\n%s", p.bold("Deserves a second look"))
	}
	for _, m := range d.Marks {
		p.line("")
		for _, title := range m.titles() {
			p.line("%s %s", p.warning("!"), p.bold(title))
		}
		p.line("%s %s", p.warning("!"), m.What)
		p.line("  in %s", clusterList(m.Clusters, d.Total, 0))
		for _, l := range wrap(m.Why, 76) {
			p.line("  %s", p.dim(l))
		}
	}
	if len(d.Entries) > 0 {
		p.line("\n%s", p.bold("Objects"))
	}
	for _, e := range d.Entries {
		p.entry(e, d.Total)
	}
	files := d.listed()
	if len(files) > 0 {
		p.line("\n%s\n", p.bold("Other files"))
	}
	for _, f := range files {
		p.line("%s %s  %s", p.paint(f.Change, string(f.Change)), f.Path, p.dim("in "+clusterList(f.Clusters, d.Total, 0)))
	}
	return p.String()
}

type printer struct {
	strings.Builder
	colour bool
}

func (p *printer) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *printer) entry(e Entry, total int) {
	lines, size := e.content()
	if size != "" {
		size = p.dim("  " + size)
	}
	p.line("\n%s %s%s", p.paint(e.Change, string(e.Change)), p.bold(e.title()), size)
	p.line("  in %s", clusterList(e.Clusters, total, 0))
	if e.Change == Moved {
		p.line("  from %s to %s", e.From, e.To)
	}
	if len(e.Objects) > 1 {
		for _, l := range kinds(e.Objects) {
			p.line("  %s", p.dim(l))
		}
	}
	for _, o := range e.RepeatedIn {
		p.line("  %s", p.dim("repeated in "+o.Title()))
	}
	for _, f := range e.Fields {
		for _, l := range f.lines() {
			p.line("  %s", p.sign(l))
		}
	}
	for _, l := range lines {
		p.line("  %s", p.sign(line{'+', l}))
	}
}

func (p *printer) sign(l line) string {
	text := strings.TrimRight(fmt.Sprintf("%c %s", l.sign, l.text), " ")
	switch l.sign {
	case '+':
		return p.paint(Added, text)
	case '-':
		return p.paint(Removed, text)
	case '~':
		return p.paint(Changed, text)
	}
	return text
}

func (p *printer) paint(a Action, s string) string {
	switch a {
	case Added:
		return p.escape("32", s)
	case Removed:
		return p.escape("31", s)
	case Moved:
		return p.escape("36", s)
	default:
		return p.escape("33", s)
	}
}

func (p *printer) bold(s string) string    { return p.escape("1", s) }
func (p *printer) dim(s string) string     { return p.escape("2", s) }
func (p *printer) warning(s string) string { return p.escape("1;33", s) }

func (p *printer) escape(code, s string) string {
	if !p.colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// wrap breaks prose into lines.
func wrap(s string, width int) []string {
	var out []string
	text := ""
	for word := range strings.FieldsSeq(s) {
		if text != "" && len([]rune(text))+1+len([]rune(word)) > width {
			out = append(out, text)
			text = ""
		}
		if text != "" {
			text += " "
		}
		text += word
	}
	return append(out, text)
}
