package topology

import "strings"

// Names that Istio's charts, samples and this program agree on.
const (
	// EastWestGatewayName is the gateway's name in samples/multicluster/gen-eastwest-gateway.sh.
	EastWestGatewayName = "istio-eastwestgateway"
	// IngressGatewayName is the gateway of Istio's default profile.
	IngressGatewayName = "istio-ingressgateway"
	// SystemNamespace is where Istio is installed unless said otherwise.
	SystemNamespace = "istio-system"
	// DefaultExternalNamespace is the namespace of the guide "Install Istio with an external control plane".
	DefaultExternalNamespace = "external-istiod"
)

// DefaultClusterDomain is the charts' default of global.proxy.clusterDomain.
const DefaultClusterDomain = "cluster.local"

// GatewayLabel is the value of the label istio of a gateway's pods: the name
// without "istio-", as Istio's own gateways have it.
func GatewayLabel(name string) string { return strings.TrimPrefix(name, "istio-") }

// Revised is a name with the suffix of a revision; the default one has none.
func Revised(name, revision string) string {
	if revision == "" {
		return name
	}
	return name + "-" + revision
}
