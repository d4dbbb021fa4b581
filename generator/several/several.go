// Package several names several things in messages.
package several

import (
	"fmt"
	"strings"
)

// Some lists names, or the first ten of them and how many more there are.
func Some(names []string) string { return Names(names, 10) }

// Names lists names, parted by commas, or the first of many and how many more there
// are.
func Names(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// Count counts things, of which most have an s.
func Count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
