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
