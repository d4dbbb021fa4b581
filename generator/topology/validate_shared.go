package topology

import (
	"fmt"

	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

type sharedEntry struct {
	d *document
	i int
}

func (e sharedEntry) cluster() v1alpha1.Cluster { return e.d.top.Spec.Clusters[e.i] }
func (e sharedEntry) where() string {
	pos := e.d.At(at(e.i, ""))
	return fmt.Sprintf("%s:%d", pos.File, pos.Line)
}

// sharedClusters checks clusters that several meshes name: that is for external
// clusters alone, and exactly one document owns the folder.
func (v *validator) sharedClusters() {
	entries := map[string][]sharedEntry{}
	var order []string
	for _, d := range v.docs {
		for i, c := range d.top.Spec.Clusters {
			if i != indexOf(d, c.Name) || c.Name == "" {
				continue
			}
			if len(entries[c.Name]) == 0 {
				order = append(order, c.Name)
			}
			entries[c.Name] = append(entries[c.Name], sharedEntry{d, i})
		}
	}
	for _, name := range order {
		if len(entries[name]) > 1 {
			v.sharedCluster(name, entries[name])
		}
	}
}

func (v *validator) sharedCluster(name string, entries []sharedEntry) {
	mixed := false
	for _, e := range entries[1:] {
		if Role(e.cluster().Role) != External || Role(entries[0].cluster().Role) != External {
			mixed = true
			e.d.wrong(at(e.i, "name"), name, fmt.Sprintf("is a cluster of mesh %q too (%s), and only external clusters can be shared", entries[0].d.top.Metadata.Name, entries[0].where()),
				"rename one of the two, or make both external")
		}
	}
	if mixed {
		return
	}
	owners := 0
	for _, e := range entries {
		if !e.cluster().Owner {
			v.notOwner(e)
			continue
		}
		owners++
		if owners > 1 {
			e.d.wrong(at(e.i, "owner"), "true", fmt.Sprintf("another mesh owns cluster %q already", name), "keep owner: true in one document alone")
		}
	}
	if owners == 0 {
		e := entries[0]
		e.d.missing(at(e.i, "owner"), fmt.Sprintf("%d meshes share cluster %q and none owns it", len(entries), name), "write owner: true in the document that its folder, gateway, istio and overlays come from")
	}
	v.apart(entries)
}

// apart: control planes on one cluster need namespaces and addresses of their own.
func (v *validator) apart(entries []sharedEntry) {
	namespaces, addresses := map[string]sharedEntry{}, map[string]sharedEntry{}
	var ip *sharedEntry
	for k := range entries {
		e := entries[k]
		ecp := e.cluster().ExternalControlPlane
		if ecp == nil {
			ecp = &v1alpha1.ExternalControlPlane{}
		}
		path := at(e.i, "externalControlPlane")
		ns := externalNamespace(e.cluster())
		if other, taken := namespaces[ns]; taken {
			e.d.wrong(path+".namespace", ns, fmt.Sprintf("is the namespace of another control plane on this cluster (%s)", other.where()), "choose one for each mesh")
		}
		namespaces[ns] = e
		a, what, _ := ParseAddress(ecp.Address)
		if what != "" || ecp.Address == "" {
			continue
		}
		if other, taken := addresses[a.String()]; taken {
			e.d.wrong(path+".address", ecp.Address, fmt.Sprintf("is the address of another control plane on this cluster (%s)", other.where()), "choose one for each mesh")
			continue
		}
		addresses[a.String()] = e
		if !a.IsIP() {
			continue
		}
		if ip != nil {
			e.d.wrong(path+".address", ecp.Address, fmt.Sprintf("a second IP address on this cluster (the other is at %s): clients send no SNI for an IP, and a second server for any host on a port is dropped", ip.where()),
				"use DNS names")
			continue
		}
		ip = &entries[k]
	}
}

// notOwner: what the folder of a shared cluster is shaped by comes from its owner.
func (v *validator) notOwner(e sharedEntry) {
	for _, field := range []string{"istio", "gateways", "overlays", "delivery", "platform", "crds"} {
		if e.d.explicit(e.i, field) {
			e.d.missing(at(e.i, field), fmt.Sprintf("this document does not own cluster %q, which several meshes share", e.cluster().Name), "move it to the document with owner: true")
		}
	}
}

func externalNamespace(c v1alpha1.Cluster) string {
	if c.ExternalControlPlane != nil && c.ExternalControlPlane.Namespace != "" {
		return c.ExternalControlPlane.Namespace
	}
	return DefaultExternalNamespace
}
