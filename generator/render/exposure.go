package render

import (
	"fmt"
	"strings"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology"
)

// exposure renders Istio configuration that lets other clusters in.
func exposure(e plan.Exposure) ([]manifest.Object, error) {
	var names []string
	switch {
	case e.Kind == plan.ExposeServices:
		names = []string{"expose-services"}
	case e.Kind == plan.ExposeIstiod:
		names = []string{"istiod-gateway", "istiod-vs"}
	case e.TLSSecretName != "":
		names = []string{"external-istiod-gw", "external-istiod-vs", "external-istiod-dr"}
	default:
		names = []string{"external-istiod-gw", "external-istiod-vs-passthrough"}
	}
	out := make([]manifest.Object, 0, len(names))
	for _, name := range names {
		o, err := skeleton("exposure/" + name + ".yaml")
		if err != nil {
			return nil, err
		}
		o.Set(e.Namespace, "metadata", "namespace")
		host := fmt.Sprintf("%s.%s.svc.%s", topology.Revised("istiod", e.Revision), e.Namespace, e.ClusterDomain)
		switch o.Kind() {
		case "Gateway":
			exposeGateway(o, e)
		case "VirtualService":
			exposeRoutes(o, e, host)
		case "DestinationRule":
			o.Set(host, "spec", "host")
		}
		out = append(out, o)
	}
	return out, nil
}

func exposeGateway(o manifest.Object, e plan.Exposure) {
	if e.Kind == plan.ExposeServices && e.ClusterDomain != topology.DefaultClusterDomain {
		// istiod builds chains only for services whose names a host of the server
		// covers (pilot/pkg/networking/core/gateway.go).
		for _, server := range o.Each("spec", "servers") {
			server["hosts"] = []any{"*." + e.ClusterDomain}
		}
	}
	if e.Kind != plan.ExposeExternalIstiod {
		return
	}
	for _, server := range o.Each("spec", "servers") {
		server["hosts"] = []any{e.Host}
		if e.TLSSecretName != "" {
			server.Set(e.TLSSecretName, "tls", "credentialName")
			continue
		}
		server.Set("tls", "port", "protocol")
		server.Set(strings.Replace(server.Text("port", "name"), "https", "tls", 1), "port", "name")
		server.Set(map[string]any{"mode": "PASSTHROUGH"}, "tls")
	}
}

func exposeRoutes(o manifest.Object, e plan.Exposure, host string) {
	if e.Kind == plan.ExposeIstiod {
		o.Set(topology.Revised(o.Name(), e.Revision), "metadata", "name")
	} else {
		o.Set([]any{e.Host}, "spec", "hosts")
	}
	for _, protocol := range []string{"tls", "http"} {
		for _, route := range o.Each("spec", protocol) {
			for _, match := range route.Each("match") {
				if match["sniHosts"] != nil {
					match["sniHosts"] = texts(e.SNIHosts)
				}
			}
			for _, d := range route.Each("route") {
				d.Set(host, "destination", "host")
			}
		}
	}
}

func texts(in []string) []any {
	out := make([]any, len(in))
	for i, s := range in {
		out[i] = s
	}
	return out
}
