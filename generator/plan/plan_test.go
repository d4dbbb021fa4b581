package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology"
)

const head = `apiVersion: isthmus.dev/v1alpha1
kind: Topology
metadata: {name: mesh1}
spec:
  trust: {provider: manual}
`

func build(t *testing.T, text string) *plan.Plan {
	t.Helper()
	top, err := topology.Parse([]topology.Input{{Name: "topology.yaml", Dir: ".", Data: []byte(text)}}, topology.OSDisk{})
	if err != nil {
		t.Fatal(err)
	}
	return plan.Build(top)
}

func cluster(t *testing.T, p *plan.Plan, name string) plan.Cluster {
	t.Helper()
	for _, c := range p.Clusters {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("the plan has no cluster %q", name)
	return plan.Cluster{}
}

// facts says of a cluster, a line each, what the rows of the design's table are about.
func facts(c plan.Cluster) string {
	var b strings.Builder
	for _, n := range c.Namespaces {
		fmt.Fprintf(&b, "namespace %s network=%s controlPlaneClusters=%s\n", n.Name, n.Network, n.ControlPlaneClusters)
	}
	if c.CRDs != nil {
		fmt.Fprintf(&b, "crds %s\n", c.CRDs.Version)
	}
	for _, in := range c.Installs {
		fmt.Fprintf(&b, "install %s in=%s rev=%s tags=%v base=%t default=%s mesh=%s cluster=%s network=%s td=%s serves=%t host=%s\n", in.Kind, in.Namespace, in.Revision, in.Tags, in.Base, in.DefaultRevision, in.MeshID, in.ClusterName, in.Network, in.TrustDomain, in.ServesRemotes, in.CustomHost)
		if in.Kind == plan.Served {
			fmt.Fprintf(&b, "  path=%s url=%s pilot=%s config=%t validation=%s map=%t patched=%t\n", in.InjectionPath, in.InjectionURL, in.PilotAddress, in.ConfigCluster, in.ValidationURL, in.MeshConfigMap, in.PatchedWebhooks)
		}
		if e := in.External; e != nil {
			fmt.Fprintf(&b, "  address=%s injection=%s validation=%s terminated=%t\n", e.Address, e.InjectionWebhook, e.ValidationWebhook, e.Terminated)
		}
	}
	for _, g := range c.Gateways {
		fmt.Fprintf(&b, "gateway %s %s in=%s rev=%s injected=%t network=%s istio=%s\n", g.Kind, g.Name, g.Namespace, g.Revision, g.Injected, g.Network, g.Labels["istio"])
	}
	for _, e := range c.Exposures {
		fmt.Fprintf(&b, "%s in=%s rev=%s host=%s sni=%v tls=%s\n", e.Kind, e.Namespace, e.Revision, e.Host, e.SNIHosts, e.TLSSecretName)
	}
	if c.Observed != nil {
		fmt.Fprintf(&b, "observed as %s by %s\n", c.Observed.Type, c.Observed.ServiceAccount)
	}
	return b.String()
}

func TestPlan(t *testing.T) {
	for _, c := range []struct{ name, clusters, cluster, want string }{
		{
			"a primary without networks", `
  clusters: [{name: a, role: primary}, {name: b, role: primary}]`, "a", `
namespace istio-system network= controlPlaneClusters=
crds 1.31.0
install control-plane in=istio-system rev= tags=[] base=true default=default mesh=mesh1 cluster=a network= td= serves=false host=
observed as remote by istio-reader-service-account`,
		},
		{
			"a primary of a multi-network mesh", `
  clusters: [{name: a, role: primary, network: n1}, {name: b, role: primary, network: n2}]`, "a", `
namespace istio-system network=n1 controlPlaneClusters=
crds 1.31.0
install control-plane in=istio-system rev= tags=[] base=true default=default mesh=mesh1 cluster=a network=n1 td= serves=false host=
gateway ingress istio-eastwestgateway in=istio-system rev= injected=true network=n1 istio=eastwestgateway
expose-services in=istio-system rev= host= sni=[] tls=
observed as remote by istio-reader-service-account`,
		},
		{
			"a primary that serves a remote at an IP", `
  clusters: [{name: a, role: primary, eastWestGateway: {address: 192.0.2.1}}, {name: b, role: remote, controlPlane: a}]`, "a", `
namespace istio-system network= controlPlaneClusters=
crds 1.31.0
install control-plane in=istio-system rev= tags=[] base=true default=default mesh=mesh1 cluster=a network= td= serves=true host=
gateway ingress istio-eastwestgateway in=istio-system rev= injected=true network= istio=eastwestgateway
expose-istiod in=istio-system rev= host= sni=[*] tls=
observed as remote by istio-reader-service-account`,
		},
		{
			"a remote of an IP", `
  clusters: [{name: a, role: primary, network: n, eastWestGateway: {address: 192.0.2.1}}, {name: b, role: remote, network: n, controlPlane: a}]`, "b", `
namespace istio-system network=n controlPlaneClusters=a
crds 1.31.0
install served in=istio-system rev= tags=[] base=true default= mesh= cluster= network= td= serves=false host=
  path=/inject/cluster/b/net/n url= pilot=192.0.2.1 config=false validation= map=false patched=true
observed as remote by istio-reader-service-account`,
		},
		{
			"a remote of an IPv6 address without a network", `
  clusters: [{name: a, role: primary, eastWestGateway: {address: "2001:DB8::1"}}, {name: b, role: remote, controlPlane: a, crds: external}]`, "b", `
namespace istio-system network= controlPlaneClusters=a
install served in=istio-system rev= tags=[] base=true default= mesh= cluster= network= td= serves=false host=
  path=/inject/cluster/b url= pilot=2001:db8::1 config=false validation= map=false patched=true
observed as remote by istio-reader-service-account`,
		},
		{
			"a primary that serves a remote at a DNS name, with a revision", `
  istio: {revision: r1}
  clusters: [{name: a, role: primary, network: n1, eastWestGateway: {address: A.example.com}}, {name: b, role: remote, network: n2, controlPlane: a}]`, "a", `
namespace istio-system network=n1 controlPlaneClusters=
crds 1.31.0
install control-plane in=istio-system rev=r1 tags=[] base=true default=r1 mesh=mesh1 cluster=a network=n1 td= serves=true host=a.example.com
gateway ingress istio-eastwestgateway in=istio-system rev=r1 injected=true network=n1 istio=eastwestgateway
expose-services in=istio-system rev= host= sni=[] tls=
expose-istiod in=istio-system rev=r1 host= sni=[istiod-r1.istio-system.svc istiod-r1.istio-system.svc.cluster.local a.example.com] tls=
observed as remote by istio-reader-service-account`,
		},
		{
			"a remote of a DNS name, on another network, with a trust domain", `
  trustDomain: td.example.com
  clusters: [{name: a, role: primary, network: n1, eastWestGateway: {address: a.example.com}}, {name: b, role: remote, network: n2, controlPlane: a}]`, "b", `
namespace istio-system network=n2 controlPlaneClusters=a
crds 1.31.0
install served in=istio-system rev= tags=[] base=true default= mesh= cluster= network= td=td.example.com serves=false host=
  path= url=https://a.example.com:15017/inject/cluster/b/net/n2 pilot=a.example.com config=false validation= map=true patched=true
gateway ingress istio-eastwestgateway in=istio-system rev= injected=true network=n2 istio=eastwestgateway
observed as remote by istio-reader-service-account`,
		},
		{
			"a config cluster, TLS terminated, several networks", `
  clusters: [{name: x, role: external, externalControlPlane: {address: x.example.com, tlsSecretName: t}}, {name: c, role: config, network: n1, controlPlane: x}, {name: r, role: remote, network: n2, controlPlane: x}]`, "c", `
namespace external-istiod network=n1 controlPlaneClusters=
crds 1.31.0
install served in=external-istiod rev= tags=[] base=true default=default mesh=mesh1 cluster= network= td= serves=false host=
  path= url=https://x.example.com:15017/inject/cluster/c/net/n1 pilot= config=true validation=https://x.example.com:15017/validate map=true patched=false
gateway ingress istio-eastwestgateway in=external-istiod rev= injected=true network=n1 istio=eastwestgateway
expose-services in=external-istiod rev= host= sni=[] tls=
observed as config by istiod`,
		},
		{
			"a remote of an external control plane", `
  clusters: [{name: x, role: external, externalControlPlane: {namespace: ns, address: "2001:db8::1"}}, {name: c, role: config, controlPlane: x}, {name: r, role: remote, controlPlane: x}]`, "r", `
namespace ns network= controlPlaneClusters=c
crds 1.31.0
install served in=ns rev= tags=[] base=true default= mesh= cluster= network= td= serves=false host=
  path= url=https://[2001:db8::1]:15017/inject/cluster/r pilot= config=false validation= map=false patched=true
observed as remote by istio-reader-service-account`,
		},
		{
			"an external cluster, TLS passed through, with a revision", `
  istio: {revision: r1}
  clusters: [{name: x, role: external, externalControlPlane: {address: 192.0.2.1}}, {name: c, role: config, network: n, controlPlane: x}]`, "x", `
namespace external-istiod network= controlPlaneClusters=
namespace istio-system network= controlPlaneClusters=
crds 1.31.0
install gateway-driver in=istio-system rev= tags=[] base=true default=default mesh= cluster= network= td= serves=false host=
install external-istiod in=external-istiod rev=r1 tags=[] base=false default= mesh=mesh1 cluster=c network=n td= serves=false host=192.0.2.1
  address=192.0.2.1:15012 injection=istio-sidecar-injector-r1-external-istiod validation=istio-validator-r1-external-istiod terminated=false
gateway ingress istio-ingressgateway in=istio-system rev= injected=false network= istio=ingressgateway
expose-external-istiod in=external-istiod rev=r1 host=* sni=[*] tls=`,
		},
		{
			"revisions side by side", `
  istio: {revisions: [{name: b}, {name: default, default: true}], tags: [{name: t, revision: b}]}
  clusters: [{name: a, role: primary, gateways: [{name: edge, kind: egress, namespace: edge}]}]`, "a", `
namespace edge network= controlPlaneClusters=
namespace istio-system network= controlPlaneClusters=
crds 1.31.0
install control-plane in=istio-system rev= tags=[] base=true default=default mesh=mesh1 cluster=a network= td= serves=false host=
install control-plane in=istio-system rev=b tags=[t] base=false default= mesh=mesh1 cluster=a network= td= serves=false host=
gateway egress edge in=edge rev= injected=true network= istio=edge
observed as remote by istio-reader-service-account`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := facts(cluster(t, build(t, head+c.clusters), c.cluster))
			if strings.TrimSpace(got) != strings.TrimSpace(c.want) {
				t.Errorf("got\n%s\nwant%s", got, c.want)
			}
		})
	}
}

