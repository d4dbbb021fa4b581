package topology_test

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/topology"
)

func write(t *testing.T, name, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestRead(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"one.yaml", "meshes/b.yaml", "meshes/a.yaml", "meshes/c.yml", "meshes/message.txt", "meshes/deeper/d.yaml", "odd[name]/e.yaml"} {
		write(t, name, name)
	}
	got, err := topology.Read([]string{"one.yaml", "-", "meshes", "./odd[name]/"}, strings.NewReader("stdin"))
	if err != nil {
		t.Fatal(err)
	}
	type read struct{ Name, Dir, Data string }
	var all []read
	for _, in := range got {
		all = append(all, read{in.Name, in.Dir, string(in.Data)})
	}
	wantJSON(t, "inputs", all, `[{"Name":"one.yaml","Dir":".","Data":"one.yaml"},`+
		`{"Name":"-","Dir":".","Data":"stdin"},`+
		`{"Name":"meshes/a.yaml","Dir":"meshes","Data":"meshes/a.yaml"},`+
		`{"Name":"meshes/b.yaml","Dir":"meshes","Data":"meshes/b.yaml"},`+
		`{"Name":"odd[name]/e.yaml","Dir":"odd[name]","Data":"odd[name]/e.yaml"}]`)

	_, err = topology.Read([]string{"one.yaml", "meshes", "./one.yaml", "meshes/a.yaml"}, strings.NewReader(""))
	wantError(t, err, `"./one.yaml" is given twice with -f; name it once
"meshes/a.yaml" is given twice with -f; name it once`)

	write(t, "huge.yaml", strings.Repeat("#", 17<<20))
	_, err = topology.Read([]string{"huge.yaml"}, strings.NewReader(""))
	wantError(t, err, "cannot read the topology: huge.yaml: it is longer than 16 MiB, which no topology is; name the right file")
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("it is broken") }

func TestReadFaultsComeAtOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "empty/notes.txt", "")
	_, err := topology.Read([]string{"none.yaml", "empty", "-"}, brokenReader{})
	wantError(t, err, `cannot read the topology: stat none.yaml: no such file or directory; name a file, a directory or - with -f
there is no *.yaml in directory "empty"; name the directory that holds the topology
reading standard input: it is broken`)
}

func TestLoad(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "in/mesh.yaml", head+`
spec:
  overlays: [overlays/yaml, overlays/yml, overlays/plain]
  istio: {manifests: ../charts}
  clusters: [{name: c1, role: primary}]
`)
	write(t, "in/overlays/yaml/kustomization.yaml", "kind: Component\n")
	write(t, "in/overlays/yml/kustomization.yml", "kind: Component\n")
	write(t, "in/overlays/plain/Kustomization", "kind: Component\n")
	write(t, "charts/charts/base/Chart.yaml", "appVersion: 1.29.3\n")
	write(t, "charts/charts/base/files/crd-all.gen.yaml", "")
	write(t, "charts/profiles/default.yaml", "")
	got, err := topology.Load([]string{"in"}, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	c := got.Meshes[0].Clusters[0]
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for i, dir := range c.Overlays {
		c.Overlays[i] = strings.TrimPrefix(dir, filepath.ToSlash(here)+"/")
	}
	wantJSON(t, "cluster", []any{c.Overlays, c.Revisions[0].Manifests, c.Revisions[0].Version},
		`[["in/overlays/yaml","in/overlays/yml","in/overlays/plain"],"charts","1.29.3"]`)

	// From standard input, paths are relative to where the program runs.
	_, err = topology.Load([]string{"-"}, strings.NewReader(head+"spec: {overlays: [overlays/yaml], clusters: [{name: c1, role: primary}]}"))
	wantError(t, err, `-:4: spec.overlays[0]: "overlays/yaml": has no kustomization.yaml; name the directory of a kustomize Component, relative to the topology file`)

	if _, err = topology.Load([]string{"none"}, strings.NewReader("")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want one that is os.ErrNotExist", err)
	}
}

func TestComponent(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "kustomization/kustomization.yaml", "kind: Kustomization\n")
	write(t, "none/other.yaml", "kind: Component\n")
	write(t, "broken/kustomization.yaml", "a: b: c\n")
	write(t, "misspelt/kustomization.yaml", "kind: Component\npatch: []\n")
	write(t, "remote/kustomization.yaml", "kind: Component\nresources: [https://example.com/a.yaml, ../missing, github.com/org/repo]\n")
	write(t, "schema/kustomization.yaml", "kind: Component\nopenapi: {path: schema.json}\n")
	write(t, "folded/kustomization.yaml", "kind: Component\npatches: [{path: ../none}]\n")
	write(t, "file", "kind: Component\n")
	if err := os.MkdirAll("folder/kustomization.yaml", 0o755); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		"kustomization": `its kustomization.yaml has kind "Kustomization", not Component`,
		"none":          `has no kustomization.yaml`,
		"nowhere":       `has no kustomization.yaml`,
		"broken":        `its kustomization.yaml is no kustomization: error converting YAML to JSON: yaml: mapping values are not allowed in this context`,
		"misspelt":      `its kustomization.yaml is no kustomization: error unmarshaling JSON: while decoding JSON: json: unknown field "patch"`,
		"folder":        `its kustomization.yaml cannot be read: is a directory`,
		"file":          `its kustomization.yaml cannot be read: not a directory`,
		"schema":        `its kustomization.yaml: openapi is not supported, since it would change how the overlays of other clusters are applied`,
		"folded":        `its kustomization.yaml: patches: "../none" is a directory where a file belongs`,
		"remote": `its kustomization.yaml: resources: "https://example.com/a.yaml" is no local file or directory, and generation is offline
its kustomization.yaml: resources: "../missing" is no local file or directory, and generation is offline
its kustomization.yaml: resources: "github.com/org/repo" is no local file or directory, and generation is offline`,
	} {
		_, _, err := topology.OSDisk{}.Component(dir)
		wantError(t, err, want)
	}
}

func TestComponentWithAllItNeeds(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, "a/kustomization.yaml", "kind: Component\nresources: [x.yaml, ../b]\ncomponents: [../c]\npatches: [{path: sub/p.yaml}, {patch: \"a: 1\\nb: 2\"}]\nconfigMapGenerator: [{name: m, files: [key=f.txt]}]\n")
	write(t, "a/x.yaml", "x")
	write(t, "a/sub/p.yaml", "p")
	write(t, "a/f.txt", "f")
	write(t, "a/unused.yaml", "u")
	write(t, "b/kustomization.yml", "resources: [../a/x.yaml]\n")
	write(t, "c/Kustomization", "kind: Component\n")
	root, files, err := topology.OSDisk{}.Component("a")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for f := range files {
		got = append(got, strings.TrimPrefix(f, path.Dir(root)+"/"))
	}
	slices.Sort(got)
	want := "a/f.txt a/kustomization.yaml a/sub/p.yaml a/x.yaml b/kustomization.yml c/Kustomization"
	if strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestBuiltInCharts(t *testing.T) {
	c, err := topology.OSDisk{}.Charts("")
	if err != nil || len(c.CRDs) != 64 {
		t.Errorf("got %+v and %v", c, err)
	}
}
