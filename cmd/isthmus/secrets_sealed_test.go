package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

const externalTopology = `apiVersion: isthmus.dev/v1alpha1
kind: Topology
metadata: {name: mesh1}
spec:
  trust: {provider: sops, sops: {ageRecipients: [RECIPIENT]}}
  remoteSecrets: {provider: sops, sops: {ageRecipients: [RECIPIENT]}}
  clusters:
  - {name: hub, role: external, externalControlPlane: {namespace: istiod-1, address: istiod.example.com}}
  - {name: cfg, role: config, controlPlane: hub, apiServer: "https://cfg.example.com:6443"}
  - {name: r1, role: remote, controlPlane: hub, apiServer: "https://r1.example.com:6443"}
`

// describe writes another topology, for the recipient of the test.
func (k *kept) describe(text string) {
	k.Helper()
	k.write(k.topology, strings.ReplaceAll(text, "RECIPIENT", k.identity.Recipient().String()))
}

// edit replaces a text in the topology.
func (k *kept) edit(before, after string) {
	k.Helper()
	text, err := os.ReadFile(k.topology)
	if err != nil || !strings.Contains(string(text), before) {
		k.Fatalf("no %q in the topology, %v", before, err)
	}
	k.write(k.topology, strings.ReplaceAll(string(text), before, after))
}

func newIdentity(t *testing.T) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// newExternal has a mesh with an external control plane, all secrets made.
func newExternal(t *testing.T) (k *kept, kubeconfig string) {
	t.Helper()
	k = newKept(t)
	k.describe(externalTopology)
	k.Setenv("SOPS_AGE_KEY", k.identity.String())
	kubeconfig = k.kubeconfig(map[string]string{"cfg": newAPIServer(t).URL, "r1": newAPIServer(t).URL})
	k.run(exitFine, "generate", "-q")
	k.run(exitFine, "secrets", "ca")
	k.run(exitFine, "secrets", "remote", "--kubeconfig", kubeconfig)
	k.fine()
	return k, kubeconfig
}

// fine: nothing is to be said of the secrets.
func (k *kept) fine() {
	k.Helper()
	for _, command := range [][]string{{"generate"}, {"check"}, {"diff"}, {"secrets", "status"}} {
		if stdout, stderr := k.run(exitFine, command...); strings.Contains(stderr, "Warning") || strings.Contains(stdout, "rotate") {
			k.Errorf("%v says\n%s%s", command, stdout, stderr)
		}
	}
}

// TestSecretsForAnotherNamespace: secrets that would be applied to a namespace that
// nobody makes are no part of a tree, and are told by all that would keep them.
func TestSecretsForAnotherNamespace(t *testing.T) {
	k, kubeconfig := newExternal(t)
	k.edit("namespace: istiod-1", "namespace: istiod-2")
	before := k.files()
	const differs = `: metadata.namespace is "istiod-1" and is to be "istiod-2"; run "isthmus secrets `
	ca := `mesh "mesh1": "secrets/mesh1/ca/hub/cacerts.sops.yaml"` + differs + `ca --rotate hub" with the same -f and -o`
	remote := `mesh "mesh1": "secrets/mesh1/remote/cfg.sops.yaml", "secrets/mesh1/remote/r1.sops.yaml"` + differs + `remote --rotate --cluster cfg --cluster r1" with the same -f and -o; if the clusters have no such account yet, remove the folder "secrets/mesh1/remote", generate and apply first`
	for _, command := range []string{"generate", "check", "diff"} {
		_, stderr := k.run(exitError, command)
		expectParts(t, stderr, ca, remote)
	}
	stdout, stderr := k.run(exitDifference, "secrets", "status")
	expectParts(t, stdout, "for another namespace: rotate it\nMESH ", "mesh1  cfg               for another namespace: rotate it\n")
	expectParts(t, stderr, ca, remote)
	_, stderr = k.run(exitFine, "secrets", "ca")
	if expectParts(t, stderr, "Warning: "+ca); strings.Contains(stderr, "remote") {
		t.Errorf("ca says %s", stderr)
	}
	_, stderr = k.run(exitFine, "secrets", "remote", "--kubeconfig", kubeconfig)
	if expectParts(t, stderr, "Remote secrets that were there and are kept: 2;", "Warning: "+remote); strings.Contains(stderr, "cacerts") {
		t.Errorf("remote says %s", stderr)
	}
	same(t, before, k.files())

	// The clusters whose account the token will be of do not apply it.
	k.run(exitFine, "generate", "--cluster", "cfg", "--cluster", "r1")

	k.run(exitFine, "secrets", "ca", "--rotate", "hub")
	_, stderr = k.run(exitFine, "secrets", "remote", "--kubeconfig", kubeconfig, "--rotate", "--cluster", "cfg")
	expectParts(t, stderr, `mesh "mesh1": "secrets/mesh1/remote/r1.sops.yaml"`+differs+`remote --rotate --cluster r1"`)
	_, stderr = k.run(exitFine, "secrets", "remote", "--kubeconfig", kubeconfig, "--rotate", "--cluster", "r1")
	if strings.Contains(stderr, "Warning") {
		t.Errorf("made again, and says %s", stderr)
	}
	k.run(exitFine, "generate")
	k.fine()

	// The other way, which needs no account yet.
	k.edit("namespace: istiod-2", "namespace: istiod-3")
	k.run(exitFine, "secrets", "ca", "--rotate", "hub")
	if err := os.RemoveAll(filepath.Join(k.dir, "secrets/mesh1/remote")); err != nil {
		t.Fatal(err)
	}
	_, stderr = k.run(exitFine, "generate")
	expectParts(t, stderr, "has no remote secret of cfg, r1")
}

