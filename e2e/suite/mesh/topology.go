// Package mesh runs a whole mesh from a generated tree and says what must then
// be true of it. What is expected comes from the topology file and Istio's
// documents, not from isthmus's own plan.
package mesh

import (
	"fmt"
	"os"
	"slices"

	"sigs.k8s.io/yaml"
)

// Topology is what the suite reads of a topology file: who is who.
type Topology struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		MeshID      string `json:"meshID"`
		TrustDomain string `json:"trustDomain"`
		Istio       struct {
			Revision string `json:"revision"`
		} `json:"istio"`
		Trust         Provider  `json:"trust"`
		RemoteSecrets Provider  `json:"remoteSecrets"`
		Clusters      []Cluster `json:"clusters"`
	} `json:"spec"`
}

// Provider says where Secrets come from.
type Provider struct {
	Provider string `json:"provider"`
}

// The providers that bring Secrets from elsewhere than by hand.
const (
	certManager     = "cert-manager"
	externalSecrets = "external-secrets"
	encrypted       = "sops"
)

// Cluster is one of them.
type Cluster struct {
	Name            string `json:"name"`
	Role            string `json:"role"`
	Network         string `json:"network"`
	ControlPlane    string `json:"controlPlane"`
	EastWestGateway struct {
		Address string `json:"address"`
	} `json:"eastWestGateway"`
	External struct {
		Namespace     string `json:"namespace"`
		Address       string `json:"address"`
		TLSSecretName string `json:"tlsSecretName"`
	} `json:"externalControlPlane"`
	Istio struct {
		Revision string `json:"revision"`
	} `json:"istio"`
}

// ReadTopology reads a file with one topology.
func ReadTopology(file string) (*Topology, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	t := &Topology{}
	if err := yaml.Unmarshal(data, t); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if t.Spec.MeshID == "" {
		t.Spec.MeshID = t.Metadata.Name
	}
	if t.Spec.TrustDomain == "" {
		t.Spec.TrustDomain = "cluster.local"
	}
	for i := range t.Spec.Clusters {
		c := &t.Spec.Clusters[i]
		if c.Role == "external" && c.External.Namespace == "" {
			c.External.Namespace = "external-istiod"
		}
		if c.Istio.Revision == "" {
			c.Istio.Revision = t.Spec.Istio.Revision
		}
	}
	return t, nil
}

// DataPlane are the clusters with workloads.
func (t *Topology) DataPlane() []Cluster {
	return slices.DeleteFunc(slices.Clone(t.Spec.Clusters), func(c Cluster) bool { return c.Role == "external" })
}

// Cluster finds one by its name.
func (t *Topology) Cluster(name string) Cluster {
	for _, c := range t.Spec.Clusters {
		if c.Name == name {
			return c
		}
	}
	panic("no cluster " + name + " in the topology of this test")
}

// Server is the cluster with the control plane of a cluster.
func (t *Topology) Server(c Cluster) Cluster {
	if c.ControlPlane == "" {
		return c
	}
	return t.Cluster(c.ControlPlane)
}

// Hosts are the clusters with a control plane of the mesh.
func (t *Topology) Hosts() []Cluster {
	return slices.DeleteFunc(slices.Clone(t.Spec.Clusters), func(c Cluster) bool { return c.ControlPlane != "" })
}

// Serves says whether a cluster has remotes.
func (t *Topology) Serves(c Cluster) bool {
	return slices.ContainsFunc(t.Spec.Clusters, func(o Cluster) bool { return o.ControlPlane == c.Name })
}

// MultiNetwork says whether workloads lie on more than one network.
func (t *Topology) MultiNetwork() bool {
	d := t.DataPlane()
	return slices.ContainsFunc(d, func(c Cluster) bool { return c.Network != d[0].Network })
}

// Namespace is the system namespace of a cluster.
func (t *Topology) Namespace(c Cluster) string {
	if server := t.Server(c); server.Role == "external" && c.Role != "external" {
		return server.External.Namespace
	}
	return "istio-system"
}

// ControlPlaneNamespace is where the mesh's istiod of a host runs.
func (t *Topology) ControlPlaneNamespace(host Cluster) string {
	if host.Role == "external" {
		return host.External.Namespace
	}
	return "istio-system"
}

// Configures is the cluster whose Istio configuration a cluster's proxies follow.
func (t *Topology) Configures(c Cluster) string {
	server := t.Server(c)
	if server.Role != "external" {
		return server.Name
	}
	for _, o := range t.Spec.Clusters {
		if o.Role == "config" {
			return o.Name
		}
	}
	panic("no config cluster in the topology of this test")
}
