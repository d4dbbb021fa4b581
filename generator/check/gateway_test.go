package check_test

import (
	"testing"

	"isthmus.dev/isthmus/generator/component"
)

func TestGateways(t *testing.T) {
	const (
		gateway = "Gateway istio-system/cross-network-gateway"
		id      = "Gateway.networking.istio.io istio-system/cross-network-gateway: "
	)
	server := func(port int64) func(*testing.T, []component.Component) []component.Component {
		return func(t *testing.T, c []component.Component) []component.Component {
			item(t, find(t, c, gateway), 0, "spec", "servers").Set(port, "port", "number")
			return c
		}
	}
	runAll(t, map[string]bad{
		"selector": {
			change: set(gateway, map[string]any{"istio": "gone"}, "spec", "selector"),
			want:   id + "selector istio=gone matches the pods of no workload; select by the labels of a gateway of this cluster",
		},
		"no gateway": {
			change: without("Deployment istio-system/istio-eastwestgateway"),
			want:   id + "selector istio=eastwestgateway matches the pods of no workload; select by the labels of a gateway of this cluster",
		},
		"two gateways": {model: "gateways", cluster: "a", change: func(t *testing.T, c []component.Component) []component.Component {
			for _, path := range [][]string{{"spec", "selector", "matchLabels"}, {"spec", "template", "metadata", "labels"}} {
				find(t, c, "Deployment edge/public").Set("ingressgateway", append(path, "istio")...)
			}
			find(t, c, "Service edge/public").Set("ingressgateway", "spec", "selector", "istio")
			return with(t, c, "extra", "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g, namespace: edge}, spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}}]}}")
		}, want: "Gateway.networking.istio.io edge/g: selector istio=ingressgateway matches more than one gateway: Deployment.apps istio-system/istio-ingressgateway and Deployment.apps edge/public; give each gateway a label of its own and select by that"},
		"port": {change: server(15444), want: id + `Service istio-system/istio-eastwestgateway has no port 15444, which server "tls" listens on; add the port to the gateway's Service or use one that it has`},
		"port of the container, not of the Service": {
			model: "gateways", cluster: "a",
			change: extra("{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g, namespace: edge}, spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 8443, name: tls, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}}]}}"),
			want:   `Gateway.networking.istio.io edge/g: Service istio-system/istio-ingressgateway has no port 8443, which server "tls" listens on; add the port to the gateway's Service or use one that it has`,
		},
		"no Service": {
			change: without("Service istio-system/istio-eastwestgateway"),
			want:   id + "nothing leads to Deployment.apps istio-system/istio-eastwestgateway: no Service selects its pods; add a Service that selects its pods",
		},
		"for every gateway": {change: func(t *testing.T, c []component.Component) []component.Component {
			delete(find(t, c, gateway).Map("spec"), "selector")
			return c
		}},
	})
}
