package topology_test

import (
	"testing"

	"isthmus.dev/isthmus/generator/topology"
)

func TestClusterDefaults(t *testing.T) {
	m := mesh(t, disk{components: map[string]bool{"dir/a": true, "dir/b": true, "dir/c": true}}, `
spec:
  trust: {provider: manual}
  clusterDefaults:
    role: primary
    network: network1
    platform: gke
    overlays: [a, b]
    eastWestGateway:
      address: 203.0.113.1
      replicas: {min: 2, max: 4}
      service:
        annotations: {a: default, b: default}
    gateways: [{name: web}]
    istio:
      hub: example.com/default
      values: {pilot: {image: default, variant: default, ipFamilies: [a, b]}}
      meshConfig: {accessLogFile: default}
  clusters:
  - name: plain
  - name: shaped
    network: network2
    platform: ""
    overlays: [c]
    eastWestGateway:
      address: 203.0.113.2
      replicas: {max: 3}
      service:
        annotations: {b: "own", c: "own"}
    gateways: []
    istio:
      values: {pilot: {variant: own, ipFamilies: [c]}}
  - name: reset
    eastWestGateway: null
    gateways: null
    overlays: ~
    istio: null
  - name: reset-deep
    eastWestGateway: {replicas: null}
    istio: {values: null}
`)
	plain := cluster(t, m, "plain")
	wantJSON(t, "plain", plain.EastWest.Service.Annotations, `{"a":"default","b":"default"}`)
	wantJSON(t, "plain", plain.Overlays, `["dir/a","dir/b"]`)
	wantJSON(t, "plain", plain.Revisions[0].Values, `{"pilot":{"image":"default","ipFamilies":["a","b"],"variant":"default"}}`)
	wantJSON(t, "plain", []any{plain.Role, plain.Network, plain.Platform, plain.EastWest.Address.String(), plain.EastWest.Replicas, len(plain.Gateways), plain.Revisions[0].Hub},
		`["primary","network1","gke","203.0.113.1",{"min":2,"max":4},1,"example.com/default"]`)

	shaped := cluster(t, m, "shaped")
	wantJSON(t, "shaped", shaped.EastWest.Service.Annotations, `{"a":"default","b":"own","c":"own"}`)
	wantJSON(t, "shaped", shaped.Overlays, `["dir/c"]`)
	wantJSON(t, "shaped", shaped.Revisions[0].Values, `{"pilot":{"image":"default","ipFamilies":["c"],"variant":"own"}}`)
	wantJSON(t, "shaped", shaped.Revisions[0].MeshConfig, `{"accessLogFile":"default"}`)
	wantJSON(t, "shaped", []any{shaped.Role, shaped.Network, shaped.Platform, shaped.EastWest.Address.String(), shaped.EastWest.Replicas, len(shaped.Gateways), shaped.Revisions[0].Hub},
		`["primary","network2","","203.0.113.2",{"min":2,"max":3},0,"example.com/default"]`)

	reset := cluster(t, m, "reset")
	wantJSON(t, "reset", []any{reset.Network, reset.EastWest.Address.IsZero(), reset.EastWest.Replicas, len(reset.Gateways), len(reset.Overlays), reset.Revisions[0].Hub, reset.Revisions[0].Values},
		`["network1",true,{},0,0,"docker.io/istio",{}]`)

	deep := cluster(t, m, "reset-deep")
	wantJSON(t, "reset-deep", []any{deep.EastWest.Address.String(), deep.EastWest.Replicas, deep.Revisions[0].Hub, deep.Revisions[0].Values},
		`["203.0.113.1",{},"example.com/default",{}]`)
}

// What does not fit a cluster's role is ignored where it comes from the
// defaults, and a fault where the cluster says it itself.
func TestDefaultsThatDoNotFitTheRole(t *testing.T) {
	m := mesh(t, disk{}, `
spec:
  clusterDefaults:
    role: remote
    controlPlane: cluster1
    network: network1
    eastWestGateway: {address: 203.0.113.1}
  clusters:
  - {name: cluster1, role: primary}
  - {name: cluster2}
`)
	if c := cluster(t, m, "cluster1"); c.ControlPlane != "" || c.Role != topology.Primary {
		t.Errorf("the primary is %v served by %q", c.Role, c.ControlPlane)
	}
	if c := cluster(t, m, "cluster2"); c.ControlPlane != "cluster1" || c.Role != topology.Remote {
		t.Errorf("the remote is %v served by %q", c.Role, c.ControlPlane)
	}

	m = mesh(t, disk{}, `
spec:
  clusterDefaults:
    network: network1
    controlPlane: external1
    externalControlPlane: {namespace: istiod-1}
    owner: true
    eastWestGateway: {replicas: {min: 2}}
    istio: {revision: canary}
  istio: {revision: canary}
  clusters:
  - {name: external1, role: external, externalControlPlane: {address: istiod.example.com}}
  - {name: config1, role: config}
`)
	e := cluster(t, m, "external1")
	if e.Network != "" || e.ControlPlane != "" || e.EastWest.Replicas.Min != 0 || e.External.Namespace != "istiod-1" {
		t.Errorf("the external cluster is %+v", e)
	}
	c := cluster(t, m, "config1")
	if c.External != nil || c.Network != "network1" || c.ControlPlane != "external1" || c.EastWest.Replicas.Min != 2 {
		t.Errorf("the config cluster is %+v", c)
	}
}

func TestFaultsInDefaultsAreReportedOnceAtTheirLine(t *testing.T) {
	_, err := parse(disk{}, `
spec:
  trust: {provider: manual}
  clusterDefaults:
    role: primary
    platform: eksctl
    colour: blue
    istio: {version: 1.30.0, values: {revision: x}}
    eastWestGateway: {address: "[::1]"}
  clusters:
  - name: cluster1
  - name: cluster2
  - name: cluster3
    platform: gke
    istio: {version: 1.31.0}
    eastWestGateway: {address: 1.2.3.4/5}
`)
	wantError(t, err, `t.yaml:9: spec.clusterDefaults.platform: "eksctl": is not known; write one of gke, openshift, k3s, k3d, microk8s, minikube, aks, eks
t.yaml:10: spec.clusterDefaults.colour: unknown field; the fields here are name, role, network, controlPlane, apiServer, platform, crds, eastWestGateway, gateways, externalControlPlane, istio, overlays, owner, auth, delivery
t.yaml:11: spec.clusterDefaults.istio.values.revision: this key is reserved: it belongs to the plan; use istio.revision or istio.revisions
t.yaml:11: spec.clusterDefaults.istio.version: "1.30.0": is of another minor than the built-in charts, which are of 1.31.0; write a version of 1.31, or set manifests to the charts of 1.30
t.yaml:12: spec.clusterDefaults.eastWestGateway.address: "[::1]": has brackets; write an IP address or a DNS name, with nothing around it
t.yaml:19: spec.clusters[2].eastWestGateway.address: "1.2.3.4/5": is a prefix or a URL; write an IP address or a DNS name, with nothing around it`)
}

func TestDefaultsOfTheWrongType(t *testing.T) {
	_, err := parse(disk{}, "spec: {clusterDefaults: [a], clusters: [{name: c, role: primary}]}")
	wantError(t, err, `t.yaml:4: spec.clusterDefaults: is a list where a map belongs; write a map`)
	mesh(t, disk{}, "spec: {clusterDefaults: null, clusters: [{name: c, role: primary}]}")
	mesh(t, disk{}, "spec: {clusterDefaults: {}, clusters: [{name: c, role: primary}]}")
}
