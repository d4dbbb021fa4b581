package topology_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/topology/release"
)

// TestMeshConfigOfAnotherRelease: the fields of a MeshConfig are those of the
// built-in release. Where all installs that a level shapes are of another one,
// istiod there may know more of them, and a warning must do.
func TestMeshConfigOfAnotherRelease(t *testing.T) {
	d := disk{charts: map[string]release.Charts{
		"dir/m32": {Version: "1.32.0", CRDs: "32"}, "dir/m31": {Version: "1.31.2", CRDs: "31"}, "dir/source": {CRDs: "source"},
	}}
	const warned = "MeshConfig of Istio 1.31 has no such field; see whether that of 1.32 has, since istiod ignores one that it does not know"
	for name, c := range map[string]struct {
		spec     string
		fault    string
		warnings []string
	}{
		"one of its own": {
			spec:     "istio: {manifests: m32, meshConfig: {newer: 1}}, clusters: [{name: a, role: primary}]",
			warnings: []string{"t.yaml:4: spec.istio.meshConfig.newer: " + warned},
		},
		"a source tree of its own": {
			spec:     "istio: {manifests: source, version: 1.32.1, meshConfig: {newer: 1}}, clusters: [{name: a, role: primary}]",
			warnings: []string{"t.yaml:4: spec.istio.meshConfig.newer: " + warned},
		},
		"of a default, said once": {
			spec:     "trust: {provider: manual}, clusterDefaults: {istio: {manifests: m32, meshConfig: {newer: 1}}}, clusters: [{name: a, role: primary}, {name: b, role: primary}]",
			warnings: []string{"t.yaml:4: spec.clusterDefaults.istio.meshConfig.newer: " + warned},
		},
		"of a revision": {
			spec:     "istio: {revisions: [{name: old, default: true}, {name: new, manifests: m32, meshConfig: {newer: 1}}]}, clusters: [{name: a, role: primary}]",
			warnings: []string{"t.yaml:4: spec.istio.revisions[1].meshConfig.newer: " + warned},
		},
		"shared with the built-in one": {
			spec:  "istio: {meshConfig: {newer: 1}, revisions: [{name: old, default: true}, {name: new, manifests: m32}]}, clusters: [{name: a, role: primary}]",
			fault: "spec.istio.meshConfig.newer: Istio's MeshConfig has no such field",
		},
		"charts of the same minor": {
			spec:  "istio: {manifests: m31, meshConfig: {newer: 1}}, clusters: [{name: a, role: primary}]",
			fault: "spec.istio.meshConfig.newer: Istio's MeshConfig has no such field",
		},
		"charts that cannot be read are one fault": {
			spec:  "istio: {manifests: nope, meshConfig: {newer: 1}}, clusters: [{name: a, role: primary}]",
			fault: "spec.istio.manifests: \"nope\": ",
		},
		"values are the renderer's": {
			spec:  "istio: {manifests: m32, values: {newer: 1}}, clusters: [{name: a, role: primary}]",
			fault: "spec.istio.values.newer: Istio's renderer knows no such value",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parse(d, "spec: {"+c.spec+"}")
			if c.fault != "" {
				if err == nil || !strings.Contains(err.Error(), c.fault) || strings.Contains(err.Error(), "\n") {
					t.Errorf("got %v, want %s", err, c.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Warnings, c.warnings) {
				t.Errorf("got %q, want %q", got.Warnings, c.warnings)
			}
		})
	}
}

// TestUnknownFieldIsSaidOnce: clusters over one default have one fault, at its line.
func TestUnknownFieldIsSaidOnce(t *testing.T) {
	spec := "spec: {trust: {provider: manual}, clusterDefaults: {role: primary, istio: {meshConfig: {accessLogFille: a}, values: {foo: 1}}}, clusters: [{name: a}, {name: b}, {name: c}]}"
	_, err := parse(disk{}, spec)
	if err == nil {
		t.Fatal("the topology is valid")
	}
	want := `t.yaml:4: spec.clusterDefaults.istio.meshConfig.accessLogFille: Istio's MeshConfig has no such field, and istiod would ignore it; did you mean accessLogFile?
t.yaml:4: spec.clusterDefaults.istio.values.foo: Istio's renderer knows no such value; remove it, correct its name, or move it to values.unvalidatedValues if a chart reads it`
	if err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// TestGoldenIsValid: no topology that is rendered holds a field that Istio has not.
func TestGoldenIsValid(t *testing.T) {
	files, err := filepath.Glob("../../golden/*/topology.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are none: %v", err)
	}
	for _, file := range files {
		if _, err := topology.Load([]string{file}, strings.NewReader("")); err != nil {
			t.Errorf("%s is refused:\n%v", file, err)
		}
	}
}
