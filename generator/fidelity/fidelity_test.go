// Package fidelity holds one test: the generated tree is what Istio's own
// documentation installs, object by object and field by field, but for what
// section 4 of the design lists.
package fidelity

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"

	"isthmus.dev/isthmus/generator"
	"isthmus.dev/isthmus/generator/topology"
)

// page is one page of the documentation: testdata/<name>/topology.yaml describes
// in isthmus's words what its steps make of each cluster.
type page struct {
	name     string
	clusters map[string][]step
	// unpatched are clusters whose webhooks no istiod patches: TLS is terminated
	// at an external control plane.
	unpatched []string
}

const (
	system   = "istio-system"
	external = "external-istiod"

	exposeServices = "multicluster/expose-services.yaml"
	exposeIstiod   = "multicluster/expose-istiod.yaml"
	exposeRevision = "multicluster/expose-istiod-rev.yaml.tmpl"
)

func documentationPages() []page {
	revised := exposeWith(system, exposeRevision, strings.NewReplacer("{{.Revision}}", "1-31-0"))
	return []page{
		{name: "multi-primary", clusters: map[string][]step{
			"cluster1": {pages("multi-primary/cluster1.yaml")},
			"cluster2": {pages("multi-primary/cluster2.yaml")},
		}},
		{name: "multi-primary-multi-network", clusters: map[string][]step{
			"cluster1": {pages("multi-primary-multi-network/cluster1.yaml"), eastWest(system, "--network", "network1"), expose(system, exposeServices)},
			"cluster2": {pages("multi-primary-multi-network/cluster2.yaml"), eastWest(system, "--network", "network2"), expose(system, exposeServices)},
		}},
		{name: "primary-remote", clusters: map[string][]step{
			"cluster1": {pages("primary-remote/cluster1.yaml"), eastWest(system, "--network", "network1"), expose(system, exposeIstiod)},
			"cluster2": {pages("primary-remote/cluster2.yaml")},
		}},
		{name: "primary-remote-multi-network", clusters: map[string][]step{
			"cluster1": {
				pages("primary-remote-multi-network/cluster1.yaml"), eastWest(system, "--network", "network1"),
				expose(system, exposeIstiod), expose(system, exposeServices),
			},
			"cluster2": {pages("primary-remote-multi-network/cluster2.yaml"), eastWest(system, "--network", "network2")},
		}},
		{name: "primary-remote-dns", clusters: map[string][]step{
			"cluster1": {
				pages("primary-remote-dns/cluster1.yaml"), eastWest(system, "--network", "network1"),
				expose(system, exposeIstiod), expose(system, exposeServices),
			},
			"cluster2": {pages("primary-remote-dns/cluster2.yaml"), eastWest(system, "--network", "network2")},
		}},
		{name: "external-terminated", unpatched: []string{"cluster1"}, clusters: map[string][]step{
			"hub":      {pages("external-terminated/hub.yaml")},
			"cluster1": {pages("external-terminated/cluster1.yaml")},
		}},
		{name: "external-passthrough", clusters: map[string][]step{
			"hub":      {pages("external-passthrough/hub.yaml")},
			"cluster1": {pages("external-passthrough/cluster1.yaml")},
		}},
		{name: "external-added-remote", unpatched: []string{"cluster1", "cluster2"}, clusters: map[string][]step{
			"hub":      {pages("external-added-remote/hub.yaml")},
			"cluster1": {pages("external-added-remote/cluster1.yaml"), eastWest(external, "--network", "network1"), expose(external, exposeServices)},
			"cluster2": {pages("external-added-remote/cluster2.yaml"), eastWest(external, "--network", "network2")},
		}},
		{name: "revision-multi-primary-multi-network", clusters: map[string][]step{
			"cluster1": {
				pages("revision-multi-primary-multi-network/cluster1.yaml"),
				eastWest(system, "--network", "network1", "--revision", "1-31-0"), expose(system, exposeServices),
			},
			"cluster2": {
				pages("revision-multi-primary-multi-network/cluster2.yaml"),
				eastWest(system, "--network", "network2", "--revision", "1-31-0"), expose(system, exposeServices),
			},
		}},
		{name: "revision-primary-remote", clusters: map[string][]step{
			"cluster1": {
				pages("revision-primary-remote/cluster1.yaml"),
				eastWest(system, "--network", "network1", "--revision", "1-31-0"), revised,
			},
			"cluster2": {pages("revision-primary-remote/cluster2.yaml")},
		}},
		{name: "tag-primary-remote", clusters: map[string][]step{
			"cluster1": {
				pages("tag-primary-remote/cluster1.yaml"),
				eastWest(system, "--network", "network1", "--revision", "1-31-0"), revised,
			},
			"cluster2": {pages("tag-primary-remote/cluster2.yaml")},
		}},
		{name: "revision-external", unpatched: []string{"cluster1"}, clusters: map[string][]step{
			"hub":      {pages("revision-external/hub.yaml")},
			"cluster1": {pages("revision-external/cluster1.yaml")},
		}},
		{name: "gateways", clusters: map[string][]step{"cluster1": {pages("gateways/cluster1.yaml")}}},
		{name: "two-revisions", clusters: map[string][]step{"cluster1": {pages("two-revisions/cluster1.yaml")}}},
	}
}

