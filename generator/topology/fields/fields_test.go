package fields_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	mesh "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/operator/pkg/apis"
	"istio.io/istio/pkg/util/protomarshal"

	"isthmus.dev/isthmus/generator/topology/fields"
)

var (
	meshConfig = fields.New((&mesh.MeshConfig{}).ProtoReflect().Descriptor())
	values     = fields.New((&apis.Values{}).ProtoReflect().Descriptor(), "istio.operator.v1alpha1.IntOrString")
)

// cases are values and the paths in them that are unknown, with the names in JSON
// of those that bear the ones of the .proto.
type cases map[string][]string

// TestUnknown finds every unknown field, and agrees with Istio's own strict
// decoding on whether there is one.
func TestUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		schema fields.Schema
		strict func(string) error
		cases  cases
	}{
		"MeshConfig": {meshConfig, func(text string) error { return protomarshal.ApplyJSONStrict(text, &mesh.MeshConfig{}) }, cases{
			`{}`: nil,
			`{"accessLogFile": "a", "access_log_format": "b"}`:                                               {"access_log_format=accessLogFormat"},
			`{"accessLogFille": "a", "AccessLogFile": "b", "access-log-file": "c", "accesslogfile": "d"}`:    {"AccessLogFile", "access-log-file", "accessLogFille", "accesslogfile"},
			`{"defaultConfig": {"concurency": 2}, "default_config": null, "defaultConfg": null}`:             {"defaultConfg", "defaultConfig.concurency", "default_config=defaultConfig"},
			`{"default_config": {"proxy_metadata": {"a_b": "c"}, "concurency": 1}}`:                          {"default_config=defaultConfig", "default_config.concurency", "default_config.proxy_metadata=proxyMetadata"},
			`{"defaultConfig": {"concurrency": 2, "drainDuration": "45s", "proxyMetadata": {"ANY": "b"}}}`:   nil,
			`{"defaultConfig": {"tracing": {"zipkin": {"address": "a"}, "sampling": 1.5}}}`:                  nil,
			`{"defaultConfig": {"tracing": {"tracer": {"address": "a"}}}}`:                                   {"defaultConfig.tracing.tracer"}, // the name of a oneof
			`{"extensionProviders": [{"name": "a", "zipkin": {"service": "b"}}, {"name": "c", "zipkn": 1}]}`: {"extensionProviders[1].zipkn"},
			`{"extensionProviders": null, "localityLbSetting": null}`:                                        nil,
			`{"extensionProviders": [{"envoyFileAccessLog": {"logFormat": {"labels": {"any": {"a": 1}}}}}]}`: nil,
			`{"localityLbSetting": {"distribute": [{"from": "a", "to": {"any": 100}, "too": {"b": 1}}]}}`:    {"localityLbSetting.distribute[0].too"},
			`{"discoverySelectors": [{"matchExpressions": [{"key": "a", "vals": []}]}]}`:                     {"discoverySelectors[0].matchExpressions[0].vals"},
			`{"[google.rpc.any]": 1}`: {"[google.rpc.any]"},
			`{"": 1}`:                 {""},
		}},
		"Values": {values, func(text string) error { return (&apis.Values{}).UnmarshalJSON([]byte(text)) }, cases{
			`{"foo": 1, "pilot": {"bar": 2}}`:                                                     {"foo", "pilot.bar"},
			`{"foo": null, "pilot": {"bar": null}, "base": null}`:                                 {"foo", "pilot.bar"},
			`{"istio_cni": {"enabled": true}, "cni": {"pspClusterRole": "a"}}`:                    {"istio_cni=istioCni"},
			`{"cni": {"psp_cluster_role": "a", "resource_quotas": {"pods": 1, "podz": 1}}}`:       {"cni.psp_cluster_role=pspClusterRole", "cni.resource_quotas=resourceQuotas", "cni.resource_quotas.podz"},
			`{"gateways": {"istio-ingressgateway": {"env": {"a": {"b": 1}}, "labels": {}}}}`:      nil,
			`{"gateways": {"istio_ingressgateway": {"rollingMaxSurge": "100%"}}}`:                 {"gateways.istio_ingressgateway=istio-ingressgateway"},
			`{"pilot": {"rollingMaxSurge": 1, "tag": 1.31, "env": {"A": null}, "volumes": [{}]}}`: nil,
			`{"meshConfig": {"any": {"thing": 1}}, "ztunnel": [1, {"a": 2}]}`:                     nil,
			`{"global": {"proxy": {"resources": {"limits": {"any": "b"}, "limit": {}}}}}`:         {"global.proxy.resources.limit"},
			`{"global": {"proxy_init": {"image": "a"}, "proxyInit": {"image": "a"}}}`:             {"global.proxyInit"},
		}},
	} {
		for text, want := range c.cases {
			var value map[string]any
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				t.Fatal(err)
			}
			var got []string
			unknown := false
			for _, f := range c.schema.Unknown(value) {
				if f.Meant != "" {
					got = append(got, f.Path+"="+f.Meant)
					continue
				}
				got, unknown = append(got, f.Path), true
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s %s: got %q, want %q", name, text, got, want)
			}
			err := c.strict(text)
			if refused := err != nil && strings.Contains(err.Error(), "unknown field"); refused != unknown || err != nil && !refused {
				t.Errorf("%s %s: Istio says %v", name, text, err)
			}
		}
	}
}

// TestOtherTypes: what is of the wrong type holds no names, and is left to Istio.
func TestOtherTypes(t *testing.T) {
	for _, value := range []any{nil, 1, "a", true, []any{map[string]any{"a": 1}}} {
		for _, field := range []string{"defaultConfig", "localityLbSetting", "accessLogFile", "rootNamespace"} {
			if got := meshConfig.Unknown(map[string]any{field: value}); len(got) > 0 {
				t.Errorf("%s: %v: got %v", field, value, got)
			}
		}
	}
	for _, value := range []any{nil, 1, map[string]any{"a": 1}, []any{nil, 1, []any{map[string]any{"a": 1}}}} {
		if got := meshConfig.Unknown(map[string]any{"extensionProviders": value}); len(got) > 0 {
			t.Errorf("extensionProviders: %v: got %v", value, got)
		}
	}
	if got := values.Unknown(map[string]any{"pilot": map[string]any{"rollingMaxSurge": map[string]any{"a": 1}}}); len(got) > 0 {
		t.Errorf("a message with a form of its own: got %v", got)
	}
}

// TestField is all that is said about a field.
func TestField(t *testing.T) {
	got := meshConfig.Unknown(map[string]any{"defaultConfig": map[string]any{"concurency": 2}})
	if len(got) != 1 {
		t.Fatalf("got %v", got)
	}
	f := got[0]
	if f.Path != "defaultConfig.concurency" || f.Name != "concurency" || f.Message != "ProxyConfig" {
		t.Errorf("got %+v", f)
	}
	for name, known := range map[string]bool{"concurrency": true, "drainDuration": true, "drain_duration": false} {
		if slices.Contains(f.Known, name) != known {
			t.Errorf("%s is among the known names %q: want %t", name, f.Known, known)
		}
	}
}
