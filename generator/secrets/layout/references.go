package layout

import (
	"fmt"
	"path"
	"slices"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/several"
	"isthmus.dev/isthmus/generator/topology"
)

// Observed are the clusters of a mesh that a control plane in another cluster
// observes, sorted by name.
func Observed(p *plan.Plan, m plan.Mesh) []plan.Cluster {
	var out []plan.Cluster
	for _, c := range p.Clusters {
		observed := c.Observed != nil && c.Observed.Mesh == m.Name
		if observed && slices.ContainsFunc(m.Hosts, func(h plan.Host) bool { return h.Cluster != c.Name }) {
			out = append(out, c)
		}
	}
	return out
}

// observes says whether a host has another cluster to observe.
func observes(p *plan.Plan, m plan.Mesh, h plan.Host) bool {
	return slices.ContainsFunc(Observed(p, m), func(c plan.Cluster) bool { return c.Name != h.Cluster })
}

// Expected are the folders of secrets that a cluster needs, there or not, each as
// a component of the cluster that lists it.
func Expected(p *plan.Plan, c plan.Cluster) []component.Component {
	var out []component.Component
	for _, m := range p.Meshes {
		for _, h := range m.Hosts {
			if h.Cluster != c.Name {
				continue
			}
			prefix := ""
			if c.Role == topology.External {
				prefix = path.Join(component.ControlPlanes, h.Namespace)
			}
			if len(m.SOPS.Trust) > 0 {
				out = append(out, component.Component{Path: path.Join(prefix, "trust"), Stage: component.Trust, Folders: []string{CA(m.Name, c.Name)}})
			}
			if len(m.SOPS.RemoteSecrets) > 0 && observes(p, m, h) {
				out = append(out, component.Component{Path: path.Join(prefix, "remote-secrets"), Stage: component.RemoteSecrets, Folders: []string{Remote(m.Name)}})
			}
		}
	}
	return out
}

// Place puts those of a cluster's folders of secrets that are there among its
// components: a kustomization that names a missing folder does not build.
func Place(components []component.Component, p *plan.Plan, c plan.Cluster, files map[string][]byte) []component.Component {
	out := slices.Clone(components)
	for _, e := range Expected(p, c) {
		if !has(files, e.Folders[0]) {
			continue
		}
		if i := slices.IndexFunc(out, func(k component.Component) bool { return k.Path == e.Path }); i >= 0 {
			out[i].Folders = append(slices.Clone(out[i].Folders), e.Folders...)
			continue
		}
		i := slices.IndexFunc(out, func(k component.Component) bool { return k.Path == component.Extra || k.Stage > e.Stage })
		if i < 0 {
			i = len(out)
		}
		out = slices.Insert(out, i, e)
	}
	return out
}

// Listed are the files of the folders that components of these clusters list.
func Listed(p *plan.Plan, clusters []plan.Cluster, files map[string][]byte) map[string][]byte {
	out := map[string][]byte{}
	for _, c := range clusters {
		for _, e := range Expected(p, c) {
			if !has(files, e.Folders[0]) {
				continue
			}
			for name, data := range files {
				if path.Dir(name) == e.Folders[0] {
					out[name] = data
				}
			}
		}
	}
	return out
}

func has(files map[string][]byte, folder string) bool {
	_, ok := files[path.Join(folder, Kustomization)]
	return ok
}

// Missing says, for these clusters, which secrets are not there or are there for
// nobody, and which command makes them.
func Missing(p *plan.Plan, clusters []plan.Cluster, files map[string][]byte) []string {
	generated := func(name string) bool {
		return slices.ContainsFunc(clusters, func(c plan.Cluster) bool { return c.Name == name })
	}
	var out []string
	for _, m := range p.Meshes {
		if len(m.SOPS.Trust) > 0 {
			var names []string
			for _, h := range m.Hosts {
				if generated(h.Cluster) && !has(files, CA(m.Name, h.Cluster)) {
					names = append(names, h.Cluster)
				}
			}
			if len(names) > 0 {
				out = append(out, fmt.Sprintf("mesh %q: %q has no cacerts for %s, so their istiod does not start; run \"isthmus secrets ca\" with the same -f and -o, then generate again", m.Name, CAs(m.Name), several.Some(names)))
			}
			out = append(out, leftCAs(m, files)...)
		}
		if len(m.SOPS.RemoteSecrets) > 0 {
			out = append(out, missingRemote(p, m, generated, files)...)
		}
	}
	return out
}

func missingRemote(p *plan.Plan, m plan.Mesh, generated func(string) bool, files map[string][]byte) []string {
	var out, names []string
	for _, c := range Observed(p, m) {
		if _, ok := files[RemoteFile(m.Name, c.Name)]; !ok && generated(c.Name) {
			names = append(names, c.Name)
		}
	}
	if len(names) > 0 {
		out = append(out, fmt.Sprintf("mesh %q: %q has no remote secret of %s, so no control plane elsewhere observes them; apply their folders, run \"isthmus secrets remote\" with the same -f and -o, then generate again", m.Name, Remote(m.Name), several.Some(names)))
	}
	return append(out, leftRemote(p, m, files)...)
}
