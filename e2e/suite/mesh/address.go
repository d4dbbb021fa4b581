package mesh

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"isthmus.dev/isthmus/e2e/suite/wire"
)

// address answers to the names of the topology, each with an address of the
// documentation's network, which is local here (see e2e/run).
func (m *Mesh) address(context.Context) error {
	names, err := wire.ServeNames()
	if err != nil {
		return err
	}
	m.names = names
	m.closers = append(m.closers, names.Close)
	for i, c := range m.Topology.Spec.Clusters {
		if a := gatewayAddress(c); a != "" && net.ParseIP(a) == nil {
			names.Set(a, spare(i))
		}
	}
	return nil
}

// gatewayAddress is what the topology says of a cluster's gateway.
func gatewayAddress(c Cluster) string {
	if c.Role == "external" {
		return c.External.Address
	}
	return c.EastWestGateway.Address
}

func spare(cluster int) string { return fmt.Sprintf("203.0.113.%d", 100+cluster) }

// GatewayIP is where a cluster's gateway is reached in the end.
func (m *Mesh) GatewayIP(cluster string) string {
	for i, c := range m.Topology.Spec.Clusters {
		if c.Name == cluster {
			if ip, ok := m.names.Lookup(gatewayAddress(c)); ok {
				return ip
			}
			return spare(i)
		}
	}
	return ""
}

// open gives the gateways' Services their addresses, as a cloud's load balancers
// do, and listens there where the gateways would lead to an istiod.
func (m *Mesh) open(ctx context.Context) error {
	for _, c := range m.Topology.Spec.Clusters {
		if err := m.balance(ctx, c); err != nil {
			return err
		}
		if !m.Topology.Serves(c) {
			continue
		}
		for _, port := range []string{"15012", "15017"} {
			from, to := net.JoinHostPort(m.GatewayIP(c.Name), port), net.JoinHostPort(m.Istiods[c.Name].Address, port)
			if err := m.listen(c, from, to); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Mesh) listen(c Cluster, from, to string) error {
	if c.External.TLSSecretName == "" {
		r, err := wire.Pass(from, to)
		if err == nil {
			m.closers = append(m.closers, r.Close)
		}
		return err
	}
	certificate, err := m.o.Authority.KeyPair(c.External.Address)
	if err != nil {
		return err
	}
	// Whether the gateway verifies istiod is asserted on its configuration.
	t, err := wire.Terminate(from, to, certificate, &tls.Config{InsecureSkipVerify: true})
	if err == nil {
		m.closers = append(m.closers, t.Close)
	}
	return err
}

// balance writes the status of LoadBalancer Services.
func (m *Mesh) balance(ctx context.Context, c Cluster) error {
	ingress := core.LoadBalancerIngress{IP: m.GatewayIP(c.Name)}
	if a := gatewayAddress(c); a != "" && net.ParseIP(a) == nil {
		ingress = core.LoadBalancerIngress{Hostname: a}
	}
	patch, err := json.Marshal(map[string]any{"status": core.ServiceStatus{LoadBalancer: core.LoadBalancerStatus{Ingress: []core.LoadBalancerIngress{ingress}}}})
	if err != nil {
		return err
	}
	for _, o := range m.Objects[c.Name] {
		if o.GetKind() != "Service" {
			continue
		}
		s, err := m.Clusters[c.Name].Client.CoreV1().Services(o.GetNamespace()).Get(ctx, o.GetName(), metav1.GetOptions{})
		if err != nil {
			return err
		}
		if s.Spec.Type != core.ServiceTypeLoadBalancer {
			continue
		}
		if _, err := m.Clusters[c.Name].Client.CoreV1().Services(s.Namespace).Patch(ctx, s.Name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: "cloud"}, "status"); err != nil {
			return err
		}
	}
	return nil
}
