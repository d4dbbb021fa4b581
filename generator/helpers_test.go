package generator_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/tree"
)

func parse(t testing.TB, text string) *topology.Topology {
	t.Helper()
	top, err := topology.Parse([]topology.Input{{Name: "topology.yaml", Dir: ".", Data: []byte(text)}}, topology.OSDisk{})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return top
}

// reversed reverses the order of the clusters and of the documents.
func reversed(t *testing.T, text string) string {
	t.Helper()
	docs := strings.Split(text, "---\n")
	slices.Reverse(docs)
	for i, d := range docs {
		var doc m
		if err := yaml.Unmarshal([]byte(d), &doc); err != nil {
			t.Fatal(err)
		}
		clusters := manifest.Object(doc).List("spec", "clusters")
		if len(clusters) == 0 {
			t.Fatal("no clusters to reverse")
		}
		slices.Reverse(clusters)
		data, err := yaml.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		docs[i] = string(data)
	}
	return strings.Join(docs, "---\n")
}

func sameTree(t *testing.T, a, b *tree.Tree) {
	t.Helper()
	x, y := a.Files(), b.Files()
	if len(x) != len(y) {
		t.Fatalf("%d files and %d files", len(x), len(y))
	}
	for i := range x {
		if x[i].Path != y[i].Path || x[i].Scope != y[i].Scope || !bytes.Equal(x[i].Data(), y[i].Data()) {
			t.Errorf("%s and %s differ", x[i].Path, y[i].Path)
		}
	}
}

// absolute makes the directories of overlays independent of the working directory.
func absolute(t *testing.T, top *topology.Topology) *topology.Topology {
	t.Helper()
	for i := range top.Meshes {
		for j := range top.Meshes[i].Clusters {
			dirs := top.Meshes[i].Clusters[j].Overlays
			for k, d := range dirs {
				abs, err := filepath.Abs(d)
				if err != nil {
					t.Fatal(err)
				}
				dirs[k] = filepath.ToSlash(abs)
			}
		}
	}
	return top
}
