package generator_test

import (
	"context"
	"encoding/base64"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/secrets/ca"
	"isthmus.dev/isthmus/generator/secrets/encrypt"
	"isthmus.dev/isthmus/generator/secrets/layout"
	"isthmus.dev/isthmus/generator/secrets/remote"
	"isthmus.dev/isthmus/generator/secrets/token"
	"isthmus.dev/isthmus/generator/secrets/trust"
	"isthmus.dev/isthmus/generator/topology"
)

// secretsOf returns the encrypted files of a golden case. What is encrypted is not
// the same twice, so they are an input of the case: make golden makes them once,
// where a case asks for them and has none.
func secretsOf(t *testing.T, name string, top *topology.Topology) map[string][]byte {
	t.Helper()
	dir := filepath.Join(goldenDir, name)
	files, err := repo.ReadFolder(dir, layout.Root)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) > 0 || !updating() {
		return files
	}
	files = makeSecrets(t, plan.Build(top))
	for p, data := range files {
		p = filepath.Join(dir, p)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// tokenOf is the token that the fake cluster of a name gives: in the form of real
// ones, so that what looks for tokens in clear would find it.
func tokenOf(cluster string) string {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	return part(`{"alg":"RS256","kid":"test"}`) + "." + part(`{"iss":"kubernetes","cluster":"`+cluster+`"}`) + "." + part("a signature of "+cluster)
}

type fakeCluster string

func (c fakeCluster) Token(context.Context, string, string, bool) (token.Token, error) {
	return token.Token{Secret: "token", Value: tokenOf(string(c)), CA: []byte("-----BEGIN CERTIFICATE-----\nZmFrZQ==\n-----END CERTIFICATE-----\n")}, nil
}

func (c fakeCluster) CA(context.Context, string) ([]byte, error) { return []byte("CA"), nil }

// makeSecrets makes all secrets that the meshes of a plan keep with SOPS.
func makeSecrets(t *testing.T, p *plan.Plan) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	now := time.Now()
	any := func(has func(plan.Mesh) bool) bool { return slices.ContainsFunc(p.Meshes, has) }
	if any(func(m plan.Mesh) bool { return len(m.SOPS.Trust) > 0 }) {
		made, err := trust.Make(trust.Options{Plan: p, Algorithm: ca.ECDSAP256, Validity: 10 * ca.Validity, RootValidity: 10 * ca.Validity, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(out, made.Files)
	}
	if any(func(m plan.Mesh) bool { return len(m.SOPS.RemoteSecrets) > 0 }) {
		made, err := remote.Make(t.Context(), remote.Options{Plan: p, Now: now, Open: func(c string) (remote.Access, error) {
			return remote.Access{Source: fakeCluster(c), Server: "https://" + c + ".example.com:6443"}, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(out, made.Files)
	}
	return out
}

func testIdentity(t *testing.T) (recipient string, identities []age.Identity) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(goldenDir, "sops", "age-identity.txt"))
	if err != nil {
		t.Fatal(err)
	}
	identities, err = age.ParseIdentities(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	i, ok := identities[0].(*age.X25519Identity)
	if !ok {
		t.Fatalf("a %T", identities[0])
	}
	return i.Recipient().String(), identities
}

// decrypted are the objects of all encrypted files, in clear.
func decrypted(t *testing.T, files map[string][]byte) map[string]manifest.Object {
	t.Helper()
	_, identities := testIdentity(t)
	out := map[string]manifest.Object{}
	for name, data := range files {
		if !strings.HasSuffix(name, ".sops.yaml") {
			continue
		}
		clear, err := encrypt.Decrypt(data, identities)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if out[name], err = manifest.Decode(clear); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return out
}

// inputs are the secrets of files: lines of keys, parts of tokens, as they are and
// in base64.
func inputs(t *testing.T, files map[string][]byte) []string {
	t.Helper()
	var out []string
	add := func(s string) {
		out = append(out, s, base64.StdEncoding.EncodeToString([]byte(s)))
	}
	for file, o := range decrypted(t, files) {
		for key := range o.Map("stringData") {
			text := o.Text("stringData", key)
			switch {
			case strings.HasSuffix(key, "-key.pem"):
				for _, line := range strings.Split(text, "\n")[1:3] {
					add(line)
				}
				add(text)
			case strings.Contains(text, "token:"):
				_, after, _ := strings.Cut(text, "token: ")
				tok, _, _ := strings.Cut(after, "\n")
				for _, part := range strings.Split(tok, ".")[1:] {
					add(part)
				}
			case !strings.HasSuffix(key, ".pem"):
				t.Errorf("%s has %s", file, key)
			}
		}
	}
	return out
}

// withSOPS has all meshes of a topology keep their secrets with SOPS.
func withSOPS(t *testing.T, text, recipient string) string {
	t.Helper()
	docs := strings.Split(text, "---\n")
	for i, d := range docs {
		var doc m
		if err := yaml.Unmarshal([]byte(d), &doc); err != nil {
			t.Fatal(err)
		}
		o := manifest.Object(doc)
		for _, what := range []string{"trust", "remoteSecrets"} {
			o.Set(m{"provider": "sops", "sops": m{"ageRecipients": []any{recipient}}}, "spec", what)
		}
		data, err := yaml.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		docs[i] = string(data)
	}
	return strings.Join(docs, "---\n")
}
