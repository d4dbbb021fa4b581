package v1alpha1

import (
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"github.com/fluxcd/pkg/apis/meta"
)

// Delivery says which engine applies the tree.
type Delivery struct {
	// ArgoCD generates Argo CD's objects.
	ArgoCD *ArgoCD `json:"argocd,omitempty"`
	// Flux generates Flux's objects.
	Flux *Flux `json:"flux,omitempty"`
	// OnRemove says what happens in a cluster that leaves the topology: orphan or delete. Default: orphan.
	OnRemove string `json:"onRemove,omitempty" jsonschema:"enum=orphan,enum=delete"`
}

// ArgoCD configures delivery by Argo CD.
type ArgoCD struct {
	// Namespace of Argo CD. Default: argocd.
	Namespace string `json:"namespace,omitempty"`
	// Project is the AppProject's name. Default: metadata.name.
	Project string `json:"project,omitempty"`
	// RepoURL of the generated repository.
	RepoURL string `json:"repoURL"`
	// TargetRevision is a branch, tag or commit. Default: main.
	TargetRevision string `json:"targetRevision,omitempty"`
	// Path of the tree in the repository. Default: the root.
	Path string `json:"path,omitempty"`
	// ApplicationSet generates one ApplicationSet in place of one Application per cluster.
	ApplicationSet bool `json:"applicationSet,omitempty"`
}

// Flux configures delivery by Flux.
type Flux struct {
	// Namespace of Flux's objects. Default: flux-system.
	Namespace string `json:"namespace,omitempty"`
	// Source of the tree.
	Source FluxSource `json:"source"`
	// Path of the tree in the source. Default: the root.
	Path string `json:"path,omitempty"`
	// Mode is hub (one Flux reaches every cluster) or per-cluster. Default: hub.
	Mode string `json:"mode,omitempty" jsonschema:"enum=hub,enum=per-cluster"`
}

// FluxSource is where Flux finds the tree.
type FluxSource struct {
	// Kind is GitRepository or OCIRepository. Default: GitRepository.
	Kind string `json:"kind,omitempty" jsonschema:"enum=GitRepository,enum=OCIRepository"`
	// Name of the source.
	Name string `json:"name"`
	// URL of the source.
	URL string `json:"url"`
	// Branch of a GitRepository. Default: main.
	Branch string `json:"branch,omitempty"`
}

// ClusterDelivery says how the delivery engines reach a cluster.
type ClusterDelivery struct {
	// ArgoCD names the cluster as Argo CD knows it.
	ArgoCD *ClusterArgoCD `json:"argocd,omitempty"`
	// Flux holds the fields of the cluster's Kustomizations.
	Flux *ClusterFlux `json:"flux,omitempty"`
}

// ClusterArgoCD names a cluster as Argo CD knows it.
type ClusterArgoCD struct {
	// Destination of the cluster's Application. Default: the cluster's name.
	Destination ArgoCDDestination `json:"destination"`
}

// ArgoCDDestination is a cluster by name or by server, not by both.
type ArgoCDDestination struct {
	// Name of the cluster.
	Name string `json:"name,omitempty"`
	// Server is the URL of the API server.
	Server string `json:"server,omitempty"`
}

// ClusterFlux holds the fields of a cluster's Kustomizations, as Flux spells them.
type ClusterFlux struct {
	// KubeConfig with which a hub reaches the cluster.
	KubeConfig *meta.KubeConfigReference `json:"kubeConfig,omitempty"`
	// ServiceAccountName that Flux impersonates.
	ServiceAccountName string `json:"serviceAccountName,omitempty"`
	// Decryption of encrypted secrets.
	Decryption *kustomizev1.Decryption `json:"decryption,omitempty"`
}
