// Package topology is the mesh that the user described: decoded, defaulted,
// converted and validated. Nothing of the file format is left in it.
package topology

import (
	"sort"

	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// Role of a cluster, in Istio's words.
type Role string

// The roles.
const (
	Primary  Role = "primary"
	Remote   Role = "remote"
	Config   Role = "config"
	External Role = "external"
)

// DefaultTrustDomain is Istio's own default.
const DefaultTrustDomain = "cluster.local"

// Topology is every mesh of one run, sorted by name.
type Topology struct {
	Meshes []Mesh
	// OverlayFiles are the files of all overlays, by absolute path.
	OverlayFiles map[string][]byte
	// Warnings are faults that do not keep the tree from being generated.
	Warnings []string
}

// Mesh is one mesh.
type Mesh struct {
	Name        string
	ID          string
	TrustDomain string
	// Clusters sorted by name.
	Clusters []Cluster
	Delivery Delivery
	// RemoteSecrets and Trust have their defaults set.
	RemoteSecrets v1alpha1.RemoteSecrets
	Trust         v1alpha1.Trust
}

// Delivery says which engines apply the tree.
type Delivery struct {
	// ArgoCD and Flux are nil where they are not asked for; their defaults are set.
	ArgoCD *v1alpha1.ArgoCD
	Flux   *v1alpha1.Flux
	// Delete has a cluster that leaves the topology lose what was installed there.
	Delete bool
}

// Cluster is one cluster as one mesh sees it.
type Cluster struct {
	Name         string
	Role         Role
	Network      string
	ControlPlane string
	APIServer    string
	Platform     string
	ManagedCRDs  bool
	EastWest     EastWest
	Gateways     []Gateway
	External     *ExternalControlPlane
	// Revisions of the control plane that runs in this cluster or serves it:
	// the default one first, then by name. Never empty.
	Revisions []Revision
	// GatewayInstall is, for an external cluster, the release of the install that
	// drives its ingress gateway.
	GatewayInstall Release
	// Overlays are absolute directories, slash-separated, whose files are in
	// Topology.OverlayFiles.
	Overlays []string
	// Auth is nil where control planes elsewhere bring a token; its defaults are set.
	Auth *v1alpha1.Auth
	// Delivery says how the engines reach the cluster.
	Delivery v1alpha1.ClusterDelivery
	// Owner of the cluster's folder. True but for an external cluster that
	// another mesh of the run owns.
	Owner bool
}

// DataPlane says whether workloads run in the cluster.
func (c Cluster) DataPlane() bool { return c.Role != External }

// Release is what an install runs.
type Release struct {
	// Version is the image tag.
	Version string
	// Hub is the image registry.
	Hub string
	// Manifests is the directory of the charts, "" for the built-in ones.
	Manifests string
	// ChartsVersion is the version of the charts, and of the CRDs with them.
	ChartsVersion string
	MeshConfig    map[string]any
	Values        map[string]any
}

// Revision is one control plane.
type Revision struct {
	// Name, "" for the default revision.
	Name string
	// Default says whether this revision validates configuration.
	Default bool
	// Tags that point to this revision, sorted.
	Tags []string
	Release
}

// EastWest shapes the gateway for traffic between clusters.
type EastWest struct {
	Address  Address
	Replicas v1alpha1.Replicas
	Service  v1alpha1.Service
}

// GatewayKind is ingress or egress.
type GatewayKind string

// The kinds of gateways.
const (
	Ingress GatewayKind = "ingress"
	Egress  GatewayKind = "egress"
)

// Gateway is an ordinary gateway.
type Gateway struct {
	Name string
	Kind GatewayKind
	// Namespace, "" for the system namespace.
	Namespace string
	Service   v1alpha1.GatewayService
}

// ExternalControlPlane is where an external control plane is and how it is exposed.
type ExternalControlPlane struct {
	Namespace     string
	Address       Address
	TLSSecretName string
	// CABundle is PEM, "" where the certificate is publicly trusted.
	CABundle string
}

// Cluster returns the cluster of a name.
func (m Mesh) Cluster(name string) (Cluster, bool) {
	i := sort.Search(len(m.Clusters), func(i int) bool { return m.Clusters[i].Name >= name })
	if i < len(m.Clusters) && m.Clusters[i].Name == name {
		return m.Clusters[i], true
	}
	return Cluster{}, false
}
