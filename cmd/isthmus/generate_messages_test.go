package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestSummaryCountsGeneratedFiles: all numbers of files are of the same ones.
func TestSummaryCountsGeneratedFiles(t *testing.T) {
	w := newWorkspace(t)
	_, stderr := w.run(exitFine, "generate")
	var total int
	if _, err := fmt.Sscanf(strings.TrimPrefix(stderr, w.dir), " is up to date, %d files.", &total); err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	whole := snapshot(t, w.dir)
	if err := os.RemoveAll(w.dir); err != nil {
		t.Fatal(err)
	}
	_, stderr = w.run(exitFine, "generate")
	want := fmt.Sprintf("%s is written, %[2]d files: %[2]d added, beside them %[3]d records of what isthmus owns.\n", w.dir, total, len(whole)-total)
	if stderr != want {
		t.Errorf("got %s, want %s", stderr, want)
	}
	w.remove(".gitattributes")
	_, stderr = w.run(exitFine, "generate")
	if want := fmt.Sprintf("%s is written, %d files: none changed, beside them 1 record of what isthmus owns.\n", w.dir, total); stderr != want {
		t.Errorf("got %s, want %s", stderr, want)
	}
}

func TestNoMatchNamesASharedClusterOnce(t *testing.T) {
	w := newWorkspace(t)
	const hub = "  - {name: hub, role: external, owner: %[1]s, externalControlPlane: {namespace: m%[2]s, address: m%[2]s.example.com}}\n  - {name: c%[2]s, role: config, controlPlane: hub}\n"
	mesh := "apiVersion: isthmus.dev/v1alpha1\nkind: Topology\nmetadata: {name: m%[2]s}\nspec:\n  clusters:\n" + hub
	w.topology(fmt.Sprintf(mesh, "true", "1") + "---\n" + fmt.Sprintf(mesh, "false", "2"))
	_, stderr := w.run(exitError, "generate", "--cluster", "ap-*")
	expectParts(t, stderr, "there are c1, c2, hub\n")
}

// TestIstioWarnsOnce: what Istio logs while it renders is a warning like any other.
func TestIstioWarnsOnce(t *testing.T) {
	w := newWorkspace(t)
	w.topology(`apiVersion: isthmus.dev/v1alpha1
kind: Topology
metadata: {name: mesh1}
spec:
  trust: {provider: manual}
  istio: {meshConfig: {extensionProviders: [{name: a, zipkin: {service: bad host, port: 9411}}]}}
  clusters:
  - {name: east, role: primary, network: n1}
  - {name: west, role: primary, network: n2}
`)
	const warning = "Warning: Istio: found invalid extension provider (can be ignored if the given extension provider is not used): invalid extension provider a: invalid service fmt bad host: bad host is not a valid IP\n"
	for _, command := range []string{"generate", "check", "diff"} {
		_, stderr := w.run(exitFine, command)
		if !strings.HasPrefix(stderr, warning) || strings.Count(stderr, "Istio:") != 1 {
			t.Errorf("%s prints %s", command, stderr)
		}
	}
	if _, stderr := w.run(exitFine, "generate", "-q"); stderr != "" {
		t.Errorf("-q prints %s", stderr)
	}
}
