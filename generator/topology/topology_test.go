package topology_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/topology/release"
)

// disk is a fake one.
type disk struct {
	// charts by directory; those in "" are always there.
	charts map[string]release.Charts
	// components are directories.
	components map[string]bool
}

func (d disk) Charts(dir string) (release.Charts, error) {
	if c, ok := d.charts[dir]; ok {
		return c, nil
	}
	if dir == "" {
		return release.Charts{CRDs: "built in"}, nil
	}
	return release.Charts{}, fmt.Errorf("there is no %s", dir)
}

func (d disk) Component(dir string) (string, map[string][]byte, error) {
	if !d.components[dir] {
		return "", nil, fmt.Errorf("there is no %s", dir)
	}
	return dir, nil, nil
}

const head = "apiVersion: isthmus.dev/v1alpha1\nkind: Topology\nmetadata: {name: mesh1}\n"

// documents puts head before each of them, with a name for each mesh.
func documents(specs ...string) []byte {
	var docs []string
	for i, s := range specs {
		docs = append(docs, strings.ReplaceAll(head, "mesh1", fmt.Sprintf("mesh%d", i+1))+s)
	}
	return []byte(strings.Join(docs, "\n---\n"))
}

// parse parses documents, each given as what follows head.
func parse(d disk, specs ...string) (*topology.Topology, error) {
	return topology.Parse([]topology.Input{{Name: "t.yaml", Dir: "dir", Data: documents(specs...)}}, d)
}

// mesh parses one document, which must be valid.
func mesh(t *testing.T, d disk, spec string) topology.Mesh {
	t.Helper()
	got, err := parse(d, spec)
	if err != nil {
		t.Fatalf("the topology is refused:\n%v", err)
	}
	return got.Meshes[0]
}

// cluster returns a cluster that must be there.
func cluster(t *testing.T, m topology.Mesh, name string) topology.Cluster {
	t.Helper()
	c, ok := m.Cluster(name)
	if !ok {
		t.Fatalf("there is no cluster %s in %v", name, m)
	}
	return c
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Errorf("there is no error, want\n%s", want)
	} else if err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestNothingToRead(t *testing.T) {
	want := "%s: there is no Topology in it; write one, or start from what `isthmus init MODEL` prints"
	_, err := topology.Parse(nil, disk{})
	wantError(t, err, fmt.Sprintf(want, "-"))
	_, err = topology.Parse([]topology.Input{{Name: "a.yaml", Data: []byte("# nothing\n")}}, disk{})
	wantError(t, err, fmt.Sprintf(want, "a.yaml"))
}

