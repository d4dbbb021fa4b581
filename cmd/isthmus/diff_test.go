package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const smallTopology = `apiVersion: isthmus.dev/v1alpha1
kind: Topology
metadata: {name: mesh1}
spec:
  trust: {provider: manual}
  clusterDefaults: {crds: external, network: network1}
  clusters:
  - {name: eu-1, role: primary}
  - {name: us-1, role: primary}
`

// workspace is a topology file and the directory that it generates into.
type workspace struct {
	t         *testing.T
	file, dir string
}

func newWorkspace(t *testing.T) workspace {
	t.Helper()
	top := t.TempDir()
	w := workspace{t: t, file: filepath.Join(top, "topology.yaml"), dir: filepath.Join(top, "mesh")}
	w.topology(smallTopology)
	w.run(exitFine, "generate")
	return w
}

func (w workspace) topology(text string) {
	w.t.Helper()
	if err := os.WriteFile(w.file, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// run runs a command on the workspace and returns what it prints.
func (w workspace) run(code int, command string, args ...string) (stdout, stderr string) {
	w.t.Helper()
	var out, messages bytes.Buffer
	args = append([]string{command, "-f", w.file, "-o", w.dir}, args...)
	if got := run(w.t.Context(), args, streams{in: strings.NewReader(""), out: &out, err: &messages}); got != code {
		w.t.Fatalf("isthmus %s: exit code %d, want %d\n%s\n%s", strings.Join(args, " "), got, code, out.String(), messages.String())
	}
	return out.String(), messages.String()
}

func (w workspace) path(p string) string { return filepath.Join(w.dir, filepath.FromSlash(p)) }

func (w workspace) edit(p, old, now string) {
	w.t.Helper()
	data, err := os.ReadFile(w.path(p))
	if err != nil {
		w.t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		w.t.Fatalf("no %q in %s", old, p)
	}
	w.put(p, strings.Replace(string(data), old, now, 1))
}

func (w workspace) put(p, data string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(w.path(p)), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.path(p), []byte(data), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w workspace) git(args ...string) {
	w.t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		w.t.Skip("no git")
	}
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Dir = filepath.Dir(w.file)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func expectParts(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, s := range want {
		if !strings.Contains(got, s) {
			t.Errorf("no %q in\n%s", s, got)
		}
	}
}

const configMapFile = "clusters/eu-1/istiod/configmap_istio-system_istio.yaml"

func logged(topology string) string {
	return strings.Replace(topology, "spec:\n", "spec:\n  istio: {meshConfig: {accessLogFile: /dev/stdout}}\n", 1)
}

func TestDiff(t *testing.T) {
	w := newWorkspace(t)
	out, _ := w.run(exitFine, "diff")
	expectParts(t, out, "No difference")

	w.topology(logged(smallTopology))
	out, _ = w.run(exitDifference, "diff")
	expectParts(t, out, "2 clusters changed, of 2 clusters.", "changed ConfigMap istio-system/istio\n  in eu-1, us-1\n", "+ data.mesh.accessLogFile: /dev/stdout")
	if strings.Contains(out, "\x1b") {
		t.Errorf("colours outside of a terminal:\n%q", out)
	}
	out, _ = w.run(exitDifference, "diff", "--cluster", "us-*")
	expectParts(t, out, "1 cluster changed, of 1 cluster.", "in us-1")

	out, _ = w.run(exitDifference, "diff", "--format", "markdown")
	expectParts(t, out, "<!-- isthmus diff -->", "| `eu-1, us-1` | 0 | 2 | 0 | 0 | 0 |")

	out, _ = w.run(exitDifference, "diff", "--format", "json")
	var d struct {
		APIVersion, Kind string
		Changes          []struct{ Clusters []string }
	}
	if err := json.Unmarshal([]byte(out), &d); err != nil || d.APIVersion != "isthmus.dev/v1alpha1" || d.Kind != "Diff" || len(d.Changes) != 1 || len(d.Changes[0].Clusters) != 2 {
		t.Errorf("got %v, %v", d, err)
	}
}

func TestDiffSaysWhatGenerateRefuses(t *testing.T) {
	w := newWorkspace(t)
	w.edit(configMapFile, "enablePrometheusMerge: true", "enablePrometheusMerge: false")
	out, messages := w.run(exitDifference, "diff")
	expectParts(t, out, "~ data.mesh.enablePrometheusMerge: false → true")
	expectParts(t, messages, "Warning: generate would refuse to write: edited: "+configMapFile)
}

func TestDiffSaysWhatIsInTheWay(t *testing.T) {
	w := newWorkspace(t)
	if err := os.RemoveAll(w.path("clusters/us-1")); err != nil {
		t.Fatal(err)
	}
	w.put("clusters/us-1", "mine\n")
	_, messages := w.run(exitDifference, "diff")
	expectParts(t, messages, "Warning: generate would refuse to write: \"clusters/us-1\" is a file where a folder belongs: in the way of clusters/us-1/README.md, ", " more; move that away\n")
	if strings.Count(messages, "\n") != 1 {
		t.Errorf("got\n%s", messages)
	}
}

func TestDiffBase(t *testing.T) {
	w := newWorkspace(t)
	w.git("init", "-q", "-b", "main")
	w.git("add", "-A")
	w.git("commit", "-q", "-m", "one")
	w.topology(logged(smallTopology))
	w.run(exitFine, "generate")

	// The working copy is up to date, the revision is not.
	w.run(exitFine, "diff")
	for _, base := range []string{"HEAD", "main"} {
		out, _ := w.run(exitDifference, "diff", "--base", base)
		expectParts(t, out, "2 clusters changed", "+ data.mesh.accessLogFile: /dev/stdout")
	}
	_, messages := w.run(exitError, "diff", "--base", "origin/main")
	expectParts(t, messages, `--base "origin/main": no branch, tag or commit`)
}

func TestDiffRefuses(t *testing.T) {
	w := newWorkspace(t)
	_, messages := w.run(exitError, "diff", "--format", "html")
	expectParts(t, messages, `--format "html" is none; write one of text, markdown, json`)
	_, messages = w.run(exitError, "diff", "--cluster", "ap-*")
	expectParts(t, messages, `--cluster "ap-*" matches no cluster`)
	w.topology("nonsense")
	w.run(exitError, "diff")
	w.run(exitError, "check")
}

func TestColours(t *testing.T) {
	none := func(string) string { return "" }
	if colours(&bytes.Buffer{}, none) {
		t.Error("a buffer is no terminal")
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // nothing is written
	if colours(f, none) {
		t.Error("a file is no terminal")
	}
	terminal := func(uintptr) bool { return true }
	for name, c := range map[string]struct {
		env  map[string]string
		want bool
	}{
		"terminal":       {nil, true},
		"NO_COLOR":       {map[string]string{"NO_COLOR": "1"}, false},
		"NO_COLOR empty": {map[string]string{"NO_COLOR": ""}, true},
		"dumb":           {map[string]string{"TERM": "dumb"}, false},
	} {
		if got := coloursOn(f, func(k string) string { return c.env[k] }, terminal); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
