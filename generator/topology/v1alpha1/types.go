// Package v1alpha1 is the topology file as users write it: its fields, their
// defaults, and what each of them means. The comments of the fields are the
// descriptions in the JSON Schema that `isthmus schema` prints.
package v1alpha1

const (
	// APIVersion of the documents that this package describes.
	APIVersion = "isthmus.dev/v1alpha1"
	// Kind of the documents that this package describes.
	Kind = "Topology"
)

// Topology describes one Istio mesh over many Kubernetes clusters.
type Topology struct {
	// APIVersion is isthmus.dev/v1alpha1.
	APIVersion string `json:"apiVersion"`
	// Kind is Topology.
	Kind string `json:"kind"`
	// Metadata names the mesh.
	Metadata Metadata `json:"metadata"`
	// Spec describes the mesh.
	Spec Spec `json:"spec"`
}

// Metadata names the mesh.
type Metadata struct {
	// Name of the mesh, a DNS-1123 label. Two Topologies of one name are an error.
	Name string `json:"name"`
}

// Spec describes one mesh.
type Spec struct {
	// MeshID is Istio's mesh ID. Default: metadata.name.
	MeshID string `json:"meshID,omitempty"`
	// TrustDomain of every workload's identity. It wins over
	// meshConfig.trustDomain; a conflicting one there is an error. Default: cluster.local.
	TrustDomain string `json:"trustDomain,omitempty"`
	// Istio is what every control plane of the mesh runs.
	Istio Istio `json:"istio,omitempty"`
	// ClusterDefaults holds any field of a cluster but name; each cluster's own
	// wins, maps merge, lists are replaced.
	ClusterDefaults *Cluster `json:"clusterDefaults,omitempty"`
	// Clusters of the mesh.
	Clusters []Cluster `json:"clusters"`
	// Overlays are kustomize Components that are applied to every cluster as the
	// tree is generated; paths are relative to the topology file.
	Overlays []string `json:"overlays,omitempty"`
	// RemoteSecrets says where the secrets come from with which control planes
	// reach the API servers of other clusters.
	RemoteSecrets RemoteSecrets `json:"remoteSecrets,omitempty"`
	// Trust says where each control plane's signing certificate comes from.
	Trust Trust `json:"trust,omitempty"`
	// Delivery says which engine applies the tree.
	Delivery *Delivery `json:"delivery,omitempty"`
}

// Istio is the release and the configuration of control planes.
type Istio struct {
	// Version is the image tag, of the same minor as the charts used. Default: the built-in release.
	Version string `json:"version,omitempty"`
	// Hub is the registry of Istio's images. Default: docker.io/istio.
	Hub string `json:"hub,omitempty"`
	// Revision of the control plane, a DNS-1123 label. "" and "default" mean the
	// default revision. Short for one entry of revisions.
	Revision *string `json:"revision,omitempty"`
	// Revisions are control planes side by side, one of them the default.
	Revisions []Revision `json:"revisions,omitempty"`
	// Tags are further names under which workloads select a revision.
	Tags []Tag `json:"tags,omitempty"`
	// Manifests is the manifests directory of an Istio release (with charts/ and
	// profiles/), relative to the topology file, used in place of the built-in one.
	Manifests string `json:"manifests,omitempty"`
	// MeshConfig is merged into the MeshConfig of every control plane. Fields that
	// Istio does not have are refused; with charts of another minor, warned of.
	MeshConfig map[string]any `json:"meshConfig,omitempty"`
	// Values are merged into the Helm values of every install; keys that belong to
	// the plan are refused, and those that Istio's renderer does not know.
	// unvalidatedValues in it passes by Istio's validation.
	Values map[string]any `json:"values,omitempty"`
}

// Revision is one of several control planes of a cluster. What it leaves out
// comes from the Istio settings around it.
type Revision struct {
	// Name of the revision, a DNS-1123 label. "" and "default" mean the default revision.
	Name string `json:"name"`
	// Version is the image tag, of the same minor as the charts used.
	Version string `json:"version,omitempty"`
	// Hub is the registry of Istio's images.
	Hub string `json:"hub,omitempty"`
	// Manifests is the manifests directory of an Istio release, relative to the topology file.
	Manifests string `json:"manifests,omitempty"`
	// MeshConfig is merged over the MeshConfig around it.
	MeshConfig map[string]any `json:"meshConfig,omitempty"`
	// Values are merged over the Helm values around them.
	Values map[string]any `json:"values,omitempty"`
	// Default marks the one revision that validates configuration. Of a single
	// revision it is true.
	Default *bool `json:"default,omitempty"`
}

// Tag is a further name of a revision.
type Tag struct {
	// Name of the tag, a DNS-1123 label, as namespaces bear it in istio.io/rev.
	Name string `json:"name"`
	// Revision that the tag points to.
	Revision string `json:"revision"`
}

