package repo

import (
	"slices"
	"strings"
)

// conflict returns why nothing may be written, if so.
func (s *survey) conflict(dir string, o Options) error {
	e := &ConflictError{Dir: dir}
	var blocked []Difference
	for _, f := range s.files {
		switch f.Status {
		case Foreign:
			if !o.OverwriteForeign {
				e.Foreign = append(e.Foreign, f.Path)
			}
		case Edited, EditedLeftover:
			if !o.OverwriteEdited {
				e.Edited = append(e.Edited, f.Path)
			}
		case Blocked:
			blocked = append(blocked, f.Difference)
		case Missing, Outdated, Unrecorded, Leftover, Record:
			// Nothing of anyone else's is lost.
		}
	}
	e.Blocked = Obstacles(blocked)
	if len(e.Foreign)+len(e.Edited)+len(e.Blocked) == 0 {
		return nil
	}
	return e
}

// steps returns what a journal commits to, in order. Only call it if there is
// no conflict.
func (s *survey) steps() []step {
	var early, puts, removes, records []step
	for _, e := range slices.Concat(s.files, s.records) {
		st := step{path: e.Path, write: e.write, digest: e.digest, old: e.onDisk}
		switch action := e.action(); {
		case action == Adopt:
		case strings.HasPrefix(e.Path, home+"/"):
			records = append(records, st)
		case action != Remove:
			puts = append(puts, st)
		case e.early:
			early = append(early, st)
		default:
			removes = append(removes, st)
		}
	}
	return slices.Concat(early, puts, removes, records)
}
