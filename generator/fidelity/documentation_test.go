package fidelity

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	yamlv3 "go.yaml.in/yaml/v3"
	istio "istio.io/istio/operator/pkg/render"
	"sigs.k8s.io/yaml"
)

// documentation collects what a reader of Istio's documentation applies to one
// cluster.
type documentation struct {
	objects objects
	allowed allowed
}

// step is one thing that the reader does.
type step func(t *testing.T, d *documentation)

// pages applies a file of testdata, document by document: IstioOperators go
// through Istio's renderer, as in `istioctl install -f`, others are applied as
// they stand, as with `kubectl apply -f`.
func pages(file string) step {
	return func(t *testing.T, d *documentation) {
		t.Helper()
		data, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		for _, doc := range documents(t, file, data) {
			if decode(t, doc)["kind"] == "IstioOperator" {
				d.install(t, doc)
			} else {
				d.apply(t, doc, "")
			}
		}
	}
}

// eastWest is `samples/multicluster/gen-eastwest-gateway.sh FLAGS | istioctl install -f -`:
// the script itself runs, out of the module that go.mod pins.
func eastWest(systemNamespace string, flags ...string) step {
	return func(t *testing.T, d *documentation) {
		t.Helper()
		script := sample(t, "multicluster/gen-eastwest-gateway.sh")
		out, err := exec.CommandContext(t.Context(), "bash", append([]string{script}, flags...)...).Output()
		if err != nil {
			t.Fatalf("%s needs bash: %v", script, err)
		}
		// The guide of the external control plane sets it, for others it is the default.
		d.install(t, out, "values.global.istioNamespace="+systemNamespace)
	}
}

// expose is `kubectl apply -n NAMESPACE -f SAMPLE`.
func expose(namespace, name string) step { return exposeWith(namespace, name, strings.NewReplacer()) }

// exposeWith is `sed … SAMPLE | kubectl apply -n NAMESPACE -f -`.
func exposeWith(namespace, name string, sed *strings.Replacer) step {
	return func(t *testing.T, d *documentation) {
		t.Helper()
		data, err := os.ReadFile(sample(t, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, doc := range documents(t, name, []byte(sed.Replace(string(data)))) {
			d.apply(t, doc, namespace)
		}
	}
}

// sample finds one of Istio's samples in the module cache.
func sample(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "istio.io/istio").Output()
	if err != nil {
		t.Fatalf("looking for Istio's samples: %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "samples", filepath.FromSlash(name))
}

// install renders an IstioOperator with Istio's renderer and allows it the
// differences of section 4.
func (d *documentation) install(t *testing.T, operator []byte, set ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "operator.yaml")
	if err := os.WriteFile(file, operator, 0o600); err != nil {
		t.Fatal(err)
	}
	sets, merged, err := istio.GenerateManifest([]string{filepath.Join("testdata", "istioctl.yaml"), file}, set, false, nil, nil)
	if err != nil {
		t.Fatalf("Istio's renderer refuses the documentation's file: %v\n%s", err, operator)
	}
	rendered := objects{}
	for _, s := range sets {
		for _, m := range s.Manifests {
			data, err := yaml.Marshal(m.Object)
			if err != nil {
				t.Fatal(err)
			}
			rendered.add(t, decode(t, data))
		}
	}
	d.allowed.apply(rendered, merged.GetPathString("spec.values.global.tag"))
	for _, o := range rendered {
		d.objects.add(t, o)
	}
}

// apply takes an object as it stands.
func (d *documentation) apply(t *testing.T, doc []byte, namespace string) {
	t.Helper()
	o := decode(t, doc)
	if namespace != "" {
		fields(o, "metadata")["namespace"] = namespace
	}
	plain := objects{}
	plain.add(t, o)
	d.allowed.apply(plain, "")
	d.objects.add(t, o)
}

// documents splits a stream of YAML and keeps what is not empty.
func documents(t *testing.T, name string, data []byte) [][]byte {
	t.Helper()
	var out [][]byte
	dec := yamlv3.NewDecoder(bytes.NewReader(data))
	for {
		var n yamlv3.Node
		err := dec.Decode(&n)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n.Kind == 0 || n.Content[0].Tag == "!!null" {
			continue
		}
		doc, err := yamlv3.Marshal(&n)
		if err != nil {
			t.Fatal(fmt.Errorf("%s: %w", name, err))
		}
		out = append(out, doc)
	}
}
