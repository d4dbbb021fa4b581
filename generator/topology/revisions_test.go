package topology_test

import (
	"testing"

	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/topology/release"
)

// revisions shows what matters of them: name, default, tags.
func revisions(c topology.Cluster) []any {
	var out []any
	for _, r := range c.Revisions {
		out = append(out, []any{r.Name, r.Default, r.Tags})
	}
	return out
}

func TestRevisions(t *testing.T) {
	for name, c := range map[string]struct{ mesh, cluster, want string }{
		"none":                       {`{}`, `{}`, `[["",true,null]]`},
		"empty":                      {`{revision: ""}`, `{}`, `[["",true,null]]`},
		"named default":              {`{revision: default}`, `{}`, `[["",true,null]]`},
		"of the mesh":                {`{revision: canary}`, `{}`, `[["canary",true,null]]`},
		"of the cluster":             {`{revision: canary}`, `{revision: stable}`, `[["stable",true,null]]`},
		"the cluster's default":      {`{revision: canary}`, `{revision: ""}`, `[["",true,null]]`},
		"the cluster's, named":       {`{revision: canary}`, `{revision: default}`, `[["",true,null]]`},
		"one entry":                  {`{revisions: [{name: canary}]}`, `{}`, `[["canary",true,null]]`},
		"one entry, named default":   {`{revisions: [{name: default}]}`, `{}`, `[["",true,null]]`},
		"entries":                    {`{revisions: [{name: b}, {name: c, default: true}, {name: a}]}`, `{}`, `[["c",true,null],["a",false,null],["b",false,null]]`},
		"entries replaced by one":    {`{revisions: [{name: b}, {name: c, default: true}]}`, `{revision: a}`, `[["a",true,null]]`},
		"entries replaced by others": {`{revisions: [{name: b}, {name: c, default: true}]}`, `{revisions: [{name: x}]}`, `[["x",true,null]]`},
		"one replaced by entries":    {`{revision: a}`, `{revisions: [{name: "", default: true}, {name: x}]}`, `[["",true,null],["x",false,null]]`},
		"no entries are no change":   {`{revision: a}`, `{revisions: []}`, `[["a",true,null]]`},
		"tags":                       {`{revision: a, tags: [{name: t2, revision: a}, {name: t1, revision: a}]}`, `{}`, `[["a",true,["t1","t2"]]]`},
		"tags of the default":        {`{tags: [{name: x, revision: ""}, {name: y, revision: default}]}`, `{}`, `[["",true,["x","y"]]]`},
		"tags apart":                 {`{revisions: [{name: a, default: true}, {name: b}], tags: [{name: x, revision: b}]}`, `{}`, `[["a",true,null],["b",false,["x"]]]`},
		"tags of the cluster":        {`{revision: a, tags: [{name: x, revision: a}]}`, `{tags: [{name: y, revision: a}]}`, `[["a",true,["y"]]]`},
		"no tags of the cluster":     {`{revision: a, tags: [{name: x, revision: a}]}`, `{tags: []}`, `[["a",true,null]]`},
		"revision without the tags":  {`{revision: a, tags: [{name: x, revision: a}]}`, `{revision: b, tags: []}`, `[["b",true,null]]`},
		"a tag named default":        {`{revision: a, tags: [{name: default, revision: a}]}`, `{}`, `[["a",true,["default"]]]`},
	} {
		t.Run(name, func(t *testing.T) {
			m := mesh(t, disk{}, "spec:\n  istio: "+c.mesh+"\n  clusters: [{name: c, role: primary, istio: "+c.cluster+"}]\n")
			wantJSON(t, "revisions", revisions(cluster(t, m, "c")), c.want)
		})
	}
}

