package generator_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"istio.io/istio/manifests"

	"isthmus.dev/isthmus/generator"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/tree"
)

// TestStampedIsRendered compares, file for file, what is made from stamps with
// the rendering of every cluster on its own, which also checks each of them in
// full: where that finds nothing, nothing was missed.
func TestStampedIsRendered(t *testing.T) {
	type input struct {
		text    string
		secrets map[string][]byte
	}
	recipient, _ := testIdentity(t)
	inputs := map[string]input{}
	n := 24
	if testing.Short() {
		n = 4
	}
	for seed := range uint64(n) {
		fleet := randomFleet(rand.New(rand.NewPCG(seed, 7)))
		inputs[fmt.Sprint("fleet ", seed)] = input{text: fleet}
		inputs[fmt.Sprint("topology ", seed)] = input{text: randomTopology(rand.New(rand.NewPCG(seed, 1)))}
		if seed%4 != 0 {
			continue
		}
		inputs[fmt.Sprint("external fleet ", seed)] = input{text: randomExternalFleet(rand.New(rand.NewPCG(seed, 3)))}
		encrypted := withSOPS(t, fleet, recipient)
		inputs[fmt.Sprint("encrypted fleet ", seed)] = input{encrypted, makeSecrets(t, plan.Build(parse(t, encrypted)))}
	}
	for name, in := range inputs {
		text := in.text
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stamped, err := generator.Generate(t.Context(), parse(t, text), generator.Options{Secrets: in.secrets})
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			full, err := generator.Generate(t.Context(), parse(t, text), generator.Options{Full: true, Secrets: in.secrets})
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			sameTree(t, stamped, full)
		})
	}
}

// TestTemplatesOfTheUsers: charts and values of the users may ask for one cluster,
// which only its own rendering shows.
func TestTemplatesOfTheUsers(t *testing.T) {
	fleet := func(istio string) string {
		text := "apiVersion: isthmus.dev/v1alpha1\nkind: Topology\nmetadata: {name: mesh1}\nspec:\n  trust: {provider: manual}\n  istio: " + istio + "\n  clusters:\n"
		for i := range 5 {
			text += fmt.Sprintf("  - {name: cluster%[1]d, role: primary, network: network%[1]d}\n", i)
		}
		return text
	}
	charts := t.TempDir()
	if err := os.CopyFS(charts, manifests.FS); err != nil {
		t.Fatal(err)
	}
	own := "{{- if eq .Values.global.multiCluster.clusterName `cluster3` }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: own, namespace: istio-system}\n{{- end }}\n"
	if err := os.WriteFile(filepath.Join(charts, "charts/istio-control/istio-discovery/templates/own.yaml"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ istio, file, text string }{
		"charts": {"{manifests: " + strconv.Quote(charts) + ", version: 1.31.0}", "clusters/cluster3/istiod/configmap_istio-system_own.yaml", "name: own"},
		"a value": {
			"{values: {unvalidatedValues: {pilot: {initContainers: [{name: init, image: '{{ if eq .Values.global.network `network3` }}special{{ else }}plain{{ end }}'}]}}}}",
			"clusters/cluster3/istiod/deployment_istio-system_istiod.yaml", "image: special",
		},
	} {
		t.Run(name, func(t *testing.T) {
			made := map[bool]*tree.Tree{}
			for _, full := range []bool{false, true} {
				var err error
				if made[full], err = generator.Generate(t.Context(), parse(t, fleet(c.istio)), generator.Options{Full: full}); err != nil {
					t.Fatal(err)
				}
			}
			sameTree(t, made[false], made[true])
			if f, ok := made[false].File(c.file); !ok || !strings.Contains(f.Text.String(), c.text) {
				t.Errorf("%s has no %q", c.file, c.text)
			}
		})
	}
}

// TestStampedGolden does so for every golden case.
func TestStampedGolden(t *testing.T) {
	names := cases(t)
	if testing.Short() {
		names = []string{"mix"} // the race detector makes every case take ten times as long
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			top := loadCase(t, name)
			full, err := generator.Generate(t.Context(), top, generator.Options{Full: true, Secrets: secretsOf(t, name, top)})
			if err != nil {
				t.Fatal(err)
			}
			sameTree(t, generateCase(t, name), full)
		})
	}
}

