package release_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"istio.io/istio/manifests"

	"isthmus.dev/isthmus/generator/topology/release"
)

func TestMinor(t *testing.T) {
	for version, want := range map[string]string{
		"1.31.0": "1.31", "1.31.0-distroless": "1.31", "1.31": "1.31", "1.31-alpha.0a1b": "1.31", "1.31.0-rc.1": "1.31", "10.2.3": "10.2",
		"": "", "1": "", "latest": "", "v1.31.0": "", "1.31.0.1": "", "1.31.x": "", "1.31.0-": "", "1.31.0+dirty": "", "1.31.0 ": "",
		"1.31.0/..": "", "1.31.0-" + strings.Repeat("a", 60): "",
	} {
		got, ok := release.Minor(version)
		if got != want || ok != (want != "") {
			t.Errorf("Minor(%q): got %q, %v, want %q", version, got, ok, want)
		}
	}
}

func tree(chart string) fstest.MapFS {
	return fstest.MapFS{
		"charts/base/Chart.yaml":             {Data: []byte(chart)},
		"charts/base/files/crd-all.gen.yaml": {Data: []byte("crds")},
		"profiles/default.yaml":              {Data: []byte("{}")},
	}
}

func TestRead(t *testing.T) {
	for chart, want := range map[string]string{
		"appVersion: 1.31.2\nversion: 9.9.9": "1.31.2",
		"appVersion: 1.0.0":                  "", // a source tree
	} {
		c, err := release.Read(tree(chart))
		if err != nil || c.Version != want {
			t.Errorf("%s: got %q and %v, want %q", chart, c.Version, err, want)
		}
	}
	a, _ := release.Read(tree("appVersion: 1.31.2"))
	same, _ := release.Read(tree("appVersion: 1.31.3"))
	other := tree("appVersion: 1.31.2")
	other["charts/base/files/crd-all.gen.yaml"] = &fstest.MapFile{Data: []byte("other crds")}
	b, _ := release.Read(other)
	if a.CRDs == "" || a.CRDs != same.CRDs || a.CRDs == b.CRDs {
		t.Errorf("the sums of the CRDs are %q, %q for the same and %q for others", a.CRDs, same.CRDs, b.CRDs)
	}
}

func TestReadFaults(t *testing.T) {
	without := func(name string) fstest.MapFS {
		f := tree("appVersion: 1.31.2")
		delete(f, name)
		return f
	}
	for name, c := range map[string]struct {
		dir  fstest.MapFS
		want string
	}{
		"empty":            {fstest.MapFS{}, "no Istio charts: open charts/base/Chart.yaml: file does not exist"},
		"no profiles":      {without("profiles/default.yaml"), "no Istio profiles: open profiles/default.yaml: file does not exist"},
		"no CRDs":          {without("charts/base/files/crd-all.gen.yaml"), "no Istio CRDs: open charts/base/files/crd-all.gen.yaml: file does not exist"},
		"no YAML":          {tree("a: b: c"), "charts/base/Chart.yaml: error converting YAML to JSON: yaml: mapping values are not allowed in this context"},
		"no version":       {tree("name: base"), `charts/base/Chart.yaml: appVersion "" is no version of Istio`},
		"out of its place": {tree("appVersion: ../../elsewhere"), `charts/base/Chart.yaml: appVersion "../../elsewhere" is no version of Istio`},
	} {
		if _, err := release.Read(c.dir); err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", name, err, c.want)
		}
	}
}

// The built-in charts come from a source tree, which bears no version: Builtin
// must be of the minor that the pinned module is of.
func TestBuiltin(t *testing.T) {
	c, err := release.Read(manifests.FS)
	if err != nil {
		t.Fatal(err)
	}
	if c.Version != "" {
		t.Errorf("the built-in charts say %s: let that decide, not a constant", c.Version)
	}
	if minor, _ := release.Minor(release.Builtin); minor != "1.31" {
		t.Errorf("Builtin is %s, but go.mod pins release-1.31", release.Builtin)
	}
}
