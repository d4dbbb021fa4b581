package plan

import (
	"encoding/base64"
	"fmt"

	"isthmus.dev/isthmus/generator/topology"
)

// InstallKind tells the installs apart.
type InstallKind string

// The kinds of installs.
const (
	// ControlPlane is istiod of a primary cluster.
	ControlPlane InstallKind = "control-plane"
	// Served is what a remote or config cluster has of a control plane elsewhere.
	Served InstallKind = "served"
	// GatewayDriver is the plain install of an external cluster: it only drives
	// the ingress gateway through which control planes are exposed.
	GatewayDriver InstallKind = "gateway-driver"
	// ExternalIstiod is the control plane of a mesh whose workloads run elsewhere.
	ExternalIstiod InstallKind = "external-istiod"
)

// Install is one installation of Istio's control plane, or of what a cluster
// has in place of one. Empty fields are left to Istio's charts.
type Install struct {
	Kind     InstallKind
	Mesh     string
	Release  topology.Release
	Platform string
	// Namespace of the install, Istio's global.istioNamespace.
	Namespace string
	// Revision, "" for the default one.
	Revision string
	Tags     []string
	// Base says that the objects which a cluster has once come from this install.
	Base bool
	// DefaultRevision is the revision that validates configuration which names no
	// revision, "" renders no validator.
	DefaultRevision string

	// Identity of the cluster, where the charts need it.
	MeshID, ClusterName, Network string
	// TrustDomain where it is not Istio's default.
	TrustDomain string

	// ServesRemotes is global.externalIstiod.
	ServesRemotes bool
	// CustomHost is a name that istiod's certificate bears too (ISTIOD_CUSTOM_HOST).
	CustomHost string

	// InjectionPath of the injector's Service, or InjectionURL in its place.
	InjectionPath, InjectionURL string
	// PilotAddress is global.remotePilotAddress.
	PilotAddress string
	// ConfigCluster is global.configCluster.
	ConfigCluster bool
	// ValidationURL of the validating webhooks.
	ValidationURL string
	// MeshConfigMap keeps the ConfigMap istio, which remotes have not by default.
	MeshConfigMap bool
	// CABundle for webhooks that nobody patches, base64 of PEM.
	CABundle string
	// PatchedWebhooks says whether an istiod writes caBundle and failurePolicy of
	// this install's webhooks at run time.
	PatchedWebhooks bool

	// AdditionalRoots are PEM certificates that workloads trust beside istiod's own root.
	AdditionalRoots []string
	// NeedsCACerts says that istiod must not start without the Secret cacerts.
	NeedsCACerts bool
	// NeedsKubeconfig says the same of the Secret istio-kubeconfig.
	NeedsKubeconfig bool
	// ExecCredentials permits credential plugins in remote secrets.
	ExecCredentials bool

	// External is set for an external istiod.
	External *External
	// CNI is Istio's CNI plugin, nil where pods need none.
	CNI *CNI
}

// CNI is Istio's CNI plugin.
type CNI struct {
	// Namespace, "" for the install's own.
	Namespace string
}

// cni plans the CNI plugin where pods need it: on OpenShift (profile openshift),
// and where the user's values have the injector count on it.
func cni(platform string, r topology.Release) *CNI {
	pilot, _ := r.Values["pilot"].(map[string]any) // anything else is refused by Istio's validation
	values, _ := pilot["cni"].(map[string]any)
	if platform != "openshift" && values["enabled"] != true {
		return nil
	}
	if platform == "openshift" || platform == "gke" {
		return &CNI{Namespace: "kube-system"} // where those platforms let system-node-critical pods run
	}
	return &CNI{}
}

// External is what an external istiod needs to know of its mesh.
type External struct {
	// Address with port 15012, for discovery and certificates.
	Address string
	// InjectionWebhook and ValidationWebhook are the configurations that istiod
	// patches in its mesh's clusters, "" where TLS is terminated before it.
	InjectionWebhook, ValidationWebhook string
	// Terminated says that clients see the certificate of the gateway, which the
	// system's bundle of roots verifies.
	Terminated bool
}

// injectionPath is where istiod's injector learns which cluster and network a
// pod is on (pkg/kube/inject/webhook.go, parseInjectEnvs).
func injectionPath(c topology.Cluster) string {
	p := "/inject/cluster/" + c.Name
	if c.Network != "" {
		p += "/net/" + c.Network
	}
	return p
}

// defaultRevision names the revision that validates, as the chart base wants it.
func defaultRevision(r topology.Revision) string {
	if r.Name == "" {
		return "default"
	}
	return r.Name
}

