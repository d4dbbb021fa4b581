package plan

import "isthmus.dev/isthmus/generator/topology"

// Gateway is one gateway.
type Gateway struct {
	Name string
	Kind topology.GatewayKind
	// EastWest marks the gateway for traffic between clusters.
	EastWest bool
	// Injected gateways get their proxy from the injector (image: auto); the one
	// of an external cluster's plain install does not.
	Injected  bool
	Namespace string
	// SystemNamespace of the cluster, the charts' global.istioNamespace.
	SystemNamespace string
	Release         topology.Release
	Platform        string
	Revision        string
	// Labels of the pods, by which Gateways and the Service select them.
	Labels map[string]string
	// Network that the gateway is reached on and routes into, "" for none.
	Network string
	// MinReplicas and MaxReplicas bound the autoscaler, 0 leaves the chart's.
	MinReplicas, MaxReplicas int
	Service                  Service
}

// Service in front of a gateway.
type Service struct {
	// Type, "" for the chart's.
	Type                     string
	Annotations              map[string]string
	LoadBalancerClass        string
	LoadBalancerSourceRanges []string
	ExternalTrafficPolicy    string
	// Ports, none for the chart's.
	Ports []Port
}

// Port of a Service.
type Port struct {
	Name             string
	Port, TargetPort int
}

// eastWest plans the gateway between clusters, in the form of
// samples/multicluster/gen-eastwest-gateway.sh.
func eastWest(m topology.Mesh, c topology.Cluster) Gateway {
	g := Gateway{
		Name: topology.EastWestGatewayName, Kind: topology.Ingress, EastWest: true, Injected: true,
		Labels:      map[string]string{"istio": topology.GatewayLabel(topology.EastWestGatewayName), "app": topology.EastWestGatewayName},
		Network:     c.Network,
		MinReplicas: c.EastWest.Replicas.Min, MaxReplicas: c.EastWest.Replicas.Max,
		Service: Service{
			Type: c.EastWest.Service.Type, Annotations: c.EastWest.Service.Annotations,
			LoadBalancerClass:        c.EastWest.Service.LoadBalancerClass,
			LoadBalancerSourceRanges: c.EastWest.Service.LoadBalancerSourceRanges,
			ExternalTrafficPolicy:    c.EastWest.Service.ExternalTrafficPolicy,
			Ports: []Port{
				{"status-port", 15021, 15021},
				{"tls", 15443, 15443},
				{"tls-istiod", 15012, 15012},
				{"tls-webhook", 15017, 15017},
			},
		},
	}
	if c.Network != "" {
		g.Labels["topology.istio.io/network"] = c.Network
	}
	return place(g, m, c)
}

// ordinary plans a gateway that the user described. It is injected and bears
// labels of its own: the chart alone would give a second gateway the first
// one's selector.
func ordinary(m topology.Mesh, c topology.Cluster, in topology.Gateway) Gateway {
	g := Gateway{
		Name: in.Name, Kind: in.Kind, Injected: true, Namespace: in.Namespace,
		Labels:  map[string]string{"istio": topology.GatewayLabel(in.Name), "app": in.Name},
		Service: service(in),
	}
	return place(g, m, c)
}

func place(g Gateway, m topology.Mesh, c topology.Cluster) Gateway {
	g.SystemNamespace = systemNamespace(m, c)
	if g.Namespace == "" {
		g.Namespace = g.SystemNamespace
	}
	g.Platform = c.Platform
	g.Release, g.Revision = c.Revisions[0].Release, c.Revisions[0].Name
	if c.Role == topology.External {
		// The plain install of istio-system injects here, it has no revision.
		g.Release, g.Revision = c.GatewayInstall, ""
	}
	return g
}

func service(in topology.Gateway) Service {
	s := Service{
		Type: in.Service.Type, Annotations: in.Service.Annotations,
		LoadBalancerClass:        in.Service.LoadBalancerClass,
		LoadBalancerSourceRanges: in.Service.LoadBalancerSourceRanges,
		ExternalTrafficPolicy:    in.Service.ExternalTrafficPolicy,
	}
	for _, p := range in.Service.Ports {
		target := p.TargetPort
		if target == 0 {
			target = p.Port
		}
		s.Ports = append(s.Ports, Port{p.Name, p.Port, target})
	}
	return s
}

// controlPlaneGateway plans the ingress gateway of an external cluster's plain
// install. The user may shape its Service under the name istio-ingressgateway;
// ports of theirs come after those of the control planes.
func controlPlaneGateway(m topology.Mesh, c topology.Cluster) Gateway {
	g := Gateway{
		Name: topology.IngressGatewayName, Kind: topology.Ingress, Namespace: topology.SystemNamespace,
		Labels: map[string]string{"istio": topology.GatewayLabel(topology.IngressGatewayName), "app": topology.IngressGatewayName},
	}
	own := []Port{{"status-port", 15021, 15021}, {"tls-xds", 15012, 15012}, {"tls-webhook", 15017, 15017}}
	for _, in := range c.Gateways {
		if in.Name == topology.IngressGatewayName {
			g.Service = service(in)
		}
	}
	taken := map[int]bool{}
	for _, p := range own {
		taken[p.Port] = true
	}
	for _, p := range g.Service.Ports {
		if !taken[p.Port] {
			own = append(own, p)
		}
	}
	g.Service.Ports = own
	return place(g, m, c)
}
