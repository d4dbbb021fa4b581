package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestKeptContexts: a cluster is not made the secret of with the context of one
// whose secret is there already.
func TestKeptContexts(t *testing.T) {
	k := newKept(t)
	server := newAPIServer(t)
	kubeconfig := k.kubeconfig(map[string]string{"east": server.URL})
	k.run(exitFine, "secrets", "remote", "--kubeconfig", kubeconfig, "--cluster", "east")
	_, stderr := k.run(exitError, "secrets", "remote", "--kubeconfig", kubeconfig, "--context", "west=east")
	expectParts(t, stderr, `for several clusters: "west" by context "east", "east" by context "east"`)
}

// TestLeavingClusters: what is left of a cluster that leaves the topology is told,
// and the cures work as they are written, with no way to any API server.
func TestLeavingClusters(t *testing.T) {
	k := newKept(t)
	two, err := os.ReadFile(k.topology)
	if err != nil {
		t.Fatal(err)
	}
	k.write(k.topology, string(two)+"  - {name: north, role: primary, apiServer: \"https://north.example.com:6443\"}\n")
	k.run(exitFine, "secrets", "ca")
	k.run(exitFine, "secrets", "remote", "--kubeconfig", k.kubeconfig(map[string]string{"east": newAPIServer(t).URL, "west": newAPIServer(t).URL, "north": newAPIServer(t).URL}))
	k.run(exitFine, "generate")

	k.write(k.topology, string(two))
	_, stderr := k.run(exitFine, "generate")
	const (
		left = `Warning: mesh "mesh1": nobody is to observe these clusters any more: secrets/mesh1/remote/north.sops.yaml; remove the files and run "isthmus secrets remote" with the same -f and -o`
		ca   = `Warning: mesh "mesh1": no control plane signs with these any more, and their keys are good until the certificates end: secrets/mesh1/ca/north; remove the folders`
	)
	expectParts(t, stderr, left, ca)
	_, stderr = k.run(exitDifference, "secrets", "status")
	expectParts(t, stderr, left, ca)

	for _, gone := range []string{"remote/north.sops.yaml", "ca/north"} {
		if err := os.RemoveAll(filepath.Join(k.dir, "secrets/mesh1", gone)); err != nil {
			t.Fatal(err)
		}
	}
	_, stderr = k.run(exitError, "generate")
	expectParts(t, stderr, `"secrets/mesh1/remote/kustomization.yaml" lists "north.sops.yaml", which nobody needs and which is not there; run "isthmus secrets remote" with the same -f and -o`)
	if stdout, _ := k.run(exitFine, "secrets", "remote"); stdout != "update secrets/mesh1/remote/kustomization.yaml\n" {
		t.Errorf("got %s", stdout)
	}
	for _, command := range [][]string{{"generate"}, {"check"}, {"secrets", "status"}} {
		if _, stderr := k.run(exitFine, command...); strings.Contains(stderr, "Warning") {
			t.Errorf("%v says %s", command, stderr)
		}
	}
}
