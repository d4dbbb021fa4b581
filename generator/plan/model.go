// Package plan says what each cluster must have, and why: it goes from the
// meshes that the user described to installs, gateways, exposures, namespaces
// and remote secrets. It is relational and pure: no YAML, no charts, no I/O.
package plan

import (
	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// Plan of one run.
type Plan struct {
	// Meshes sorted by name.
	Meshes []Mesh
	// Clusters sorted by name. A cluster that several meshes share is one.
	Clusters []Cluster
}

// Mesh is what holds for all clusters of one mesh.
type Mesh struct {
	Name, ID, TrustDomain string
	// MultiNetwork says whether workloads lie on more than one network.
	MultiNetwork bool
	// Hosts are the control planes of the mesh, sorted by cluster. Each observes
	// every data-plane cluster of the mesh but the one it runs in.
	Hosts []Host
	// Clusters are the names of its clusters, sorted.
	Clusters []string
	Delivery topology.Delivery
	// RemoteSecrets that come from a secret store, nil for none.
	RemoteSecrets *RemoteSecrets
	// TrustProvider and AdditionalRoots as the topology has them.
	TrustProvider   string
	AdditionalRoots []string
	// SOPS is what the mesh keeps in Git encrypted.
	SOPS SOPS
}

// Host is where a control plane of a mesh runs, and so where remote secrets go.
type Host struct {
	Cluster, Namespace string
}

// Cluster is what one cluster must have.
type Cluster struct {
	Name string
	// Meshes that the cluster is part of, by name; more than one only for an
	// external cluster.
	Meshes       []string
	Role         topology.Role
	Network      string
	Platform     string
	APIServer    string
	ControlPlane string
	// SystemNamespace is where Istio's own objects for this cluster live.
	SystemNamespace string
	// CRDs to install, nil where another owner does.
	CRDs *CRDs
	// Namespaces sorted by name.
	Namespaces []Namespace
	// Installs in the order of roll-out. The first one brings what is there once
	// in a cluster.
	Installs []Install
	// Gateways sorted by name, the one between clusters first.
	Gateways []Gateway
	// Exposures in the order of roll-out.
	Exposures []Exposure
	// Observed says how control planes elsewhere read this cluster, nil for a
	// cluster without workloads.
	Observed *Observed
	// CACerts are the signing certificates that controllers of the cluster make,
	// sorted by namespace.
	CACerts []CACerts
	// RemoteSecrets are the meshes whose remote secrets, from a store, go here.
	RemoteSecrets []string
	// Overlays are directories of kustomize Components, in order.
	Overlays []string
	// Owner is the mesh whose delivery the cluster's folder follows.
	Owner string
	// Delivery says how the engines reach the cluster.
	Delivery v1alpha1.ClusterDelivery
}

// CRDs are the custom resource definitions of one version of the charts.
type CRDs struct {
	Version string
	// Manifests is the directory of the charts, "" for the built-in ones.
	Manifests string
}

// Namespace is a namespace that isthmus makes.
type Namespace struct {
	Name string
	// Network is the value of the label topology.istio.io/network, "" for none.
	Network string
	// ControlPlaneClusters is the value of the annotation
	// topology.istio.io/controlPlaneClusters, "" for none.
	ControlPlaneClusters string
}

// SecretType is the --type of istioctl create-remote-secret.
type SecretType string

// The types of remote secrets.
const (
	RemoteSecret SecretType = "remote"
	// ConfigSecret is the Secret istio-kubeconfig with which an external istiod
	// reaches the cluster that holds its configuration. It must not bear the label
	// istio/multiCluster, or istiod counts the cluster a second time.
	ConfigSecret SecretType = "config"
)

// Observed is how control planes elsewhere read a cluster.
type Observed struct {
	Mesh string
	Type SecretType
	// ServiceAccount in the system namespace whose token the secret holds.
	ServiceAccount string
	// Token is nil where nothing is made in the cluster itself.
	Token *Token
	// Exec is how control planes authenticate in place of a token, nil for a token.
	Exec *v1alpha1.ExecAuth
}

// Exposure is Istio configuration that lets other clusters in through a gateway.
type Exposure struct {
	Kind ExposureKind
	// Namespace of the objects.
	Namespace string
	// Revision of the istiod that is exposed, "" for the default one.
	Revision string
	// ClusterDomain is the DNS domain of istiod's Service.
	ClusterDomain string
	// Host is the address under which clients ask for an external istiod, "*"
	// where they send no server name because the address is an IP.
	Host string
	// SNIHosts are the server names that lead to istiod where TLS passes through.
	SNIHosts []string
	// TLSSecretName in istio-system terminates TLS; "" lets it pass through.
	TLSSecretName string
}

// ExposureKind tells the exposures apart.
type ExposureKind string

// The kinds of exposures.
const (
	// ExposeServices opens 15443 to other networks (samples/multicluster/expose-services.yaml).
	ExposeServices ExposureKind = "expose-services"
	// ExposeIstiod opens a primary's istiod to its remotes (samples/multicluster/expose-istiod.yaml).
	ExposeIstiod ExposureKind = "expose-istiod"
	// ExposeExternalIstiod opens an external istiod through the ingress gateway of its cluster.
	ExposeExternalIstiod ExposureKind = "expose-external-istiod"
)
