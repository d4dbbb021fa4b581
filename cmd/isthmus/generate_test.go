package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"sigs.k8s.io/yaml"
)

// cli runs the program apart from any workspace.
func cli(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, messages bytes.Buffer
	code = run(t.Context(), args, streams{in: strings.NewReader(stdin), out: &out, err: &messages})
	return code, out.String(), messages.String()
}

func TestGenerateTwiceChangesNothing(t *testing.T) {
	w := newWorkspace(t)
	before, err := os.Stat(w.path(configMapFile))
	if err != nil {
		t.Fatal(err)
	}
	_, stderr := w.run(exitFine, "generate")
	expectParts(t, stderr, "is up to date")
	after, err := os.Stat(w.path(configMapFile))
	if err != nil {
		t.Fatal(err)
	}
	if !before.ModTime().Equal(after.ModTime()) {
		t.Error("an unchanged file was written again")
	}
	if _, stderr = w.run(exitFine, "generate", "-q"); stderr != "" {
		t.Errorf("-q prints %q", stderr)
	}
}

func TestDryRunPrintsPathsAndWritesNothing(t *testing.T) {
	w := newWorkspace(t)
	w.topology(logged(smallTopology))
	stdout, _ := w.run(exitFine, "generate", "--dry-run")
	expectParts(t, stdout, "update "+configMapFile, "update .isthmus/clusters/eu-1")
	data, err := os.ReadFile(w.path(configMapFile))
	if err != nil || strings.Contains(string(data), "accessLogFile") {
		t.Errorf("a dry run wrote, or %v", err)
	}
}

func TestClusterGlobs(t *testing.T) {
	w := newWorkspace(t)
	w.topology(logged(smallTopology))
	stdout, _ := w.run(exitFine, "generate", "--dry-run", "--cluster", "eu-*")
	if strings.Contains(stdout, "us-1") {
		t.Errorf("--cluster eu-* reaches us-1:\n%s", stdout)
	}
	for glob, want := range map[string]string{
		"ap-*": `--cluster "ap-*" matches no cluster; there are eu-1, us-1`,
		"[":    `--cluster "[" is no glob`,
	} {
		_, stderr := w.run(exitError, "generate", "--cluster", glob)
		expectParts(t, stderr, want)
	}
}

// TestSharesMakeTheWhole: runners that each write some clusters produce together
// what one run does.
func TestSharesMakeTheWhole(t *testing.T) {
	const withFlux = `apiVersion: isthmus.dev/v1alpha1
kind: Topology
metadata: {name: mesh1}
spec:
  trust: {provider: manual}
  delivery:
    argocd: {repoURL: "https://git.example.com/m.git"}
    flux: {mode: per-cluster, source: {name: m, url: "https://git.example.com/m.git"}}
  clusterDefaults: {crds: external}
  clusters: [{name: a, role: primary, network: n1}, {name: b, role: primary, network: n2}]
`
	whole, shares := newWorkspace(t), workspace{t: t, file: filepath.Join(t.TempDir(), "topology.yaml"), dir: filepath.Join(t.TempDir(), "mesh")}
	whole.topology(withFlux)
	whole.run(exitFine, "generate")
	shares.topology(withFlux)
	shares.run(exitFine, "generate", "--cluster", "b")
	shares.run(exitFine, "generate", "--cluster", "a")
	a, b := snapshot(t, whole.dir), snapshot(t, shares.dir)
	for p := range a {
		if a[p] != b[p] {
			t.Errorf("%s differs", p)
		}
	}
	if len(a) != len(b) {
		t.Errorf("%d files and %d files", len(a), len(b))
	}
}

