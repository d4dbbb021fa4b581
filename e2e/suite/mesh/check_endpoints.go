package mesh

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
)

const appCluster = "outbound|5000||helloworld.sample.svc.cluster.local"

// Endpoints holds when a client in every cluster gets the pods of every cluster
// on its own network, and for each other network the addresses of its gateways
// on 15443, never its pods. Pods outside the mesh are reached on their own
// network alone, since a gateway takes nothing but mutual TLS.
func (m *Mesh) Endpoints(ctx context.Context) error {
	for _, c := range m.Topology.DataPlane() {
		client, err := m.client(ctx, c.Name)
		if err != nil {
			return err
		}
		config, err := client.Config(ctx)
		if err != nil {
			return err
		}
		for _, name := range []string{appName, plainName} {
			want := map[string]bool{}
			for _, o := range m.Topology.DataPlane() {
				switch {
				case o.Network == c.Network:
					if err := m.addPods(ctx, want, o.Name, name); err != nil {
						return err
					}
				case name == appName:
					want[net.JoinHostPort(m.GatewayIP(o.Name), "15443")] = true
				}
			}
			service := strings.Replace(appCluster, appName, name, 1)
			got := slices.Sorted(slices.Values(config.Endpoints[service]))
			if !slices.Equal(got, sorted(want)) {
				return fmt.Errorf("a client in %s gets %v for %s, want %v", c.Name, got, name, sorted(want))
			}
		}
	}
	return nil
}

// addPods adds the addresses of a Deployment's pods to a set.
func (m *Mesh) addPods(ctx context.Context, set map[string]bool, cluster, name string) error {
	pods, err := m.pods(ctx, cluster, appNamespace, name)
	if err != nil {
		return err
	}
	for _, p := range pods {
		set[net.JoinHostPort(p.Status.PodIP, fmt.Sprint(appPort))] = true
	}
	return nil
}

// Exposed holds when the gateways get the listeners that let other clusters in:
// 15443 to the services of their own network, 15012 and 15017 to istiod.
func (m *Mesh) Exposed(ctx context.Context) error {
	for _, c := range m.Topology.DataPlane() {
		if m.Topology.MultiNetwork() {
			if err := m.exposesServices(ctx, c); err != nil {
				return err
			}
		}
		if m.Topology.Serves(c) {
			istiod := "istiod." + m.Topology.ControlPlaneNamespace(c) + ".svc.cluster.local"
			if c.Istio.Revision != "" {
				istiod = "istiod-" + c.Istio.Revision + strings.TrimPrefix(istiod, "istiod")
			}
			if err := m.exposesIstiod(ctx, c, "istio-eastwestgateway", istiod); err != nil {
				return err
			}
		}
	}
	for _, c := range m.Topology.Hosts() {
		if c.Role != "external" {
			continue
		}
		istiod := revised("istiod", c.Istio.Revision) + "." + c.External.Namespace + ".svc.cluster.local"
		if err := m.exposesIstiod(ctx, c, "istio-ingressgateway", istiod); err != nil {
			return err
		}
	}
	return nil
}

// exposesServices: the gateway routes by the server name in which a sidecar of
// another network writes the service, to pods of its own network alone.
func (m *Mesh) exposesServices(ctx context.Context, c Cluster) error {
	gateway, err := m.proxyOf(ctx, c.Name, m.Topology.Namespace(c), "istio-eastwestgateway")
	if err != nil {
		return err
	}
	config, err := gateway.Config(ctx)
	if err != nil {
		return err
	}
	l := config.Listeners["0.0.0.0_15443"]
	if l == nil {
		return fmt.Errorf("the east-west gateway of %s has no listener on 15443", c.Name)
	}
	service := "outbound_." + fmt.Sprint(appPort) + "_._." + appName + "." + appNamespace + ".svc.cluster.local"
	if !slices.ContainsFunc(l.FilterChains, func(f *chain) bool { return slices.Contains(f.GetFilterChainMatch().GetServerNames(), service) }) {
		return fmt.Errorf("the east-west gateway of %s does not route %s on 15443", c.Name, service)
	}
	want := map[string]bool{}
	for _, o := range m.Topology.DataPlane() {
		if o.Network != c.Network {
			continue
		}
		if err := m.addPods(ctx, want, o.Name, appName); err != nil {
			return err
		}
	}
	got := slices.Sorted(slices.Values(config.Endpoints[service]))
	if !slices.Equal(got, sorted(want)) {
		return fmt.Errorf("the east-west gateway of %s routes %s to %v, want %v", c.Name, service, got, sorted(want))
	}
	return nil
}
