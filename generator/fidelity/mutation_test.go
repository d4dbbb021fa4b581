package fidelity

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestFidelityNoticesMutations: whatever is changed in a tree that equals the
// documentation, the comparison says so and names the object.
func TestFidelityNoticesMutations(t *testing.T) {
	i := slices.IndexFunc(documentationPages(), func(p page) bool { return p.name == "primary-remote-multi-network" })
	p := documentationPages()[i]
	tree := generated(t, p)
	used := &usage{count: map[string]int{}}
	random := rand.New(rand.NewPCG(1, 31)) //nolint:gosec // a seed makes a failure come back
	for _, cluster := range slices.Sorted(maps.Keys(p.clusters)) {
		want := documented(t, p.clusters[cluster], false, used)
		got := tree[cluster]
		if lines := compare(want, got); len(lines) > 0 {
			t.Fatalf("not equal before any change:\n%s", strings.Join(lines, "\n"))
		}
		for _, id := range got.sorted() {
			kept := got[id]
			for range 8 {
				o := fields(clone(kept))
				change := mutate(random, o)
				got[id] = o
				expect(t, compare(want, got), id, change)
			}
			delete(got, id)
			expect(t, compare(want, got), id, "removed")
			got[id] = kept

			other := id
			other.namespace += "-other"
			got[other] = kept
			expect(t, compare(want, got), other, "added in another namespace")
			delete(got, other)
		}
	}
}

func expect(t *testing.T, lines []string, id identity, change string) {
	t.Helper()
	if len(lines) == 0 {
		t.Errorf("%s, %s: nobody noticed", id, change)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, id.String()) {
			t.Errorf("%s, %s: blamed on another object: %s", id, change, line)
		}
	}
}

// mutate changes one field at random, somewhere in an object.
func mutate(random *rand.Rand, o object) string {
	m, at := o, ""
	for {
		keys := slices.Sorted(maps.Keys(m))
		if len(keys) == 0 {
			m["isthmus"] = "added"
			return at + " has one field more"
		}
		key := keys[random.IntN(len(keys))]
		at += "." + key
		v := m[key]
		if list, ok := v.([]any); ok && len(list) > 0 && random.IntN(4) > 0 {
			i := random.IntN(len(list))
			if inner, ok := list[i].(object); ok {
				m, at = inner, fmt.Sprintf("%s[%d]", at, i)
				continue
			}
			list[i] = changed(list[i])
			return fmt.Sprintf("%s[%d] changed", at, i)
		}
		if inner, ok := v.(object); ok && random.IntN(8) > 0 {
			m = inner
			continue
		}
		switch list, isList := v.([]any); {
		case isList && random.IntN(2) == 0:
			m[key] = append(list, "isthmus")
			return at + " has one entry more"
		case random.IntN(2) == 0:
			delete(m, key)
			return at + " deleted"
		}
		m[key] = changed(v)
		return at + " changed"
	}
}

// changed returns another value, of the same kind where that is easy.
func changed(v any) any {
	switch x := v.(type) {
	case bool:
		return !x
	case float64:
		return x + 1
	case string:
		return x + "x"
	}
	return nil
}

func clone(v any) any {
	switch x := v.(type) {
	case object:
		out := object{}
		for k, e := range x {
			out[k] = clone(e)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = clone(e)
		}
		return out
	}
	return v
}

// TestAllowancesAreNarrow: no allowed difference hides a change to the tree in
// the very field that it is about.
func TestAllowancesAreNarrow(t *testing.T) {
	rendered := func() objects {
		o := decode(t, []byte(`{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration,
			metadata: {name: v, labels: {app.kubernetes.io/version: 1.0.0, operator.istio.io/component: Pilot}, annotations: null},
			webhooks: [{name: a, failurePolicy: Ignore, clientConfig: {service: {name: istiod}}}]}`))
		crd := decode(t, []byte(`{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: c}}`))
		out := objects{}
		out.add(t, o)
		out.add(t, crd)
		return out
	}
	for _, left := range allowances() {
		want, untouched := rendered(), rendered()
		for _, d := range allowances() {
			d.apply(want, circumstances{version: "1.31.0"})
			if d.name != left.name {
				d.apply(untouched, circumstances{version: "1.31.0"})
			}
		}
		if len(compare(want, untouched)) == 0 {
			t.Errorf("a tree without %q passes for one with it", left.name)
		}
	}
}
