package plan

import (
	"sort"

	"isthmus.dev/isthmus/generator/topology"
)

// host adds one mesh's control plane to an external cluster, and what the
// owner's document says of the cluster itself.
func (b *builder) host(m topology.Mesh, c topology.Cluster, out *Cluster) {
	out.Meshes = append(out.Meshes, m.Name)
	if c.Owner {
		out.Role, out.Platform, out.APIServer = c.Role, c.Platform, c.APIServer
		out.SystemNamespace = topology.SystemNamespace
		out.Overlays, out.Owner, out.Delivery = c.Overlays, m.Name, c.Delivery
		out.Installs = append([]Install{gatewayDriver(c)}, out.Installs...)
		out.CRDs = crds(c.ManagedCRDs, c.GatewayInstall)
		out.Gateways = []Gateway{controlPlaneGateway(m, c)}
		for _, g := range c.Gateways {
			if g.Name != topology.IngressGatewayName {
				out.Gateways = append(out.Gateways, ordinary(m, c, g))
			}
		}
		out.Namespaces = append(namespaces(out.Gateways, Namespace{Name: topology.SystemNamespace}), out.Namespaces...)
	}
	e := c.External
	out.Installs = append(out.Installs, b.external(m, c))
	b.take(out, m, c, e.Namespace)
	out.Namespaces = append(out.Namespaces, Namespace{Name: e.Namespace})
	host := e.Address.String()
	if e.Address.IsIP() {
		host = "*" // clients send no SNI for an IP
	}
	out.Exposures = append(out.Exposures, Exposure{
		Kind: ExposeExternalIstiod, Namespace: e.Namespace, Revision: c.Revisions[0].Name, ClusterDomain: clusterDomain(c.Revisions[0]),
		Host: host, SNIHosts: []string{host}, TLSSecretName: e.TLSSecretName,
	})
}

// finishHost puts what several meshes added into an order of its own.
func finishHost(c *Cluster) {
	sort.Strings(c.Meshes)
	sort.Strings(c.RemoteSecrets)
	sort.Slice(c.CACerts, func(i, j int) bool { return c.CACerts[i].Namespace < c.CACerts[j].Namespace })
	sort.SliceStable(c.Installs, func(i, j int) bool {
		a, b := c.Installs[i], c.Installs[j]
		if a.Base != b.Base {
			return a.Base
		}
		return a.Namespace < b.Namespace
	})
	sort.Slice(c.Exposures, func(i, j int) bool { return c.Exposures[i].Namespace < c.Exposures[j].Namespace })
	seen := map[string]bool{}
	kept := c.Namespaces[:0]
	for _, n := range c.Namespaces {
		if !seen[n.Name] {
			seen[n.Name] = true
			kept = append(kept, n)
		}
	}
	c.Namespaces = kept
	sort.Slice(c.Namespaces, func(i, j int) bool { return c.Namespaces[i].Name < c.Namespaces[j].Name })
}
