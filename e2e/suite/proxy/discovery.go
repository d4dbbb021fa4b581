package proxy

import (
	"context"
	"fmt"
	"strings"
	"time"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// Types of resources.
const (
	clusterType  = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
	endpointType = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
	listenerType = "type.googleapis.com/envoy.config.listener.v3.Listener"
)

// Config is what istiod gave to the proxy.
type Config struct {
	Clusters  map[string]*cluster.Cluster
	Listeners map[string]*listener.Listener
	// Endpoints by cluster, "address:port".
	Endpoints map[string][]string
}

// Config asks istiod for everything of these types, on a new connection.
func (p *Proxy) Config(ctx context.Context) (*Config, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	address, err := p.DiscoveryAddress(ctx)
	if err != nil {
		return nil, err
	}
	conn, ctx, err := p.dial(ctx, address, "XDS_ROOT_CA")
	if err != nil {
		return nil, fmt.Errorf("%s, istiod at %s: %w", p.name(), address, err)
	}
	defer conn.Close()
	stream, err := discovery.NewAggregatedDiscoveryServiceClient(conn).StreamAggregatedResources(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s, istiod at %s: %w", p.name(), address, err)
	}
	out, err := p.read(stream)
	if err != nil {
		return nil, fmt.Errorf("%s, discovery from %s: %w", p.name(), address, err)
	}
	return out, nil
}

func (p *Proxy) name() string {
	return fmt.Sprintf("proxy of pod %s/%s in cluster %s", p.Pod.Namespace, p.Pod.Name, p.Cluster.Name)
}

func (p *Proxy) read(s discovery.AggregatedDiscoveryService_StreamAggregatedResourcesClient) (*Config, error) {
	out := &Config{Clusters: map[string]*cluster.Cluster{}, Listeners: map[string]*listener.Listener{}, Endpoints: map[string][]string{}}
	found, err := p.ask(s, clusterType, nil)
	if err != nil {
		return nil, err
	}
	var byEndpoints []string
	for _, a := range found {
		c := &cluster.Cluster{}
		if err := a.UnmarshalTo(c); err != nil {
			return nil, err
		}
		out.Clusters[c.Name] = c
		if c.GetType() == cluster.Cluster_EDS {
			byEndpoints = append(byEndpoints, c.Name)
		}
	}
	if found, err = p.ask(s, endpointType, byEndpoints); err != nil {
		return nil, err
	}
	for _, a := range found {
		e := &endpoint.ClusterLoadAssignment{}
		if err := a.UnmarshalTo(e); err != nil {
			return nil, err
		}
		out.Endpoints[e.ClusterName] = addresses(e)
	}
	if found, err = p.ask(s, listenerType, nil); err != nil {
		return nil, err
	}
	for _, a := range found {
		l := &listener.Listener{}
		if err := a.UnmarshalTo(l); err != nil {
			return nil, err
		}
		out.Listeners[l.Name] = l
	}
	return out, nil
}

// ask requests one type, waits for it, and acknowledges it.
func (p *Proxy) ask(s discovery.AggregatedDiscoveryService_StreamAggregatedResourcesClient, typ string, names []string) ([]*anypb.Any, error) {
	node, err := p.node()
	if err != nil {
		return nil, err
	}
	if err := s.Send(&discovery.DiscoveryRequest{Node: node, TypeUrl: typ, ResourceNames: names}); err != nil {
		return nil, err
	}
	for {
		response, err := s.Recv()
		if err != nil {
			return nil, err
		}
		ack := &discovery.DiscoveryRequest{TypeUrl: response.TypeUrl, VersionInfo: response.VersionInfo, ResponseNonce: response.Nonce}
		if response.TypeUrl == endpointType {
			ack.ResourceNames = names
		}
		if err := s.Send(ack); err != nil {
			return nil, err
		}
		if response.TypeUrl == typ { // others are pushes of what was asked before
			return response.Resources, nil
		}
	}
}

func addresses(e *endpoint.ClusterLoadAssignment) []string {
	var out []string
	for _, locality := range e.Endpoints {
		for _, lb := range locality.LbEndpoints {
			a := lb.GetEndpoint().GetAddress().GetSocketAddress()
			out = append(out, fmt.Sprintf("%s:%d", a.GetAddress(), a.GetPortValue()))
		}
	}
	return out
}

// Text is a message as text, to look for a name in it.
func Text(m proto.Message) string {
	return strings.ReplaceAll(fmt.Sprint(m), "  ", " ")
}