// primary plans the control planes of a primary, the default one first.
func (b *builder) primary(m topology.Mesh, c topology.Cluster) []Install {
	serves := b.servesRemotes(c.Name)
	var out []Install
	for i, r := range c.Revisions {
		in := Install{
			Kind: ControlPlane, Mesh: m.Name, Release: r.Release, Platform: c.Platform,
			Namespace: topology.SystemNamespace, Revision: r.Name, Tags: r.Tags,
			Base:   i == 0,
			MeshID: m.ID, ClusterName: c.Name, Network: c.Network, TrustDomain: ownTrustDomain(m),
			ServesRemotes: serves, PatchedWebhooks: true,
		}
		b.trusts(&in, m, c)
		if i == 0 {
			in.DefaultRevision = defaultRevision(r)
			in.CNI = cni(c.Platform, r.Release)
		}
		// A remote reaches a DNS name by URL, so istiod's certificate must bear it.
		if a := c.EastWest.Address; serves && !a.IsZero() && !a.IsIP() {
			in.CustomHost = a.String()
		}
		out = append(out, in)
	}
	return out
}

// served plans what a remote or config cluster has.
func (b *builder) served(m topology.Mesh, c topology.Cluster) Install {
	server, _ := m.Cluster(c.ControlPlane) // validated
	r := c.Revisions[0]
	in := Install{
		Kind: Served, Mesh: m.Name, Release: r.Release, Platform: c.Platform,
		Namespace: systemNamespace(m, c), Revision: r.Name, Tags: r.Tags, Base: true,
		TrustDomain: ownTrustDomain(m), PatchedWebhooks: true,
		CNI: cni(c.Platform, r.Release),
	}
	// istiod reads the ConfigMap istio of every cluster it observes, and without
	// it takes cluster.local for the trust domain of that cluster's endpoints.
	in.MeshConfigMap = in.TrustDomain != ""
	if server.Role == topology.Primary {
		in.PilotAddress = server.EastWest.Address.String()
		if server.EastWest.Address.IsIP() {
			in.InjectionPath = injectionPath(c)
		} else {
			// A Service of type ExternalName has no endpoints that a webhook could use.
			in.InjectionURL = "https://" + server.EastWest.Address.HostPort("15017") + injectionPath(c)
		}
		return in
	}
	e := server.External
	in.InjectionURL = "https://" + e.Address.HostPort("15017") + injectionPath(c)
	if e.TLSSecretName != "" {
		in.PatchedWebhooks = false
		if e.CABundle != "" {
			in.CABundle = base64.StdEncoding.EncodeToString([]byte(e.CABundle))
		}
	}
	if c.Role == topology.Config {
		in.ConfigCluster = true
		in.MeshID = m.ID
		in.MeshConfigMap = true
		in.DefaultRevision = defaultRevision(r)
		in.ValidationURL = "https://" + e.Address.HostPort("15017") + "/validate"
	}
	return in
}

// external plans the control plane of a mesh on an external cluster.
func (b *builder) external(m topology.Mesh, c topology.Cluster) Install {
	config := configCluster(m)
	r, e := c.Revisions[0], c.External
	in := Install{
		Kind: ExternalIstiod, Mesh: m.Name, Release: r.Release, Platform: c.Platform,
		Namespace: e.Namespace, Revision: r.Name, Tags: nil,
		MeshID: m.ID, ClusterName: config.Name, Network: config.Network, TrustDomain: ownTrustDomain(m),
		External: &External{Address: e.Address.HostPort("15012"), Terminated: e.TLSSecretName != ""},
	}
	b.trusts(&in, m, c)
	if e.TLSSecretName == "" {
		in.CustomHost = e.Address.String()
		in.External.InjectionWebhook = fmt.Sprintf("%s-%s", topology.Revised("istio-sidecar-injector", r.Name), e.Namespace)
		in.External.ValidationWebhook = fmt.Sprintf("%s-%s", topology.Revised("istio-validator", r.Name), e.Namespace)
	}
	return in
}

// gatewayDriver plans the install of istio-system on an external cluster. No
// mesh ID, cluster name or revision of a mesh shapes it, since several may
// share the cluster.
func gatewayDriver(c topology.Cluster) Install {
	return Install{
		Kind: GatewayDriver, Release: c.GatewayInstall, Platform: c.Platform,
		Namespace: topology.SystemNamespace, Base: true, DefaultRevision: "default", PatchedWebhooks: true,
	}
}

// ownTrustDomain is the mesh's trust domain where it is not Istio's default.
func ownTrustDomain(m topology.Mesh) string {
	if m.TrustDomain == topology.DefaultTrustDomain {
		return ""
	}
	return m.TrustDomain
}
