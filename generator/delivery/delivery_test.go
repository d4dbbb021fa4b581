package delivery

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/overlays"
)

// TestFluxStagesFollowTheOrder: every stage of the roll-out is in exactly one
// group, and no group needs a later one.
func TestFluxStagesFollowTheOrder(t *testing.T) {
	group := map[component.Stage]int{}
	index := map[string]int{}
	for i, s := range fluxStages() {
		index[s.name] = i
		for _, stage := range s.stages {
			if _, twice := group[stage]; twice {
				t.Errorf("stage %q is in two groups", stage)
			}
			group[stage] = i
		}
		if s.needs != "" {
			if j, known := index[s.needs]; !known || j >= i {
				t.Errorf("group %q needs %q, which is not before it", s.name, s.needs)
			}
		}
	}
	for _, stage := range component.Stages() {
		if _, ok := group[stage]; !ok {
			t.Errorf("no group applies stage %q", stage)
		}
	}
	if group[component.Istiod] >= group[component.Gateways] || group[component.Trust] > group[component.Istiod] {
		t.Error("gateways do not wait for istiod, or trust comes after it")
	}
}

// TestWavesFollowTheOrder: the embedded Component gives every stage a wave that is
// higher than the one before, CRDs and namespaces none, and "last" the highest.
func TestWavesFollowTheOrder(t *testing.T) {
	data, err := overlays.FS.ReadFile("argocd/kustomization.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var k types.Kustomization
	if err := yaml.UnmarshalStrict(data, &k); err != nil {
		t.Fatal(err)
	}
	waves := map[string]int{}
	for _, p := range k.Patches {
		name := strings.TrimPrefix(p.Target.AnnotationSelector, "isthmus.dev/stage=")
		var ops []struct{ Op, Path, Value string }
		if err := yaml.Unmarshal([]byte(p.Patch), &ops); err != nil || len(ops) != 1 {
			t.Fatalf("patch of %q: %v", name, err)
		}
		if waves[name], err = strconv.Atoi(ops[0].Value); err != nil {
			t.Fatal(err)
		}
	}
	last := 0
	for _, stage := range component.Stages() {
		wave, given := waves[stage.Name()]
		if stage == component.CRDs || stage == component.Namespaces {
			if given {
				t.Errorf("stage %q has wave %d, and must stay at 0", stage, wave)
			}
			continue
		}
		if !given || wave <= last {
			t.Errorf("stage %q has wave %d, which is not above %d", stage, wave, last)
		}
		last = wave
	}
	if waves["last"] <= last || len(waves) != len(component.Stages())-1 {
		t.Errorf("waves %v: last must be above %d, and there is one for each stage but the first two", waves, last)
	}
}

func TestAddedBy(t *testing.T) {
	got, err := addedBy(map[string][]byte{
		"/a/kustomization.yaml": []byte("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"),
		"/a/x.yaml":             []byte("apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n---\napiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: x}\n"),
		"/a/patch.yaml":         []byte("- {op: remove, path: /spec}\n"),
		"/a/notes.txt":          []byte("apiVersion: v1\nkind: Secret\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(a, b kind) int { return strings.Compare(a.group+a.kind, b.group+b.kind) })
	if s := fmt.Sprint(got); s != "[{ Namespace} {example.com Thing}]" {
		t.Errorf("got %s", s)
	}
	if _, err := addedBy(map[string][]byte{"/a/b.yaml": []byte("a: b: c")}); err == nil || !strings.Contains(err.Error(), `overlay "/a/b.yaml"`) {
		t.Errorf("got %v", err)
	}
}
