package repo

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// step is one line of a journal: content to put at a path, or, without a
// digest, a path to remove.
type step struct {
	path   string
	write  func() []byte // makes the content, only before it is staged
	digest string
	old    string // the digest of what it replaces or removes; "": nothing
}

func (s step) removes() bool { return s.digest == "" }

// records says whether the step is about an inventory.
func (s step) records() bool {
	_, is := inventoryScope(s.path)
	return is
}

// staged is where the content of the step of that index lies.
func staged(index int) string { return tmpDir + "/" + strconv.Itoa(index) }

const (
	journalHead = "isthmus journal 1"
	nothing     = "-"
)

// formatJournal returns the steps as text. The last line proves that none is
// missing.
func formatJournal(steps []step) []byte {
	var out bytes.Buffer
	fmt.Fprintln(&out, journalHead)
	for _, s := range steps {
		fmt.Fprintln(&out, orNothing(s.digest), orNothing(s.old), s.path)
	}
	fmt.Fprintln(&out, "end", digest(out.Bytes()))
	return out.Bytes()
}

func orNothing(digest string) string {
	if digest == "" {
		return nothing
	}
	return digest
}

// parseJournal reads what formatJournal writes. It trusts no path in it.
func parseJournal(dir string, data []byte) ([]step, error) {
	file := filepath.Join(dir, filepath.FromSlash(journalPath))
	bad := func(line int, what string) error {
		return fmt.Errorf("%s:%d: %s, so the run that was interrupted cannot be completed: remove this file and %s, restore the directory from git, then run \"isthmus generate\"", file, line, what, filepath.Join(dir, filepath.FromSlash(tmpDir)))
	}
	lines := strings.SplitAfter(string(data), "\n")
	if lines[0] != journalHead+"\n" {
		return nil, bad(1, fmt.Sprintf("%q is not a journal of this version of isthmus (want %q)", strings.TrimSpace(lines[0]), journalHead))
	}
	last := len(lines) - 2 // SplitAfter ends with an empty string
	body := strings.Join(lines[:max(last, 0)], "")
	if last < 1 || lines[last+1] != "" || lines[last] != "end "+digest([]byte(body))+"\n" {
		return nil, bad(len(lines), "the journal does not end as it should")
	}
	var steps []step
	for i, line := range lines[1:last] {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 3)
		if len(parts) != 3 {
			return nil, bad(i+2, fmt.Sprintf("%q is not a step", line))
		}
		s := step{path: parts[2]}
		for at, to := range map[int]*string{0: &s.digest, 1: &s.old} {
			if parts[at] == nothing {
				continue
			}
			if !isDigest(parts[at]) {
				return nil, bad(i+2, fmt.Sprintf("%q is not a SHA-256", parts[at]))
			}
			*to = parts[at]
		}
		_, inventory := inventoryScope(s.path)
		if !inventory && s.path != attributesPath && s.path != ignorePath {
			if err := checkPath(s.path); err != nil {
				return nil, bad(i+2, err.Error())
			}
		}
		steps = append(steps, s)
	}
	return steps, nil
}
