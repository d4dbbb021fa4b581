package mesh

import (
	"bytes"
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Patched holds when every cluster has the root of its control plane: in the
// ConfigMap that istiod writes into namespaces, and in the caBundle of the
// webhooks, unless TLS is terminated before istiod, when nobody writes that.
func (m *Mesh) Patched(ctx context.Context) error {
	for _, c := range m.Topology.DataPlane() {
		root, err := m.writtenRoot(ctx, c.Name)
		if err != nil {
			return err
		}
		if m.Topology.Server(c).External.TLSSecretName != "" {
			continue
		}
		hooks, err := m.Clusters[c.Name].Client.AdmissionregistrationV1().MutatingWebhookConfigurations().List(ctx, metav1.ListOptions{LabelSelector: "app=sidecar-injector"})
		if err != nil {
			return err
		}
		if len(hooks.Items) == 0 {
			return fmt.Errorf("cluster %s has no injector", c.Name)
		}
		for _, h := range hooks.Items {
			for _, w := range h.Webhooks {
				if !bytes.Equal(bytes.TrimSpace(w.ClientConfig.CABundle), bytes.TrimSpace(root)) {
					return fmt.Errorf("cluster %s: webhook %s of %s has not the root of its control plane but %d bytes of caBundle", c.Name, w.Name, h.Name, len(w.ClientConfig.CABundle))
				}
			}
		}
		if m.Topology.Configures(c) == c.Name {
			if err := m.validatorPatched(ctx, c.Name, root); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Mesh) validatorPatched(ctx context.Context, cluster string, root []byte) error {
	hooks, err := m.Clusters[cluster].Client.AdmissionregistrationV1().ValidatingWebhookConfigurations().List(ctx, metav1.ListOptions{LabelSelector: "app=istiod"})
	if err != nil {
		return err
	}
	if len(hooks.Items) == 0 {
		return fmt.Errorf("cluster %s has no validator", cluster)
	}
	for _, h := range hooks.Items {
		for _, w := range h.Webhooks {
			if !bytes.Equal(bytes.TrimSpace(w.ClientConfig.CABundle), bytes.TrimSpace(root)) {
				return fmt.Errorf("cluster %s: webhook %s of %s has not the root of its control plane but %d bytes of caBundle", cluster, w.Name, h.Name, len(w.ClientConfig.CABundle))
			}
		}
	}
	return nil
}

// writtenRoot is the root that istiod wrote into the application's namespace.
func (m *Mesh) writtenRoot(ctx context.Context, cluster string) ([]byte, error) {
	cm, err := m.Clusters[cluster].Client.CoreV1().ConfigMaps(appNamespace).Get(ctx, "istio-ca-root-cert", metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("cluster %s: %w", cluster, err)
	}
	return []byte(cm.Data["root-cert.pem"]), nil
}