// Cluster is one Kubernetes cluster.
type Cluster struct {
	// Name of the cluster, a DNS-1123 label: Istio's clusterName and the folder's name.
	Name string `json:"name"`
	// Role is primary (runs istiod for itself and for the remotes that name it),
	// remote (workloads only), external (hosts the control plane of a mesh whose
	// workloads run elsewhere), or config (the remote that also holds that control
	// plane's configuration).
	Role string `json:"role,omitempty" jsonschema:"enum=primary,enum=remote,enum=config,enum=external"`
	// Network that the cluster's pods are on, a label value. Set for all clusters with workloads or for none.
	Network string `json:"network,omitempty"`
	// ControlPlane is, for remote and config only, the primary or external cluster that serves it.
	ControlPlane string `json:"controlPlane,omitempty"`
	// APIServer is the URL under which other clusters' istiods reach the API server.
	APIServer string `json:"apiServer,omitempty"`
	// Platform adapts what is rendered to the cluster's platform.
	Platform string `json:"platform,omitempty" jsonschema:"enum=,enum=gke,enum=openshift,enum=k3s,enum=k3d,enum=microk8s,enum=minikube,enum=aks,enum=eks"`
	// CRDs is managed, or external where another owner installs the CRDs. Default: managed.
	CRDs string `json:"crds,omitempty" jsonschema:"enum=managed,enum=external"`
	// EastWestGateway shapes the gateway for traffic between clusters. It exists
	// where the plan needs it, described here or not.
	EastWestGateway *EastWestGateway `json:"eastWestGateway,omitempty"`
	// Gateways are ordinary ingress and egress gateways.
	Gateways []Gateway `json:"gateways,omitempty"`
	// ExternalControlPlane is, for role external only, where the control plane is and how it is exposed.
	ExternalControlPlane *ExternalControlPlane `json:"externalControlPlane,omitempty"`
	// Istio holds settings for this cluster, over the mesh's. On an external
	// cluster it shapes the install that drives the cluster's gateway alone.
	Istio *Istio `json:"istio,omitempty"`
	// Overlays are kustomize Components applied as the tree is generated; paths are relative to the topology file.
	Overlays []string `json:"overlays,omitempty"`
	// Owner marks, for an external cluster that several meshes share, the one
	// document that the cluster's folder, delivery, gateway, istio and overlays come from.
	Owner bool `json:"owner,omitempty"`
	// Auth is how control planes elsewhere authenticate to the API server by an
	// identity of their own, in place of a token.
	Auth *Auth `json:"auth,omitempty"`
	// Delivery says how the delivery engines reach this cluster.
	Delivery *ClusterDelivery `json:"delivery,omitempty"`
}

// EastWestGateway is the gateway for traffic between clusters.
type EastWestGateway struct {
	// Address is the IP or DNS name where other clusters reach it; required once a remote uses this primary.
	Address string `json:"address,omitempty"`
	// Replicas are the bounds of its autoscaler. Default: the chart's, 1 to 5.
	Replicas *Replicas `json:"replicas,omitempty"`
	// Service in front of it.
	Service *Service `json:"service,omitempty"`
}

// Replicas are the bounds of an autoscaler.
type Replicas struct {
	// Min is the lower bound, at least 1.
	Min int `json:"min,omitempty"`
	// Max is the upper bound, at least min.
	Max int `json:"max,omitempty"`
}

// Service in front of a gateway.
type Service struct {
	// Type of the Service. Default: LoadBalancer, for an egress gateway ClusterIP.
	Type string `json:"type,omitempty" jsonschema:"enum=LoadBalancer,enum=NodePort,enum=ClusterIP"`
	// Annotations of the Service.
	Annotations map[string]string `json:"annotations,omitempty"`
	// LoadBalancerClass selects the load balancer's implementation.
	LoadBalancerClass string `json:"loadBalancerClass,omitempty"`
	// LoadBalancerSourceRanges are the CIDRs that may connect.
	LoadBalancerSourceRanges []string `json:"loadBalancerSourceRanges,omitempty"`
	// ExternalTrafficPolicy is Cluster or Local. Default: Kubernetes's, Cluster.
	ExternalTrafficPolicy string `json:"externalTrafficPolicy,omitempty" jsonschema:"enum=Cluster,enum=Local"`
}

// Gateway is an ordinary gateway.
type Gateway struct {
	// Name of the gateway, a DNS-1123 label unique in the cluster; its label istio is the name without "istio-".
	Name string `json:"name"`
	// Kind is ingress or egress. Default: ingress.
	Kind string `json:"kind,omitempty" jsonschema:"enum=ingress,enum=egress"`
	// Namespace of the gateway. Default: the system namespace.
	Namespace string `json:"namespace,omitempty"`
	// Service in front of it.
	Service *GatewayService `json:"service,omitempty"`
}

// GatewayService is the Service of an ordinary gateway.
type GatewayService struct {
	Service
	// Ports of the Service. Default: the chart's.
	Ports []Port `json:"ports,omitempty"`
}

// Port of a gateway's Service.
type Port struct {
	// Name of the port, a DNS-1123 label.
	Name string `json:"name"`
	// Port number, 1 to 65535.
	Port int `json:"port"`
	// TargetPort is the gateway's own port. Default: port.
	TargetPort int `json:"targetPort,omitempty"`
}

// ExternalControlPlane is a control plane apart from its mesh's workloads.
type ExternalControlPlane struct {
	// Namespace of the control plane, in every cluster that it serves too. Default: external-istiod.
	Namespace string `json:"namespace,omitempty"`
	// Address is the IP or DNS name where the mesh's clusters reach it.
	Address string `json:"address,omitempty"`
	// TLSSecretName is a Secret of istio-system with which the gateway terminates
	// TLS. Unset, TLS passes through to istiod.
	TLSSecretName string `json:"tlsSecretName,omitempty"`
	// CABundle is the PEM that API servers verify the terminated certificate with, where it is not
	// publicly trusted. Proxies verify it with the roots in their image, so such a CA must be in it.
	CABundle string `json:"caBundle,omitempty"`
}
