package topology

import (
	"cmp"
	"path"
	"sort"

	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// convert turns a document without faults into the mesh it describes. Defaults
// of the file format have their home here.
func (v *validator) convert(d *document) Mesh {
	m := Mesh{Name: d.top.Metadata.Name, ID: d.top.Spec.MeshID, TrustDomain: d.trustDomain()}
	if m.ID == "" {
		m.ID = m.Name
	}
	m.Delivery = convertDelivery(m.Name, d.top.Spec.Delivery)
	m.RemoteSecrets = convertRemoteSecrets(d.top.Spec.RemoteSecrets)
	m.Trust = convertTrust(d.top.Spec.Trust)
	for i := range d.top.Spec.Clusters {
		m.Clusters = append(m.Clusters, v.convertCluster(d, i))
	}
	sort.Slice(m.Clusters, func(a, b int) bool { return m.Clusters[a].Name < m.Clusters[b].Name })
	return m
}

func (v *validator) convertCluster(d *document, i int) Cluster {
	in := d.top.Spec.Clusters[i]
	c := Cluster{
		Name: in.Name, Role: Role(in.Role), APIServer: in.APIServer, Platform: in.Platform,
		ManagedCRDs: in.CRDs != "external",
		Revisions:   v.revisions(d, i),
		Owner:       true,
	}
	for _, dir := range append(append([]string{}, d.top.Spec.Overlays...), in.Overlays...) {
		c.Overlays = append(c.Overlays, v.overlayRoots[d.relative(dir)])
	}
	if in.Delivery != nil {
		c.Delivery = *in.Delivery
	}
	if c.Role == External {
		c.Owner = v.owns(d, in)
		c.GatewayInstall = v.gatewayInstall(d, i)
		c.External = convertExternal(in)
	} else {
		c.Network = in.Network
		c.EastWest = convertEastWest(in.EastWestGateway)
		c.Auth = convertAuth(in.Auth)
	}
	if c.Role == Remote || c.Role == Config {
		c.ControlPlane = in.ControlPlane
	}
	for _, g := range in.Gateways {
		c.Gateways = append(c.Gateways, convertGateway(g))
	}
	sort.Slice(c.Gateways, func(a, b int) bool { return c.Gateways[a].Name < c.Gateways[b].Name })
	return c
}

// owns: a cluster that one document names is that document's, whatever owner says.
func (v *validator) owns(d *document, in v1alpha1.Cluster) bool {
	return in.Owner || !v.sharedByOthers(d, in.Name)
}

func convertExternal(in v1alpha1.Cluster) *ExternalControlPlane {
	e := in.ExternalControlPlane
	a, _, _ := ParseAddress(e.Address) // validated
	return &ExternalControlPlane{
		Namespace: externalNamespace(in), Address: a,
		TLSSecretName: e.TLSSecretName, CABundle: e.CABundle,
	}
}

func convertEastWest(in *v1alpha1.EastWestGateway) EastWest {
	var e EastWest
	if in == nil {
		return e
	}
	if in.Address != "" {
		e.Address, _, _ = ParseAddress(in.Address) // validated
	}
	if in.Replicas != nil {
		e.Replicas = *in.Replicas
	}
	if in.Service != nil {
		e.Service = *in.Service
	}
	return e
}

func convertGateway(in v1alpha1.Gateway) Gateway {
	g := Gateway{Name: in.Name, Kind: GatewayKind(in.Kind), Namespace: in.Namespace}
	if g.Kind == "" {
		g.Kind = Ingress
	}
	if in.Service != nil {
		g.Service = *in.Service
	}
	return g
}

func convertDelivery(mesh string, in *v1alpha1.Delivery) Delivery {
	var d Delivery
	if in == nil {
		return d
	}
	d.Delete = in.OnRemove == "delete"
	if in.ArgoCD != nil {
		a := *in.ArgoCD
		a.Namespace = cmp.Or(a.Namespace, "argocd")
		a.Project = cmp.Or(a.Project, mesh)
		a.TargetRevision = cmp.Or(a.TargetRevision, "main")
		a.Path = path.Clean(a.Path)
		d.ArgoCD = &a
	}
	if in.Flux != nil {
		f := *in.Flux
		f.Namespace = cmp.Or(f.Namespace, "flux-system")
		f.Mode = cmp.Or(f.Mode, "hub")
		f.Path = path.Clean(f.Path)
		f.Source.Kind = cmp.Or(f.Source.Kind, "GitRepository")
		if f.Source.Kind == "GitRepository" {
			f.Source.Branch = cmp.Or(f.Source.Branch, "main")
		}
		d.Flux = &f
	}
	return d
}
