package mesh

import (
	"context"
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.dev/isthmus/e2e/suite/workload"
)

// Injected holds when the application's pods come out injected, each knowing its
// cluster, network and mesh, and every gateway has pods with a real proxy image.
func (m *Mesh) Injected(ctx context.Context) error {
	for _, c := range m.Topology.DataPlane() {
		for _, name := range []string{appName, clientName} {
			pods, err := m.pods(ctx, c.Name, appNamespace, name)
			if err != nil {
				return err
			}
			for i := range pods {
				if err := m.injected(ctx, c, &pods[i]); err != nil {
					return fmt.Errorf("cluster %s: pod %s: %w", c.Name, pods[i].Name, err)
				}
			}
		}
	}
	for _, c := range m.Topology.Spec.Clusters {
		for _, o := range m.Objects[c.Name] {
			if isGateway(o) {
				if err := m.gatewayRuns(ctx, c.Name, o); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (m *Mesh) injected(ctx context.Context, c Cluster, pod *core.Pod) error {
	container, ok := workload.Container(pod, "istio-proxy")
	if !ok {
		return fmt.Errorf("no container istio-proxy")
	}
	if _, ok := workload.Container(pod, "istio-init"); !ok {
		return fmt.Errorf("no container istio-init")
	}
	env, err := workload.Environment(ctx, m.Clusters[c.Name], pod, container)
	if err != nil {
		return err
	}
	for name, want := range map[string]string{
		"ISTIO_META_CLUSTER_ID": c.Name,
		"ISTIO_META_NETWORK":    c.Network,
		"ISTIO_META_MESH_ID":    m.Topology.Spec.MeshID,
		"TRUST_DOMAIN":          m.Topology.Spec.TrustDomain,
	} {
		if env[name] != want {
			return fmt.Errorf("%s is %q, want %q", name, env[name], want)
		}
	}
	return nil
}

// isGateway finds the gateways of a tree by their container.
func isGateway(o *unstructured.Unstructured) bool {
	if o.GetKind() != "Deployment" {
		return false
	}
	containers, _, _ := unstructured.NestedSlice(o.Object, "spec", "template", "spec", "containers")
	for _, c := range containers {
		if c, ok := c.(map[string]any); ok && c["name"] == "istio-proxy" {
			return true
		}
	}
	return false
}

func (m *Mesh) gatewayRuns(ctx context.Context, cluster string, o *unstructured.Unstructured) error {
	pods, err := m.pods(ctx, cluster, o.GetNamespace(), o.GetName())
	if err != nil {
		return err
	}
	for _, p := range pods {
		container, _ := workload.Container(&p, "istio-proxy")
		if !strings.Contains(container.Image, "/proxyv2:") {
			return fmt.Errorf("cluster %s: gateway %s runs image %q", cluster, p.Name, container.Image)
		}
	}
	return nil
}