func TestMeshesAreSortedByNameOverAllInputs(t *testing.T) {
	input := func(file, name, cluster string) topology.Input {
		return topology.Input{Name: file, Dir: ".", Data: []byte(strings.ReplaceAll(head, "mesh1", name) + "spec: {clusters: [{name: " + cluster + ", role: primary}]}\n")}
	}
	got, err := topology.Parse([]topology.Input{input("a.yaml", "zebra", "c1"), {Name: "empty.yaml"}, input("b.yaml", "ant", "c2")}, disk{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Meshes) != 2 || got.Meshes[0].Name != "ant" || got.Meshes[1].Name != "zebra" {
		t.Errorf("got %v, want ant and zebra", got.Meshes)
	}
}

func TestFaultsOfAllInputsComeAtOnce(t *testing.T) {
	_, err := topology.Parse([]topology.Input{
		{Name: "b.yaml", Data: []byte("kind: Topology\n")},
		{Name: "a.yaml", Data: []byte(head + "spec: {clusters: [{name: C, role: primary}]}\n")},
		{Name: "c.yaml", Data: []byte("a: [\n")},
	}, disk{})
	wantError(t, err, `a.yaml:4: spec.clusters[0].name: "C": is no DNS-1123 label; write lower-case letters, digits and hyphens, at most 63, with a letter or digit at both ends
b.yaml:1: apiVersion: required field is missing; write apiVersion: isthmus.dev/v1alpha1
c.yaml:1: not valid YAML: did not find expected node content; correct the syntax there or just above`)
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	d := disk{
		charts:     map[string]release.Charts{"dir/charts": {Version: "1.31.4", CRDs: "x"}, "/abs/charts": {Version: "1.31.5", CRDs: "y"}},
		components: map[string]bool{"dir/overlays/all": true, "dir/overlays/one": true, "else/where": true, "/abs/overlay": true},
	}
	m := mesh(t, d, `
spec:
  trust: {provider: manual}
  istio: {manifests: ./charts/}
  overlays: [overlays/all, ../else/where]
  clusters:
  - {name: c1, role: primary, overlays: [./overlays/one/, /abs/overlay]}
  - {name: c2, role: primary, istio: {manifests: /abs/charts}}
`)
	c1, c2 := cluster(t, m, "c1"), cluster(t, m, "c2")
	if got, want := strings.Join(c1.Overlays, " "), "dir/overlays/all else/where dir/overlays/one /abs/overlay"; got != want {
		t.Errorf("overlays: got %s, want %s", got, want)
	}
	for got, want := range map[string]string{
		c1.Revisions[0].Manifests: "dir/charts", c1.Revisions[0].ChartsVersion: "1.31.4", c1.Revisions[0].Version: "1.31.4",
		c2.Revisions[0].Manifests: "/abs/charts", c2.Revisions[0].ChartsVersion: "1.31.5",
	} {
		if got != want {
			t.Errorf("manifests: got %s, want %s", got, want)
		}
	}
}

func TestMessagesQuoteWhatIsWritten(t *testing.T) {
	d := disk{charts: map[string]release.Charts{"dir/source": {}, "dir/old": {Version: "1.30.1"}}}
	_, err := parse(d, `
spec:
  trust: {provider: manual}
  overlays: [./overlay]
  clusters:
  - {name: c1, role: primary, istio: {manifests: ./source}}
  - {name: c2, role: primary, istio: {manifests: ./none}}
  - {name: c3, role: primary, istio: {manifests: ./old, version: 1.31.0}}
`)
	wantError(t, err, `t.yaml:7: spec.overlays[0]: "./overlay": there is no dir/overlay; name the directory of a kustomize Component, relative to the topology file
t.yaml:9: spec.clusters[0].istio.manifests: "./source": its charts say version 1.0.0, so they come from a source tree, and no version is given; set version beside it
t.yaml:10: spec.clusters[1].istio.manifests: "./none": there is no dir/none; name the manifests directory of an Istio release, with charts/ and profiles/
t.yaml:11: spec.clusters[2].istio.version: "1.31.0": is of another minor than the charts in "./old", which are of 1.30.1; write a version of 1.30, or set manifests to the charts of 1.31`)
}

// A message names who could be meant: each once, and of many the first.
func TestControlPlanesToChooseFrom(t *testing.T) {
	_, err := parse(disk{}, `
spec:
  trust: {provider: manual}
  clusters:
  - {name: c1, role: primary}
  - {name: c1, role: primary}
  - {name: c2, role: remote, controlPlane: c3}
`)
	wantError(t, err, `t.yaml:9: spec.clusters[1].name: "c1": is the name of two clusters; rename one of the two, the other is on line 8
t.yaml:10: spec.clusters[2].controlPlane: "c3": is no cluster of this mesh; name a cluster of role primary or external: c1`)

	var many strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, "  - {name: p%d, role: primary}\n", i+1)
	}
	_, err = parse(disk{}, "spec:\n  trust: {provider: manual}\n  clusters:\n  - {name: c1, role: remote, controlPlane: p0}\n"+many.String())
	wantError(t, err, `t.yaml:7: spec.clusters[0].controlPlane: "p0": is no cluster of this mesh; name a cluster of role primary or external: p1, p2, p3, p4, p5, p6, p7, p8, p9, p10 and 990 more`)
}

func wantJSON(t *testing.T, what string, value any, want string) {
	t.Helper()
	got, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}
