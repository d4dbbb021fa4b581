package main

import "testing"

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
