// Package several names several things in messages.
package several

import (
	"fmt"
	"strings"
)

// Names lists names, parted by commas, or the first of many and how many more there
// are.
func Names(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
