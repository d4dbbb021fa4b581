package main

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"isthmus.dev/isthmus/generator/secrets/encrypt"
)

const sopsTopology = `apiVersion: isthmus.dev/v1alpha1
kind: Topology
metadata: {name: mesh1}
spec:
  trust: {provider: sops, sops: {ageRecipients: [RECIPIENT]}}
  remoteSecrets: {provider: sops, sops: {ageRecipients: [RECIPIENT]}}
  clusters:
  - {name: east, role: primary, apiServer: "https://east.example.com:6443"}
  - {name: west, role: primary, apiServer: "https://west.example.com:6443"}
`

// kept is a directory with a topology that keeps its secrets with SOPS.
type kept struct {
	*testing.T
	dir, topology string
	identity      *age.X25519Identity
}

func newKept(t *testing.T) *kept {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	k := &kept{T: t, dir: t.TempDir(), identity: id}
	k.topology = filepath.Join(t.TempDir(), "topology.yaml")
	k.write(k.topology, strings.ReplaceAll(sopsTopology, "RECIPIENT", id.Recipient().String()))
	k.Setenv("HOME", t.TempDir())
	k.Setenv("XDG_CONFIG_HOME", "")
	k.Setenv("SOPS_AGE_KEY", "")
	k.Setenv("SOPS_AGE_KEY_FILE", "")
	return k
}

func (k *kept) write(file, text string) {
	k.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		k.Fatal(err)
	}
}

func (k *kept) run(code int, args ...string) (stdout, stderr string) {
	k.Helper()
	got, stdout, stderr := cli(k.T, "", append(args, "-f", k.topology, "-o", k.dir)...)
	if got != code {
		k.Errorf("%v exits with %d, want %d:\n%s%s", args, got, code, stdout, stderr)
	}
	return stdout, stderr
}

// files are all in the directory, by path.
func (k *kept) files() map[string]string {
	k.Helper()
	out := map[string]string{}
	root := os.DirFS(k.dir)
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, p)
		out[p] = string(data)
		return err
	})
	if err != nil {
		k.Fatal(err)
	}
	return out
}

// TestSecretsFromNothing makes a mesh's secrets, has the tree refer to them, and
// rotates one certificate.
func TestSecretsFromNothing(t *testing.T) {
	k := newKept(t)
	_, stderr := k.run(exitFine, "generate")
	expectParts(t, stderr, `"secrets/mesh1/ca" has no cacerts for east, west`, `"secrets/mesh1/remote" has no remote secret of east, west`)
	stdout, stderr := k.run(exitFine, "secrets", "ca")
	expectParts(t, stdout, "add secrets/mesh1/ca/east/cacerts.sops.yaml", "add secrets/mesh1/root-ca.sops.yaml")
	expectParts(t, stderr, "Cluster east signs under root ", `Now run "isthmus generate"`)

	east, west := newAPIServer(t), newAPIServer(t)
	kubeconfig := k.kubeconfig(map[string]string{"east": east.URL, "admin@west": west.URL})
	stdout, _ = k.run(exitFine, "secrets", "remote", "--kubeconfig", kubeconfig, "--context", "west=admin@west")
	expectParts(t, stdout, "add secrets/mesh1/remote/east.sops.yaml", "add secrets/mesh1/remote/kustomization.yaml", "add secrets/mesh1/remote/west.sops.yaml")

	stdout, stderr = k.run(exitFine, "generate")
	if stdout != "" || strings.Contains(stderr, "Warning") {
		t.Errorf("%s%s", stdout, stderr)
	}
	k.run(exitFine, "check")
	k.run(exitFine, "diff")
	stdout, _ = k.run(exitFine, "secrets", "status")
	expectParts(t, stdout, "MESH   CLUSTER  ENDS", "mesh1  east     20", "valid")
	k.run(exitDifference, "secrets", "status", "--within", "200000h")

	before := k.files()
	if stdout, stderr = k.run(exitFine, "secrets", "ca"); stdout != "" {
		t.Errorf("made again: %s", stdout)
	}
	expectParts(t, stderr, "Signing certificates that were there and are kept: 2; --rotate makes them anew.")
	_, stderr = k.run(exitError, "secrets", "ca", "--rotate", "east")
	expectParts(t, stderr, "set SOPS_AGE_KEY_FILE to the file of a recipient, or give --root-key and --root-cert")
	same(t, before, k.files())
	k.Setenv("SOPS_AGE_KEY", k.identity.String())
	stdout, stderr = k.run(exitFine, "secrets", "ca", "--rotate", "ea*")
	if stdout != "update secrets/mesh1/ca/east/cacerts.sops.yaml\nupdate secrets/mesh1/ca/east/cert-chain.pem\n" {
		t.Errorf("rotated %s", stdout)
	}
	expectParts(t, stderr, "istiod takes up a new certificate of the same root by itself")
	k.run(exitFine, "check")

	stdout, stderr = k.run(exitFine, "secrets", "remote", "--kubeconfig", kubeconfig, "--cluster", "east", "--rotate")
	if stdout != "update secrets/mesh1/remote/east.sops.yaml\n" {
		t.Errorf("rotated %s", stdout)
	}
	expectParts(t, stderr, "Remote secrets that were there and are kept: 1;", "Cluster east has older tokens", "kubectl --context east -n istio-system delete secret istio-reader-service-account-istio-remote-secret-token")
	k.noneInClear(east)
	k.noneInClear(west)
	clear, err := encrypt.Decrypt([]byte(k.files()["secrets/mesh1/remote/east.sops.yaml"]), []age.Identity{k.identity})
	if err != nil || !strings.Contains(string(clear), "token: token-2") {
		t.Errorf("got %s, %v", clear, err)
	}
}

