package check_test

import (
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/check"
	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
)

func TestIstio(t *testing.T) {
	const (
		gateway = "Gateway istio-system/cross-network-gateway"
		id      = "Gateway.networking.istio.io istio-system/cross-network-gateway: "
	)
	server := func(value any, path ...string) func(*testing.T, []component.Component) []component.Component {
		return func(t *testing.T, c []component.Component) []component.Component {
			item(t, find(t, c, gateway), 0, "spec", "servers").Set(value, path...)
			return c
		}
	}
	runAll(t, map[string]bad{
		"misspelt spec field":   {change: set(gateway, map[string]any{}, "spec", "selektor"), want: id + `unknown field "spec.selektor"` + cureField},
		"misspelt nested field": {change: server("x", "tls", "mod"), want: id + `unknown field "spec.servers[0].tls.mod"` + cureField},
		"protobuf's own name":   {change: server("x", "tls", "credential_name"), want: id + `unknown field "spec.servers[0].tls.credential_name"; write credentialName`},
		"misspelt metadata":     {change: set(gateway, map[string]any{}, "metadata", "lables"), want: id + `unknown field "metadata.lables"` + cureField},
		"unknown top field":     {change: set(gateway, "x", "specs"), want: id + `unknown field "specs"` + cureField},
		"wrong enum":            {change: server("PASS", "tls", "mode"), want: id + `does not decode: unknown value "\"PASS\"" for enum istio.networking.v1alpha3.ServerTLSSettings.TLSmode` + cureField},
		"spec is no map":        {change: set(gateway, "x", "spec"), want: id + `does not decode: spec is not a map` + cureField},
		"no spec": {change: func(t *testing.T, c []component.Component) []component.Component {
			delete(find(t, c, gateway), "spec")
			return c
		}, want: id + `Istio's validation refuses it: gateway must have at least one server` + cureField},
		"validation":         {change: server("carrier-pigeon", "port", "protocol"), want: id + `Istio's validation refuses it: invalid protocol "carrier-pigeon", supported protocols are HTTP, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP` + cureField},
		"unknown kind":       {change: set(gateway, "Gatway", "kind"), want: "Gatway.networking.istio.io istio-system/cross-network-gateway: Istio has no kind Gatway in networking.istio.io/v1" + cureKind},
		"unknown version":    {change: set(gateway, "networking.istio.io/v9", "apiVersion"), want: id + "Istio has no kind Gateway in networking.istio.io/v9" + cureKind},
		"free form and maps": {change: extra(`{apiVersion: networking.istio.io/v1alpha3, kind: EnvoyFilter, metadata: {name: a, namespace: istio-system}, spec: {workloadSelector: {labels: {any_label: x}}, configPatches: [{applyTo: CLUSTER, patch: {operation: MERGE, value: {connect_timeout: 1s}}}]}}`)},
		"map of messages":    {change: extra(`{apiVersion: networking.istio.io/v1beta1, kind: ProxyConfig, metadata: {name: a, namespace: istio-system}, spec: {environmentVariables: {snake_case: x}}}`)},
	})
}

// TestKindsOfTheCRDs: whatever the CRDs let a user write is known here, in each
// version.
func TestKindsOfTheCRDs(t *testing.T) {
	for _, crds := range model(t, "multi-primary").crds {
		for _, crd := range crds {
			for i := range crd.List("spec", "versions") {
				version := item(t, crd, i, "spec", "versions")
				if version["served"] != true {
					continue
				}
				o := manifest.Object{"apiVersion": crd.Text("spec", "group") + "/" + version.Text("name"), "kind": crd.Text("spec", "names", "kind")}
				o.Set("a", "metadata", "name")
				o.Set("istio-system", "metadata", "namespace")
				err := check.Cluster("a", []component.Component{{Path: "extra", Objects: []manifest.Object{o}}})
				if err != nil && strings.Contains(err.Error(), "has no kind") {
					t.Error(err)
				}
			}
		}
	}
}
