package diff

import (
	"fmt"
	"strings"

	"isthmus.dev/isthmus/generator/several"
)

// MarkdownLimit is how long a comment may be on GitHub, in characters. GitLab
// takes more.
const MarkdownLimit = 65536

// mostNames is how many clusters a Markdown line names.
const mostNames = 12

// Markdown renders a diff as a comment of a pull request that is no longer than
// limit bytes (a character has at least one). What does not fit is left out
// from the end, and the comment says how much that is; see is the sentence that
// says where to see it all.
func Markdown(d *Diff, limit int, see string) string {
	head := "<!-- isthmus diff -->\n### isthmus diff\n\n" + escape(d.headline()) + "\n"
	if d.Empty() {
		return head
	}
	note := func(n parts) string {
		return fmt.Sprintf("\n> [!WARNING]\n> This comment is cut at %d characters: %s left out. %s\n", limit, n, see)
	}
	// Room for the note, which stands at the top and is written last.
	all := parts{marks: len(d.Marks), rows: len(d.Clusters), entries: len(d.Entries), files: len(d.Files)}
	b := &budget{left: limit - len(head) - len(note(all))}
	left := markdownBody(b, d)
	if left != (parts{}) {
		head += note(left)
	}
	return head + b.String()
}

// markdownBody writes everything for which there is room.
func markdownBody(b *budget, d *Diff) (left parts) {
	if len(d.Marks) > 0 {
		b.must("\n#### ⚠️ Deserves a second look\n\n")
	}
	for _, m := range d.Marks {
		left.marks += b.may(markdownMark(m, d.Total))
	}
	b.must("\n| clusters | added | changed | removed | moved | other files |\n| --- | ---: | ---: | ---: | ---: | ---: |\n")
	for _, r := range d.rows() {
		left.rows += b.may(markdownRow(r, d.Total)) * len(r.clusters)
	}
	if len(d.Entries) > 0 {
		b.must("\n#### Objects\n\n")
	}
	for _, e := range d.Entries {
		text := markdownEntry(e, d.Total)
		if b.may(text) == 0 {
			continue
		}
		// Too long with its fields: its title at least.
		b.may(fmt.Sprintf("- %s (too long to show here)\n\n", summary(e, d.Total)))
		left.entries++
	}
	files := d.listed()
	if len(files) == 0 {
		return left
	}
	b.left -= len(foldEnd)
	if b.may(fmt.Sprintf("<details><summary>%s</summary>\n\n", several.Count(len(files), "other file"))) > 0 {
		left.files = len(files)
		return left
	}
	for _, f := range files {
		left.files += b.may(fmt.Sprintf("- %s %s in %s\n", f.Change, code(f.Path), code(clusterList(f.Clusters, d.Total, mostNames))))
	}
	b.WriteString(foldEnd)
	return left
}

const foldEnd = "\n</details>\n"

// parts counts what is left out.
type parts struct{ marks, rows, entries, files int }

func (p parts) String() string {
	var out []string
	for _, x := range []struct {
		n    int
		what string
	}{{p.marks, "mark"}, {p.rows, "cluster"}, {p.entries, "change"}, {p.files, "other file"}} {
		if x.n > 0 {
			out = append(out, several.Count(x.n, x.what))
		}
	}
	return strings.Join(out, ", ")
}

// budget collects text as long as there is room.
type budget struct {
	strings.Builder
	left int
}

func (b *budget) must(s string) {
	b.left -= len(s)
	b.WriteString(s)
}

// may writes text if it fits, and returns how many it left out: 0 or 1.
func (b *budget) may(s string) int {
	if len(s) > b.left {
		return 1
	}
	b.must(s)
	return 0
}

func markdownMark(m Mark, total int) string {
	var objects []string
	for _, title := range m.titles() {
		objects = append(objects, code(title))
	}
	text := code(m.What)
	if len(objects) > 0 {
		text = strings.Join(objects, ", ") + ": " + text
	}
	return fmt.Sprintf("- **%s** %s in %s.\n  %s\n", m.Rule, text, code(clusterList(m.Clusters, total, mostNames)), escape(m.Why))
}

func markdownRow(r row, total int) string {
	name := code(clusterList(r.clusters, total, mostNames))
	if r.Name == "" {
		name = "_" + sharedName + "_"
	}
	if r.Change != Changed {
		name += " (" + string(r.Change) + ")"
	}
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d |\n", name, r.Added, r.Changed, r.Removed, r.Moved, r.Files)
}

// summary is the line of an entry that stays when it is folded.
func summary(e Entry, total int) string {
	text := fmt.Sprintf("<b>%s</b> <code>%s</code> in %s", e.Change, html(e.title()), html(clusterList(e.Clusters, total, mostNames)))
	if e.Change == Moved {
		text += fmt.Sprintf(", from <code>%s</code> to <code>%s</code>", html(e.From), html(e.To))
	}
	if _, size := e.content(); size != "" {
		text += ", " + size
	}
	return text
}

func markdownEntry(e Entry, total int) string {
	var body strings.Builder
	if len(e.Objects) > 1 {
		for _, l := range kinds(e.Objects) {
			body.WriteString("- " + escape(l) + "\n")
		}
		body.WriteString("\n")
	}
	for _, o := range e.RepeatedIn {
		body.WriteString("Repeated in " + code(o.Title()) + ".\n\n")
	}
	var diff strings.Builder
	for _, f := range e.Fields {
		for _, l := range f.lines() {
			// A forge colours + and - alone; ! is what it takes for a change.
			sign := l.sign
			if sign == '~' {
				sign = '!'
			}
			diff.WriteString(strings.TrimRight(fmt.Sprintf("%c %s", sign, l.text), " ") + "\n")
		}
	}
	lines, _ := e.content()
	for _, l := range lines {
		diff.WriteString("+ " + l + "\n")
	}
	if diff.Len() > 0 {
		fence := fence(diff.String())
		fmt.Fprintf(&body, "%sdiff\n%s%s\n", fence, diff.String(), fence)
	}
	if body.Len() == 0 {
		return "- " + summary(e, total) + "\n\n"
	}
	return "<details><summary>" + summary(e, total) + "</summary>\n\n" + body.String() + "\n</details>\n\n"
}

// fence is longer than any row of backticks in the text.
func fence(text string) string {
	longest, run := 2, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return strings.Repeat("`", longest+1)
}

// code is text in a code span, whose content no Markdown changes.
func code(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	s = strings.ReplaceAll(s, "|", "\\|")
	if !strings.Contains(s, "`") {
		return "`" + s + "`"
	}
	f := strings.Repeat("`", len(fence(s)))
	return f + " " + s + " " + f
}

// escape keeps prose from being read as HTML.
func escape(s string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;", "*", "\\*", "_", "\\_").Replace(s)
}

func html(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
