package check_test

import (
	"testing"

	"isthmus.dev/isthmus/generator/component"
)

func TestIdentityAndNamespaces(t *testing.T) {
	const istiod = "Deployment istio-system/istiod"
	runAll(t, map[string]bad{
		"duplicate": {change: func(t *testing.T, c []component.Component) []component.Component {
			c[len(c)-1].Objects = append(c[len(c)-1].Objects, find(t, c, istiod).Clone())
			return c
		}, want: "Deployment.apps istio-system/istiod: is in the cluster twice; remove one of them: of one group, kind, namespace and name a cluster holds one object"},
		"no name": {change: func(t *testing.T, c []component.Component) []component.Component {
			delete(find(t, c, "MutatingWebhookConfiguration istio-sidecar-injector").Map("metadata"), "name")
			return c
		}, want: "MutatingWebhookConfiguration.admissionregistration.k8s.io : has no metadata.name; give it one; an object is applied by its kind and name"},
		"no kind": {change: func(t *testing.T, c []component.Component) []component.Component {
			delete(find(t, c, "MutatingWebhookConfiguration istio-sidecar-injector"), "kind")
			return c
		}, want: ".admissionregistration.k8s.io istio-sidecar-injector: has no kind; give it one; an object is applied by its kind and name"},
		"no apiVersion": {change: func(t *testing.T, c []component.Component) []component.Component {
			delete(find(t, c, "MutatingWebhookConfiguration istio-sidecar-injector"), "apiVersion")
			return c
		}, want: "MutatingWebhookConfiguration istio-sidecar-injector: has no apiVersion; give it one; an object is applied by its kind and name"},
		"list": {change: func(t *testing.T, c []component.Component) []component.Component {
			return with(t, c, "extra", "{apiVersion: v1, kind: List, items: []}")
		}, want: "List : is a List; write its items as objects of their own"},
		"no namespace": {change: func(t *testing.T, c []component.Component) []component.Component {
			return remove(t, c, "Namespace istio-system")
		}, want: `Deployment.apps istio-system/istiod: there is no Namespace "istio-system" in the cluster; add the Namespace, or use one that the topology makes`},
		"namespace of another owner's": {change: func(t *testing.T, c []component.Component) []component.Component {
			return with(t, c, "extra", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: theirs}}")
		}},
	})
}
