package suite_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.dev/isthmus/e2e/suite/mesh"
	"isthmus.dev/isthmus/e2e/suite/process"
	"isthmus.dev/isthmus/e2e/suite/report"
)

// TestDrift shows that the check for drift can fail: a tree whose validating
// webhooks are as Istio's charts have them drifts once istiod has patched them.
func TestDrift(t *testing.T) {
	for name, spoil := range map[string]func(hook map[string]any){
		"failurePolicy as in the chart": func(hook map[string]any) { hook["failurePolicy"] = "Ignore" },
		"caBundle written down":         func(hook map[string]any) { hook["clientConfig"].(map[string]any)["caBundle"] = "" },
	} {
		t.Run(name, func(t *testing.T) {
			m := up(t, "primary-remote", func(o *mesh.Options) {
				o.Edit = func(_ string, objects []*unstructured.Unstructured) []*unstructured.Unstructured {
					return spoilt(objects, spoil)
				}
			})
			hold(t, m, checks()[:2]) // istiod has patched what it patches
			result := report.Passed
			if err := process.Until(t.Context(), 30*time.Second, func(ctx context.Context) error {
				if m.Drifted(ctx) == nil {
					return errors.New("nothing drifts")
				}
				return nil
			}); err != nil {
				result = report.Failed
				t.Error(err)
			}
			table.Add(row(t), "is found", result)
		})
	}
}

func spoilt(objects []*unstructured.Unstructured, spoil func(map[string]any)) []*unstructured.Unstructured {
	for _, o := range objects {
		if o.GetKind() != "ValidatingWebhookConfiguration" {
			continue
		}
		hooks, _, _ := unstructured.NestedSlice(o.Object, "webhooks")
		for _, h := range hooks {
			spoil(h.(map[string]any))
		}
		_ = unstructured.SetNestedSlice(o.Object, hooks, "webhooks")
	}
	return objects
}
