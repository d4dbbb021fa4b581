package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/secrets/ca"
	"isthmus.dev/isthmus/generator/secrets/trust"
	"isthmus.dev/isthmus/generator/topology"
)

// TestEndedCertificates: generate, check and diff warn of what ended, and do
// and write the same as before; status says it of each.
func TestEndedCertificates(t *testing.T) {
	k := newKept(t)
	k.make(20*ca.Validity, 20*ca.Validity)
	k.run(exitFine, "generate")
	generated := k.files()
	for name, c := range map[string]struct {
		validity, rootValidity time.Duration
		state                  string
		want                   []string
	}{
		"certificates": {time.Hour, 20 * ca.Validity, "  ended: rotate it\n", []string{`Warning: mesh "mesh1": signing certificates have ended`, `: "secrets/mesh1/ca/east/cert-chain.pem" on 2001-01-01, "secrets/mesh1/ca/west/cert-chain.pem" on 2001-01-01; run "isthmus secrets ca --rotate CLUSTER"`}},
		"root":         {time.Hour, 2 * time.Hour, "  the root has ended: move to another one\n", []string{`Warning: mesh "mesh1": the root `, ` ended on 2001-01-01, and with it all that it signed: "secrets/mesh1/ca/east/cert-chain.pem", "secrets/mesh1/ca/west/cert-chain.pem"; make a new root and run "isthmus secrets ca --mesh mesh1 --rotate '*'`, `"When a root has ended" in docs/trust.md`}},
	} {
		k.make(c.validity, c.rootValidity)
		for _, command := range []string{"generate", "check", "diff"} {
			_, stderr := k.run(exitFine, command)
			expectParts(t, stderr, c.want...)
			if n := strings.Count(stderr, "cert-chain.pem"); n != 2 {
				t.Errorf("%s, %s: %d certificates in\n%s", name, command, n, stderr)
			}
			if _, stderr = k.run(exitFine, command, "-q"); stderr != "" {
				t.Errorf("-q prints %s", stderr)
			}
		}
		_, stderr := k.run(exitFine, "check", "--cluster", "west")
		if expectParts(t, stderr, "ca/west/"); strings.Contains(stderr, "ca/east/") {
			t.Errorf("of another cluster:\n%s", stderr)
		}
		stdout, stderr := k.run(exitDifference, "secrets", "status")
		expectParts(t, stderr, c.want...)
		if n := strings.Count(stdout, c.state); n != 2 {
			t.Errorf("%s: %d of both are%sin\n%s", name, n, c.state, stdout)
		}
		for file, text := range k.files() {
			if !strings.HasPrefix(file, "secrets/") && generated[file] != text {
				t.Errorf("%s: %s depends on the time", name, file)
			}
		}
	}
	chain := filepath.Join(k.dir, "secrets/mesh1/ca/east/cert-chain.pem")
	k.write(chain, "x")
	const damaged = `"secrets/mesh1/ca/east/cert-chain.pem": it holds no certificate in PEM; restore it from Git`
	_, stderr := k.run(exitFine, "check")
	expectParts(t, stderr, "Warning: nobody can see when these signing certificates end: "+damaged)
	if _, stderr = k.run(exitFine, "check", "--cluster", "west"); strings.Contains(stderr, "ca/east/") {
		t.Errorf("of another cluster:\n%s", stderr)
	}
	if err := os.Remove(chain); err != nil {
		t.Fatal(err)
	}
	_, stderr = k.run(exitFine, "generate")
	expectParts(t, stderr, `Warning: nobody can see when these signing certificates end: there is no "secrets/mesh1/ca/east/cert-chain.pem": restore it from Git`, `"secrets/mesh1/ca/west/cert-chain.pem"`)
}

// TestRootsApart: generate, check and diff warn of control planes that do not trust
// each other, as status does, also those of one of the clusters alone.
func TestRootsApart(t *testing.T) {
	k := newKept(t)
	k.run(exitFine, "secrets", "ca")
	root, err := ca.NewRoot(ca.ECDSAP256, ca.Validity, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	key, err := ca.KeyPEM(root.Key)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(k.topology)
	if err != nil {
		t.Fatal(err)
	}
	chain, err := os.ReadFile(filepath.Join(k.dir, "secrets/mesh1/ca/east/cert-chain.pem"))
	if err != nil {
		t.Fatal(err)
	}
	old, cert := string(chain[bytes.LastIndex(chain, []byte("-----BEGIN")):]), string(ca.CertPEM(root.Cert))
	k.write(filepath.Join(k.dir, "key.pem"), string(key))
	k.write(filepath.Join(k.dir, "cert.pem"), cert)
	k.write(k.topology, strings.Replace(string(before), "trust: {", fmt.Sprintf("trust: {additionalRoots: [%q, %q], ", old, cert), 1))
	k.run(exitFine, "secrets", "ca", "--rotate", "east", "--root-key", filepath.Join(k.dir, "key.pem"), "--root-cert", filepath.Join(k.dir, "cert.pem"))
	const apart = "control planes have different roots"
	if _, stderr := k.run(exitFine, "generate"); strings.Contains(stderr, apart) {
		t.Errorf("all trust both, and yet:\n%s", stderr)
	}
	k.write(k.topology, string(before))
	k.run(exitFine, "generate", "-q")
	for _, command := range [][]string{{"generate"}, {"check"}, {"diff"}, {"check", "--cluster", "west"}} {
		_, stderr := k.run(exitFine, command...)
		expectParts(t, stderr, `Warning: mesh "mesh1": `+apart+", and mTLS between their workloads fails unless all trust each of them: root ",
			"root "+trust.Fingerprint(root.Cert)+", of east", ", of west", "; sign with one root for all, or list the roots in spec.trust.additionalRoots and apply that first")
	}
	_, stderr := k.run(exitDifference, "secrets", "status")
	expectParts(t, stderr, `Warning: mesh "mesh1": `+apart)
}

// make makes the signing certificates of both clusters and their root, as of the
// year 2001, in place of those that are there.
func (k *kept) make(validity, rootValidity time.Duration) {
	k.Helper()
	top, err := topology.Load([]string{k.topology}, nil)
	if err != nil {
		k.Fatal(err)
	}
	made, err := trust.Make(trust.Options{Plan: plan.Build(top), Algorithm: ca.ECDSAP256, Validity: validity, RootValidity: rootValidity, Now: time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		k.Fatal(err)
	}
	for name, data := range made.Files {
		name = filepath.Join(k.dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			k.Fatal(err)
		}
		k.write(name, string(data))
	}
}
