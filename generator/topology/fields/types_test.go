package fields_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	mesh "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/operator/pkg/apis"
	"istio.io/istio/pkg/util/protomarshal"

	"isthmus.dev/isthmus/generator/topology/fields"
)

func readMeshConfig(data []byte) error { return (&mesh.MeshConfig{}).UnmarshalJSON(data) }

func readValues(data []byte) error { return (&apis.Values{}).UnmarshalJSON(data) }

// TestMistyped finds every value of a wrong type, and agrees with Istio's own
// decoding on whether there is one.
func TestMistyped(t *testing.T) {
	for name, c := range map[string]struct {
		schema fields.Schema
		decode func([]byte) error
		whole  func(string) error
		cases  cases
	}{
		"MeshConfig": {meshConfig, readMeshConfig, func(text string) error { return protomarshal.ApplyJSON(text, &mesh.MeshConfig{}) }, cases{
			`{}`: nil,
			`{"enableTracing": "si", "outboundTrafficPolicy": {"mode": "NOPE"}, "connectTimeout": "soon", "accessLogFile": 1}`: {
				`accessLogFile=1: a string`, `connectTimeout=soon: a duration in seconds, such as 10s`, `enableTracing=si: true or false`,
				`outboundTrafficPolicy.mode=NOPE: one of REGISTRY_ONLY, ALLOW_ANY, ALLOW_ANY_DYNAMIC_DNS`,
			},
			`{"enableTracing": true, "outboundTrafficPolicy": {"mode": "ALLOW_ANY"}, "connectTimeout": "10s", "accessLogFile": null, "proxyListenPort": "15001"}`: nil,
			`{"defaultConfig": {"concurrency": "many", "proxyMetadata": {"A": "b", "C": 1}, "tracing": {"sampling": {}}}}`: {
				`defaultConfig.concurrency=many: a whole number`, `defaultConfig.proxyMetadata.C=1: a string`, `defaultConfig.tracing.sampling=map[]: a number`,
			},
			`{"defaultConfig": "a", "extensionProviders": {}, "localityLbSetting": []}`: {
				`defaultConfig=a: a map`, `extensionProviders=map[]: a list`, `localityLbSetting=[]: a map`,
			},
			`{"extensionProviders": [{"name": "a", "zipkin": {"port": "no"}}, "b", {"name": []}]}`: {
				`extensionProviders[0].zipkin.port=no: a whole number`, `extensionProviders[1]=b: a map`, `extensionProviders[2].name=[]: a string`,
			},
			`{"extensionProviders": [{"envoyFileAccessLog": {"logFormat": {"labels": {"any": {"a": [1]}}}}}], "trustDomainAliases": ["a", 1]}`: {
				`trustDomainAliases[1]=1: a string`,
			},
			`{"unknown": 1, "defaultConfig": {"unknown": {}}}`: nil,
		}},
		"Values": {values, readValues, func(text string) error { return readValues([]byte(text)) }, cases{
			`{"pilot": {"autoscaleMin": "lots", "rollingMaxSurge": [], "env": "a", "traceSampling": 1.5}}`: {
				`pilot.autoscaleMin=lots: a whole number`, `pilot.env=a: a map`, `pilot.rollingMaxSurge=[]: a whole number or a percentage`,
			},
			`{"pilot": {"autoscaleMin": 2, "rollingMaxSurge": "100%", "rollingMaxUnavailable": 1, "env": {"A": "b"}, "nodeSelector": {"a": 1}}}`: nil,
			`{"global": {"proxy": {"logLevel": 1, "tracer": "zipkin", "privileged": "yes"}}}`: {
				`global.proxy.logLevel=1: a string`, `global.proxy.privileged=yes: true or false`,
			},
		}},
	} {
		for text, want := range c.cases {
			var value map[string]any
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range c.schema.Mistyped(value, c.decode) {
				got = append(got, fmt.Sprintf("%s=%v: %s", m.Path, m.Value, m.Wanted))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s %s: got\n%q, want\n%q", name, text, got, want)
			}
			if err := c.whole(text); (err != nil) != (len(want) > 0) {
				t.Errorf("%s %s: Istio says %v", name, text, err)
			}
		}
	}
}
