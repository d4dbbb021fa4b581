package topology

import (
	"fmt"
	"slices"

	"isthmus.dev/isthmus/generator/several"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

func (v *validator) roles(d *document) {
	byName := map[string]v1alpha1.Cluster{}
	count := map[Role][]int{}
	for i, c := range d.top.Spec.Clusters {
		if _, repeated := byName[c.Name]; !repeated {
			byName[c.Name] = c
		}
		if c.Role == "" {
			what := "the cluster has no role"
			if c.Name != "" {
				what = fmt.Sprintf("cluster %q has no role", c.Name)
			}
			d.missing(at(i, "role"), what, "write primary, remote, config or external")
			continue
		}
		if d.oneOf(at(i, "role"), c.Role, string(Primary), string(Remote), string(Config), string(External)) {
			count[Role(c.Role)] = append(count[Role(c.Role)], i)
		}
	}
	for i, c := range d.top.Spec.Clusters {
		switch Role(c.Role) {
		case Primary, External:
			if c.ControlPlane != "" && d.explicit(i, "controlPlane") {
				d.wrong(at(i, "controlPlane"), c.ControlPlane, fmt.Sprintf("a cluster of role %s is served by no other", c.Role),
					"remove it, or make the cluster a remote")
			}
		case Remote, Config:
			v.controlPlane(d, i, c, byName)
		}
	}
	v.oneServer(d, count)
}

// controlPlane checks which cluster serves a remote or config cluster.
func (v *validator) controlPlane(d *document, i int, c v1alpha1.Cluster, byName map[string]v1alpha1.Cluster) {
	path := at(i, "controlPlane")
	if c.ControlPlane == "" {
		d.missing(path, fmt.Sprintf("cluster %q of role %s names no control plane", c.Name, c.Role), "name the cluster that serves it")
		return
	}
	server, known := byName[c.ControlPlane]
	switch {
	case !known:
		d.wrong(path, c.ControlPlane, "is no cluster of this mesh", "name a cluster of role primary or external: "+servers(d))
	case undecided(server):
	case Role(c.Role) == Config && Role(server.Role) != External:
		d.wrong(path, c.ControlPlane, fmt.Sprintf("is a %s cluster, but a config cluster holds the configuration of an external control plane", server.Role),
			"name a cluster of role external, or make this cluster a remote")
	case Role(server.Role) != Primary && Role(server.Role) != External:
		d.wrong(path, c.ControlPlane, fmt.Sprintf("is a %s cluster, which cannot serve another one", server.Role),
			"name a cluster of role primary or external: "+servers(d))
	case Role(server.Role) == Primary && (server.EastWestGateway == nil || server.EastWestGateway.Address == ""):
		j := indexOf(d, server.Name)
		d.missing(at(j, "eastWestGateway.address"), fmt.Sprintf("cluster %q serves remotes, which reach its istiod at this address", server.Name),
			"write the IP address or DNS name of its east-west gateway")
	}
}

// undecided says that a cluster's role is missing or none that there is. That is
// said where it stands, and nothing of what follows from a role.
func undecided(c v1alpha1.Cluster) bool {
	switch Role(c.Role) {
	case Primary, Remote, Config, External:
		return false
	}
	return true
}

// servers lists the clusters that can serve others, each once: a name that is
// given twice is said elsewhere.
func servers(d *document) string {
	var names []string
	seen := map[string]bool{}
	for _, c := range d.top.Spec.Clusters {
		if c.Name != "" && !seen[c.Name] && (Role(c.Role) == Primary || Role(c.Role) == External) {
			seen[c.Name] = true
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return "there is none yet"
	}
	return several.Some(names)
}

func indexOf(d *document, name string) int {
	for i, c := range d.top.Spec.Clusters {
		if c.Name == name {
			return i
		}
	}
	return 0
}

// oneServer: a mesh is served by primaries or by one external control plane.
// Each istiod looks for the network label and the mesh configuration under its
// own namespace's name in every cluster, so a mix half works.
func (v *validator) oneServer(d *document, count map[Role][]int) {
	if len(count[External]) == 0 {
		if len(count[Primary]) == 0 && len(d.top.Spec.Clusters) > 0 && len(count[Remote])+len(count[Config]) == len(d.top.Spec.Clusters) {
			d.missing("spec.clusters", "no cluster has a control plane", "make one a primary, or add an external cluster")
		}
		return
	}
	first := count[External][0]
	for _, i := range count[Primary] {
		d.wrong(at(i, "role"), string(Primary), fmt.Sprintf("the mesh has an external control plane too (cluster %q): a mesh is served by primaries or by one external control plane", d.top.Spec.Clusters[first].Name),
			"split the mesh, or make this cluster a remote of the external control plane")
	}
	for _, i := range count[External][1:] {
		d.wrong(at(i, "role"), string(External), fmt.Sprintf("the mesh has an external control plane already (cluster %q)", d.top.Spec.Clusters[first].Name),
			"describe a mesh of its own for it")
	}
	switch n := len(count[Config]); {
	case n == 0 && !slices.ContainsFunc(d.top.Spec.Clusters, undecided):
		d.missing(at(first, ""), fmt.Sprintf("the external control plane of cluster %q has no config cluster", d.top.Spec.Clusters[first].Name),
			"give one of the clusters that it serves the role config")
	case n > 1:
		for _, i := range count[Config][1:] {
			d.wrong(at(i, "role"), string(Config), fmt.Sprintf("the external control plane has a config cluster already (%q)", d.top.Spec.Clusters[count[Config][0]].Name),
				"make this cluster a remote")
		}
	}
}