func TestFidelity(t *testing.T) {
	openapi.Schema() // kustomize loads it once for the process and without a lock
	used := &usage{count: map[string]int{}}
	t.Run("pages", func(t *testing.T) {
		for _, p := range documentationPages() {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				if testing.Short() && p.name != "primary-remote-multi-network" {
					t.Skip("the other pages take a minute")
				}
				used.page()
				tree := generated(t, p)
				for cluster, steps := range p.clusters {
					want := documented(t, steps, slices.Contains(p.unpatched, cluster), used)
					for _, line := range compare(want, tree[cluster]) {
						t.Errorf("clusters/%s: %s", cluster, line)
					}
				}
			})
		}
	})
	for _, d := range allowances() {
		if used.count[d.name] == 0 && used.pages == len(documentationPages()) {
			t.Errorf("no page needs the allowed difference %q (%s): take it from the list", d.name, d.sentence)
		}
		t.Logf("allowed: %s, in %d renderings: %s", d.name, used.count[d.name], d.sentence)
	}
}

// documented returns what the documentation's steps make of a cluster.
func documented(t *testing.T, steps []step, unpatched bool, used *usage) objects {
	t.Helper()
	d := &documentation{objects: objects{}, allowed: allowed{unpatched: unpatched, used: used}}
	for _, s := range steps {
		s(t, d)
	}
	return d.objects
}

// generated returns what `kustomize build clusters/<c>` makes of the tree that
// isthmus generates.
func generated(t *testing.T, p page) map[string]objects {
	t.Helper()
	file := filepath.Join("testdata", p.name, "topology.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := topology.Parse([]topology.Input{{Name: file, Dir: path.Join("testdata", p.name), Data: data}}, topology.OSDisk{})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := generator.Generate(t.Context(), parsed, generator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	disk := filesys.MakeFsInMemory()
	out := map[string]objects{}
	for _, f := range tree.Files() {
		if err := disk.WriteFile("/"+f.Path, f.Data()); err != nil {
			t.Fatal(err)
		}
		if parts := strings.Split(f.Path, "/"); parts[0] == "clusters" {
			out[parts[1]] = objects{}
		}
	}
	for cluster, built := range out {
		if _, ok := p.clusters[cluster]; !ok {
			t.Errorf("the tree has a cluster %q, the documentation has not", cluster)
		}
		options := krusty.MakeDefaultOptions()
		options.Reorder = krusty.ReorderOptionUnspecified // as the kustomize command has it
		resources, err := krusty.MakeKustomizer(options).Run(disk, "/clusters/"+cluster)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range resources.Resources() {
			data, err := r.AsYAML()
			if err != nil {
				t.Fatal(err)
			}
			built.add(t, decode(t, data))
		}
	}
	return out
}
