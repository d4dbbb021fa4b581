package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"isthmus.dev/isthmus/e2e/suite/process"
)

// FieldManager is who applies trees, as a GitOps engine would.
const FieldManager = "gitops-engine"

// Apply applies an object as engines do, and strictly: a field that the API
// does not know is an error. It returns what the server has afterwards.
func (c *Cluster) Apply(ctx context.Context, o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	return c.apply(ctx, o, nil)
}

// DryApply returns what the server would have after Apply.
func (c *Cluster) DryApply(ctx context.Context, o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	return c.apply(ctx, o, []string{metav1.DryRunAll})
}

func (c *Cluster) apply(ctx context.Context, o *unstructured.Unstructured, dryRun []string) (*unstructured.Unstructured, error) {
	r, err := c.Resource(o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ID(o), err)
	}
	data, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	force := true
	out, err := r.Patch(ctx, o.GetName(), types.ApplyPatchType, data, metav1.PatchOptions{
		FieldManager: FieldManager, Force: &force, FieldValidation: metav1.FieldValidationStrict, DryRun: dryRun,
	})
	if err != nil {
		return nil, fmt.Errorf("applying %s: %w", ID(o), err)
	}
	return out, nil
}

// KeepStatus writes the status that the server shows of an object. A default of
// its CRD is not stored before a controller writes the status, or before the next
// write of whatever else, which would then change more than it says.
func (c *Cluster) KeepStatus(ctx context.Context, got *unstructured.Unstructured) error {
	r, err := c.Resource(got)
	if err != nil {
		return err
	}
	_, err = r.UpdateStatus(ctx, got, metav1.UpdateOptions{FieldManager: "suite"})
	return err
}

// Get returns an object as the server has it.
func (c *Cluster) Get(ctx context.Context, o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	r, err := c.Resource(o)
	if err != nil {
		return nil, err
	}
	return r.Get(ctx, o.GetName(), metav1.GetOptions{})
}

// Delete deletes an object.
func (c *Cluster) Delete(ctx context.Context, o *unstructured.Unstructured) error {
	r, err := c.Resource(o)
	if err != nil {
		return err
	}
	return r.Delete(ctx, o.GetName(), metav1.DeleteOptions{})
}

// Resource is the client of an object's kind, in its namespace.
func (c *Cluster) Resource(o *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	gvk := o.GroupVersionKind()
	c.mu.Lock()
	defer c.mu.Unlock()
	mapping, err := c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if meta.IsNoMatchError(err) {
		c.mapper.Reset() // a CRD may be newer than what was discovered
		mapping, err = c.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	}
	if err != nil {
		return nil, err
	}
	r := c.Dynamic.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		return r.Namespace(o.GetNamespace()), nil
	}
	return r, nil
}

// Established waits until the kinds of a CRD are served.
func (c *Cluster) Established(ctx context.Context, crd *unstructured.Unstructured) error {
	return process.Until(ctx, 30*time.Second, func(ctx context.Context) error {
		got, err := c.Get(ctx, crd)
		if err != nil {
			return err
		}
		conditions, _, _ := unstructured.NestedSlice(got.Object, "status", "conditions")
		for _, v := range conditions {
			if m, ok := v.(map[string]any); ok && m["type"] == "Established" && m["status"] == "True" {
				return nil
			}
		}
		return fmt.Errorf("%s is not established", ID(crd))
	})
}

// IsCRD says whether an object is a custom resource definition.
func IsCRD(o *unstructured.Unstructured) bool {
	return o.GroupVersionKind().GroupKind() == schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}
}

// ID names an object in messages.
func ID(o *unstructured.Unstructured) string {
	if o.GetNamespace() == "" {
		return o.GetKind() + " " + o.GetName()
	}
	return o.GetKind() + " " + o.GetNamespace() + "/" + o.GetName()
}
