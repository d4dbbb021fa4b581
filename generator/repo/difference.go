package repo

import (
	"cmp"
	"slices"
)

// Status says in which way a path differs from what is generated.
type Status string

const (
	// Missing is generated and not there.
	Missing Status = "missing"
	// Outdated is as isthmus wrote it, and would now be written otherwise.
	Outdated Status = "outdated"
	// Edited is owned, and neither what isthmus wrote nor what it would write.
	Edited Status = "edited"
	// Foreign is not owned, and not what isthmus would write.
	Foreign Status = "foreign"
	// Unrecorded has the right content, but isthmus does not own it yet.
	Unrecorded Status = "unrecorded"
	// Leftover is as isthmus wrote it, and no longer generated.
	Leftover Status = "left over"
	// EditedLeftover is owned, edited, and no longer generated.
	EditedLeftover Status = "edited, and left over"
	// Blocked cannot be written or removed; Difference.Detail says why.
	Blocked Status = "blocked"
	// Record is not a generated file but one that isthmus keeps beside them:
	// an inventory, .gitattributes, .isthmus/.gitignore.
	Record Status = "record"
)

// Difference is one path that is not as generated.
type Difference struct {
	Path string
	// Scope is the cluster that it belongs to, or tree.Shared. A leftover has
	// that of the inventory that lists it.
	Scope  string
	Status Status
	Detail string
}

// Action is what a Write does to a path.
type Action string

const (
	// Add writes a file where none is.
	Add Action = "add"
	// Update replaces the content of a file.
	Update Action = "update"
	// Remove removes a file, and the folders that this leaves empty.
	Remove Action = "remove"
	// Adopt only records a file whose content is right already.
	Adopt Action = "adopt"
)

// Change is what a Write does to one path.
type Change struct {
	Action Action
	Path   string
	// Record says that it is no generated file but one that isthmus keeps beside
	// them, as for the Status of the same name.
	Record bool
}

func (e entry) action() Action {
	switch {
	case e.Status == Unrecorded:
		return Adopt
	case e.write == nil && e.digest == "":
		return Remove
	case e.onDisk == "":
		return Add
	default:
		return Update
	}
}

// changes returns everything that would be written, inventories included.
func (s *survey) changes() []Change {
	var out []Change
	for _, e := range slices.Concat(s.files, s.records) {
		out = append(out, Change{Action: e.action(), Path: e.Path, Record: e.Status == Record})
	}
	slices.SortFunc(out, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// differences leaves out the inventories that differ just because files of
// their scope do.
func (s *survey) differences() []Difference {
	var out []Difference
	explained := map[string]bool{}
	for _, e := range s.files {
		out = append(out, e.Difference)
		explained[e.Scope] = true
	}
	for _, e := range s.records {
		if _, inventory := inventoryScope(e.Path); !inventory || !explained[e.Scope] {
			out = append(out, e.Difference)
		}
	}
	slices.SortFunc(out, func(a, b Difference) int { return cmp.Compare(a.Path, b.Path) })
	return out
}
