package plan

import (
	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// RemoteSecrets are the remote secrets of a mesh that its control planes take
// from a secret store. Each is the same for all of them, so there is one set for
// the mesh and not one for each pair of clusters: istiod ignores the one that
// bears its own cluster's name (pkg/kube/multicluster/secretcontroller.go,
// addRemoteConfig: "ignoring cluster as it would overwrite the config cluster").
type RemoteSecrets struct {
	// Namespace of the control planes, which is the same for all of a mesh.
	Namespace string
	Store     v1alpha1.RemoteExternalSecrets
	// Secrets sorted by cluster.
	Secrets []StoredSecret
}

// StoredSecret is the remote secret of one observed cluster.
type StoredSecret struct {
	Cluster, APIServer string
	// Key of the cluster in the store.
	Key  string
	Type SecretType
	// Exec gets the credential in place of the store's token, nil for a token.
	Exec *v1alpha1.ExecAuth
}

// Token is the long-lived token with which control planes elsewhere read a cluster.
type Token struct {
	// ServiceAccount that it is for, and the namespace of both.
	ServiceAccount, Namespace string
	// Push puts it into the store, nil where somebody else does.
	Push *Push
}

// Push puts a cluster's token into a store.
type Push struct {
	Store v1alpha1.Ref
	// Key in the store.
	Key      string
	Interval string
}

// CACerts is the Secret cacerts of a control plane, from a provider that a
// controller in the cluster works for.
type CACerts struct {
	Mesh, Cluster, Namespace, TrustDomain string
	// Istiods are the names of the control planes' Services that share it.
	Istiods []string
	// One of the two is set.
	CertManager     *v1alpha1.CertManager
	ExternalSecrets *v1alpha1.TrustExternalSecrets
	// Key in the store, for external-secrets.
	Key string
}

// observedElsewhere says whether a control plane in another cluster reads this one.
func (b *builder) observedElsewhere(c topology.Cluster) bool {
	return c.DataPlane() && (len(b.hosts) > 1 || len(b.hosts) == 1 && b.hosts[0].Cluster != c.Name)
}

// runsExec says whether a host's istiod must be permitted credential plugins in
// remote secrets: a cluster that it observes asks for one.
func (b *builder) runsExec(host topology.Cluster) bool {
	return b.plugins > 1 || b.plugins == 1 && host.Auth == nil
}

// plugins counts the clusters of a mesh whose remote secrets name a credential
// plugin. istio-kubeconfig, for the config cluster, is a kubeconfig that istiod
// trusts (pkg/kube/util.go, DefaultRestConfig).
func plugins(m topology.Mesh) int {
	n := 0
	for _, c := range m.Clusters {
		if c.Auth != nil && c.Role != topology.Config {
			n++
		}
	}
	return n
}

// remoteSecrets plans those of a mesh that come from a store, nil for none.
func (b *builder) remoteSecrets(m topology.Mesh) *RemoteSecrets {
	es := m.RemoteSecrets.ExternalSecrets
	if es == nil || len(b.hosts) == 0 {
		return nil
	}
	out := &RemoteSecrets{Store: *es, Namespace: b.hosts[0].Namespace}
	for _, c := range m.Clusters {
		if !b.observedElsewhere(c) {
			continue
		}
		s := StoredSecret{Cluster: c.Name, APIServer: c.APIServer, Key: es.KeyPrefix + c.Name, Type: RemoteSecret}
		if c.Role == topology.Config {
			s.Type = ConfigSecret
		}
		if c.Auth != nil {
			s.Exec = &c.Auth.Exec
		}
		out.Secrets = append(out.Secrets, s)
	}
	if len(out.Secrets) == 0 {
		return nil
	}
	return out
}

// token plans the token of an observed cluster, nil where there is none: made by
// hand, or not needed.
func (b *builder) token(m topology.Mesh, c topology.Cluster, serviceAccount string) *Token {
	es := m.RemoteSecrets.ExternalSecrets
	if es == nil || c.Auth != nil || !b.observedElsewhere(c) {
		return nil
	}
	t := &Token{ServiceAccount: serviceAccount, Namespace: systemNamespace(m, c)}
	if es.Push {
		t.Push = &Push{Store: es.StoreRef, Key: es.KeyPrefix + c.Name, Interval: es.RefreshInterval}
	}
	return t
}

// cacerts plans the signing certificate of a mesh's control planes in a cluster,
// nil where no controller makes it.
func cacerts(m topology.Mesh, c topology.Cluster, namespace string) *CACerts {
	t := m.Trust
	if t.CertManager == nil && t.ExternalSecrets == nil {
		return nil
	}
	out := &CACerts{
		Mesh: m.Name, Cluster: c.Name, Namespace: namespace, TrustDomain: m.TrustDomain,
		CertManager: t.CertManager, ExternalSecrets: t.ExternalSecrets,
	}
	for _, r := range c.Revisions {
		out.Istiods = append(out.Istiods, topology.Revised("istiod", r.Name))
	}
	if t.ExternalSecrets != nil {
		out.Key = t.ExternalSecrets.KeyPrefix + c.Name
	}
	return out
}

// take adds what a host of a mesh takes from controllers and stores.
func (b *builder) take(out *Cluster, m topology.Mesh, host topology.Cluster, namespace string) {
	if signing := cacerts(m, host, namespace); signing != nil {
		out.CACerts = append(out.CACerts, *signing)
	}
	if b.stored {
		out.RemoteSecrets = append(out.RemoteSecrets, m.Name)
	}
}

// trusts sets what an install of a control plane needs of trust and of the
// clusters that it observes.
func (b *builder) trusts(in *Install, m topology.Mesh, host topology.Cluster) {
	in.AdditionalRoots = m.Trust.AdditionalRoots
	in.NeedsCACerts = m.Trust.CertManager != nil || m.Trust.ExternalSecrets != nil || m.Trust.SOPS != nil
	in.NeedsKubeconfig = in.External != nil && b.stored
	in.ExecCredentials = b.runsExec(host)
}
