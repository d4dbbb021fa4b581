package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// messages are for people, on stderr.
type messages struct {
	out   io.Writer
	quiet bool
}

func (m *messages) say(format string, args ...any) {
	if !m.quiet {
		fmt.Fprintf(m.out, format+"\n", args...)
	}
}

func (m *messages) warn(warnings []string) {
	for _, w := range warnings {
		m.say("Warning: %s", w)
	}
}

// patience is how long work goes on before its progress is shown.
const patience = time.Second

// progress returns a function that shows how far the work is, on one line of a
// terminal, and one that clears the line. Elsewhere than on a terminal both do nothing.
func (m *messages) progress(verb string) (step func(done, total int, what string), end func()) {
	f, ok := m.out.(*os.File)
	if m.quiet || !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return func(int, int, string) {}, func() {}
	}
	start, shown := time.Now(), false
	return func(done, total int, what string) {
			if time.Since(start) < patience {
				return
			}
			shown = true
			fmt.Fprintf(m.out, "\r\x1b[K%s %d of %d: %s", verb, done, total, what)
		}, func() {
			if shown {
				fmt.Fprint(m.out, "\r\x1b[K")
			}
		}
}

// indent puts the lines of an error below each other.
func indent(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	if len(lines) == 1 {
		return " " + lines[0]
	}
	return "\n  " + strings.Join(lines, "\n  ")
}
