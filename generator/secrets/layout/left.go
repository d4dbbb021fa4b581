package layout

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/several"
)

// leftRemote says which remote secrets are there of clusters that nobody is to
// observe, and, once those are removed, that the folder still lists them.
func leftRemote(p *plan.Plan, m plan.Mesh, files map[string][]byte) []string {
	wanted := map[string]bool{}
	for _, c := range Observed(p, m) {
		wanted[RemoteFile(m.Name, c.Name)] = true
	}
	var out, left []string
	stay := false
	for _, name := range slices.Sorted(maps.Keys(files)) {
		switch {
		case wanted[name]:
			stay = true
		case RemoteCluster(m.Name, name) != "":
			left = append(left, name)
		}
	}
	switch {
	case len(left) > 0 && stay:
		out = append(out, fmt.Sprintf("mesh %q: nobody is to observe these clusters any more: %s; remove the files and run \"isthmus secrets remote\" with the same -f and -o, which lists those that stay", m.Name, several.Some(left)))
	case len(left) > 0:
		out = append(out, fmt.Sprintf("mesh %q: nobody is to observe these clusters any more: %s; remove the folder %q", m.Name, several.Some(left), Remote(m.Name)))
	}
	list := path.Join(Remote(m.Name), Kustomization)
	var gone []string
	for _, name := range listed(files[list]) {
		file := path.Join(Remote(m.Name), name)
		if _, there := files[file]; !there && !wanted[file] {
			gone = append(gone, fmt.Sprintf("%q", name))
		}
	}
	if len(gone) > 0 && len(wanted) > 0 {
		out = append(out, fmt.Sprintf("mesh %q: %q lists %s, which nobody needs and which is not there; run \"isthmus secrets remote\" with the same -f and -o, which lists those that are", m.Name, list, several.Some(gone)))
	}
	return out
}

// listed are the files that a kustomization lists, none of one that does not decode,
// which is told where trees are checked.
func listed(data []byte) []string {
	var k types.Kustomization
	if yaml.Unmarshal(data, &k) != nil {
		return nil
	}
	return k.Resources
}

// leftCAs says which signing certificates are there of clusters without a control
// plane of the mesh.
func leftCAs(m plan.Mesh, files map[string][]byte) []string {
	var left []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		below, ok := strings.CutPrefix(name, CAs(m.Name)+"/")
		cluster, _, folder := strings.Cut(below, "/")
		if !ok || !folder || slices.Contains(left, CA(m.Name, cluster)) {
			continue
		}
		if !slices.ContainsFunc(m.Hosts, func(h plan.Host) bool { return h.Cluster == cluster }) {
			left = append(left, CA(m.Name, cluster))
		}
	}
	if len(left) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("mesh %q: no control plane signs with these any more, and their keys are good until the certificates end: %s; remove the folders", m.Name, several.Some(left))}
}
