package check_test

import (
	"testing"

	"isthmus.dev/isthmus/generator/component"
)

func TestRoutes(t *testing.T) {
	const (
		vs     = "VirtualService istio-system/istiod-vs"
		id     = "VirtualService.networking.istio.io istio-system/istiod-vs: "
		extDR  = "DestinationRule external-istiod/external-istiod-dr"
		extVS  = "VirtualService external-istiod/external-istiod-vs"
		noHost = "; add the Service or correct the name"
		noPort = "; correct the port or add it to the Service"
	)
	destination := func(value any, path ...string) func(*testing.T, []component.Component) []component.Component {
		return func(t *testing.T, c []component.Component) []component.Component {
			route := item(t, item(t, find(t, c, vs), 0, "spec", "tls"), 0, "route")
			route.Set(value, append([]string{"destination"}, path...)...)
			return c
		}
	}
	portOf := func(what, list string, path ...string) func(*testing.T, []component.Component) []component.Component {
		return func(t *testing.T, c []component.Component) []component.Component {
			o := item(t, find(t, c, what), 0, append(path, list)...)
			if list == "http" {
				o = item(t, o, 0, "route")
				o.Set(int64(99), "destination", "port", "number")
			} else {
				o.Set(int64(99), "port", "number")
			}
			return c
		}
	}
	runAll(t, map[string]bad{
		"gateway":              {change: without("Gateway istio-system/istiod-gateway"), want: id + "there is no Gateway istio-system/istiod-gateway; add the Gateway or correct its name"},
		"gateway elsewhere":    {change: set(vs, []any{"other/istiod-gateway"}, "spec", "gateways"), want: id + "there is no Gateway other/istiod-gateway; add the Gateway or correct its name"},
		"gateway of a match":   {change: extra("{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a, namespace: istio-system}, spec: {hosts: [x], http: [{match: [{gateways: [gone]}], route: [{destination: {host: istiod}}]}], tcp: [{match: [{gateways: [mesh]}], route: [{destination: {host: istiod}}]}]}}"), want: "VirtualService.networking.istio.io istio-system/a: there is no Gateway istio-system/gone; add the Gateway or correct its name"},
		"host":                 {change: destination("istiodd.istio-system.svc.cluster.local", "host"), want: id + `host "istiodd.istio-system.svc.cluster.local": there is no Service istio-system/istiodd in the cluster` + noHost},
		"host in no namespace": {change: destination("istiod.istio-sistem.svc.cluster.local", "host"), want: id + `host "istiod.istio-sistem.svc.cluster.local": there is no Service istio-sistem/istiod in the cluster` + noHost},
		"short host":           {change: destination("istiodd", "host"), want: id + `host "istiodd": there is no Service istio-system/istiodd in the cluster` + noHost},
		"good short host":      {change: destination("istiod", "host")},
		"host of DNS":          {change: destination("example.com", "host")},
		"host of a ServiceEntry": {change: func(t *testing.T, c []component.Component) []component.Component {
			c = with(t, c, "extra", "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a, namespace: istio-system}, spec: {hosts: [a.b.svc.example.com], ports: [{number: 15012, name: tls, protocol: TLS}], resolution: DNS}}")
			return destination("a.b.svc.example.com", "host")(t, c)
		}},
		"port":      {change: destination(int64(15099), "port", "number"), want: id + `host "istiod.istio-system.svc.cluster.local": Service istio-system/istiod has no port 15099` + noPort},
		"http port": {model: "external-terminated", cluster: "a", change: portOf(extVS, "http", "spec"), want: `VirtualService.networking.istio.io external-istiod/external-istiod-vs: host "istiod.external-istiod.svc.cluster.local": Service external-istiod/istiod has no port 99` + noPort},
		"mirrors and tcp": {
			change: extra("{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a, namespace: istio-system}, spec: {hosts: [x], http: [{route: [{destination: {host: istiod}}], mirrors: [{destination: {host: gone}}]}]}}"),
			want:   `VirtualService.networking.istio.io istio-system/a: host "gone": there is no Service istio-system/gone in the cluster` + noHost,
		},
		"mirror": {
			change: extra("{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a, namespace: istio-system}, spec: {hosts: [x], http: [{route: [{destination: {host: istiod}}], mirror: {host: gone}}]}}"),
			want:   `VirtualService.networking.istio.io istio-system/a: host "gone": there is no Service istio-system/gone in the cluster` + noHost,
		},
		"tcp": {
			change: extra("{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a, namespace: istio-system}, spec: {hosts: [x], tcp: [{route: [{destination: {host: gone}}]}]}}"),
			want:   `VirtualService.networking.istio.io istio-system/a: host "gone": there is no Service istio-system/gone in the cluster` + noHost,
		},
		"rule's host": {
			model: "external-terminated", cluster: "a", change: set(extDR, "istiodd.external-istiod.svc.cluster.local", "spec", "host"),
			want: `DestinationRule.networking.istio.io external-istiod/external-istiod-dr: host "istiodd.external-istiod.svc.cluster.local": there is no Service external-istiod/istiodd in the cluster` + noHost,
		},
		"rule's port": {
			model: "external-terminated", cluster: "a", change: portOf(extDR, "portLevelSettings", "spec", "trafficPolicy"),
			want: `DestinationRule.networking.istio.io external-istiod/external-istiod-dr: host "istiod.external-istiod.svc.cluster.local": Service external-istiod/istiod has no port 99` + noPort,
		},
		"subset's port": {
			change: extra("{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a, namespace: istio-system}, spec: {host: istiod, subsets: [{name: s, trafficPolicy: {portLevelSettings: [{port: {number: 99}, tls: {mode: SIMPLE}}]}}]}}"),
			want:   `DestinationRule.networking.istio.io istio-system/a: host "istiod": Service istio-system/istiod has no port 99` + noPort,
		},
		"another owner's": {change: extra("{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a, namespace: theirs}, spec: {hosts: [x], gateways: [g], http: [{route: [{destination: {host: reviews}}]}]}}")},
		"another owner's, this cluster's gateway": {
			change: extra("{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a, namespace: theirs}, spec: {hosts: [x], gateways: [istio-system/gone], http: [{route: [{destination: {host: reviews}}]}]}}"),
			want:   "VirtualService.networking.istio.io theirs/a: there is no Gateway istio-system/gone; add the Gateway or correct its name",
		},
		"wildcard": {change: extra("{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a, namespace: istio-system}, spec: {host: '*.local'}}")},
	})
}
