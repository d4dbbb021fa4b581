package mesh

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"

	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"

	"isthmus.dev/isthmus/e2e/suite/proxy"
)

type chain = listener.FilterChain

// exposesIstiod: the gateway leads 15012 and 15017 to istiod, in the way that
// the stand-ins of package wire do.
func (m *Mesh) exposesIstiod(ctx context.Context, c Cluster, name, istiod string) error {
	gateway, err := m.proxyOf(ctx, c.Name, "istio-system", name)
	if err != nil {
		return err
	}
	config, err := gateway.Config(ctx)
	if err != nil {
		return err
	}
	for port, service := range map[string]string{"15012": "15012", "15017": "443"} {
		l := config.Listeners["0.0.0.0_"+port]
		if l == nil {
			return fmt.Errorf("gateway %s of %s has no listener on %s", name, c.Name, port)
		}
		to := "outbound|" + service + "||" + istiod
		if c.External.TLSSecretName != "" {
			err = terminates(l, config, to, c.External.TLSSecretName)
		} else {
			err = passes(l, to, serverName(c, port, istiod))
		}
		if err != nil {
			return fmt.Errorf("gateway %s of %s, port %s: %w", name, c.Name, port, err)
		}
		if len(config.Endpoints[to]) != 1 || !strings.HasPrefix(config.Endpoints[to][0], m.Istiods[c.Name].Address+":") {
			return fmt.Errorf("gateway %s of %s leads %s to %v, want the istiod at %s", name, c.Name, port, config.Endpoints[to], m.Istiods[c.Name].Address)
		}
	}
	return nil
}

// serverName is what clients ask for on a port. Remotes of a primary know it as
// a Service, but for webhooks where its address is a DNS name; clients of an
// external control plane know its address, and send no name for an IP.
func serverName(c Cluster, port, istiod string) string {
	address := gatewayAddress(c)
	isIP := net.ParseIP(address) != nil
	switch {
	case c.Role == "external" && isIP:
		return ""
	case c.Role == "external" || port == "15017" && !isIP:
		return address
	default:
		return strings.TrimSuffix(istiod, ".cluster.local")
	}
}

// passes: the chain for a server name has no TLS of its own and hands the bytes to
// istiod. One without names takes all clients.
func passes(l *listener.Listener, to, name string) error {
	for _, f := range l.FilterChains {
		names := f.GetFilterChainMatch().GetServerNames()
		if len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		if f.TransportSocket == nil && strings.Contains(proxy.Text(f), to) {
			return nil
		}
	}
	return fmt.Errorf("no chain for clients that ask for %q passes TLS through to %s: %v", name, to, l.FilterChains)
}

// terminates: the chain has the Secret's certificate, and what goes to istiod is
// TLS again.
func terminates(l *listener.Listener, config *proxy.Config, to, secret string) error {
	if !slices.ContainsFunc(l.FilterChains, func(f *chain) bool { return strings.Contains(proxy.Text(f.TransportSocket), secret) }) {
		return fmt.Errorf("no chain has the certificate of Secret %s", secret)
	}
	c := config.Clusters[to]
	if c == nil {
		return fmt.Errorf("no cluster %s", to)
	}
	if !strings.Contains(proxy.Text(c), "UpstreamTlsContext") {
		return fmt.Errorf("the connection to %s is not TLS", to)
	}
	// istiod's certificate is signed by a root of its own.
	if strings.Contains(proxy.Text(c), "file-root:system") {
		return fmt.Errorf("the connection to %s is verified with the system's roots, which do not know istiod's", to)
	}
	return nil
}
