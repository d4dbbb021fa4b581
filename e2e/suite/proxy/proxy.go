// Package proxy plays the proxy of a pod, from what the injector made of the pod
// and nothing else: it finds istiod where the pod would, with the pod's token
// and roots, and asks for certificates and configuration as pilot-agent and
// Envoy do.
package proxy

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"

	xdscore "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/structpb"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/e2e/suite/kube"
	"isthmus.dev/isthmus/e2e/suite/wire"
	"isthmus.dev/isthmus/e2e/suite/workload"
)

// Proxy is the proxy of one pod.
type Proxy struct {
	Cluster *kube.Cluster
	Pod     *core.Pod
	// Env is the container's environment.
	Env map[string]string

	role, version string
	system        []byte
	names         *wire.Names
}

// Of plays the proxy of an injected pod. system is what the image has for the
// system's certificates.
func Of(ctx context.Context, c *kube.Cluster, pod *core.Pod, names *wire.Names, system []byte) (*Proxy, error) {
	container, ok := workload.Container(pod, "istio-proxy")
	if !ok {
		return nil, fmt.Errorf("cluster %s: pod %s/%s has no proxy", c.Name, pod.Namespace, pod.Name)
	}
	env, err := workload.Environment(ctx, c, pod, container)
	if err != nil {
		return nil, err
	}
	p := &Proxy{Cluster: c, Pod: pod, Env: env, role: "sidecar", system: system, names: names}
	_, p.version, _ = strings.Cut(container.Image, "/proxyv2:")
	if slices.Contains(container.Args, "router") {
		p.role = "router"
	}
	return p, nil
}

// DiscoveryAddress is where the pod's configuration says that istiod is. Only
// injected pods have PROXY_CONFIG; a gateway of the chart's own has the mesh's
// configuration as a file, which leaves this to Istio's default unless it says so.
func (p *Proxy) DiscoveryAddress(ctx context.Context) (string, error) {
	var config struct {
		DiscoveryAddress string `json:"discoveryAddress"`
	}
	if text, injected := p.Env["PROXY_CONFIG"]; injected {
		if err := json.Unmarshal([]byte(text), &config); err != nil {
			return "", fmt.Errorf("PROXY_CONFIG %q: %w", text, err)
		}
	} else {
		var mesh struct {
			DefaultConfig struct {
				DiscoveryAddress string `json:"discoveryAddress"`
			} `json:"defaultConfig"`
		}
		m, err := p.Cluster.Client.CoreV1().ConfigMaps(p.Pod.Namespace).Get(ctx, "istio", metav1.GetOptions{})
		if err != nil {
			return "", err
		}
		if err := yaml.Unmarshal([]byte(m.Data["mesh"]), &mesh); err != nil {
			return "", fmt.Errorf("ConfigMap istio: %w", err)
		}
		config.DiscoveryAddress = mesh.DefaultConfig.DiscoveryAddress
	}
	if config.DiscoveryAddress == "" {
		return "istiod.istio-system.svc:15012", nil
	}
	return config.DiscoveryAddress, nil
}

// node says who the proxy is, in Istio's form (pilot/pkg/model, ParseServiceNodeWithMetadata).
func (p *Proxy) node() (*xdscore.Node, error) {
	meta := map[string]any{
		"NAME": p.Pod.Name, "NAMESPACE": p.Pod.Namespace, "SERVICE_ACCOUNT": p.Pod.Spec.ServiceAccountName,
		"INSTANCE_IPS": p.Pod.Status.PodIP, "ISTIO_VERSION": p.version,
	}
	for k, v := range p.Env {
		if key, ok := strings.CutPrefix(k, "ISTIO_META_"); ok {
			meta[key] = v
		}
	}
	labels := map[string]any{}
	for k, v := range p.Pod.Labels {
		labels[k] = v
	}
	meta["LABELS"] = labels
	fields, err := structpb.NewStruct(meta)
	if err != nil {
		return nil, err
	}
	id := fmt.Sprintf("%s~%s~%s.%s~%s.svc.cluster.local", p.role, p.Pod.Status.PodIP, p.Pod.Name, p.Pod.Namespace, p.Pod.Namespace)
	return &xdscore.Node{Id: id, Metadata: fields}, nil
}

// dial connects as the pod would. root is the variable that names other roots
// than those that istiod writes into the namespace.
func (p *Proxy) dial(ctx context.Context, address, root string) (*grpc.ClientConn, context.Context, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, nil, err
	}
	target, err := p.resolve(ctx, address)
	if err != nil {
		return nil, nil, err
	}
	roots := p.system
	if p.Env[root] == "" {
		m, err := p.Cluster.Client.CoreV1().ConfigMaps(p.Pod.Namespace).Get(ctx, "istio-ca-root-cert", metav1.GetOptions{})
		if err != nil {
			return nil, nil, err
		}
		roots = []byte(m.Data["root-cert.pem"])
	}
	pool, err := wire.Pool(roots)
	if err != nil {
		return nil, nil, fmt.Errorf("roots (%s=%q): %w", root, p.Env[root], err)
	}
	token, err := workload.Token(ctx, p.Cluster, p.Pod, "istio-ca")
	if err != nil {
		return nil, nil, err
	}
	conn, err := grpc.NewClient("passthrough:///"+target, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{
		RootCAs: pool, ServerName: host,
	})))
	if err != nil {
		return nil, nil, err
	}
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token, "ClusterID", p.Env["ISTIO_META_CLUSTER_ID"])
	return conn, ctx, nil
}

// resolve finds an address as a pod of the cluster does: a Service through its
// endpoints or its external name, other names in the DNS.
func (p *Proxy) resolve(ctx context.Context, address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	parts := strings.Split(host, ".")
	if len(parts) >= 3 && parts[2] == "svc" {
		return p.service(ctx, parts[1], parts[0], port)
	}
	return p.lookup(host, port)
}

func (p *Proxy) lookup(host, port string) (string, error) {
	ip, ok := p.names.Lookup(host)
	if !ok {
		return "", fmt.Errorf("no such host: %s", host)
	}
	return net.JoinHostPort(ip, port), nil
}

func (p *Proxy) service(ctx context.Context, namespace, name, port string) (string, error) {
	s, err := p.Cluster.Client.CoreV1().Services(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	if s.Spec.Type == core.ServiceTypeExternalName {
		return p.lookup(s.Spec.ExternalName, port)
	}
	var portName string
	for _, sp := range s.Spec.Ports {
		if fmt.Sprint(sp.Port) == port {
			portName = sp.Name
		}
	}
	slices, err := p.Cluster.Client.DiscoveryV1().EndpointSlices(namespace).List(ctx, metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=" + name})
	if err != nil {
		return "", err
	}
	for _, slice := range slices.Items {
		for _, sp := range slice.Ports {
			if sp.Port == nil || sp.Name == nil || *sp.Name != portName {
				continue
			}
			for _, e := range slice.Endpoints {
				return net.JoinHostPort(e.Addresses[0], fmt.Sprint(*sp.Port)), nil
			}
		}
	}
	return "", fmt.Errorf("cluster %s: Service %s/%s has no endpoint for port %s", p.Cluster.Name, namespace, name, port)
}
