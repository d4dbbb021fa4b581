package topology_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/topology/fault"
)

// everyField gives each field of the file format. It is not valid: some exclude each other.
const everyField = `
spec:
  meshID: mesh1
  trustDomain: cluster.local
  istio:
    version: 1.31.0
    hub: docker.io/istio
    revision: ""
    revisions: [{name: a, version: 1.31.0, hub: h, manifests: m, meshConfig: {a: b}, values: {a: b}, default: true}]
    tags: [{name: stable, revision: a}]
    manifests: m
    meshConfig: {trustDomain: cluster.local, a: [b]}
    values: {pilot: {env: {A: b}}, unvalidatedValues: {global: {a: b}}}
  clusterDefaults: {network: network1, istio: {hub: h}, eastWestGateway: {replicas: {min: 1}}}
  clusters:
  - name: cluster1
    role: primary
    network: network1
    controlPlane: cluster2
    apiServer: https://cluster1.example.com:6443
    platform: gke
    crds: managed
    eastWestGateway:
      address: 203.0.113.10
      replicas: {min: 2, max: 5}
      service: {type: LoadBalancer, annotations: {a: b}, loadBalancerClass: a/b, loadBalancerSourceRanges: [192.0.2.0/24], externalTrafficPolicy: Local}
    gateways: [{name: istio-ingressgateway, kind: ingress, namespace: web, service: {type: NodePort, ports: [{name: http, port: 80, targetPort: 8080}]}}]
    istio: {version: 1.31.0, revision: a, tags: [{name: a, revision: b}], values: {a: b}}
    overlays: [overlays/eks]
  - name: cluster2
    role: external
    owner: true
    externalControlPlane: {namespace: external-istiod, address: istiod.example.com, tlsSecretName: tls, caBundle: x}
    delivery:
      argocd: {destination: {name: a, server: https://b.example.com}}
      flux: {kubeConfig: {secretRef: {name: a, key: b}, configMapRef: {name: c}}, serviceAccountName: d, decryption: {provider: sops, secretRef: {name: e}, serviceAccountName: f}}
  - {name: cluster3, role: config, controlPlane: cluster2}
  - {name: cluster4, role: remote, controlPlane: cluster1}
  overlays: [overlays/all]
  remoteSecrets:
    provider: external-secrets
    externalSecrets: {storeRef: {kind: SecretStore, name: vault}, keyPrefix: a/, refreshInterval: 1h, push: true}
    sops: {ageRecipients: [age1x]}
  trust:
    provider: cert-manager
    certManager: {issuerRef: {kind: Issuer, name: root}, duration: 1h, renewBefore: 1m}
    externalSecrets: {storeRef: {kind: SecretStore, name: vault}, keyPrefix: a/ca/}
    sops: {ageRecipients: [AGE-SECRET-KEY-1X]}
  delivery:
    argocd: {namespace: argocd, project: mesh1, repoURL: https://git.example.com/mesh.git, targetRevision: main, path: ., applicationSet: true}
    flux: {namespace: flux-system, source: {kind: OCIRepository, name: mesh, url: oci://example.com/mesh, branch: main}, path: ., mode: hub}
    onRemove: orphan
`

// everyField above has no unknown one: what is said of it is about values alone.
func TestEveryFieldIsKnown(t *testing.T) {
	_, err := parseBytes(documents(everyField))
	var faults fault.List
	if !errors.As(err, &faults) {
		t.Fatalf("got %v", err)
	}
	for _, f := range faults {
		if slices.Contains([]string{"unknown field", "required field is missing", "given twice"}, f.What) {
			t.Error(f)
		}
	}
}

