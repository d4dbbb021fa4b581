package readme

import (
	"fmt"
	"strings"
)

// page collects Markdown. Values come from a validated topology, whose names
// hold nothing that Markdown would read.
type page struct{ strings.Builder }

func (p *page) line(format string, args ...any) {
	fmt.Fprintf(p, format+"\n", args...)
}

func (p *page) heading(level int, text string) {
	p.line("\n%s %s\n", strings.Repeat("#", level), text)
}

func (p *page) fence(language, text string) {
	p.line("```%s\n%s\n```", language, strings.TrimSuffix(text, "\n"))
}

func (p *page) table(head []string, rows [][]string) {
	p.line("| %s |", strings.Join(head, " | "))
	p.line("|%s", strings.Repeat(" --- |", len(head)))
	for _, r := range rows {
		p.line("| %s |", strings.Join(r, " | "))
	}
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
