package fleet

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.dev/isthmus/e2e/suite/kube"
	"isthmus.dev/isthmus/e2e/suite/operators"
	"isthmus.dev/isthmus/e2e/suite/tree"
)

// Objects are what the tree has for a cluster, decrypted.
func (f *Fleet) Objects(cluster string) ([]*unstructured.Unstructured, error) {
	objects, err := tree.Objects(f.Tree, cluster)
	if err != nil {
		return nil, err
	}
	return operators.Decrypt(objects)
}

// Delivered says that a cluster has all that the tree has for it, unchanged.
func (f *Fleet) Delivered(ctx context.Context, cluster string) error {
	objects, err := f.Objects(cluster)
	if err != nil {
		return err
	}
	if len(objects) == 0 {
		return fmt.Errorf("the tree has nothing for cluster %s", cluster)
	}
	drift, err := f.Clusters[cluster].Drift(ctx, objects)
	if err == nil && len(drift) > 0 {
		err = errors.New("the cluster differs from the tree:\n" + strings.Join(drift, "\n"))
	}
	return err
}

// Patched says that istiod has written its CA into the webhooks of a cluster.
func (f *Fleet) Patched(ctx context.Context, cluster string) error {
	objects, err := f.Objects(cluster)
	if err != nil {
		return err
	}
	found := false
	for _, o := range objects {
		if o.GroupVersionKind().Group != "admissionregistration.k8s.io" || !strings.HasSuffix(o.GetKind(), "WebhookConfiguration") {
			continue
		}
		live, err := f.Clusters[cluster].Get(ctx, o)
		if err != nil {
			return err
		}
		hooks, _, err := unstructured.NestedSlice(live.Object, "webhooks")
		if err != nil {
			return err
		}
		for _, h := range hooks {
			ca, _, err := unstructured.NestedString(h.(map[string]any), "clientConfig", "caBundle")
			if err != nil || ca == "" {
				return errors.Join(err, fmt.Errorf("cluster %s: %s has no caBundle", cluster, kube.ID(o)))
			}
			found = true
		}
	}
	if !found {
		return fmt.Errorf("the tree has no webhooks for cluster %s", cluster)
	}
	return nil
}

// Present says that a cluster has all these objects.
func (f *Fleet) Present(ctx context.Context, cluster string, objects []*unstructured.Unstructured) error {
	var errs []error
	for _, o := range objects {
		got, err := f.Clusters[cluster].Get(ctx, o)
		if err == nil && got.GetDeletionTimestamp() != nil {
			err = errors.New("it is being deleted")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("cluster %s: %s: %w", cluster, kube.ID(o), err))
		}
	}
	return errors.Join(errs...)
}

// Absent says that a cluster has none of these objects.
func (f *Fleet) Absent(ctx context.Context, cluster string, objects []*unstructured.Unstructured) error {
	var errs []error
	for _, o := range objects {
		if _, err := f.Clusters[cluster].Get(ctx, o); !apierrors.IsNotFound(err) {
			errs = append(errs, errors.Join(err, fmt.Errorf("cluster %s still has %s", cluster, kube.ID(o))))
		}
	}
	return errors.Join(errs...)
}

// Created returns when the first and the last of these objects were created.
func (f *Fleet) Created(ctx context.Context, cluster string, objects []*unstructured.Unstructured) (first, last metav1.Time, err error) {
	for _, o := range objects {
		got, err := f.Clusters[cluster].Get(ctx, o)
		if err != nil {
			return first, last, fmt.Errorf("cluster %s: %s: %w", cluster, kube.ID(o), err)
		}
		t := got.GetCreationTimestamp()
		if first.IsZero() || t.Before(&first) {
			first = t
		}
		if last.Before(&t) {
			last = t
		}
	}
	return first, last, nil
}

// Writes returns the versions of the objects of the tree that only an engine
// writes, so that two of them tell whether it wrote anything in between.
func (f *Fleet) Writes(ctx context.Context, cluster string, manager string) (map[string]time.Time, error) {
	objects, err := f.Objects(cluster)
	if err != nil {
		return nil, err
	}
	out := map[string]time.Time{}
	for _, o := range objects {
		got, err := f.Clusters[cluster].Get(ctx, o)
		if err != nil {
			return nil, err
		}
		for _, m := range got.GetManagedFields() {
			if m.Manager == manager && m.Subresource == "" && m.Time != nil {
				out[kube.ID(o)] = m.Time.Time
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("cluster %s: %s manages nothing", cluster, manager)
	}
	return out, nil
}

// Select are the objects for which a function says yes.
func Select(objects []*unstructured.Unstructured, yes func(*unstructured.Unstructured) bool) []*unstructured.Unstructured {
	var out []*unstructured.Unstructured
	for _, o := range objects {
		if yes(o) {
			out = append(out, o)
		}
	}
	return out
}

// Missing are the objects of one list that another has not.
func Missing(from, in []*unstructured.Unstructured) []*unstructured.Unstructured {
	has := map[string]bool{}
	for _, o := range in {
		has[kube.ID(o)] = true
	}
	return Select(from, func(o *unstructured.Unstructured) bool { return !has[kube.ID(o)] })
}
