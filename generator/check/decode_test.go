package check_test

import (
	"testing"

	"isthmus.dev/isthmus/generator/component"
)

const (
	cureField = "; correct the values, the meshConfig or the overlay that it comes from"
	cureKind  = "; correct apiVersion and kind"
)

// set changes one field of an object.
func set(what string, value any, path ...string) func(*testing.T, []component.Component) []component.Component {
	return func(t *testing.T, c []component.Component) []component.Component {
		find(t, c, what).Set(value, path...)
		return c
	}
}

func TestDecode(t *testing.T) {
	const istiod = "Deployment istio-system/istiod"
	runAll(t, map[string]bad{
		"unknown field":          {change: set(istiod, "x", "spec", "template", "spec", "serviceaccountname"), want: `Deployment.apps istio-system/istiod: unknown field "spec.template.spec.serviceaccountname"` + cureField},
		"unknown metadata":       {change: set(istiod, "x", "metadata", "label"), want: `Deployment.apps istio-system/istiod: unknown field "metadata.label"` + cureField},
		"case of a field":        {change: set(istiod, "x", "spec", "Paused"), want: `Deployment.apps istio-system/istiod: unknown field "spec.Paused"` + cureField},
		"wrong type":             {change: set(istiod, "3", "spec", "minReadySeconds"), want: `Deployment.apps istio-system/istiod: does not decode: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.minReadySeconds of type int32` + cureField},
		"unknown kind":           {change: set(istiod, "Deploymint", "kind"), want: `Deploymint.apps istio-system/istiod: Kubernetes has no kind Deploymint in apps/v1` + cureKind},
		"unknown version":        {change: set(istiod, "apps/v3", "apiVersion"), want: `Deployment.apps istio-system/istiod: Kubernetes has no kind Deployment in apps/v3` + cureKind},
		"no object":              {change: extra("{apiVersion: v1, kind: DeleteOptions, metadata: {name: a, namespace: istio-system}}"), want: `DeleteOptions istio-system/a: unknown field "metadata"` + cureField},
		"CRD":                    {change: extra("{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: things.example.com}, spec: {group: example.com, scoope: Cluster}}"), want: `CustomResourceDefinition.apiextensions.k8s.io things.example.com: unknown field "spec.scoope"` + cureField},
		"certificate":            {change: extra("{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: a, namespace: istio-system}, spec: {secretname: a}}"), want: `Certificate.cert-manager.io istio-system/a: unknown field "spec.secretname"` + cureField},
		"certificate's version":  {change: extra("{apiVersion: cert-manager.io/v1alpha2, kind: Certificate, metadata: {name: a, namespace: istio-system}}"), want: `Certificate.cert-manager.io istio-system/a: cert-manager has no kind Certificate in cert-manager.io/v1alpha2` + cureKind},
		"other project":          {change: extra("{apiVersion: example.com/v1, kind: Thing, metadata: {name: a}, anything: {goes: 1}}")},
		"other project metadata": {change: extra("{apiVersion: example.com/v1, kind: Thing, metadata: {name: a, lables: {}}}"), want: `Thing.example.com a: unknown field "metadata.lables"` + cureField},
	})
}
