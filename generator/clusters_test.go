package generator

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/overlay"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/render"
	"isthmus.dev/isthmus/generator/topology"
)

// generationOf runs the generation of a mesh's clusters.
func generationOf(t *testing.T, trust string, clusters ...string) *generation {
	t.Helper()
	text := "apiVersion: isthmus.dev/v1alpha1\nkind: Topology\nmetadata: {name: mesh1}\nspec:\n  " + trust + "\n  clusters:\n  - " + strings.Join(clusters, "\n  - ") + "\n"
	top, err := topology.Parse([]topology.Input{{Name: "topology.yaml", Dir: ".", Data: []byte(text)}}, topology.OSDisk{})
	if err != nil {
		t.Fatal(err)
	}
	p := plan.Build(top)
	overlays, err := overlay.New(top.OverlayFiles)
	if err != nil {
		t.Fatal(err)
	}
	g := &generation{plan: p, renderer: render.New(), overlays: overlays, clusters: p.Clusters}
	if err := g.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return g
}

// TestRenders: what many clusters have in common is rendered twice for all of them.
func TestRenders(t *testing.T) {
	many := func(n int, format string) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprintf(format, i)
		}
		return out
	}
	hub := "{name: hub, role: primary, network: hub, eastWestGateway: {address: 192.0.2.1}}"
	const (
		manual  = "trust: {provider: manual}"
		store   = "storeRef: {kind: ClusterSecretStore, name: vault}"
		issuer  = "trust: {provider: cert-manager, certManager: {issuerRef: {kind: ClusterIssuer, name: root}}}"
		secrets = "trust: {provider: external-secrets, externalSecrets: {" + store + "}}\n  remoteSecrets: {provider: external-secrets, externalSecrets: {push: true, keyPrefix: r/, " + store + "}}"
		hex     = "trust: {provider: external-secrets, externalSecrets: {keyPrefix: 0x, " + store + "}}"
	)
	for name, c := range map[string]struct {
		trust    string
		clusters []string
		renders  int64
	}{
		"100 alike":              {manual, many(100, "{name: cluster%[1]d, role: primary, network: network%[1]d}"), 2},
		"the same network":       {manual, many(50, "{name: cluster%[1]d, role: primary, network: n1}"), 2},
		"two kinds":              {manual, append(many(50, "{name: a%[1]d, role: primary, network: n%[1]d}"), many(50, "{name: b%[1]d, role: primary, network: m%[1]d, platform: gke}")...), 4},
		"remotes of one":         {manual, append(many(50, "{name: a%[1]d, role: remote, controlPlane: hub, network: n%[1]d}"), hub), 3},
		"remotes of a hub":       {"trust: {provider: self-signed}", append(many(9, "{name: a%[1]d, role: remote, controlPlane: hub, network: n%[1]d}"), "{name: hub, role: external, externalControlPlane: {namespace: istiod, address: istiod.example.com}}", "{name: config, role: config, controlPlane: hub, network: config}"), 4},
		"two are not worth it":   {manual, many(2, "{name: cluster%[1]d, role: primary, network: network%[1]d}"), 2},
		"certificates":           {issuer, many(9, "{name: cluster%[1]d, role: primary, network: network%[1]d}"), 2},
		"secrets of a store":     {secrets, many(9, "{name: cluster%[1]d, role: primary, network: network%[1]d, apiServer: 'https://api%[1]d.example.com'}"), 2},
		"keys that YAML quotes":  {hex, many(5, "{name: cluster%[1]d, role: primary, network: network%[1]d}"), 5},
		"names that YAML quotes": {manual, append(many(3, "{name: cluster%[1]d, role: primary, network: n1}"), "{name: 'on', role: primary, network: n1}", "{name: '0123', role: primary, network: n1}"), 4},
	} {
		t.Run(name, func(t *testing.T) {
			if got := generationOf(t, c.trust, c.clusters...).renders.Load(); got != c.renders {
				t.Errorf("%d renderings, want %d", got, c.renders)
			}
		})
	}
}