// TestCNI: OpenShift needs the plugin, elsewhere the user's values ask for it.
func TestCNI(t *testing.T) {
	p := build(t, head+`
  clusters:
  - {name: a, role: primary, platform: openshift}
  - {name: b, role: primary, platform: gke, istio: {values: {pilot: {cni: {enabled: true}}}}}
  - {name: c, role: primary, istio: {values: {pilot: {cni: {enabled: true}}}}}
  - {name: d, role: primary, platform: gke}`)
	for name, want := range map[string]*plan.CNI{"a": {Namespace: "kube-system"}, "b": {Namespace: "kube-system"}, "c": {}, "d": nil} {
		got := cluster(t, p, name).Installs[0].CNI
		if (got == nil) != (want == nil) || got != nil && *got != *want {
			t.Errorf("%s: CNI %v, want %v", name, got, want)
		}
	}
}

// TestGatewayServices: what the user says of a Service reaches the plan, and the
// ports of an external cluster's own gateway come first.
func TestGatewayServices(t *testing.T) {
	p := build(t, head+`
  clusters:
  - name: x
    role: external
    externalControlPlane: {address: x.example.com}
    gateways:
    - {name: istio-ingressgateway, service: {type: NodePort, ports: [{name: m, port: 15020}]}}
    - {name: own, namespace: own}
  - {name: c, role: config, controlPlane: x, gateways: [{name: g, service: {externalTrafficPolicy: Local, ports: [{name: h, port: 80, targetPort: 8080}, {name: t, port: 9000}]}}]}`)
	x := cluster(t, p, "x")
	if got := fmt.Sprintf("%s %v", x.Gateways[0].Service.Type, x.Gateways[0].Service.Ports); got != "NodePort [{status-port 15021 15021} {tls-xds 15012 15012} {tls-webhook 15017 15017} {m 15020 15020}]" {
		t.Errorf("the hub's gateway: %s", got)
	}
	if own := x.Gateways[1]; own.Namespace != "own" || !own.Injected || own.Revision != "" {
		t.Errorf("the hub's other gateway: %+v", own)
	}
	if g := cluster(t, p, "c").Gateways[0]; fmt.Sprintf("%s %v %s", g.Service.ExternalTrafficPolicy, g.Service.Ports, g.Namespace) != "Local [{h 80 8080} {t 9000 9000}] external-istiod" {
		t.Errorf("an ordinary gateway: %+v", g)
	}
}

