package mesh

import (
	"context"
	"fmt"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.dev/isthmus/e2e/suite/proxy"
	"isthmus.dev/isthmus/e2e/suite/workload"
)

// The application of the tests: in every cluster a Service with two pods, another
// whose pods stay out of the mesh, and a client.
const (
	appNamespace = "sample"
	appName      = "helloworld"
	plainName    = "plain"
	clientName   = "client"
	appPort      = 5000
)

// workloads makes the application and waits for no more than its acceptance;
// that its pods come out injected is a check.
func (m *Mesh) workloads(ctx context.Context) error {
	return m.each(func(_ int, c Cluster) error {
		if c.Role == "external" {
			return nil
		}
		for _, o := range application(c) {
			if _, err := m.Clusters[c.Name].Apply(ctx, o); err != nil {
				return fmt.Errorf("cluster %s: %w", c.Name, err)
			}
		}
		return nil
	})
}

func application(c Cluster) []*unstructured.Unstructured {
	labels := map[string]any{"istio-injection": "enabled"}
	if c.Istio.Revision != "" {
		labels = map[string]any{"istio.io/rev": c.Istio.Revision}
	}
	object := func(apiVersion, kind, name string, fields map[string]any) *unstructured.Unstructured {
		o := map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any{"name": name, "namespace": appNamespace}}
		for k, v := range fields {
			o[k] = v
		}
		return &unstructured.Unstructured{Object: o}
	}
	deployment := func(name string, replicas int64) *unstructured.Unstructured {
		app := map[string]any{"app": name}
		labels := map[string]any{"app": name}
		if name == plainName {
			labels["sidecar.istio.io/inject"] = "false"
		}
		return object("apps/v1", "Deployment", name, map[string]any{"spec": map[string]any{
			"replicas": replicas, "selector": map[string]any{"matchLabels": app},
			"template": map[string]any{
				"metadata": map[string]any{"labels": labels},
				"spec": map[string]any{"serviceAccountName": name, "containers": []any{map[string]any{
					"name": name, "image": name, "ports": []any{map[string]any{"containerPort": int64(appPort), "protocol": "TCP"}},
				}}},
			},
		}})
	}
	service := func(name string) *unstructured.Unstructured {
		return object("v1", "Service", name, map[string]any{"spec": map[string]any{
			"selector": map[string]any{"app": name},
			"ports":    []any{map[string]any{"name": "http", "port": int64(appPort), "protocol": "TCP"}},
		}})
	}
	return []*unstructured.Unstructured{
		{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": appNamespace, "labels": labels}}},
		object("v1", "ServiceAccount", appName, nil),
		object("v1", "ServiceAccount", plainName, nil),
		object("v1", "ServiceAccount", clientName, nil),
		service(appName),
		service(plainName),
		deployment(appName, 2),
		deployment(plainName, 1),
		deployment(clientName, 1),
		configuration(c.Name),
	}
}

// configuration is Istio configuration by which one sees where a proxy's came from.
func configuration(cluster string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry",
		"metadata": map[string]any{"name": "configured", "namespace": appNamespace},
		"spec": map[string]any{
			"hosts": []any{configuredHost(cluster)}, "location": "MESH_EXTERNAL", "resolution": "DNS",
			"ports": []any{map[string]any{"number": int64(443), "name": "tls", "protocol": "TLS"}},
		},
	}}
}

func configuredHost(cluster string) string { return "configured-in-" + cluster + ".example.com" }

// client plays the proxy of a cluster's client.
func (m *Mesh) client(ctx context.Context, cluster string) (*proxy.Proxy, error) {
	return m.proxyOf(ctx, cluster, appNamespace, clientName)
}

func (m *Mesh) proxyOf(ctx context.Context, cluster, namespace, deployment string) (*proxy.Proxy, error) {
	pods, err := m.pods(ctx, cluster, namespace, deployment)
	if err != nil {
		return nil, err
	}
	// The proxy's image has the authority among the system's roots, where the
	// generated configuration has it look when TLS is terminated before istiod.
	return proxy.Of(ctx, m.Clusters[cluster], &pods[0], m.names, m.o.Authority.Cert)
}

// pods of a Deployment as they are now, or soon.
func (m *Mesh) pods(ctx context.Context, cluster, namespace, deployment string) ([]core.Pod, error) {
	return workload.Running(ctx, m.Clusters[cluster], time.Second, namespace, deployment)
}