// TestBadFleet: a fault that all clusters have is said once for all of them, with
// and without stamping, and not again for the CRDs, which the same settings shape.
func TestBadFleet(t *testing.T) {
	const why = `install in istio-system, revision "": settings that Istio's renderer refuses: total locality weight 50 != 100`
	for name, c := range map[string]struct {
		clusters int
		last     string // settings of the last cluster
		want     string
	}{
		"one":           {1, "", `cluster "cluster0": ` + why},
		"as many named": {5, "", `clusters "cluster0", "cluster1", "cluster2", "cluster3", "cluster4": ` + why},
		"more":          {9, "", `clusters "cluster0", "cluster1", "cluster2", "cluster3", "cluster4" and 4 more: ` + why},
		"another fault": {5, ", istio: {meshConfig: {localityLbSetting: {distribute: [{from: a, to: {b: 40}}]}}}", `clusters "cluster0", "cluster1", "cluster2", "cluster3": ` + why + `
cluster "cluster4": ` + strings.Replace(why, "50", "40", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			text := "apiVersion: isthmus.dev/v1alpha1\nkind: Topology\nmetadata: {name: mesh1}\nspec:\n  trust: {provider: manual}\n  istio: {meshConfig: {localityLbSetting: {distribute: [{from: a, to: {b: 50}}]}}}\n  clusters:\n"
			for i := range c.clusters {
				settings := ""
				if i == c.clusters-1 {
					settings = c.last
				}
				text += fmt.Sprintf("  - {name: cluster%d, role: primary%s}\n", i, settings)
			}
			top, err := topology.Parse([]topology.Input{{Name: "topology.yaml", Dir: ".", Data: []byte(text)}}, topology.OSDisk{})
			if err != nil {
				t.Fatal(err)
			}
			for _, full := range []bool{false, true} {
				_, err := Generate(t.Context(), top, Options{Full: full})
				if err == nil || err.Error() != c.want {
					t.Errorf("full %v: got\n%v\nwant\n%s", full, err, c.want)
				}
			}
		})
	}
}

// TestBadObjects: what the check finds in many clusters is said once too, and
// nothing that follows from it.
func TestBadObjects(t *testing.T) {
	text := "apiVersion: isthmus.dev/v1alpha1\nkind: Topology\nmetadata: {name: mesh1}\nspec:\n  trust: {provider: manual}\n  istio: {values: {pilot: {nodeSelector: {a: 1}}}}\n  clusters:\n"
	for i := range 7 {
		text += fmt.Sprintf("  - {name: cluster%d, role: primary}\n", i)
	}
	top, err := topology.Parse([]topology.Input{{Name: "topology.yaml", Dir: ".", Data: []byte(text)}}, topology.OSDisk{})
	if err != nil {
		t.Fatal(err)
	}
	const want = `clusters "cluster0", "cluster1", "cluster2", "cluster3", "cluster4" and 2 more: Deployment.apps istio-system/istiod: does not decode: json: cannot unmarshal number into Go struct field PodSpec.spec.template.spec.nodeSelector of type string; correct the values, the meshConfig or the overlay that it comes from`
	for _, full := range []bool{false, true} {
		if _, err := Generate(t.Context(), top, Options{Full: full}); err == nil || err.Error() != want {
			t.Errorf("full %v: got\n%v\nwant\n%s", full, err, want)
		}
	}
}

// TestNotYet: what is wrong with CRDs is left out where a cluster says the same,
// and there alone.
func TestNotYet(t *testing.T) {
	cluster := &failure{clusters: []string{"a"}, err: fmt.Errorf("install: %w", errors.New("refused"))}
	of := []*definitions{{version: "1.31.0", err: errors.New("refused")}, {version: "1.30.0", err: errors.New("broken")}, {version: "1.29.0"}}
	got := errors.Join(notYet(of, []error{nil, cluster})...)
	if want := "CRDs of Istio 1.30.0: broken"; got == nil || got.Error() != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if got, want := errors.Join(notYet(of[:1], []error{nil})...), "CRDs of Istio 1.31.0: refused"; got == nil || got.Error() != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
