package kube

import (
	"context"
	"fmt"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Drift is a server-side diff, as engines make it: what applying the objects
// once more would change in the cluster. The order is the objects'.
func (c *Cluster) Drift(ctx context.Context, objects []*unstructured.Unstructured) ([]string, error) {
	var out []string
	for _, o := range objects {
		live, err := c.Get(ctx, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", ID(o), err)
		}
		would, err := c.DryApply(ctx, o)
		if err != nil {
			return nil, err
		}
		if d := cmp.Diff(content(live), content(would)); d != "" {
			out = append(out, fmt.Sprintf("%s (- in the cluster, + in the tree):\n%s", ID(o), d))
		}
	}
	return out, nil
}

// Changed says whether applying an object a second time changed it: by what the
// server had before and has after. An object of which the tree says nothing but
// the name has no fields that a manager could own, and the server then notes a
// new manager each time; of that one, the content is compared.
func Changed(o, before, after *unstructured.Unstructured) bool {
	if before.GetResourceVersion() == after.GetResourceVersion() {
		return false
	}
	rest := o.DeepCopy()
	for _, path := range [][]string{{"apiVersion"}, {"kind"}, {"metadata", "name"}, {"metadata", "namespace"}} {
		unstructured.RemoveNestedField(rest.Object, path...)
	}
	if metadata, _ := rest.Object["metadata"].(map[string]any); len(rest.Object) == 1 && len(metadata) == 0 {
		return !cmp.Equal(content(before), content(after))
	}
	return true
}

// content is an object without what the server notes about a write.
func content(o *unstructured.Unstructured) map[string]any {
	o = o.DeepCopy()
	for _, field := range []string{"managedFields", "resourceVersion", "generation"} {
		unstructured.RemoveNestedField(o.Object, "metadata", field)
	}
	return o.Object
}
