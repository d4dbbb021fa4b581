package plan

import (
	"sort"
	"strconv"
	"strings"

	"isthmus.dev/isthmus/generator/topology"
)

// Build plans all meshes of a validated topology.
func Build(t *topology.Topology) *Plan {
	p := &Plan{}
	shared := map[string]*Cluster{}
	for _, m := range t.Meshes {
		b := &builder{multiNetwork: multiNetwork(m), remotesOf: remotesOf(m), plugins: plugins(m)}
		mesh := b.mesh(m)
		b.hosts = mesh.Hosts
		mesh.RemoteSecrets = b.remoteSecrets(m)
		b.stored = mesh.RemoteSecrets != nil
		p.Meshes = append(p.Meshes, mesh)
		for _, c := range m.Clusters {
			if c.Role != topology.External {
				p.Clusters = append(p.Clusters, b.dataPlane(m, c))
				continue
			}
			if shared[c.Name] == nil {
				shared[c.Name] = &Cluster{Name: c.Name}
			}
			b.host(m, c, shared[c.Name])
		}
	}
	for _, c := range shared {
		finishHost(c)
		p.Clusters = append(p.Clusters, *c)
	}
	sort.Slice(p.Clusters, func(i, j int) bool { return p.Clusters[i].Name < p.Clusters[j].Name })
	return p
}

// builder holds what must be known of a mesh to plan one of its clusters.
type builder struct {
	multiNetwork bool
	// remotesOf counts the clusters that each cluster serves.
	remotesOf map[string]int
	// hosts are the control planes of the mesh.
	hosts []Host
	// plugins counts the clusters that are read with a credential plugin.
	plugins int
	// stored says that remote secrets come from a store.
	stored bool
}

func (b *builder) mesh(m topology.Mesh) Mesh {
	out := Mesh{
		Name: m.Name, ID: m.ID, TrustDomain: m.TrustDomain, MultiNetwork: b.multiNetwork, Delivery: m.Delivery,
		TrustProvider: m.Trust.Provider, AdditionalRoots: m.Trust.AdditionalRoots, SOPS: sops(m),
	}
	for _, c := range m.Clusters {
		out.Clusters = append(out.Clusters, c.Name)
		switch c.Role {
		case topology.Primary:
			out.Hosts = append(out.Hosts, Host{c.Name, topology.SystemNamespace})
		case topology.External:
			out.Hosts = append(out.Hosts, Host{c.Name, c.External.Namespace})
		case topology.Remote, topology.Config:
		}
	}
	return out
}

// dataPlane plans a cluster with workloads.
func (b *builder) dataPlane(m topology.Mesh, c topology.Cluster) Cluster {
	out := Cluster{
		Name: c.Name, Meshes: []string{m.Name}, Role: c.Role, Network: c.Network, Platform: c.Platform,
		APIServer: c.APIServer, ControlPlane: c.ControlPlane, SystemNamespace: systemNamespace(m, c),
		Overlays: c.Overlays, Owner: m.Name, Delivery: c.Delivery,
		Observed: &Observed{Mesh: m.Name, Type: RemoteSecret, ServiceAccount: "istio-reader-service-account"},
	}
	if c.Role == topology.Primary {
		out.Installs = b.primary(m, c)
		b.take(&out, m, c, out.SystemNamespace)
	} else {
		out.Installs = []Install{b.served(m, c)}
	}
	if c.Role == topology.Config {
		// The external istiod writes to the cluster that holds its configuration,
		// so it comes as its own ServiceAccount and not as the reader.
		out.Observed.Type = ConfigSecret
		out.Observed.ServiceAccount = topology.Revised("istiod", c.Revisions[0].Name)
	}
	out.Observed.Token = b.token(m, c, out.Observed.ServiceAccount)
	if c.Auth != nil {
		out.Observed.Exec = &c.Auth.Exec
	}
	out.CRDs = crds(c.ManagedCRDs, releases(out.Installs)...)
	if b.multiNetwork || b.servesRemotes(c.Name) {
		out.Gateways = append(out.Gateways, eastWest(m, c))
	}
	for _, g := range c.Gateways {
		out.Gateways = append(out.Gateways, ordinary(m, c, g))
	}
	out.Namespaces = namespaces(out.Gateways, Namespace{
		Name: out.SystemNamespace, Network: c.Network, ControlPlaneClusters: controlPlaneClusters(m, c),
	})
	out.Exposures = b.exposures(m, c)
	return out
}

