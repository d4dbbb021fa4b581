package mesh

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"

	"istio.io/istio/istioctl/pkg/multicluster"
	istiokube "istio.io/istio/pkg/kube"
	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/e2e/suite/process"
	"isthmus.dev/isthmus/e2e/suite/wire"
)

// secrets makes what the generated READMEs say must exist outside of Git.
func (m *Mesh) secrets(ctx context.Context) error {
	var err error
	if m.root, err = wire.NewAuthority("mesh-root", nil); err != nil {
		return err
	}
	if err := m.provide(ctx); err != nil {
		return err
	}
	hosts := m.Topology.Hosts()
	for _, host := range hosts {
		namespace := m.Topology.ControlPlaneNamespace(host)
		// A single control plane may sign for itself, several need one root.
		if len(hosts) > 1 && m.manual(m.Topology.Spec.Trust) {
			if err := m.create(ctx, host.Name, m.cacerts(host.Name, namespace)); err != nil {
				return err
			}
		}
		for _, c := range m.Topology.DataPlane() {
			if c.Name == host.Name || !m.manual(m.Topology.Spec.RemoteSecrets) {
				continue
			}
			if err := m.RemoteSecret(ctx, c, host); err != nil {
				return fmt.Errorf("remote secret of %s for %s: %w", c.Name, host.Name, err)
			}
		}
		if host.External.TLSSecretName != "" {
			cert, key, err := m.o.Authority.Issue(host.External.Address, "", host.External.Address)
			if err != nil {
				return err
			}
			if err := m.create(ctx, host.Name, &core.Secret{
				ObjectMeta: metav1.ObjectMeta{Name: host.External.TLSSecretName, Namespace: "istio-system"},
				Type:       core.SecretTypeTLS, Data: map[string][]byte{"tls.crt": cert, "tls.key": key},
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// manual says whether Secrets are made by hand.
func (*Mesh) manual(p Provider) bool {
	return p.Provider != certManager && p.Provider != externalSecrets && p.Provider != encrypted
}

// cacerts is an intermediate of the mesh's root for one control plane.
func (m *Mesh) cacerts(cluster, namespace string) *core.Secret {
	return &core.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "cacerts", Namespace: namespace}, Data: m.intermediate(cluster),
	}
}

// RemoteSecret lets a control plane observe a cluster: the command of the
// cluster's README, with istioctl's own code.
func (m *Mesh) RemoteSecret(ctx context.Context, c, host Cluster) error {
	config, err := clientConfig(m.Clusters[c.Name].Kubeconfig)
	if err != nil {
		return err
	}
	client, err := istiokube.NewCLIClient(config)
	if err != nil {
		return err
	}
	o := multicluster.RemoteSecretOptions{
		KubeOptions: multicluster.KubeOptions{Namespace: m.Topology.Namespace(c)},
		AuthType:    multicluster.RemoteSecretAuthTypeBearerToken,
	}
	if c.Role == "config" {
		o.Type, o.ServiceAccountName = multicluster.SecretTypeConfig, revised("istiod", c.Istio.Revision)
	} else {
		o.Type, o.ClusterName = multicluster.SecretTypeRemote, c.Name
	}
	text, _, err := multicluster.CreateRemoteSecret(client, o)
	if err != nil {
		return err
	}
	secret := &core.Secret{}
	if err := yaml.Unmarshal([]byte(strings.TrimSuffix(text, "---\n")), secret); err != nil {
		return err
	}
	if c.Role == "config" {
		delete(secret.Labels, "istio/multiCluster")
	}
	secret.Namespace = m.Topology.ControlPlaneNamespace(host)
	return m.create(ctx, host.Name, secret)
}

// Forget deletes the remote secret of a cluster and waits until the istiod of a
// primary observes it no more.
func (m *Mesh) Forget(ctx context.Context, cluster, host string) error {
	secrets := m.Clusters[host].Client.CoreV1().Secrets(m.Topology.ControlPlaneNamespace(m.Topology.Cluster(host)))
	if err := secrets.Delete(ctx, "istio-remote-secret-"+cluster, metav1.DeleteOptions{}); err != nil {
		return err
	}
	return process.Until(ctx, time.Minute, func(ctx context.Context) error {
		observed, err := m.observes(ctx, host)
		if err == nil && slices.Contains(observed, cluster) {
			err = fmt.Errorf("the istiod of %s still observes %s", host, cluster)
		}
		return err
	})
}

func (m *Mesh) create(ctx context.Context, cluster string, s *core.Secret) error {
	_, err := m.Clusters[cluster].Client.CoreV1().Secrets(s.Namespace).Create(ctx, s, metav1.CreateOptions{})
	return err
}

func revised(name, revision string) string {
	if revision == "" {
		return name
	}
	return name + "-" + revision
}

func clientConfig(kubeconfig string) (clientcmd.ClientConfig, error) {
	data, err := os.ReadFile(kubeconfig)
	if err != nil {
		return nil, err
	}
	return clientcmd.NewClientConfigFromBytes(data)
}
