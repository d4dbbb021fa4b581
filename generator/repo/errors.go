package repo

import (
	"fmt"
	"strings"

	"isthmus.dev/isthmus/generator/several"
)

// ConflictError says that nothing was written, and lists, sorted, every file
// that is the reason, or what is in its way.
type ConflictError struct {
	// Dir is the directory.
	Dir string
	// Foreign are the files that isthmus does not own and that differ from
	// what it would write.
	Foreign []string
	// Edited are the files that isthmus wrote and someone edited.
	Edited []string
	// Blocked are the Obstacles.
	Blocked []string
}

func (e *ConflictError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q: nothing was written, because of what is there already", e.Dir)
	for _, part := range []struct {
		title string
		items []string
	}{
		{"not written by isthmus, but it would write other content there (move these away, or pass --overwrite-foreign):", e.Foreign},
		{"written by isthmus and edited since (say it in the topology or an overlay and restore these, or pass --overwrite-edited):", e.Edited},
		{"in the way (move these away):", e.Blocked},
	} {
		if len(part.items) > 0 {
			fmt.Fprintf(&b, "\n  %s\n    %s", part.title, strings.Join(part.items, "\n    "))
		}
	}
	return b.String()
}

// Obstacles says what is in the way of the paths that are Blocked, once for each
// thing that is, sorted by the first path of each. What is in the way of many,
// such as a symbolic link where a folder belongs, names the first ones.
func Obstacles(differences []Difference) []string {
	const most = 3
	var details []string
	paths := map[string][]string{}
	for _, d := range differences {
		if d.Status != Blocked {
			continue
		}
		if paths[d.Detail] == nil {
			details = append(details, d.Detail)
		}
		paths[d.Detail] = append(paths[d.Detail], d.Path)
	}
	var out []string
	for _, detail := range details {
		if of := paths[detail]; len(of) == 1 {
			out = append(out, of[0]+": "+detail)
		} else {
			out = append(out, fmt.Sprintf("%s: in the way of %s", detail, several.Names(of, most)))
		}
	}
	return out
}

// InterruptedError says that the directory is partly written: some files are
// the old ones and some the new ones. The next Write completes it.
type InterruptedError struct {
	// Dir is the directory.
	Dir string
	// Err is what stopped a Write; nil when a journal of an earlier one was
	// found.
	Err error
}

func (e *InterruptedError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%q is partly written: a run of isthmus was interrupted, or is still at work: run \"isthmus generate\", which completes it first", e.Dir)
	}
	return fmt.Sprintf("%q is partly written: %v: cure that and run \"isthmus generate\" again, which completes it first", e.Dir, e.Err)
}

func (e *InterruptedError) Unwrap() error { return e.Err }
