package check_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/overlay"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/render"
	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/tree"
)

// models are the five of Istio's documents, and what else shapes a cluster's
// objects: revisions and tags, platforms, gateways of one's own.
var models = map[string]string{
	"multi-primary": `
  trust: {provider: manual}
  clusters:
  - {name: a, role: primary, network: n1, apiServer: "https://a.example.com:6443"}
  - {name: b, role: primary, network: n1, apiServer: "https://b.example.com:6443"}
`,
	"multi-primary-multi-network": `
  trust: {provider: manual}
  clusters:
  - {name: a, role: primary, network: n1, apiServer: "https://a.example.com:6443"}
  - {name: b, role: primary, network: n2, apiServer: "https://b.example.com:6443"}
`,
	"primary-remote": `
  trustDomain: example.org
  clusters:
  - {name: a, role: primary, network: n1, apiServer: "https://a.example.com:6443", eastWestGateway: {address: 203.0.113.10}}
  - {name: b, role: remote, network: n1, controlPlane: a, apiServer: "https://b.example.com:6443"}
`,
	"primary-remote-multi-network": `
  clusters:
  - {name: a, role: primary, network: n1, apiServer: "https://a.example.com:6443", eastWestGateway: {address: istiod.example.com, replicas: {min: 2, max: 4}}}
  - {name: b, role: remote, network: n2, controlPlane: a, apiServer: "https://b.example.com:6443"}
`,
	"external-terminated": `
  clusters:
  - {name: a, role: external, externalControlPlane: {address: istiod.example.com, tlsSecretName: istiod-cert}}
  - {name: b, role: config, network: n1, controlPlane: a, apiServer: "https://b.example.com:6443"}
  - {name: c, role: remote, network: n2, controlPlane: a, apiServer: "https://c.example.com:6443"}
`,
	"external-passthrough": `
  istio: {revision: 1-31-0}
  clusters:
  - {name: a, role: external, externalControlPlane: {address: 203.0.113.10}}
  - {name: b, role: config, controlPlane: a, apiServer: "https://b.example.com:6443"}
  - {name: c, role: remote, controlPlane: a, apiServer: "https://c.example.com:6443"}
`,
	"revisions": `
  trust: {provider: manual}
  istio:
    revisions: [{name: 1-31-0, default: true}, {name: 1-31-1}, {name: ""}]
    tags: [{name: stable, revision: 1-31-0}, {name: canary, revision: 1-31-1}, {name: old, revision: ""}]
  clusters:
  - {name: a, role: primary, network: n1, apiServer: "https://a.example.com:6443"}
  - {name: b, role: primary, network: n2, platform: aks, apiServer: "https://b.example.com:6443"}
`,
	"gateways": `
  clusters:
  - name: a
    role: primary
    platform: openshift
    gateways:
    - {name: istio-ingressgateway, service: {ports: [{name: https, port: 443, targetPort: 8443}]}}
    - {name: public, namespace: edge}
    - {name: out, kind: egress}
`,
}

// rendered is the clusters of a model, rendered once for all tests.
type rendered struct {
	plan       *plan.Plan
	components map[string][]component.Component
	crds       map[string][]manifest.Object
}

var (
	renderer = render.New()
	cache    sync.Map // model → func() (rendered, error)
)

func model(t testing.TB, name string) rendered {
	t.Helper()
	once, _ := cache.LoadOrStore(name, sync.OnceValues(func() (rendered, error) { return renderModel(name, models[name]) }))
	render, ok := once.(func() (rendered, error))
	if !ok {
		t.Fatalf("the cache holds a %T", once)
	}
	out, err := render()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func renderModel(name, spec string) (rendered, error) {
	data := fmt.Sprintf("apiVersion: isthmus.dev/v1alpha1\nkind: Topology\nmetadata: {name: mesh1}\nspec:%s", spec)
	top, err := topology.Parse([]topology.Input{{Name: name + ".yaml", Dir: ".", Data: []byte(data)}}, topology.OSDisk{})
	if err != nil {
		return rendered{}, err
	}
	overlays, err := overlay.New(nil)
	if err != nil {
		return rendered{}, err
	}
	out := rendered{plan: plan.Build(top), components: map[string][]component.Component{}, crds: map[string][]manifest.Object{}}
	for _, c := range out.plan.Clusters {
		components, err := renderer.Cluster(c)
		if err != nil {
			return rendered{}, err
		}
		if components, err = overlays.Apply(components, c.Platform, nil); err != nil {
			return rendered{}, err
		}
		out.components[c.Name] = components
		if c.CRDs != nil {
			if out.crds[c.CRDs.Version], err = renderer.CRDs(*c.CRDs, c.Installs); err != nil {
				return rendered{}, err
			}
		}
	}
	return out, nil
}

// cluster returns a copy of a cluster's components, to be changed at will.
func (r rendered) cluster(name string) []component.Component {
	var out []component.Component
	for _, c := range r.components[name] {
		copied := component.Component{Path: c.Path, Stage: c.Stage}
		for _, o := range c.Objects {
			copied.Objects = append(copied.Objects, o.Clone())
		}
		out = append(out, copied)
	}
	return out
}

// tree lays out all clusters.
func (r rendered) tree(t testing.TB) *tree.Tree {
	t.Helper()
	out := tree.New()
	for version, objects := range r.crds {
		must(t, out.AddFolder(tree.Shared, tree.CRDsFolder(version), objects))
	}
	for _, c := range r.plan.Clusters {
		var bases []string
		if c.CRDs != nil {
			bases = append(bases, tree.CRDsFolder(c.CRDs.Version))
		}
		must(t, out.AddCluster(c.Name, bases, r.components[c.Name]))
	}
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// find returns an object of a cluster: "Kind name" or "Kind namespace/name".
func find(t testing.TB, components []component.Component, what string) manifest.Object {
	t.Helper()
	for _, c := range components {
		for _, o := range c.Objects {
			id := o.ID()
			id.Group = ""
			if id.String() == what {
				return o
			}
		}
	}
	t.Fatalf("there is no %q to change", what)
	return nil
}

// remove returns the components without an object.
func remove(t testing.TB, components []component.Component, what string) []component.Component {
	t.Helper()
	gone := find(t, components, what).ID()
	for i, c := range components {
		var kept []manifest.Object
		for _, o := range c.Objects {
			if o.ID() != gone {
				kept = append(kept, o)
			}
		}
		components[i].Objects = kept
	}
	return components
}

// with adds an object to a component.
func with(t testing.TB, components []component.Component, path, yaml string) []component.Component {
	t.Helper()
	o, err := manifest.Decode([]byte(yaml))
	must(t, err)
	for i, c := range components {
		if c.Path == path {
			components[i].Objects = append(components[i].Objects, o)
			return components
		}
	}
	return append(components, component.Component{Path: path, Stage: component.Exposure, Objects: []manifest.Object{o}})
}

// item returns an entry of a list as an object.
func item(t testing.TB, o manifest.Object, i int, path ...string) manifest.Object {
	t.Helper()
	l := o.Each(path...)
	if i >= len(l) {
		t.Fatalf("%s has no %s[%d]", o.ID(), strings.Join(path, "."), i)
	}
	return l[i]
}