// randomFleet is several clusters of each of a few kinds, with names that YAML
// reads as something else, or that other parts of the tree have too, among them.
func randomFleet(r *rand.Rand) string {
	awkward := []string{"on", "null", "e1", "x0123", "istio-system", "remote", "gateway", "default", "istiod", "a", strings.Repeat("l", 41), strings.Repeat("m", 42), "0123", "1e3", "zqaxw"}
	r.Shuffle(len(awkward), func(i, j int) { awkward[i], awkward[j] = awkward[j], awkward[i] })
	fresh := func(kind string, i int) string {
		if r.IntN(4) == 0 && len(awkward) > 0 {
			name := awkward[0]
			awkward = awkward[1:]
			return name
		}
		return fmt.Sprintf("%s-%d", kind, i)
	}
	network := pick(r, "", "shared", "own", "own")
	place := func(c m, name string, i int) m {
		switch network {
		case "shared":
			c["network"] = fmt.Sprintf("n%d", i%2)
		case "own":
			c["network"] = pick(r, "net-"+name, name, fmt.Sprintf("%d", 100+i), fmt.Sprintf("Vpc_%d.x", i))
		}
		return c
	}
	var clusters []any
	address := func(i int) string {
		return pick(r, fmt.Sprintf("203.0.113.%d", 10+i), fmt.Sprintf("2001:db8::%d", 10+i), fmt.Sprintf("eastwest-%d.example.com", i), fmt.Sprintf("k8s-%d-%s.elb.eu-central-1.amazonaws.com", i, strings.Repeat("0a", 20)))
	}
	platform := pick(r, "", "", "gke", "aks", "openshift")
	primaries := 3 + r.IntN(4)
	var hosts []string
	for i := range primaries {
		name := fresh("primary", i)
		hosts = append(hosts, name)
		c := place(m{"name": name, "role": "primary", "eastWestGateway": m{"address": address(i)}}, name, i)
		if platform != "" {
			c["platform"] = platform
		}
		if r.IntN(5) == 0 {
			c["gateways"] = []any{m{"name": "edge-" + name, "namespace": pick(r, "edge", name)}}
		}
		if r.IntN(6) == 0 {
			c["istio"] = m{"meshConfig": m{"accessLogFile": "/logs/" + name}}
		}
		clusters = append(clusters, c)
	}
	remotes := 3 + r.IntN(6)
	if r.IntN(5) == 0 {
		remotes = 0
	}
	for i := range remotes {
		name := fresh("remote", i)
		c := place(m{"name": name, "role": "remote", "controlPlane": hosts[r.IntN(1+r.IntN(len(hosts)))]}, name, primaries+i)
		if r.IntN(2) == 0 {
			c["apiServer"] = "https://" + name + ".example.com:6443"
		}
		if platform != "" {
			c["platform"] = platform
		}
		clusters = append(clusters, c)
	}
	spec := m{"trust": m{"provider": "manual"}}
	switch {
	case remotes == 0:
		spec["istio"] = m{
			"revisions": []any{m{"name": "old", "default": true}, m{"name": "canary", "meshConfig": m{"accessLogFile": "/dev/stdout"}}},
			"tags":      []any{m{"name": "prod", "revision": "old"}, m{"name": "test", "revision": "canary"}},
		}
		for _, c := range clusters {
			if c, ok := c.(m); ok {
				delete(c, "istio") // its own would take the place of the revisions
			}
		}
	case r.IntN(3) == 0:
		spec["istio"] = m{"revision": "canary"}
	}
	if r.IntN(3) == 0 {
		spec["trustDomain"] = "mesh.example.com"
	}
	store := m{"kind": "ClusterSecretStore", "name": "vault"}
	prefixes := []string{"isthmus/", "", "0x", "1e", "a/b-"}
	prefix := r.IntN(len(prefixes))
	switch r.IntN(5) {
	case 0:
		spec["trust"] = m{"provider": "cert-manager", "certManager": m{"issuerRef": m{"kind": "ClusterIssuer", "name": "root"}}}
	case 1:
		spec["trust"] = m{"provider": "external-secrets", "externalSecrets": m{"storeRef": store, "keyPrefix": prefixes[prefix]}}
		spec["remoteSecrets"] = m{"provider": "external-secrets", "externalSecrets": m{"push": true, "storeRef": store, "keyPrefix": prefixes[(prefix+1)%len(prefixes)]}}
		for i, c := range clusters {
			if c, ok := c.(m); ok {
				c["apiServer"] = fmt.Sprintf("https://api-%d.example.com:6443", i)
				if r.IntN(3) == 0 {
					c["auth"] = m{"exec": m{"command": "aws", "apiVersion": "client.authentication.k8s.io/v1beta1", "args": []any{"eks", "get-token", "--cluster-name", c["name"]}}}
				}
			}
		}
	}
	if r.IntN(4) == 0 {
		for _, c := range clusters {
			if c, ok := c.(m); ok && r.IntN(3) > 0 {
				c["crds"] = "external"
			}
		}
	}
	switch r.IntN(4) {
	case 0:
		spec["delivery"] = m{"argocd": m{"repoURL": "https://git.example.com/mesh.git"}}
	case 1:
		spec["delivery"] = m{"flux": m{"mode": "per-cluster", "source": m{"name": "mesh", "url": "https://git.example.com/mesh.git"}}}
	}
	return encode("fleet", spec, clusters, r)
}