// TestOtherRecipients: files keep their recipients when the topology's change, which
// all say.
func TestOtherRecipients(t *testing.T) {
	k, kubeconfig := newExternal(t)
	old := k.identity
	k.identity = newIdentity(t)
	k.edit("remoteSecrets: {provider: sops, sops: {ageRecipients: ["+old.Recipient().String(), "remoteSecrets: {provider: sops, sops: {ageRecipients: ["+k.identity.Recipient().String())
	want := `Warning: mesh "mesh1": "secrets/mesh1/remote/cfg.sops.yaml", "secrets/mesh1/remote/r1.sops.yaml": sops.age lacks ` + k.identity.Recipient().String()
	cure := `run "sops rotate --in-place --add-age ` + k.identity.Recipient().String() + ` --rm-age ` + old.Recipient().String() + ` FILE" on each`
	for _, command := range []string{"generate", "check", "diff"} {
		_, stderr := k.run(exitFine, command)
		expectParts(t, stderr, want, cure)
	}
	stdout, stderr := k.run(exitDifference, "secrets", "status")
	expectParts(t, stdout, "  valid\nMESH ", "mesh1  r1                for other recipients: change them\n")
	expectParts(t, stderr, want, cure)
	_, stderr = k.run(exitFine, "secrets", "remote", "--kubeconfig", kubeconfig)
	expectParts(t, stderr, want, cure)
	_, stderr = k.run(exitFine, "secrets", "ca")
	if strings.Contains(stderr, "Warning") {
		t.Errorf("ca says %s", stderr)
	}
	k.run(exitFine, "secrets", "remote", "--kubeconfig", kubeconfig, "--rotate")
	k.fine()
}

// TestMadeForSomethingElse: a remote secret that is kept is told when it no longer
// leads to what the topology has, and made again it is fine.
func TestMadeForSomethingElse(t *testing.T) {
	k, kubeconfig := newExternal(t)
	for name, c := range map[string]struct{ before, after, want, state string }{
		"API server": {`"https://r1.example.com:6443"`, `"https://new.example.com:6443"`, `the API server "https://r1.example.com:6443" and is to be for "https://new.example.com:6443"`, "made for another API server: rotate it"},
		"program":    {"{name: r1,", "{name: r1, auth: {exec: {command: aws, args: [eks], apiVersion: client.authentication.k8s.io/v1beta1}},", `the authentication "token" and is to be for "exec aws"`, "made for another authentication: rotate it"},
	} {
		k.edit(c.before, c.after)
		want := `Warning: mesh "mesh1": "secrets/mesh1/remote/r1.sops.yaml": was made for ` + c.want + `; run "isthmus secrets remote --rotate --cluster r1"`
		_, stderr := k.run(exitFine, "generate")
		expectParts(t, stderr, want)
		_, stderr = k.run(exitFine, "check")
		expectParts(t, stderr, want)
		stdout, stderr := k.run(exitDifference, "secrets", "status")
		expectParts(t, stdout, "mesh1  r1                "+c.state+"\n")
		expectParts(t, stderr, want)
		_, stderr = k.run(exitFine, "secrets", "remote", "--kubeconfig", kubeconfig)
		expectParts(t, stderr, "Remote secrets that were there and are kept: 2;", want)
		_, stderr = k.run(exitFine, "secrets", "remote", "--kubeconfig", kubeconfig, "--rotate", "--cluster", "r1")
		if strings.Contains(stderr, "was made for") {
			t.Errorf("%s: made again, and says %s", name, stderr)
		}
	}
	k.edit("spec:", "spec:\n  istio: {revision: canary}")
	k.run(exitFine, "generate")
	_, stderr := k.run(exitFine, "check")
	expectParts(t, stderr, `"secrets/mesh1/remote/cfg.sops.yaml": was made for the account "istiod-1/`)
}
