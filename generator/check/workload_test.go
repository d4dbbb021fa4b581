package check_test

import (
	"testing"

	"isthmus.dev/isthmus/generator/component"
)

// without removes an object.
func without(what string) func(*testing.T, []component.Component) []component.Component {
	return func(t *testing.T, c []component.Component) []component.Component { return remove(t, c, what) }
}

func TestWorkloads(t *testing.T) {
	const (
		istiod = "Deployment istio-system/istiod"
		id     = "Deployment.apps istio-system/istiod: "
	)
	runAll(t, map[string]bad{
		"selector": {
			change: set(istiod, map[string]any{"istio": "pilott"}, "spec", "selector", "matchLabels"),
			want:   id + "spec.selector does not match the labels of its own pods; give the template the labels that the selector asks for",
		},
		"empty selector": {
			change: set(istiod, map[string]any{}, "spec", "selector"),
			want:   id + "spec.selector does not match the labels of its own pods; give the template the labels that the selector asks for",
		},
		"invalid selector": {
			change: set(istiod, []any{map[string]any{"key": "a", "operator": "Is"}}, "spec", "selector", "matchExpressions"),
			want:   id + `spec.selector: "Is" is not a valid label selector operator` + cureField,
		},
		"DaemonSet": {
			model: "gateways", cluster: "a", change: set("DaemonSet kube-system/istio-cni-node", "x", "spec", "selector", "matchLabels", "y"),
			want: "DaemonSet.apps kube-system/istio-cni-node: spec.selector does not match the labels of its own pods; give the template the labels that the selector asks for",
		},
		"template's label": {
			change: set(istiod, "a b", "spec", "template", "metadata", "labels", "c"),
			want:   id + `spec.template.metadata.labels: Invalid value: "a b": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')` + cureField,
		},
		"ServiceAccount": {
			change: set(istiod, "pilot", "spec", "template", "spec", "serviceAccountName"),
			want:   id + "spec.template.spec.serviceAccountName: there is no ServiceAccount istio-system/pilot; add the ServiceAccount or correct its name",
		},
		"default ServiceAccount": {change: set(istiod, "default", "spec", "template", "spec", "serviceAccountName")},
		"ConfigMap": {
			model: "external-passthrough", cluster: "a", change: without("ConfigMap external-istiod/istio-1-31-0"),
			want: `Deployment.apps external-istiod/istiod-1-31-0: volume "config-volume": there is no ConfigMap external-istiod/istio-1-31-0, and the pods wait for it; add the ConfigMap, correct its name, or mark the volume as optional`,
		},
	})
}
