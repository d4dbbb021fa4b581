package check_test

import (
	"testing"

	"isthmus.dev/isthmus/generator/component"
)

func TestWebhooks(t *testing.T) {
	const (
		injector = "MutatingWebhookConfiguration istio-sidecar-injector"
		id       = "MutatingWebhookConfiguration.admissionregistration.k8s.io istio-sidecar-injector: "
		hook     = `webhook "rev.namespace.sidecar-injector.istio.io": `
	)
	service := func(value any, field string) func(*testing.T, []component.Component) []component.Component {
		return func(t *testing.T, c []component.Component) []component.Component {
			item(t, find(t, c, injector), 0, "webhooks").Set(value, "clientConfig", "service", field)
			return c
		}
	}
	runAll(t, map[string]bad{
		"Service": {change: service("pilot", "name"), want: id + hook + "there is no Service istio-system/pilot in the cluster; add the Service or correct the name"},
		"port":    {change: service(int64(444), "port"), want: id + hook + "Service istio-system/istiod has no port 444; correct the port or add it to the Service"},
		"default port": {change: func(t *testing.T, c []component.Component) []component.Component {
			item(t, find(t, c, "Service istio-system/istiod"), 2, "spec", "ports").Set(int64(444), "port")
			return c
		}, want: `ValidatingWebhookConfiguration.admissionregistration.k8s.io istiod-default-validator: webhook "validation.istio.io": Service istio-system/istiod has no port 443; correct the port or add it to the Service`},
		"ExternalName": {
			model: "primary-remote", cluster: "b", change: set("Service istio-system/istiod", "ExternalName", "spec", "type"),
			want: id + hook + "Service istio-system/istiod is an ExternalName, which has no endpoints that an API server could call; call the server by URL",
		},
		"two default validators": {model: "revisions", cluster: "a", change: func(t *testing.T, c []component.Component) []component.Component {
			other := find(t, c, "ValidatingWebhookConfiguration istiod-default-validator").Clone()
			other.Set("istiod-default-validator-2", "metadata", "name")
			return append(c, component.Component{Path: "base2", Objects: append(c[0].Objects[:0:0], other)})
		}, want: "ValidatingWebhookConfiguration.admissionregistration.k8s.io istiod-default-validator-2: validates configuration that names no revision, and so does ValidatingWebhookConfiguration.admissionregistration.k8s.io istiod-default-validator; keep one default validator: one revision only is the default"},
	})
}