// controlPlaneClusters names the cluster whose istiod may write to a remote's
// namespace (pilot/pkg/leaderelection and the annotation's documentation). An
// external istiod goes by the name of its config cluster, and takes that one
// for its own without being told.
func controlPlaneClusters(m topology.Mesh, c topology.Cluster) string {
	if c.Role != topology.Remote {
		return ""
	}
	server, _ := m.Cluster(c.ControlPlane) // validated
	if server.Role == topology.External {
		return configCluster(m).Name
	}
	return server.Name
}

func (b *builder) exposures(m topology.Mesh, c topology.Cluster) []Exposure {
	var out []Exposure
	ns := systemNamespace(m, c)
	// istiod reads configuration only where it keeps it, not in remotes.
	if b.multiNetwork && (c.Role == topology.Primary || c.Role == topology.Config) {
		out = append(out, Exposure{Kind: ExposeServices, Namespace: ns, ClusterDomain: clusterDomain(c.Revisions[0])})
	}
	if !b.servesRemotes(c.Name) {
		return out
	}
	r := c.Revisions[0]
	e := Exposure{Kind: ExposeIstiod, Namespace: ns, Revision: r.Name, ClusterDomain: clusterDomain(r), SNIHosts: []string{"*"}}
	if r.Name != "" {
		host := strings.Join([]string{topology.Revised("istiod", r.Name), ns, "svc"}, ".")
		e.SNIHosts = []string{host, host + "." + e.ClusterDomain}
		if a := c.EastWest.Address; !a.IsIP() {
			e.SNIHosts = append(e.SNIHosts, a.String())
		}
	}
	return append(out, e)
}

// clusterDomain is the DNS domain that the charts give to istiod.
func clusterDomain(r topology.Revision) string {
	global, _ := r.Values["global"].(map[string]any)
	proxy, _ := global["proxy"].(map[string]any)
	if domain, ok := proxy["clusterDomain"].(string); ok && domain != "" {
		return domain
	}
	return topology.DefaultClusterDomain
}

func (b *builder) servesRemotes(cluster string) bool { return b.remotesOf[cluster] > 0 }

func remotesOf(m topology.Mesh) map[string]int {
	out := map[string]int{}
	for _, c := range m.Clusters {
		if c.ControlPlane != "" {
			out[c.ControlPlane]++
		}
	}
	return out
}

func multiNetwork(m topology.Mesh) bool {
	seen := map[string]bool{}
	for _, c := range m.Clusters {
		if c.DataPlane() {
			seen[c.Network] = true
		}
	}
	return len(seen) > 1
}

// systemNamespace is istio-system, or the namespace of the external control
// plane that serves the cluster: an istiod looks under the name of its own
// namespace in every cluster.
func systemNamespace(m topology.Mesh, c topology.Cluster) string {
	if server, ok := m.Cluster(c.ControlPlane); ok && server.Role == topology.External {
		return server.External.Namespace
	}
	return topology.SystemNamespace
}

func configCluster(m topology.Mesh) topology.Cluster {
	for _, c := range m.Clusters {
		if c.Role == topology.Config {
			return c
		}
	}
	return topology.Cluster{}
}

// namespaces adds those of gateways to the ones given.
func namespaces(gateways []Gateway, own ...Namespace) []Namespace {
	seen := map[string]bool{}
	for _, n := range own {
		seen[n.Name] = true
	}
	for _, g := range gateways {
		if !seen[g.Namespace] {
			seen[g.Namespace] = true
			own = append(own, Namespace{Name: g.Namespace})
		}
	}
	sort.Slice(own, func(i, j int) bool { return own[i].Name < own[j].Name })
	return own
}

func releases(installs []Install) []topology.Release {
	out := make([]topology.Release, len(installs))
	for i, in := range installs {
		out[i] = in.Release
	}
	return out
}

// crds picks the newest of the releases: newer CRDs serve older control planes.
func crds(managed bool, from ...topology.Release) *CRDs {
	if !managed {
		return nil
	}
	best := from[0]
	for _, r := range from[1:] {
		if newer(r.ChartsVersion, best.ChartsVersion) {
			best = r
		}
	}
	return &CRDs{Version: best.ChartsVersion, Manifests: best.Manifests}
}

// newer compares versions number by number, what follows a hyphen last.
func newer(a, b string) bool {
	an, as, _ := strings.Cut(a, "-")
	bn, bs, _ := strings.Cut(b, "-")
	x, y := strings.Split(an, "."), strings.Split(bn, ".")
	for i := 0; i < len(x) && i < len(y); i++ {
		m, _ := strconv.Atoi(x[i]) // validated to be numbers
		n, _ := strconv.Atoi(y[i])
		if m != n {
			return m > n
		}
	}
	if len(x) != len(y) {
		return len(x) > len(y)
	}
	if (as == "") != (bs == "") {
		return as == "" // a release is newer than its candidates
	}
	return as > bs
}