// randomExternalFleet is external control planes in one cluster, each of which
// serves several remotes.
func randomExternalFleet(r *rand.Rand) string {
	var docs []string
	for k := range 1 + r.IntN(2) {
		control := m{"namespace": fmt.Sprintf("istiod-%d", k), "address": fmt.Sprintf("istiod-%d.example.com", k)}
		hub := m{"name": "hub", "role": "external", "externalControlPlane": control}
		if k == 0 {
			hub["owner"] = true
			control["address"] = pick(r, "istiod-0.example.com", "203.0.113.30") // one at most is an IP
		}
		network := pick(r, "", "shared", "own")
		clusters := []any{hub}
		for i := range 5 + r.IntN(5) {
			name := pick(r, fmt.Sprintf("m%d-%d", k, i), fmt.Sprintf("%d-%d", k, i), fmt.Sprintf("m%d-%d-%s", k, i, strings.Repeat("l", 36)))
			c := m{"name": name, "role": "remote", "controlPlane": "hub"}
			switch network {
			case "shared":
				c["network"] = fmt.Sprintf("n%d", i%2)
			case "own":
				c["network"] = "net-" + name
			}
			if i == 0 {
				c["role"] = "config"
			}
			if r.IntN(2) == 0 {
				c["apiServer"] = "https://" + name + ".example.com:6443"
			}
			if r.IntN(5) == 0 {
				c["gateways"] = randomGateways(r)
			}
			clusters = append(clusters, c)
		}
		spec := m{}
		if r.IntN(3) == 0 {
			spec["trustDomain"] = "mesh.example.com"
		}
		if r.IntN(3) == 0 {
			spec["delivery"] = m{"argocd": m{"repoURL": "https://git.example.com/mesh.git"}}
		}
		docs = append(docs, encode(fmt.Sprintf("mesh%d", k), spec, clusters, r))
	}
	return strings.Join(docs, "---\n")
}