func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, relErr := filepath.Rel(dir, p)
		if relErr != nil {
			return relErr
		}
		out[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestBranchesMerge: two branches that change two clusters merge without a
// conflict, and what comes out is what the merged topology generates.
func TestBranchesMerge(t *testing.T) {
	const base = `apiVersion: isthmus.dev/v1alpha1
kind: Topology
metadata: {name: mesh1}
spec:
  trust: {provider: manual}
  clusters:
  - name: eu-1
    role: primary
    network: network1
    istio: {values: {pilot: {autoscaleMin: 1}}}

  - name: us-1
    role: primary
    network: network1
    istio: {values: {pilot: {autoscaleMin: 1}}}
`
	change := func(cluster, values string) string {
		head, tail, _ := strings.Cut(base, "name: "+cluster)
		return head + "name: " + cluster + strings.Replace(tail, "istio: {values: {pilot: {autoscaleMin: 1}}}", values, 1)
	}
	w := newWorkspace(t)
	w.topology(base)
	w.run(exitFine, "generate")
	w.git("init", "-q", "-b", "main")
	w.git("add", "-A")
	w.git("commit", "-qm", "base")
	for cluster, values := range map[string]string{
		"eu-1": "istio: {version: 1.31.2, values: {pilot: {autoscaleMin: 2}}}",
		"us-1": "istio: {hub: registry.example.com/istio, values: {pilot: {autoscaleMin: 3}}}",
	} {
		w.git("checkout", "-q", "-b", cluster, "main")
		w.topology(change(cluster, values))
		w.run(exitFine, "generate")
		w.git("add", "-A")
		w.git("commit", "-qm", cluster)
	}
	w.git("checkout", "-q", "main")
	w.git("merge", "-q", "--no-edit", "eu-1")
	w.git("merge", "-q", "--no-edit", "us-1")
	w.run(exitFine, "check")
	_, stderr := w.run(exitFine, "generate")
	expectParts(t, stderr, "is up to date")
}

func TestValidate(t *testing.T) {
	code, stdout, stderr := cli(t, smallTopology, "validate", "-f", "-")
	if code != exitFine || stdout != "" || !strings.Contains(stderr, "The topology is valid; it generates") {
		t.Errorf("code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	code, _, stderr = cli(t, strings.Replace(smallTopology, "role: primary", "role: primry", 2), "validate", "-f", "-")
	if code != exitError {
		t.Errorf("code %d", code)
	}
	expectParts(t, stderr, `-:8: spec.clusters[0].role: "primry": is not known; write one of primary, remote, config, external`, "-:9: spec.clusters[1].role")
}

// TestInit: every model that init prints is valid, has comments, and satisfies
// the schema that editors use.
func TestInit(t *testing.T) {
	_, text, _ := cli(t, "", "schema")
	schemaDoc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("topology.json", schemaDoc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("topology.json")
	if err != nil {
		t.Fatal(err)
	}
	conforms := func(data string) error {
		raw, err := yaml.YAMLToJSON([]byte(data))
		if err != nil {
			return err
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		return schema.Validate(v)
	}
	models := modelNames()
	if strings.Join(models, " ") != "external multi-primary multi-primary-multi-network primary-remote primary-remote-multi-network" {
		t.Errorf("models %v", models)
	}
	for _, model := range models {
		code, out, _ := cli(t, "", "init", model)
		if code != exitFine || !strings.HasPrefix(out, "# ") {
			t.Errorf("init %s: code %d\n%s", model, code, out)
		}
		if code, _, stderr := cli(t, out, "validate", "-f", "-"); code != exitFine {
			t.Errorf("init %s is not valid: %s", model, stderr)
		}
		if err := conforms(out); err != nil {
			t.Errorf("init %s and the schema: %v", model, err)
		}
	}
	for want, data := range map[string]string{
		"additional properties": strings.Replace(smallTopology, "role:", "rolle:", 1),
		"value must be one of":  strings.Replace(smallTopology, "role: primary", "role: main", 1),
	} {
		if err := conforms(data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the schema says %v, want %q", err, want)
		}
	}
}

func TestInitWritesNewFilesOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "topology.yaml")
	if code, _, stderr := cli(t, "", "init", "primary-remote", "-o", file); code != exitFine {
		t.Fatal(stderr)
	}
	code, _, stderr := cli(t, "", "init", "external", "-o", file)
	expectParts(t, stderr, "exists already; name another file, or remove it first")
	if data, err := os.ReadFile(file); code != exitError || err != nil || !strings.Contains(string(data), "Primary-remote on one network") {
		t.Errorf("code %d, %v", code, err)
	}
	code, _, stderr = cli(t, "", "init", "mono")
	expectParts(t, stderr, `"mono" is no model; write one of external, multi-primary`)
	if code != exitError {
		t.Errorf("code %d", code)
	}
}

func TestVersion(t *testing.T) {
	code, out, _ := cli(t, "", "version")
	if code != exitFine {
		t.Errorf("code %d", code)
	}
	expectParts(t, out, "isthmus ", "istio 1.31.0 (module ", "charts 1.31.0")
}

func TestUsageErrors(t *testing.T) {
	for want, args := range map[string][]string{
		"Error:\n  -f is missing: topology file, a directory with *.yaml, or - for standard input; may repeat\n  -o is missing: directory of the generated repository; made if absent\n": {"generate"},
		"Error: -o is missing: directory of the generated repository\n": {"secrets", "ca", "-f", "x.yaml"},
		`unknown flag: --outptu`:    {"generate", "--outptu", "x"},
		`unknown command "genrate"`: {"genrate"},
		`cannot read the topology`:  {"validate", "-f", "nowhere.yaml"},
	} {
		code, stdout, stderr := cli(t, "", args...)
		if code != exitError || stdout != "" {
			t.Errorf("%v: code %d, stdout %q", args, code, stdout)
		}
		expectParts(t, stderr, want)
	}
}
