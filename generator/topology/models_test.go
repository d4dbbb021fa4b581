package topology_test

import "testing"

// models are valid topologies: the five of Istio's documents and what else the
// file format promises. Each is what follows head, several documents where
// several meshes share a cluster.
var models = map[string][]string{
	"one primary": {`
spec:
  clusters:
  - {name: cluster1, role: primary}
`},
	"multi-primary": {`
spec:
  trust: {provider: manual}
  clusters:
  - {name: cluster1, role: primary, network: network1}
  - {name: cluster2, role: primary, network: network1}
`},
	"multi-primary on different networks": {`
spec:
  trust: {provider: manual}
  clusterDefaults: {role: primary}
  clusters:
  - {name: cluster1, network: network1}
  - {name: cluster2, network: network2}
`},
	"primary-remote": {`
spec:
  clusters:
  - {name: cluster1, role: primary, network: network1, eastWestGateway: {address: 203.0.113.10}}
  - {name: cluster2, role: remote, network: network1, controlPlane: cluster1}
`},
	"primary-remote on different networks": {`
spec:
  clusters:
  - {name: cluster1, role: primary, network: network1, eastWestGateway: {address: gw.example.com}}
  - {name: cluster2, role: remote, network: network2, controlPlane: cluster1}
`},
	"external control plane": {`
spec:
  clusters:
  - {name: external1, role: external, externalControlPlane: {address: istiod.example.com}}
  - {name: cluster1, role: config, controlPlane: external1}
  - {name: cluster2, role: remote, controlPlane: external1}
`},
	"three primaries, four remotes, three networks": {`
spec:
  trust: {provider: manual}
  clusters:
  - {name: p1, role: primary, network: n1, eastWestGateway: {address: 203.0.113.1}}
  - {name: p2, role: primary, network: n2, eastWestGateway: {address: "2001:db8::2"}}
  - {name: p3, role: primary, network: n3}
  - {name: r1, role: remote, network: n1, controlPlane: p1}
  - {name: r2, role: remote, network: n2, controlPlane: p1}
  - {name: r3, role: remote, network: n3, controlPlane: p2}
  - {name: r4, role: remote, network: n1, controlPlane: p2}
`},
	"two meshes on one external cluster": {`
spec:
  clusters:
  - name: shared
    role: external
    owner: true
    istio: {values: {pilot: {autoscaleMin: 1}}}
    gateways: [{name: istio-ingressgateway, service: {annotations: {a: b}}}]
    externalControlPlane: {namespace: istiod-1, address: 203.0.113.1, tlsSecretName: istiod-1-tls}
  - {name: config1, role: config, controlPlane: shared}
`, `
spec:
  clusters:
  - {name: shared, role: external, externalControlPlane: {namespace: istiod-2, address: istiod2.example.com}}
  - {name: config2, role: config, controlPlane: shared}
`},
	"two meshes that share nothing": {
		"spec: {clusters: [{name: cluster1, role: primary}]}",
		"spec: {clusters: [{name: cluster2, role: primary}]}",
	},
	"revisions and tags": {`
spec:
  istio:
    revisions:
    - {name: 1-31-0, default: true}
    - {name: 1-31-1, version: 1.31.1, hub: example.com/istio, values: {pilot: {env: {A: "1"}}}}
    tags: [{name: stable, revision: 1-31-0}, {name: canary, revision: 1-31-1}]
    values: {pilot: {env: {B: "on"}}, unvalidatedValues: {base: {validationFailurePolicy: Ignore}}}
  clusters:
  - {name: cluster1, role: primary, platform: openshift, crds: external}
`},
	"spelling": {`
spec:
  meshID: 0123
  istio: {revision: on}
  clusters:
  - {name: 1e3, role: primary, network: 0x1F}
`},
}

func TestModelsAreValid(t *testing.T) {
	for name, specs := range models {
		got, err := parse(disk{}, specs...)
		if err != nil {
			t.Errorf("%s is refused:\n%v", name, err)
			continue
		}
		if len(got.Meshes) != len(specs) || len(got.Warnings) != 0 {
			t.Errorf("%s: got %d meshes and the warnings %q", name, len(got.Meshes), got.Warnings)
		}
	}
}

func TestSpellingIsKept(t *testing.T) {
	m := mesh(t, disk{}, models["spelling"][0])
	c := m.Clusters[0]
	wantJSON(t, "spelling", []string{m.ID, c.Name, c.Network, c.Revisions[0].Name}, `["0123","1e3","0x1F","on"]`)
}

// Values that the plan leaves to the user pass as they are.
func TestValuesThatAreNotReserved(t *testing.T) {
	m := mesh(t, disk{}, `
spec:
  istio:
    values:
      global: {proxy: {resources: {}}, logAsJson: true, variant: distroless}
      pilot: {env: {PILOT_X: "1"}, autoscaleMin: 2}
      base: {validationCABundle: x}
      unvalidatedValues: {global: {x: 1}, base: {validationFailurePolicy: Ignore}, pilot: {revisions: 3}}
    meshConfig: {trustDomain: cluster.local, trustDomainAliases: [old.example.com], defaultConfig: {holdApplicationUntilProxyStarts: true}}
  clusters: [{name: c, role: primary}]
`)
	r := cluster(t, m, "c").Revisions[0]
	wantJSON(t, "values", r.Values, `{"base":{"validationCABundle":"x"},"global":{"logAsJson":true,"proxy":{"resources":{}},"variant":"distroless"},"pilot":{"autoscaleMin":2,"env":{"PILOT_X":"1"}},"unvalidatedValues":{"base":{"validationFailurePolicy":"Ignore"},"global":{"x":1},"pilot":{"revisions":3}}}`)
	wantJSON(t, "meshConfig", r.MeshConfig, `{"defaultConfig":{"holdApplicationUntilProxyStarts":true},"trustDomain":"cluster.local","trustDomainAliases":["old.example.com"]}`)
}
