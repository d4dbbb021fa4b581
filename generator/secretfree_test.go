package generator_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/tree"
)

// What somebody may put into a topology who takes it for a place of secrets. The
// texts are written in parts, or scanners of repositories take them for real.
func secretTexts() map[string]string {
	return map[string]string{
		"private key": "-----BEGIN PRIVATE" + " KEY-----\n" + canary + "=\n-----END PRIVATE" + " KEY-----\n",
		"token":       "eyJhbGciOiJSUzI1NiJ9" + ".eyJzdWIiOiJ4In0x." + canary,
		"kubeconfig":  "apiVersion: v1\nkind: Config\nclusters: []\nusers:\n- name: a\n  user: {token: " + canary + "}\n",
	}
}

const canary = "Y2FuYXJ5LWNhbmFyeS1jYW5hcnk"

// places are where a text of any kind gets into what is generated.
func places() map[string]func(spec, cluster m, text string) {
	return map[string]func(spec, cluster m, text string){
		"root": func(spec, _ m, text string) {
			manifest.Object(spec).Set([]any{text}, "trust", "additionalRoots")
		},
		"argument": func(_, cluster m, text string) {
			cluster["auth"] = m{"exec": m{"command": "get-token", "args": []any{text}}}
		},
		"variable": func(_, cluster m, text string) {
			cluster["auth"] = m{"exec": m{"command": "get-token", "env": []any{m{"name": "API_TOKEN", "value": text}}}}
		},
		"mesh configuration": func(spec, _ m, text string) {
			istio, _ := spec["istio"].(m)
			if istio == nil {
				istio = m{}
			}
			istio["meshConfig"] = m{"defaultConfig": m{"proxyMetadata": m{"EXTRA": text}}}
			spec["istio"] = istio
		},
		"key of the store": func(spec, _ m, text string) {
			if manifest.Object(spec).Map("remoteSecrets", "externalSecrets") != nil {
				manifest.Object(spec).Set(text, "remoteSecrets", "externalSecrets", "keyPrefix")
			} else {
				manifest.Object(spec).Set([]any{text}, "trust", "additionalRoots")
			}
		},
	}
}

// TestNoSecretInAnyTree: for each provider and any topology, a secret that is put
// into the input is in no tree that is generated: it is refused, and what
// refuses it does not repeat it.
func TestNoSecretInAnyTree(t *testing.T) {
	store := m{"kind": "ClusterSecretStore", "name": "vault"}
	trusts := []m{
		{"provider": "manual"},
		{"provider": "cert-manager", "certManager": m{"issuerRef": m{"kind": "ClusterIssuer", "name": "root"}}},
		{"provider": "external-secrets", "externalSecrets": m{"storeRef": store, "keyPrefix": "ca/"}},
	}
	remotes := []m{
		{"provider": "manual"},
		{"provider": "external-secrets", "externalSecrets": m{"storeRef": store, "push": true}},
		{"provider": "external-secrets", "externalSecrets": m{"storeRef": store}},
	}
	combination := 0
	next := func() (uint64, m, m) {
		combination++
		return uint64(combination), trusts[combination%3], remotes[combination/3%3]
	}
	for range len(trusts) * len(remotes) {
		seed, trust, remote := next()
		text := provided(t, seed, trust, remote, nil)
		if _, err := generate(t.Context(), text); err != nil {
			t.Errorf("%v and %v: %v\n%s", trust["provider"], remote["provider"], err, text)
		}
	}
	for place, put := range places() {
		for kind, secret := range secretTexts() {
			seed, trust, remote := next()
			out, err := generate(t.Context(), provided(t, seed, trust, remote, func(spec, cluster m) { put(spec, cluster, secret) }))
			switch {
			case err == nil:
				without(t, out)
				t.Errorf("%s as a %s is taken", kind, place)
			case strings.Contains(err.Error(), canary):
				t.Errorf("%s as a %s is repeated: %v", kind, place, err)
			}
		}
	}
}

// provided is a random topology with providers, each cluster with an API server.
func provided(t *testing.T, seed uint64, trust, remote m, put func(spec, cluster m)) string {
	t.Helper()
	var docs []string
	for _, text := range strings.Split(randomTopology(rand.New(rand.NewPCG(seed, 7))), "---\n") {
		var doc m
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		spec := as[m](t, doc["spec"])
		spec["trust"], spec["remoteSecrets"] = deep(t, trust), deep(t, remote)
		for i, c := range as[[]any](t, spec["clusters"]) {
			cluster := as[m](t, c)
			cluster["apiServer"] = fmt.Sprintf("https://c%d.example.com", i)
			if put != nil && cluster["role"] != "external" {
				put(spec, cluster)
			}
		}
		data, err := yaml.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, string(data))
	}
	return strings.Join(docs, "---\n")
}

func deep(t *testing.T, in m) m {
	t.Helper()
	var out m
	data, err := yaml.Marshal(in)
	if err == nil {
		err = yaml.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func generate(ctx context.Context, text string) (*tree.Tree, error) {
	top, err := topology.Parse([]topology.Input{{Name: "topology.yaml", Dir: ".", Data: []byte(text)}}, topology.OSDisk{})
	if err != nil {
		return nil, err
	}
	return generator.Generate(ctx, top, generator.Options{})
}

func without(t *testing.T, out *tree.Tree) {
	t.Helper()
	for _, f := range out.Files() {
		if bytes.Contains(f.Data(), []byte(canary)) {
			t.Errorf("%s holds a secret of the input", f.Path)
		}
	}
}
