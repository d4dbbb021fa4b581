package repo

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"isthmus.dev/isthmus/generator/tree"
)

const (
	home        = ".isthmus"
	tmpDir      = home + "/tmp"
	journalPath = home + "/journal"
	lockPath    = home + "/lock"
	sharedPath  = home + "/shared"
	clustersDir = home + "/clusters"
	ignorePath  = home + "/.gitignore"

	attributesPath = ".gitattributes"
)

// checkPath tells whether a generated file may have this path. The rules hold
// for inventories and journals too, whose paths decide on what is removed and
// which anyone can write who can write to the repository.
func checkPath(p string) error {
	if !fs.ValidPath(p) || p == "." || strings.Contains(p, `\`) {
		return fmt.Errorf("%q is not a clean path inside of the directory", p)
	}
	// They would break the lines of inventories and of messages.
	if strings.ContainsFunc(p, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fmt.Errorf("%q has a control character", p)
	}
	for part := range strings.SplitSeq(p, "/") {
		if strings.EqualFold(part, ".git") {
			return fmt.Errorf("%q is Git's own", p)
		}
	}
	top, _, _ := strings.Cut(p, "/")
	if strings.EqualFold(top, home) || strings.EqualFold(p, attributesPath) {
		return fmt.Errorf("%q is reserved for isthmus's records", p)
	}
	return nil
}

// inventoryPath is where the inventory of a scope lies.
func inventoryPath(scope string) string {
	if scope == tree.Shared {
		return sharedPath
	}
	return clustersDir + "/" + scope
}

// inventoryPaths are the inventories of a directory, given the names in the folder
// of clusters. Names that no cluster has are an editor's or a merge tool's copies.
func inventoryPaths(names []string) []string {
	paths := []string{sharedPath}
	for _, name := range names {
		if isLabel(name) {
			paths = append(paths, clustersDir+"/"+name)
		}
	}
	return paths
}

// inventoryScope is the reverse of inventoryPath. It refuses any other path.
func inventoryScope(p string) (scope string, ok bool) {
	if p == sharedPath {
		return tree.Shared, true
	}
	if path.Dir(p) != clustersDir {
		return "", false
	}
	return path.Base(p), isLabel(path.Base(p))
}

// isLabel tells whether s can be a cluster's name, a DNS-1123 label.
func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