// Any value in the place of any other gives an error with all that an error
// must have, or a topology.
func TestAnyValueInAnyPlace(t *testing.T) {
	few := []string{"null", "x", "{x: y}", "external"}
	many := append([]string{
		`""`, "X_Y", "-1", "1.5", "true", "on", "[]", "{}", "[x]", "[null]", "{name: cluster1}", "{? [a] : b}", "[{}, {}]", "{<<: {a: b}}",
		"[&a {b: c}, *a]", "!mine x", "!!binary aGk=", "!!str null", "cluster1", "config", "a/../../b", "://", "{istio: {revisions: [{}]}}",
	}, few...)
	for _, specs := range models {
		anyValueInAnyPlace(t, documents(specs...), few)
	}
	if testing.Short() {
		many = few
	}
	anyValueInAnyPlace(t, documents(everyField), many)
}

func anyValueInAnyPlace(t *testing.T, data []byte, values []string) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	for k, with := range values {
		var value yaml.Node
		if err := yaml.Unmarshal([]byte(with), &value); err != nil {
			t.Fatal(err)
		}
		for i := k % 4; ; i += 4 { // each place gets a quarter of the values
			at := nth(&doc, i)
			if at == nil {
				break
			}
			was := *at
			*at = *value.Content[0]
			changed, err := yaml.Marshal(&doc)
			*at = was
			if err != nil {
				continue // not everything may be a key
			}
			got, err := parseBytes(changed)
			if err != nil {
				wellFormed(t, got, err)
			} else if len(got.Meshes) == 0 || slices.ContainsFunc(got.Meshes, incomplete) {
				t.Errorf("%s in place %d gives %+v", with, i, got)
			}
			if t.Failed() {
				t.Fatalf("the input is\n%s", changed)
			}
		}
	}
}

// incomplete says whether a mesh that passed lacks what every mesh has.
func incomplete(m topology.Mesh) bool {
	return m.Name == "" || m.ID == "" || m.TrustDomain == "" || len(m.Clusters) == 0 || slices.ContainsFunc(m.Clusters, func(c topology.Cluster) bool {
		return c.Name == "" || len(c.Revisions) == 0 || !c.Revisions[0].Default ||
			!slices.Contains([]topology.Role{topology.Primary, topology.Remote, topology.Config, topology.External}, c.Role) ||
			(c.Role == topology.Remote || c.Role == topology.Config) != (c.ControlPlane != "") ||
			(c.Role == topology.External) != (c.External != nil && !c.External.Address.IsZero()) ||
			slices.ContainsFunc(c.Revisions, func(r topology.Revision) bool { return r.Version == "" || r.Hub == "" || r.ChartsVersion == "" })
	})
}

// nth is the i-th node below n, in order; nil if there are fewer.
func nth(n *yaml.Node, i int) *yaml.Node {
	var walk func(*yaml.Node) *yaml.Node
	walk = func(n *yaml.Node) *yaml.Node {
		for _, c := range n.Content {
			if i--; i < 0 {
				return c
			}
			if found := walk(c); found != nil {
				return found
			}
		}
		return nil
	}
	return walk(n)
}

// Meshes have a thousand clusters, which are all read, and all their mistakes said.
func TestAThousandClusters(t *testing.T) {
	var wrong, right []string
	for i := range 1000 {
		name := "c" + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
		right = append(right, "\n  - {name: "+name+", network: n"+name+"}")
		wrong = append(wrong, "\n  - {name: "+name+", netwrk: n, platform: x, apiServer: y}")
	}
	spec := func(clusters []string) string {
		s := "spec:\n  trust: {provider: manual}\n  clusterDefaults: {role: primary, gateways: [{name: web}], eastWestGateway: {address: gw.example.com, service: {annotations: {a: b}}}}\n  clusters:"
		for _, c := range clusters {
			s += c
		}
		return s
	}
	got, err := parse(disk{}, spec(right))
	if err != nil || len(got.Meshes[0].Clusters) != 1000 {
		t.Errorf("got %v", err)
	}
	_, err = parse(disk{}, spec(wrong))
	var faults fault.List
	if !errors.As(err, &faults) || len(faults) != 3000 {
		t.Errorf("got %d faults, want 3 for each cluster", len(faults))
	}
	slices.Reverse(right)
	other, err := parse(disk{}, spec(right))
	if err != nil || !reflect.DeepEqual(got, other) {
		t.Errorf("reversed, it differs (%v)", err)
	}
}
