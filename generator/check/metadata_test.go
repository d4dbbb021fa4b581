package check_test

import (
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/component"
)

func TestMetadata(t *testing.T) {
	const (
		istiod = "Deployment istio-system/istiod"
		id     = "Deployment.apps istio-system/istiod: "
		cure   = "; correct it in the topology or the overlay that sets it"
	)
	without := func(what string) func(*testing.T, []component.Component) []component.Component {
		return func(t *testing.T, c []component.Component) []component.Component {
			delete(find(t, c, what).Map("metadata"), "namespace")
			return c
		}
	}
	const lands = "; set it, or the object lands in whatever namespace the one who applies it is in"
	runAll(t, map[string]bad{
		"name": {
			change: set("ServiceAccount istio-system/istio-reader-service-account", "Istio_Reader", "metadata", "name"),
			want:   `ServiceAccount istio-system/Istio_Reader: metadata.name: Invalid value: "Istio_Reader": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')` + cure,
		},
		"name of a Service": {
			change: set("Service istio-system/istio-eastwestgateway", "1-gateway", "metadata", "name"),
			want:   `Service istio-system/1-gateway: metadata.name: Invalid value: "1-gateway": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')` + cure,
		},
		"name of a Namespace": {
			change: extra("{apiVersion: v1, kind: Namespace, metadata: {name: a.b}}"),
			want:   `Namespace a.b: metadata.name: Invalid value: "a.b": must not contain dots` + cure,
		},
		"name of a role":         {change: extra("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: 'Any:Thing'}}")},
		"name of a role, a path": {change: extra("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: a/b}}"), want: `ClusterRole.rbac.authorization.k8s.io a/b: metadata.name: Invalid value: "a/b": may not contain '/'` + cure},
		"name of Istio's":        {change: set("Gateway istio-system/cross-network-gateway", "a_b", "metadata", "name"), want: `Gateway.networking.istio.io istio-system/a_b: metadata.name: Invalid value: "a_b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')` + cure},
		"label key":              {change: set(istiod, "x", "metadata", "labels", "a b"), want: id + `metadata.labels: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')` + cure},
		"label value":            {change: set(istiod, strings.Repeat("x", 64), "metadata", "labels", "a"), want: id + `metadata.labels: Invalid value: "` + strings.Repeat("x", 64) + `": must be no more than 63 bytes` + cure},
		"annotation key":         {change: set(istiod, "x", "metadata", "annotations", "a/b/c"), want: id + `metadata.annotations: Invalid value: "a/b/c": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')` + cure},
		"namespace missing":      {change: without("ConfigMap istio-system/values"), want: "ConfigMap values: metadata.namespace: Required value" + lands},
		"namespace missing, a version that kustomize does not know": {change: without("HorizontalPodAutoscaler istio-system/istiod"), want: "HorizontalPodAutoscaler.autoscaling istiod: metadata.namespace: Required value" + lands},
		"namespace missing of Istio's":                              {change: without("Gateway istio-system/cross-network-gateway"), want: "Gateway.networking.istio.io cross-network-gateway: metadata.namespace: Required value" + lands},
		"namespace of a cluster-scoped kind":                        {change: set("MutatingWebhookConfiguration istio-sidecar-injector", "istio-system", "metadata", "namespace"), want: "MutatingWebhookConfiguration.admissionregistration.k8s.io istio-system/istio-sidecar-injector: metadata.namespace: Forbidden: not allowed on this type" + cure},
		"scope of another project's is not known":                   {change: extra("{apiVersion: example.com/v1, kind: Thing, metadata: {name: a}}")},
	})
}