// TestClusterDomain: what is exposed to other networks covers the names of services.
func TestClusterDomain(t *testing.T) {
	p := build(t, head+`
  istio: {values: {global: {proxy: {clusterDomain: foo.bar}}}}
  clusters: [{name: a, role: primary, network: n1}, {name: b, role: primary, network: n2}]`)
	if got := cluster(t, p, "a").Exposures[0].ClusterDomain; got != "foo.bar" {
		t.Errorf("cluster domain %q", got)
	}
}

func TestHosts(t *testing.T) {
	p := build(t, head+`
  clusters: [{name: b, role: primary, eastWestGateway: {address: 192.0.2.1}}, {name: a, role: primary}, {name: r, role: remote, controlPlane: b}]`)
	if got := fmt.Sprint(p.Meshes[0].Hosts); got != "[{a istio-system} {b istio-system}]" {
		t.Errorf("hosts %s", got)
	}
}

// TestSharedHost: what shapes the folder of a shared cluster comes from its owner.
func TestSharedHost(t *testing.T) {
	doc := func(name, hub string) string {
		return fmt.Sprintf(`apiVersion: isthmus.dev/v1alpha1
kind: Topology
metadata: {name: %[1]s}
spec:
  clusters:
  - {name: hub, role: external, %[2]s}
  - {name: %[1]s-c, role: config, controlPlane: hub}
`, name, hub)
	}
	p := build(t, doc("a", "externalControlPlane: {namespace: ns-a, address: a.example.com}")+"---\n"+
		doc("b", "owner: true, platform: k3s, externalControlPlane: {namespace: ns-b, address: b.example.com}, istio: {version: 1.31.9}"))
	hub := cluster(t, p, "hub")
	var got []string
	for _, in := range hub.Installs {
		got = append(got, fmt.Sprintf("%s %s %s %s", in.Kind, in.Namespace, in.Mesh, in.Release.Version))
	}
	want := "gateway-driver istio-system  1.31.9, external-istiod ns-a a 1.31.0, external-istiod ns-b b 1.31.0"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("installs\n%s\nwant\n%s", s, want)
	}
	if hub.Platform != "k3s" || strings.Join(hub.Meshes, ",") != "a,b" {
		t.Errorf("platform %q, meshes %v", hub.Platform, hub.Meshes)
	}
}
