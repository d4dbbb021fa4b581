package layout_test

import (
	"fmt"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/secrets/layout"
	"isthmus.dev/isthmus/generator/topology"
)

// meshes: two primaries and a remote, and an external cluster of another mesh.
func meshes() *plan.Plan {
	both := plan.SOPS{Trust: []string{"age1"}, RemoteSecrets: []string{"age1"}}
	observed := func(mesh string) *plan.Observed { return &plan.Observed{Mesh: mesh} }
	return &plan.Plan{
		Meshes: []plan.Mesh{
			{Name: "m1", SOPS: both, Hosts: []plan.Host{{Cluster: "p1", Namespace: "istio-system"}, {Cluster: "p2", Namespace: "istio-system"}}},
			{Name: "m2", SOPS: both, Hosts: []plan.Host{{Cluster: "hub", Namespace: "istiod-2"}}},
			{Name: "alone", SOPS: both, Hosts: []plan.Host{{Cluster: "only", Namespace: "istio-system"}}},
			{Name: "manual", Hosts: []plan.Host{{Cluster: "hand", Namespace: "istio-system"}}},
		},
		Clusters: []plan.Cluster{
			{Name: "config", Role: topology.Config, Observed: observed("m2")},
			{Name: "hand", Role: topology.Primary, Observed: observed("manual")},
			{Name: "hub", Role: topology.External},
			{Name: "only", Role: topology.Primary, Observed: observed("alone")},
			{Name: "p1", Role: topology.Primary, Observed: observed("m1")},
			{Name: "p2", Role: topology.Primary, Observed: observed("m1")},
			{Name: "r1", Role: topology.Remote, Observed: observed("m1")},
		},
	}
}

func TestExpected(t *testing.T) {
	p := meshes()
	for i, want := range []string{
		"", // config
		"", // hand
		"control-planes/istiod-2/trust [secrets/m2/ca/hub], control-planes/istiod-2/remote-secrets [secrets/m2/remote]",
		"trust [secrets/alone/ca/only]",
		"trust [secrets/m1/ca/p1], remote-secrets [secrets/m1/remote]",
		"trust [secrets/m1/ca/p2], remote-secrets [secrets/m1/remote]",
		"", // r1
	} {
		var got []string
		for _, c := range layout.Expected(p, p.Clusters[i]) {
			got = append(got, fmt.Sprint(c.Path, " ", c.Folders))
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s: got %s", p.Clusters[i].Name, s)
		}
	}
}

func TestPlace(t *testing.T) {
	p := meshes()
	in := []component.Component{
		{Path: "namespace", Stage: component.Namespaces},
		{Path: "istiod", Stage: component.Istiod},
		{Path: "expose-services", Stage: component.Exposure},
		{Path: component.Extra, Stage: component.CRDs},
	}
	files := map[string][]byte{"secrets/m1/ca/p1/kustomization.yaml": nil, "secrets/m1/remote/kustomization.yaml": nil, "secrets/m1/remote/a.sops.yaml": nil, "secrets/m2/remote/kustomization.yaml": nil}
	order := func(c []component.Component) string {
		var out []string
		for _, k := range c {
			out = append(out, k.Path)
		}
		return strings.Join(out, " ")
	}
	for cluster, want := range map[int]string{
		4: "namespace trust istiod remote-secrets expose-services extra",
		5: "namespace istiod remote-secrets expose-services extra",
		6: "namespace istiod expose-services extra",
	} {
		if got := order(layout.Place(in, p, p.Clusters[cluster], files)); got != want {
			t.Errorf("%s: got %s", p.Clusters[cluster].Name, got)
		}
	}
	if order(in) != "namespace istiod expose-services extra" {
		t.Error("the input changed")
	}
	listed := layout.Listed(p, p.Clusters, files)
	if len(listed) != 4 || len(layout.Listed(p, p.Clusters[5:6], files)) != 2 {
		t.Errorf("listed %v", listed)
	}
}

// TestLeft: what is there of clusters that left is told, and how to be rid of it.
func TestLeft(t *testing.T) {
	p := meshes()
	var all []string
	for _, m := range p.Meshes[:3] {
		for _, c := range layout.Observed(p, m) {
			all = append(all, layout.RemoteFile(m.Name, c.Name))
		}
		for _, h := range m.Hosts {
			all = append(all, layout.CAFile(m.Name, h.Cluster), layout.CA(m.Name, h.Cluster)+"/kustomization.yaml")
		}
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"nothing": {},
		"a remote secret": {
			map[string]string{"secrets/m1/remote/x.sops.yaml": ""},
			`mesh "m1": nobody is to observe these clusters any more: secrets/m1/remote/x.sops.yaml; remove the files and run "isthmus secrets remote" with the same -f and -o, which lists those that stay`,
		},
		"its line": {
			map[string]string{"secrets/m1/remote/kustomization.yaml": "resources: [p1.sops.yaml, x.sops.yaml]"},
			`mesh "m1": "secrets/m1/remote/kustomization.yaml" lists "x.sops.yaml", which nobody needs and which is not there; run "isthmus secrets remote" with the same -f and -o, which lists those that are`,
		},
		"the last remote secret": {
			map[string]string{"secrets/alone/remote/x.sops.yaml": "", "secrets/alone/remote/kustomization.yaml": "resources: [x.sops.yaml, y.sops.yaml]"},
			`mesh "alone": nobody is to observe these clusters any more: secrets/alone/remote/x.sops.yaml; remove the folder "secrets/alone/remote"`,
		},
		"signing certificates": {
			map[string]string{"secrets/m2/ca/x/cacerts.sops.yaml": "", "secrets/m2/ca/x/cert-chain.pem": "", "secrets/m2/ca/y/cert-chain.pem": "", "secrets/m2/ca/README.md": "", "secrets/manual/ca/x/cert-chain.pem": ""},
			`mesh "m2": no control plane signs with these any more, and their keys are good until the certificates end: secrets/m2/ca/x, secrets/m2/ca/y; remove the folders`,
		},
	} {
		files := map[string][]byte{}
		for _, f := range all {
			files[f] = []byte{}
		}
		for f, text := range c.files {
			files[f] = []byte(text)
		}
		if got := strings.Join(layout.Missing(p, p.Clusters, files), "\n"); got != c.want {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func TestPaths(t *testing.T) {
	for path, want := range map[string]string{
		"secrets/m/remote/a.sops.yaml":        "a",
		"secrets/m/remote/kustomization.yaml": "",
		"secrets/m/remote/x/a.sops.yaml":      "",
		"secrets/n/remote/a.sops.yaml":        "",
		layout.RemoteFile("m", "b"):           "b",
		layout.CAFile("m", "b"):               "",
		layout.RootKeyFile("m"):               "",
	} {
		if got := layout.RemoteCluster("m", path); got != want {
			t.Errorf("%s is of %q", path, got)
		}
	}
}
