package suite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.dev/isthmus/e2e/suite/kube"
	"isthmus.dev/isthmus/e2e/suite/process"
	"isthmus.dev/isthmus/e2e/suite/report"
	"isthmus.dev/isthmus/e2e/suite/tree"
)

// TestGolden applies every cluster of every golden case to a real API server, in
// the declared order, with strict field validation, and once more.
func TestGolden(t *testing.T) {
	dir := workDir(t)
	k, err := kube.Start(t.Context(), kube.Options{Name: "golden", Number: 100, Bin: os.Getenv("E2E_BIN"), Dir: dir, Bare: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Stop)
	othersCRDs(t, k)
	files, err := filepath.Glob("../../golden/*/topology.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden cases: %v", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(filepath.Dir(f)), func(t *testing.T) { goldenCase(t, k, f) })
	}
}

// othersCRDs applies what platforms and operators bring and trees count on.
func othersCRDs(t *testing.T, k *kube.Cluster) {
	t.Helper()
	files, err := filepath.Glob("../crds/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no CRDs of platforms: %v", err)
	}
	for _, f := range append(files, filepath.SplitList(os.Getenv("E2E_CRDS"))...) {
		o, err := tree.File(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := applyAll(t.Context(), k, []*unstructured.Unstructured{o}); err != nil {
			t.Fatal(err)
		}
	}
}

func goldenCase(t *testing.T, k *kube.Cluster, topology string) {
	start := time.Now()
	defer func() { table.Took(row(t), time.Since(start)) }()
	out := filepath.Join(workDir(t), "tree")
	if err := tree.Generate(filepath.Join(os.Getenv("E2E_BIN"), "isthmus"), topology, out); err != nil {
		t.Fatal(err)
	}
	clusters, err := tree.Clusters(out)
	if err != nil {
		t.Fatal(err)
	}
	applied, reapplied := report.Passed, report.Passed
	defer func() {
		table.Add(row(t), "applied", applied)
		table.Add(row(t), "reapplied", reapplied)
	}()
	for _, c := range clusters {
		objects, err := tree.Objects(out, c)
		if err != nil {
			t.Fatal(err)
		}
		if err := applyAll(t.Context(), k, objects); err != nil {
			applied, reapplied = report.Failed, report.None
			t.Errorf("cluster %s: %v", c, err)
		} else if err := applyAgain(t.Context(), k, objects); err != nil {
			reapplied = report.Failed
			t.Errorf("cluster %s: %v", c, err)
		}
		if err := clear(t.Context(), k, objects); err != nil {
			t.Fatalf("cluster %s: making room for the next one: %v", c, err)
		}
	}
}

// applyAll applies objects in their order. No istiod runs here that could
// validate Istio configuration, so validators are made to let it pass; that
// needs a field of theirs which the tree leaves to others.
func applyAll(ctx context.Context, k *kube.Cluster, objects []*unstructured.Unstructured) error {
	for _, o := range objects {
		if _, err := k.Apply(ctx, o); err != nil {
			return err
		}
		switch {
		case kube.IsCRD(o):
			if err := k.Established(ctx, o); err != nil {
				return err
			}
		case o.GetKind() == "ValidatingWebhookConfiguration":
			if err := k.LetPass(ctx, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// applyAgain says which objects are changed by applying what they came from.
func applyAgain(ctx context.Context, k *kube.Cluster, objects []*unstructured.Unstructured) error {
	var errs []error
	for _, o := range objects {
		before, err := k.Get(ctx, o)
		if err != nil {
			return err
		}
		after, err := k.Apply(ctx, o)
		if err != nil {
			return err
		}
		if kube.Changed(o, before, after) {
			errs = append(errs, fmt.Errorf("applying %s once more changed it", kube.ID(o)))
		}
	}
	return errors.Join(errs...)
}

// clear deletes what a cluster brought, last things first, but for CRDs: they are
// the same for the next one.
func clear(ctx context.Context, k *kube.Cluster, objects []*unstructured.Unstructured) error {
	for i := len(objects) - 1; i >= 0; i-- {
		o := objects[i]
		if kube.IsCRD(o) {
			continue
		}
		if err := k.Delete(ctx, o); err != nil && !apierrors.IsNotFound(err) {
			return err
		}
		if o.GetKind() != "Namespace" {
			continue
		}
		// No controller runs here that would empty it and let it go.
		ns := &core.Namespace{ObjectMeta: metav1.ObjectMeta{Name: o.GetName()}}
		if _, err := k.Client.CoreV1().Namespaces().Finalize(ctx, ns, metav1.UpdateOptions{}); err != nil && !apierrors.IsNotFound(err) {
			return err
		}
	}
	return process.Until(ctx, 20*time.Second, func(ctx context.Context) error {
		for _, o := range objects {
			if kube.IsCRD(o) {
				continue
			}
			if _, err := k.Get(ctx, o); !apierrors.IsNotFound(err) {
				return fmt.Errorf("%s is still there (%w)", kube.ID(o), err)
			}
		}
		return nil
	})
}
