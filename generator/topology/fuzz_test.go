package topology_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/topology/fault"
	"isthmus.dev/isthmus/generator/topology/release"
)

// anyDisk has whatever it is asked for.
type anyDisk struct{}

func (anyDisk) Charts(dir string) (release.Charts, error) {
	if dir == "" {
		return release.Charts{CRDs: "built in"}, nil
	}
	return release.Charts{Version: "1.30.1", CRDs: "of 1.30.1"}, nil
}

func (anyDisk) Component(dir string) (string, map[string][]byte, error) { return dir, nil, nil }

func parseBytes(data []byte) (*topology.Topology, error) {
	return topology.Parse([]topology.Input{{Name: "t.yaml", Dir: ".", Data: data}}, anyDisk{})
}

// FuzzParse holds that whatever the bytes are, they give an error with all that
// an error must have, or a topology that does not depend on the order of its clusters.
func FuzzParse(f *testing.F) {
	for _, specs := range models {
		f.Add(documents(specs...))
	}
	invalid, err := filepath.Glob("../../golden/invalid/*/*.yaml")
	if err != nil || len(invalid) == 0 {
		f.Fatalf("there are no cases in golden/invalid: %v", err)
	}
	for _, name := range invalid {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parseBytes(data)
		again, againErr := parseBytes(data)
		if !reflect.DeepEqual(got, again) || !reflect.DeepEqual(err, againErr) {
			t.Fatalf("parsed twice, it differs:\n%+v %v\n%+v %v", got, err, again, againErr)
		}
		if err != nil {
			wellFormed(t, got, err)
			return
		}
		if len(got.Meshes) == 0 {
			t.Fatal("neither an error nor a mesh")
		}
		same, reversed, ok := reencode(data)
		if !ok {
			return
		}
		if s, err := parseBytes(same); err != nil || !reflect.DeepEqual(s, got) {
			return // YAML that does not survive being written again says nothing about order
		}
		other, err := parseBytes(reversed)
		if err != nil {
			t.Fatalf("with its clusters reversed it is refused: %v\n%s", err, reversed)
		}
		if !reflect.DeepEqual(other, got) {
			t.Fatalf("with its clusters reversed it differs:\n%+v\n%+v", got, other)
		}
	})
}

func wellFormed(t *testing.T, got *topology.Topology, err error) {
	t.Helper()
	if got != nil {
		t.Fatalf("both a topology and an error: %v", err)
	}
	var faults fault.List
	if !errors.As(err, &faults) || len(faults) == 0 {
		t.Fatalf("the error is no list of faults: %v", err)
	}
	lines := bytes.Count([]byte(err.Error()), []byte("\n"))
	if lines != len(faults)-1 {
		t.Errorf("%d faults are %d lines: %q", len(faults), lines+1, err)
	}
	for i, x := range faults {
		if x.File != "t.yaml" || x.What == "" || x.Cure == "" {
			t.Errorf("%q lacks a file, what is wrong or the cure", x)
		}
		if i > 0 && x.Error() == faults[i-1].Error() {
			t.Errorf("said twice: %s", x)
		}
	}
}

// reencode writes the documents again, as they are and with their clusters reversed.
func reencode(data []byte) (same, reversed []byte, ok bool) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var docs []*yaml.Node
	for {
		var n yaml.Node
		if err := dec.Decode(&n); errors.Is(err, io.EOF) {
			break
		} else if err != nil || hasAnchor(&n) {
			return nil, nil, false // an alias cannot come before its anchor
		}
		docs = append(docs, &n)
	}
	encode := func() ([]byte, bool) {
		var out bytes.Buffer
		enc := yaml.NewEncoder(&out)
		for _, n := range docs {
			if enc.Encode(n) != nil {
				return nil, false
			}
		}
		return out.Bytes(), enc.Close() == nil
	}
	if same, ok = encode(); !ok {
		return nil, nil, false
	}
	for _, n := range docs {
		for _, top := range n.Content {
			if clusters := value(value(top, "spec"), "clusters"); clusters != nil {
				slices.Reverse(clusters.Content)
			}
		}
	}
	reversed, ok = encode()
	return same, reversed, ok
}

func hasAnchor(n *yaml.Node) bool {
	return n.Anchor != "" || slices.ContainsFunc(n.Content, hasAnchor)
}

func value(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// The order of clusters means nothing, in the valid models at least as written.
func TestOrderOfClusters(t *testing.T) {
	for name, specs := range models {
		data := documents(specs...)
		want, err := parseBytes(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		same, reversed, ok := reencode(data)
		several := slices.ContainsFunc(want.Meshes, func(m topology.Mesh) bool { return len(m.Clusters) > 1 })
		if !ok || several == bytes.Equal(same, reversed) {
			t.Fatalf("%s was not reversed", name)
		}
		got, err := parseBytes(reversed)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: reversed, got %+v and %v\nwant %+v", name, got, err, want)
		}
	}
}
