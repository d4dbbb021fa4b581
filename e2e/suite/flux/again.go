package flux

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"isthmus.dev/isthmus/e2e/suite/process"
)

// Again has every Kustomization reconciled once more, as `flux reconcile` does,
// and returns when that is done.
func (f *Flux) Again(ctx context.Context) error {
	token := time.Now().Format(time.RFC3339Nano)
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{"reconcile.fluxcd.io/requestedAt": token}}})
	if err != nil {
		return err
	}
	all, err := f.Kustomizations(ctx)
	if err != nil {
		return err
	}
	for name := range all {
		if _, err := f.hub.Dynamic.Resource(kustomizations).Namespace(Namespace).
			Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: "flux-client"}); err != nil {
			return err
		}
	}
	return process.Until(ctx, 30*time.Second, func(ctx context.Context) error {
		all, err := f.Kustomizations(ctx)
		if err != nil {
			return err
		}
		for name, k := range all {
			if handled, _, _ := unstructured.NestedString(k.Object, "status", "lastHandledReconcileAt"); handled != token {
				return fmt.Errorf("Kustomization %s was not reconciled again", name)
			}
			revision, _, _ := unstructured.NestedString(k.Object, "status", "lastAttemptedRevision")
			if _, why := ready(k, revision); why != "" {
				return fmt.Errorf("Kustomization %s is not ready again: %s", name, why)
			}
		}
		return nil
	})
}
