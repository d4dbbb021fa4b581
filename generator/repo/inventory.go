package repo

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// inventory is what isthmus owns in one scope: a path and the hash of what it
// wrote there. It has several hashes for a path after a merge that kept both
// sides of a conflict.
type inventory map[string][]string

func (inv inventory) add(path, hash string) {
	if !slices.Contains(inv[path], hash) {
		inv[path] = append(inv[path], hash)
	}
}

func (inv inventory) merge(other inventory) {
	for path, hashes := range other {
		for _, h := range hashes {
			inv.add(path, h)
		}
	}
}

// format returns the inventory as a file that `sha256sum -c` reads.
func (inv inventory) format() []byte {
	var out bytes.Buffer
	for _, path := range slices.Sorted(maps.Keys(inv)) {
		for _, h := range slices.Sorted(slices.Values(inv[path])) {
			fmt.Fprintf(&out, "%s  %s\n", h, path)
		}
	}
	return out.Bytes()
}

// parseInventory reads what format writes, in any order of lines. Errors name
// the file and the line.
func parseInventory(file string, data []byte) (inventory, error) {
	inv := inventory{}
	n := 0
	for line := range strings.Lines(string(lf(data))) {
		n++
		where := fmt.Sprintf("%s:%d", file, n)
		text := strings.TrimSuffix(line, "\n")
		if isMarker(text) {
			return nil, &badLine{
				where, fmt.Sprintf("git left a merge conflict (%q)", text),
				"delete the lines with its markers, keep the lines of both sides, then run \"isthmus generate\", which settles them",
			}
		}
		hash, path, ok := strings.Cut(text, "  ")
		if !ok || !isDigest(hash) {
			return nil, &badLine{
				where, fmt.Sprintf("%q is not \"<SHA-256>  <path>\"", text),
				"restore the file from git, or delete the line and run \"isthmus generate\"",
			}
		}
		if err := checkPath(path); err != nil {
			return nil, &badLine{
				where, fmt.Sprintf("isthmus cannot own this file, %v", err),
				"restore the inventory from git, or delete the line",
			}
		}
		inv.add(path, hash)
	}
	return inv, nil
}

// badLine is a line that no inventory has. Its cure is for a directory.
type badLine struct{ where, what, cure string }

func (e *badLine) Error() string { return e.where + ": " + e.what + ": " + e.cure }

// isMarker tells whether git wrote a line to mark a merge conflict.
func isMarker(line string) bool {
	for _, c := range []string{"<", "|", "=", ">"} {
		if rest, ok := strings.CutPrefix(line, strings.Repeat(c, 7)); ok && (rest == "" || rest[0] == ' ') {
			return true
		}
	}
	return false
}

// records are all the inventories of a directory.
type records struct {
	scopes map[string]inventory
	// digests are those of the inventories' files, which tell whether one has
	// to be written.
	digests map[string]string
}

// loadRecords reads every inventory; one that cannot be read does not hide
// what is wrong with the others.
func loadRecords(dir string, v *view) (*records, error) {
	r := &records{scopes: map[string]inventory{}, digests: map[string]string{}}
	names, err := v.list(clustersDir)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, path := range inventoryPaths(names) {
		scope, _ := inventoryScope(path)
		got, err := v.look(path)
		if err != nil {
			return nil, err
		}
		file := filepath.Join(dir, filepath.FromSlash(path))
		if got.kind == isAbsent {
			continue
		}
		if got.kind != isFile {
			errs = append(errs, fmt.Errorf("%s: an inventory belongs here, but %s: move that away", file, got.obstacle(path)))
			continue
		}
		inv, err := parseInventory(file, got.data)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		r.scopes[scope] = inv
		r.digests[scope] = digest(got.data)
	}
	return r, errors.Join(errs...)
}

// owned is the union of all inventories.
func (r *records) owned() inventory {
	all := inventory{}
	for _, scope := range slices.Sorted(maps.Keys(r.scopes)) {
		all.merge(r.scopes[scope])
	}
	return all
}

// claimed tells whether a scope outside of the share owns a path. A share
// keeps all lines of the shared inventory, so that counts as outside.
func (r *records) claimed(path string, s share) bool {
	if s.all {
		return false
	}
	for scope, inv := range r.scopes {
		if _, has := inv[path]; has && !s.prunes(scope) {
			return true
		}
	}
	return false
}
