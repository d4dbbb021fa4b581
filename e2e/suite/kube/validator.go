package kube

import (
	"context"
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// LetPass has a validating webhook's failure ignored where the tree leaves that
// to others, by a patch as istiod makes them.
func (c *Cluster) LetPass(ctx context.Context, o *unstructured.Unstructured) error {
	hooks, _, err := unstructured.NestedSlice(o.Object, "webhooks")
	if err != nil {
		return err
	}
	var patch []any
	for _, h := range hooks {
		hook := h.(map[string]any) // the API server has accepted it
		if hook["failurePolicy"] == nil {
			patch = append(patch, map[string]any{"name": hook["name"], "failurePolicy": "Ignore"})
		}
	}
	if len(patch) == 0 {
		return nil
	}
	data, err := json.Marshal(map[string]any{"webhooks": patch})
	if err != nil {
		return err
	}
	_, err = c.Client.AdmissionregistrationV1().ValidatingWebhookConfigurations().Patch(
		ctx, o.GetName(), types.StrategicMergePatchType, data, metav1.PatchOptions{FieldManager: "suite"})
	return err
}
