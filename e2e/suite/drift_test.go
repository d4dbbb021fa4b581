package suite_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.dev/isthmus/e2e/suite/kube"
	"isthmus.dev/isthmus/e2e/suite/mesh"
	"isthmus.dev/isthmus/e2e/suite/process"
	"isthmus.dev/isthmus/e2e/suite/report"
)

// The gateway of TestDrift.
const gatewayName = "istio-eastwestgateway"

// untidy is something that isthmus does to what Istio's charts render, undone in
// an object of cluster1.
type untidy struct {
	name         string
	kind, object string
	edit         func(*unstructured.Unstructured)
	// drifts is the field that somebody in the cluster then sets otherwise than the
	// tree. "" where nothing drifts, since the API server reads both sides alike.
	drifts string
}

func untidied() []untidy {
	const validator, injector = "istio-validator-istio-system", "istio-sidecar-injector"
	return []untidy{
		{"failurePolicy as in the chart", "ValidatingWebhookConfiguration", validator, webhooks(set("Ignore", "failurePolicy")), "failurePolicy"},
		{"caBundle written down", "ValidatingWebhookConfiguration", validator, webhooks(set("", "clientConfig", "caBundle")), "caBundle"},
		{"caBundle of the injector written down", "MutatingWebhookConfiguration", injector, webhooks(set("", "clientConfig", "caBundle")), "caBundle"},
		{"replicas beside an autoscaler", "Deployment", gatewayName, field(int64(1), "spec", "replicas"), "replicas"},

		{"annotations null", "Service", gatewayName, field(nil, "metadata", "annotations"), ""},
		{"affinity null", "Deployment", gatewayName, field(map[string]any{"nodeAffinity": map[string]any{
			"preferredDuringSchedulingIgnoredDuringExecution": nil, "requiredDuringSchedulingIgnoredDuringExecution": nil,
		}}, "spec", "template", "spec", "affinity"), ""},
		{"divisor in another form", "Deployment", gatewayName, containers(set(environment("1000m"), "env")), ""},
		{"no divisor", "Deployment", gatewayName, containers(set(environment(nil), "env")), ""},
		{"quantities in another form", "Deployment", gatewayName, containers(set(map[string]any{
			"limits": map[string]any{"cpu": "2000m", "memory": "1024Mi"},
		}, "resources")), ""},
		{"status and creationTimestamp", "Service", gatewayName, func(o *unstructured.Unstructured) {
			field(nil, "metadata", "creationTimestamp")(o)
			field(map[string]any{"loadBalancer": map[string]any{}}, "status")(o)
		}, ""},
	}
}

// TestDrift shows that the check for drift can fail: a tree that is as Istio's
// charts have it drifts once istiod and autoscalers have done what they do. What
// makes no difference to a server-side diff is there too, so that it is known.
func TestDrift(t *testing.T) {
	const model = "primary-remote"
	t.Run(model, func(t *testing.T) {
		m := up(t, model, func(o *mesh.Options) { o.Edit = twoGateways })
		hold(t, m, append(checks()[:2], // istiod has patched what it patches
			checked{"scaled", scaled, time.Minute},
			checked{"no drift", (*mesh.Mesh).Drifted, 20 * time.Second},
		))
		for _, u := range untidied() {
			t.Run(u.name, func(t *testing.T) { untidyTree(t, m, u) })
		}
	})
}

func untidyTree(t *testing.T, m *mesh.Mesh, u untidy) {
	const cluster = "cluster1"
	k := m.Clusters[cluster]
	good, err := find(m, cluster, u.kind, u.object)
	if err != nil {
		t.Fatal(err)
	}
	bad := good.DeepCopy()
	u.edit(bad)
	if _, err := k.Apply(t.Context(), bad); err != nil {
		t.Fatal(err)
	}
	column, check := "is found", func(ctx context.Context) error { return drifts(drift(ctx, k, bad), u.drifts) }
	if u.drifts == "" {
		column, check = "no difference", func(ctx context.Context) error {
			return errors.Join(drift(ctx, k, bad), applyAgain(ctx, k, []*unstructured.Unstructured{bad}))
		}
	}
	result := report.Passed
	if err := process.Until(t.Context(), time.Minute, check); err != nil {
		result = report.Failed
		t.Error(err)
	}
	table.Add(row(t), column, result)
	if _, err := k.Apply(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	if err := process.Until(t.Context(), time.Minute, func(ctx context.Context) error { return drift(ctx, k, good) }); err != nil {
		t.Fatal(err)
	}
}

func drift(ctx context.Context, k *kube.Cluster, o *unstructured.Unstructured) error {
	found, err := k.Drift(ctx, []*unstructured.Unstructured{o})
	if err == nil && len(found) > 0 {
		err = errors.New(strings.Join(found, "\n"))
	}
	return err
}

// drifts wants a field to be in a diff, not only beside what differs.
func drifts(diff error, field string) error {
	if diff == nil {
		return errors.New("nothing drifts")
	}
	for line := range strings.Lines(diff.Error()) {
		if (line[0] == '-' || line[0] == '+') && strings.Contains(line, fmt.Sprintf("%q", field)) {
			return nil
		}
	}
	return fmt.Errorf("%s is not among what drifts: %w", field, diff)
}

// twoGateways has the autoscaler of the gateway do something without metrics,
// which nobody has here: bring it to its minimum.
func twoGateways(_ string, objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	for _, o := range objects {
		if o.GetKind() == "HorizontalPodAutoscaler" && o.GetName() == gatewayName {
			field(int64(2), "spec", "minReplicas")(o)
		}
	}
	return objects
}

// scaled says that it has done so.
func scaled(m *mesh.Mesh, ctx context.Context) error {
	o, err := find(m, "cluster1", "Deployment", gatewayName)
	if err != nil {
		return err
	}
	got, err := m.Clusters["cluster1"].Get(ctx, o)
	if err != nil {
		return err
	}
	if n, _, _ := unstructured.NestedInt64(got.Object, "spec", "replicas"); n != 2 {
		return fmt.Errorf("the autoscaler has not brought %s from %d to 2 replicas", gatewayName, n)
	}
	return nil
}

// environment is a variable from the container's limits.
func environment(divisor any) []any {
	ref := map[string]any{"resource": "limits.cpu"}
	if divisor != nil {
		ref["divisor"] = divisor
	}
	return []any{map[string]any{"name": "GOMAXPROCS", "valueFrom": map[string]any{"resourceFieldRef": ref}}}
}

// set writes a field of a map, whatever is there.
func set(value any, path ...string) func(map[string]any) {
	return func(in map[string]any) {
		if err := unstructured.SetNestedField(in, value, path...); err != nil {
			panic(err)
		}
	}
}

func field(value any, path ...string) func(*unstructured.Unstructured) {
	return func(o *unstructured.Unstructured) { set(value, path...)(o.Object) }
}

// each edits every map of a list.
func each(edit func(map[string]any), path ...string) func(*unstructured.Unstructured) {
	return func(o *unstructured.Unstructured) {
		list, _, err := unstructured.NestedSlice(o.Object, path...)
		if err != nil || len(list) == 0 {
			panic(fmt.Sprintf("%s has no %v (%v)", kube.ID(o), path, err))
		}
		for _, v := range list {
			edit(v.(map[string]any))
		}
		set(list, path...)(o.Object)
	}
}

func webhooks(edit func(map[string]any)) func(*unstructured.Unstructured) {
	return each(edit, "webhooks")
}

func containers(edit func(map[string]any)) func(*unstructured.Unstructured) {
	return each(edit, "spec", "template", "spec", "containers")
}
