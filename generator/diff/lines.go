package diff

import (
	"fmt"
	"strings"

	"github.com/pmezard/go-difflib/difflib"
)

// context is how many lines around a change are shown.
const context = 2

// lineDiff compares text line by line, in the form of a unified diff without
// its head.
func lineDiff(old, now string) []string {
	a, b := splitLines(old), splitLines(now)
	var out []string
	for _, group := range difflib.NewMatcher(a, b).GetGroupedOpCodes(context) {
		first, last := group[0], group[len(group)-1]
		out = append(out, fmt.Sprintf("@@ -%s +%s @@", span(first.I1, last.I2), span(first.J1, last.J2)))
		for _, op := range group {
			if op.Tag == 'e' {
				out = add(out, " ", a[op.I1:op.I2])
				continue
			}
			out = add(out, "-", a[op.I1:op.I2])
			out = add(out, "+", b[op.J1:op.J2])
		}
	}
	return out
}

func add(out []string, sign string, lines []string) []string {
	for _, l := range lines {
		out = append(out, sign+l)
	}
	return out
}

// splitLines splits text into lines; one that lacks its line end says so, as in diff(1).
func splitLines(s string) []string {
	if s == "" {
		return nil
	}
	if whole, ok := strings.CutSuffix(s, "\n"); ok {
		return strings.Split(whole, "\n")
	}
	lines := strings.Split(s, "\n")
	lines[len(lines)-1] += " (no line end)"
	return lines
}

func span(from, to int) string {
	if to-from == 1 {
		return fmt.Sprint(from + 1)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}
