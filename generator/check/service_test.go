package check_test

import (
	"testing"

	"isthmus.dev/isthmus/generator/component"
)

func TestServices(t *testing.T) {
	const istiod = "Service istio-system/istiod"
	const noWorkload = ` matches the pods of no workload in namespace "istio-system"; correct the selector or the labels of the pods`
	port := func(value any) func(*testing.T, []component.Component) []component.Component {
		return func(t *testing.T, c []component.Component) []component.Component {
			item(t, find(t, c, istiod), 2, "spec", "ports").Set(value, "targetPort")
			return c
		}
	}
	runAll(t, map[string]bad{
		"selector": {change: set(istiod, "pilott", "spec", "selector", "istio"), want: "Service istio-system/istiod: selector app=istiod,istio=pilott" + noWorkload},
		"tag's selector": {
			model: "revisions", cluster: "a", change: set("Service istio-system/istiod-revision-tag-stable", "gone", "spec", "selector", "istio.io/rev"),
			want: "Service istio-system/istiod-revision-tag-stable: selector app=istiod,istio.io/rev=gone" + noWorkload,
		},
		"target port":         {change: port(int64(15018)), want: "Service istio-system/istiod: port 443: Deployment.apps istio-system/istiod has no container port 15018; correct targetPort or add the port to a container"},
		"target port by name": {change: port("webhooks"), want: "Service istio-system/istiod: port 443: Deployment.apps istio-system/istiod has no container port webhooks; correct targetPort or add the port to a container"},
		"good name":           {change: port("https-webhooks")},
		"no target port": {change: func(t *testing.T, c []component.Component) []component.Component {
			delete(item(t, find(t, c, istiod), 2, "spec", "ports"), "targetPort")
			return c
		}, want: "Service istio-system/istiod: port 443: Deployment.apps istio-system/istiod has no container port 443; correct targetPort or add the port to a container"},
		"container without listed ports": {change: func(t *testing.T, c []component.Component) []component.Component {
			delete(item(t, find(t, c, "Deployment istio-system/istiod"), 0, "spec", "template", "spec", "containers"), "ports")
			return port(int64(15018))(t, c)
		}},
		"pods of a Deployment that does not decode": {
			change: set("Deployment istio-system/istiod", "many", "spec", "minReadySeconds"),
			want:   "Deployment.apps istio-system/istiod: does not decode: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.minReadySeconds of type int32; correct the values, the meshConfig or the overlay that it comes from",
		},
		"for another owner's pods": {change: extra("{apiVersion: v1, kind: Service, metadata: {name: a, namespace: theirs}, spec: {selector: {app: x}, ports: [{port: 80}]}}")},
	})
}