// noneInClear looks for every token that the API server gave.
func (k *kept) noneInClear(s *apiServer) {
	k.Helper()
	for name, text := range k.files() {
		for _, token := range s.tokens {
			if strings.Contains(text, token) || strings.Contains(text, "PRIVATE KEY") {
				k.Errorf("%s holds a secret", name)
			}
		}
	}
}

// TestSecretsInClear: neither generate nor check goes on with a secret in clear.
func TestSecretsInClear(t *testing.T) {
	k := newKept(t)
	k.run(exitFine, "generate", "-q")
	if err := os.MkdirAll(filepath.Join(k.dir, "secrets"), 0o755); err != nil {
		t.Fatal(err)
	}
	k.write(filepath.Join(k.dir, "secrets", "a.yaml"), "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\nstringData: {a: b}\n")
	for _, command := range []string{"check", "generate", "diff"} {
		_, stderr := k.run(exitError, command)
		expectParts(t, stderr, "secrets/a.yaml: Secret b/a has stringData; encrypt it with sops")
	}
	_, stderr := k.run(exitDifference, "secrets", "status")
	expectParts(t, stderr, "Warning: secrets/a.yaml: Secret b/a has stringData")
}

// TestSecretsErrors: what is wrong is told with what to do, and nothing is written.
func TestSecretsErrors(t *testing.T) {
	k := newKept(t)
	server := newAPIServer(t)
	both := k.kubeconfig(map[string]string{"east": server.URL, "west": newAPIServer(t).URL})
	other := k.kubeconfig(map[string]string{"other": server.URL})
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	k.write(filepath.Join(k.dir, "key.pem"), "x")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"kubeconfig":        {[]string{"remote", "--kubeconfig", "/nonexistent"}, "cannot read the kubeconfig: open /nonexistent: no such file or directory; name one with --kubeconfig"},
		"topology":          {[]string{"remote", "--kubeconfig", k.topology}, fmt.Sprintf(`%q is no kubeconfig: no kind "Topology" is registered for version "isthmus.dev/v1alpha1"; name one with --kubeconfig`, k.topology)},
		"contexts":          {[]string{"remote", "--kubeconfig", other}, `cluster "west": kubeconfig`},
		"context's cure":    {[]string{"remote", "--kubeconfig", other}, `has no context "east"; write --context east=CONTEXT with one of other`},
		"context's cluster": {[]string{"remote", "--kubeconfig", both, "--context", "north=east"}, `--context "north=east" names no cluster of the topology; write CLUSTER=CONTEXT`},
		"context's form":    {[]string{"remote", "--kubeconfig", both, "--context", "east"}, `--context "east" names no cluster of the topology; write CLUSTER=CONTEXT`},
		"cluster":           {[]string{"remote", "--kubeconfig", both, "--cluster", "north"}, `--cluster "north" matches no cluster; there are east, west`},
		"API server":        {[]string{"remote", "--kubeconfig", k.kubeconfig(map[string]string{"east": closed.URL, "west": server.URL})}, "the API server cannot be reached"},
		"one context":       {[]string{"remote", "--kubeconfig", both, "--context", "west=east"}, fmt.Sprintf(`leads to one API server, %q, for several clusters: "east" by context "east", "west" by context "east"; name for each of them a context of its own with --context CLUSTER=CONTEXT`, server.URL)},
		"one API server":    {[]string{"remote", "--kubeconfig", k.kubeconfig(map[string]string{"east": server.URL, "w": server.URL + "/"}), "--context", "west=w"}, `"east" by context "east", "west" by context "w"`},
		"no kubeconfig":     {[]string{"remote"}, "the tokens of east, west are to be read from their API servers: name a kubeconfig with a context for each of them with --kubeconfig"},
		"algorithm":         {[]string{"ca", "--algorithm", "dsa"}, `--algorithm "dsa" is none; write one of ecdsa-p256, rsa-4096`},
		"validity":          {[]string{"ca", "--validity", "0s"}, "--validity and --root-validity must be longer than nothing"},
		"half a root":       {[]string{"ca", "--root-key", "a"}, "root-cert"},
		"root's key":        {[]string{"ca", "--root-key", "/nonexistent", "--root-cert", "b"}, "cannot read the root's key: open /nonexistent"},
		"root's cert":       {[]string{"ca", "--root-key", filepath.Join(k.dir, "key.pem"), "--root-cert", "/nonexistent"}, "cannot read the root's certificate: open /nonexistent"},
		"mesh":              {[]string{"ca", "--mesh", "mesh2"}, `--mesh "mesh2" is none of the topology; there are mesh1`},
		"rotate":            {[]string{"ca", "--rotate", "north"}, `--rotate "north" matches no cluster with a control plane; there are east, west`},
	} {
		t.Run(name, func(t *testing.T) {
			before := k.files()
			_, stderr := k.run(exitError, append([]string{"secrets"}, c.args...)...)
			expectParts(t, stderr, c.want)
			same(t, before, k.files())
		})
	}
	k.Setenv("SOPS_AGE_KEY_FILE", "/nonexistent")
	_, stderr := k.run(exitError, "secrets", "ca")
	expectParts(t, stderr, "cannot read the age identities: open /nonexistent: no such file or directory; set SOPS_AGE_KEY_FILE to the file that age-keygen made")
	k.Setenv("SOPS_AGE_KEY_FILE", "")
	k.Setenv("SOPS_AGE_KEY", "x")
	_, stderr = k.run(exitError, "secrets", "ca")
	expectParts(t, stderr, "SOPS_AGE_KEY holds no age identities")
	k.write(k.topology, smallTopology)
	_, stderr = k.run(exitError, "secrets", "remote", "--kubeconfig", both)
	expectParts(t, stderr, "no mesh keeps its remote secrets in Git: set spec.remoteSecrets.provider to sops and list ageRecipients")
}

func same(t *testing.T, before, after map[string]string) {
	t.Helper()
	for name, text := range after {
		if before[name] != text {
			t.Errorf("%s was written", name)
		}
	}
	if len(before) != len(after) {
		t.Errorf("%d files, and before %d", len(after), len(before))
	}
}

// kubeconfig writes one with a server for each context.
func (k *kept) kubeconfig(contexts map[string]string) string {
	k.Helper()
	c := api.NewConfig()
	for name, server := range contexts {
		c.Clusters[name] = &api.Cluster{Server: server}
		c.AuthInfos[name] = &api.AuthInfo{Token: "admin"}
		c.Contexts[name] = &api.Context{Cluster: name, AuthInfo: name}
	}
	file := filepath.Join(k.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*c, file); err != nil {
		k.Fatal(err)
	}
	return file
}