// Each level lies over the one before: mesh, cluster, entry.
func TestReleaseLevels(t *testing.T) {
	d := disk{charts: map[string]release.Charts{
		"dir/m30": {Version: "1.30.3", CRDs: "30"}, "dir/m31": {Version: "1.31.2", CRDs: "31"}, "dir/source": {CRDs: "source"},
	}}
	m := mesh(t, d, `
spec:
  trust: {provider: manual}
  istio:
    version: 1.31.1
    hub: mesh.example.com
    meshConfig: {accessLogFile: mesh, accessLogFormat: mesh, rootNamespace: mesh, defaultConfig: {binaryPath: mesh, configPath: mesh, extraStatTags: [mesh]}}
    values: {pilot: {image: mesh, variant: mesh}}
  clusters:
  - name: as-the-mesh
    role: primary
  - name: over-it
    role: primary
    istio:
      version: 1.31.2
      hub: cluster.example.com
      manifests: m31
      meshConfig: {accessLogFormat: cluster, rootNamespace: cluster, defaultConfig: {configPath: cluster, extraStatTags: [cluster]}}
      values: {pilot: {variant: cluster}}
      revisions:
      - name: plain
        default: true
      - name: shaped
        version: 1.30.9
        hub: entry.example.com
        manifests: m30
        meshConfig: {rootNamespace: entry, defaultConfig: {serviceCluster: entry}}
        values: {pilot: null}
  - name: source
    role: primary
    istio: {manifests: source, version: 1.31.7}
  - name: stamped
    role: primary
    istio: {manifests: m31}
`)
	show := func(r topology.Revision) []any {
		return []any{r.Name, r.Version, r.Hub, r.Manifests, r.ChartsVersion, r.MeshConfig, r.Values}
	}
	wantJSON(t, "as the mesh", show(cluster(t, m, "as-the-mesh").Revisions[0]),
		`["","1.31.1","mesh.example.com","","1.31.0",{"accessLogFile":"mesh","accessLogFormat":"mesh","defaultConfig":{"binaryPath":"mesh","configPath":"mesh","extraStatTags":["mesh"]},"rootNamespace":"mesh"},{"pilot":{"image":"mesh","variant":"mesh"}}]`)
	over := cluster(t, m, "over-it").Revisions
	wantJSON(t, "cluster", show(over[0]),
		`["plain","1.31.2","cluster.example.com","dir/m31","1.31.2",{"accessLogFile":"mesh","accessLogFormat":"cluster","defaultConfig":{"binaryPath":"mesh","configPath":"cluster","extraStatTags":["cluster"]},"rootNamespace":"cluster"},{"pilot":{"image":"mesh","variant":"cluster"}}]`)
	wantJSON(t, "entry", show(over[1]),
		`["shaped","1.30.9","entry.example.com","dir/m30","1.30.3",{"accessLogFile":"mesh","accessLogFormat":"cluster","defaultConfig":{"binaryPath":"mesh","configPath":"cluster","extraStatTags":["cluster"],"serviceCluster":"entry"},"rootNamespace":"entry"},{"pilot":null}]`)
	wantJSON(t, "source tree", show(cluster(t, m, "source").Revisions[0])[:5], `["","1.31.7","mesh.example.com","dir/source","1.31.7"]`)
	wantJSON(t, "stamped charts", show(cluster(t, m, "stamped").Revisions[0])[:5], `["","1.31.1","mesh.example.com","dir/m31","1.31.2"]`)
}

func TestVersionDefaultsToTheCharts(t *testing.T) {
	d := disk{charts: map[string]release.Charts{"dir/m30": {Version: "1.30.3", CRDs: "30"}}}
	m := mesh(t, d, "spec:\n  trust: {provider: manual}\n  clusters:\n  - {name: a, role: primary}\n  - {name: b, role: primary, istio: {manifests: m30}}\n")
	for name, want := range map[string]string{"a": release.Builtin, "b": "1.30.3"} {
		if r := cluster(t, m, name).Revisions[0]; r.Version != want || r.ChartsVersion != want {
			t.Errorf("%s runs %s with charts of %s, want %s", name, r.Version, r.ChartsVersion, want)
		}
	}
}

// A version may be a tag of the same minor as the charts.
func TestVersionsOfTheChartsMinor(t *testing.T) {
	for _, v := range []string{"1.31", "1.31.0", "1.31.9", "1.31.0-distroless", "1.31-alpha.1a2b"} {
		m := mesh(t, disk{}, "spec: {istio: {version: "+v+"}, clusters: [{name: c, role: primary}]}")
		if got := cluster(t, m, "c").Revisions[0].Version; got != v {
			t.Errorf("got %s, want %s", got, v)
		}
	}
}

func TestServedClustersHaveTheRevisionOfTheirServer(t *testing.T) {
	m := mesh(t, disk{}, `
spec:
  clusters:
  - {name: c1, role: primary, eastWestGateway: {address: a.example.com}, istio: {revision: canary}}
  - {name: c2, role: remote, controlPlane: c1, istio: {revisions: [{name: canary}]}}
`)
	wantJSON(t, "remote", revisions(cluster(t, m, "c2")), `[["canary",true,null]]`)
	m = mesh(t, disk{}, `
spec:
  istio: {revision: default}
  clusters:
  - {name: c1, role: primary, eastWestGateway: {address: a.example.com}, istio: {revision: ""}}
  - {name: c2, role: remote, controlPlane: c1}
`)
	wantJSON(t, "remote", revisions(cluster(t, m, "c2")), `[["",true,null]]`)
}
