package topology_test

import (
	"reflect"
	"testing"

	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

func TestDefaults(t *testing.T) {
	got, err := parse(disk{}, "spec: {clusters: [{name: c1, role: primary}]}")
	if err != nil {
		t.Fatal(err)
	}
	want := &topology.Topology{Meshes: []topology.Mesh{{
		Name: "mesh1", ID: "mesh1", TrustDomain: "cluster.local",
		RemoteSecrets: v1alpha1.RemoteSecrets{Provider: "manual"}, Trust: v1alpha1.Trust{Provider: "self-signed"},
		Clusters: []topology.Cluster{{
			Name: "c1", Role: topology.Primary, ManagedCRDs: true, Owner: true,
			Revisions: []topology.Revision{{Default: true, Release: topology.Release{
				Version: "1.31.0", Hub: "docker.io/istio", ChartsVersion: "1.31.0",
				MeshConfig: map[string]any{}, Values: map[string]any{},
			}}},
		}},
	}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestGivenFields(t *testing.T) {
	m := mesh(t, disk{}, `
spec:
  meshID: mesh_1.A
  trustDomain: example.com
  trust: {provider: manual}
  istio: {meshConfig: {trustDomain: example.com}}
  clusters:
  - name: c2
    role: remote
    network: network_2.B
    controlPlane: c1
    platform: aks
    crds: external
    apiServer: https://[2001:db8::1]:6443
    delivery:
      argocd: {destination: {server: https://c2.example.com}}
      flux:
        serviceAccountName: flux
        kubeConfig: {secretRef: {name: c2, key: value}}
        decryption: {provider: sops, secretRef: {name: age}}
  - name: c1
    role: primary
    network: network1
    crds: managed
    apiServer: https://127.0.0.1:6443
    eastWestGateway:
      address: GW.example.com
      replicas: {min: 2, max: 3}
      service: {type: LoadBalancer, annotations: {a: on}, loadBalancerClass: example.com/x, loadBalancerSourceRanges: [192.0.2.0/24, "2001:db8::/32"], externalTrafficPolicy: Local}
    gateways:
    - {name: web, namespace: web, service: {type: NodePort, ports: [{name: http, port: 80, targetPort: 8080}, {name: tls, port: 443}]}}
    - {name: istio-egressgateway, kind: egress}
`)
	if m.ID != "mesh_1.A" || m.TrustDomain != "example.com" {
		t.Errorf("got ID %s and trust domain %s", m.ID, m.TrustDomain)
	}
	c1, c2 := m.Clusters[0], m.Clusters[1]
	if c1.Name != "c1" || c2.Name != "c2" {
		t.Fatalf("the clusters are not sorted: %s, %s", c1.Name, c2.Name)
	}
	wantJSON(t, "c2", []any{c2.Role, c2.Network, c2.ControlPlane, c2.Platform, c2.ManagedCRDs, c2.APIServer, c2.Owner, c2.DataPlane()},
		`["remote","network_2.B","c1","aks",false,"https://[2001:db8::1]:6443",true,true]`)
	wantJSON(t, "c1", []any{c1.Role, c1.Network, c1.ControlPlane, c1.ManagedCRDs, c1.APIServer, c1.EastWest.Address.String(), c1.EastWest.Address.IsIP()},
		`["primary","network1","",true,"https://127.0.0.1:6443","gw.example.com",false]`)
	wantEastWest := topology.EastWest{
		Address: c1.EastWest.Address, Replicas: v1alpha1.Replicas{Min: 2, Max: 3},
		Service: v1alpha1.Service{
			Type: "LoadBalancer", Annotations: map[string]string{"a": "on"}, LoadBalancerClass: "example.com/x",
			LoadBalancerSourceRanges: []string{"192.0.2.0/24", "2001:db8::/32"}, ExternalTrafficPolicy: "Local",
		},
	}
	if !reflect.DeepEqual(c1.EastWest, wantEastWest) {
		t.Errorf("got  %+v\nwant %+v", c1.EastWest, wantEastWest)
	}
	wantGateways := []topology.Gateway{
		{Name: "istio-egressgateway", Kind: topology.Egress},
		{Name: "web", Kind: topology.Ingress, Namespace: "web", Service: v1alpha1.GatewayService{
			Service: v1alpha1.Service{Type: "NodePort"},
			Ports:   []v1alpha1.Port{{Name: "http", Port: 80, TargetPort: 8080}, {Name: "tls", Port: 443}},
		}},
	}
	if !reflect.DeepEqual(c1.Gateways, wantGateways) {
		t.Errorf("got  %+v\nwant %+v", c1.Gateways, wantGateways)
	}
}

func TestGatewayLabel(t *testing.T) {
	for name, want := range map[string]string{
		"istio-ingressgateway": "ingressgateway", "istio-eastwestgateway": "eastwestgateway", "web": "web", "my-istio-gateway": "my-istio-gateway",
	} {
		if got := topology.GatewayLabel(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestPlatforms(t *testing.T) {
	for _, p := range []string{"gke", "openshift", "k3s", "k3d", "microk8s", "minikube", "aks", "eks"} {
		m := mesh(t, disk{}, "spec: {clusters: [{name: c, role: primary, platform: "+p+"}]}")
		if got := cluster(t, m, "c").Platform; got != p {
			t.Errorf("got %s, want %s", got, p)
		}
	}
}

// On an external cluster, clusters[].istio shapes the install of its gateway
// and nothing else; the control plane follows the mesh.
func TestExternalCluster(t *testing.T) {
	m := mesh(t, disk{}, `
spec:
  istio:
    version: 1.31.1
    hub: mesh.example.com
    revision: canary
    meshConfig: {accessLogFile: mesh}
    values: {pilot: {image: mesh}}
  clusters:
  - name: external1
    role: external
    istio:
      version: 1.31.2
      meshConfig: {accessLogFile: cluster}
      values: {pilot: {variant: cluster}}
    externalControlPlane:
      address: Istiod.example.com
      tlsSecretName: external-istiod-tls
  - name: external-plain-config
    role: config
    controlPlane: external1
    istio: {meshConfig: {accessLogFile: config}}
`)
	e := cluster(t, m, "external1")
	wantJSON(t, "control plane", e.Revisions, `[{"Name":"canary","Default":true,"Tags":null,"Version":"1.31.1","Hub":"mesh.example.com","Manifests":"","ChartsVersion":"1.31.0","MeshConfig":{"accessLogFile":"mesh"},"Values":{"pilot":{"image":"mesh"}}}]`)
	wantJSON(t, "gateway", e.GatewayInstall, `{"Version":"1.31.2","Hub":"docker.io/istio","Manifests":"","ChartsVersion":"1.31.0","MeshConfig":{"accessLogFile":"cluster"},"Values":{"pilot":{"variant":"cluster"}}}`)
	wantJSON(t, "exposure", []any{e.External.Namespace, e.External.Address.String(), e.External.TLSSecretName, e.External.CABundle, e.DataPlane()},
		`["external-istiod","istiod.example.com","external-istiod-tls","",false]`)
	c := cluster(t, m, "external-plain-config")
	wantJSON(t, "config", []any{c.Role, c.External, c.GatewayInstall.Version, c.Revisions[0].MeshConfig}, `["config",null,"",{"accessLogFile":"config"}]`)
}

func TestOwner(t *testing.T) {
	external := func(name, owner string) string {
		return `
spec:
  clusters:
  - name: shared
    role: external
    ` + owner + `
    externalControlPlane: {namespace: ` + name + `, address: ` + name + `.example.com}
  - {name: ` + name + `, role: config, controlPlane: shared}
`
	}
	got, err := parse(disk{}, external("a", ""), external("b", "owner: true"), external("c", "owner: false"))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, true, false} {
		if c := cluster(t, got.Meshes[i], "shared"); c.Owner != want {
			t.Errorf("mesh %s: owner is %v, want %v", got.Meshes[i].Name, c.Owner, want)
		}
	}
	alone := mesh(t, disk{}, external("a", ""))
	if !cluster(t, alone, "shared").Owner {
		t.Error("a cluster of one mesh alone is that one's")
	}
}

// One of the control planes on a shared cluster may have an IP, the others need names.
func TestOneIPOnASharedCluster(t *testing.T) {
	doc := func(name, address, owner string) string {
		return "spec: {clusters: [{name: shared, role: external, owner: " + owner + ", externalControlPlane: {namespace: " + name + ", address: " + address + "}}, {name: " + name + ", role: config, controlPlane: shared}]}"
	}
	if _, err := parse(disk{}, doc("a", "203.0.113.1", "true"), doc("b", "b.example.com", "false"), doc("c", "c.example.com", "false")); err != nil {
		t.Error(err)
	}
	_, err := parse(disk{}, doc("a", "2001:db8::1", "true"), doc("b", "2001:0db8::1", "false"))
	wantError(t, err, `t.yaml:9: spec.clusters[0].externalControlPlane.address: "2001:0db8::1": is the address of another control plane on this cluster (t.yaml:4); choose one for each mesh`)
}

func TestClusterLookup(t *testing.T) {
	m := mesh(t, disk{}, "spec: {trust: {provider: manual}, clusters: [{name: b, role: primary}, {name: c, role: primary}, {name: a, role: primary}]}")
	for _, name := range []string{"a", "b", "c"} {
		if got := cluster(t, m, name).Name; got != name {
			t.Errorf("got %s, want %s", got, name)
		}
	}
	for _, name := range []string{"", "aa", "d"} {
		if c, ok := m.Cluster(name); ok {
			t.Errorf("%q: got %s", name, c.Name)
		}
	}
}
