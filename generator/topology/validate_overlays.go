package topology

import (
	"fmt"
	"maps"
	"strings"
)

// overlays reads the Components that the user named.
func (v *validator) overlays(d *document) {
	check := func(p string, dirs []string) {
		for i, dir := range dirs {
			at := fmt.Sprintf("%s[%d]", p, i)
			if strings.Contains(dir, "://") || strings.HasPrefix(dir, "git@") || strings.Contains(dir, "?ref=") {
				d.wrong(at, dir, "is remote, and generation is offline", "copy the Component beside the topology file and name its directory")
				continue
			}
			if dir == "" {
				d.wrong(at, dir, "is no directory", "name the directory of a kustomize Component")
				continue
			}
			if err := v.overlay(d.relative(dir)); err != nil {
				d.wrong(at, dir, oneLine(err), "name the directory of a kustomize Component, relative to the topology file")
			}
		}
	}
	check("spec.overlays", d.top.Spec.Overlays)
	for i, c := range d.top.Spec.Clusters {
		check(at(i, "overlays"), c.Overlays)
	}
}

// overlay reads the Component of a directory once.
func (v *validator) overlay(dir string) error {
	if v.overlayRoots[dir] != "" {
		return nil
	}
	root, files, err := v.disk.Component(dir)
	if err != nil {
		return err
	}
	v.overlayRoots[dir] = root
	if v.overlayFiles == nil {
		v.overlayFiles = map[string][]byte{}
	}
	maps.Copy(v.overlayFiles, files)
	return nil
}

// oneLine keeps a fault on the one line that it has.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
