package suite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.dev/isthmus/e2e/suite/argocd"
	"isthmus.dev/isthmus/e2e/suite/flux"
	"isthmus.dev/isthmus/e2e/suite/kube"
	"isthmus.dev/isthmus/e2e/suite/operators"
	"isthmus.dev/isthmus/e2e/suite/process"
	"isthmus.dev/isthmus/e2e/suite/report"
	"isthmus.dev/isthmus/e2e/suite/tree"
)

// TestGolden applies every object of every golden case to a real API server, in
// the declared order, with strict field validation, and once more: what clusters
// run, decrypted, and what engines are told.
func TestGolden(t *testing.T) {
	t.Setenv(operators.IdentityFile, "../../golden/sops/age-identity.txt")
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
	engines := engines(t.Context(), k)
	for _, f := range files {
		t.Run(filepath.Base(filepath.Dir(f)), func(t *testing.T) { goldenCase(t, k, engines, filepath.Dir(f)) })
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

// engines apply the CRDs of one, once, by the folder of trees that is for it: they
// are large, and most trees have none.
func engines(ctx context.Context, k *kube.Cluster) map[string]func() error {
	install := func(crds func() ([]*unstructured.Unstructured, error)) func() error {
		return sync.OnceValue(func() error {
			objects, err := crds()
			if err != nil {
				return err
			}
			return applyAll(ctx, k, objects)
		})
	}
	return map[string]func() error{"argocd": install(argocd.CRDs), "flux": install(flux.CRDs)}
}

func goldenCase(t *testing.T, k *kube.Cluster, engines map[string]func() error, dir string) {
	start := time.Now()
	defer func() { table.Took(row(t), time.Since(start)) }()
	out := filepath.Join(workDir(t), "tree")
	if err := goldenTree(dir, out); err != nil {
		t.Fatal(err)
	}
	folders, err := tree.Folders(out)
	if err != nil {
		t.Fatal(err)
	}
	applied, reapplied := report.Passed, report.Passed
	defer func() {
		table.Add(row(t), "applied", applied)
		table.Add(row(t), "reapplied", reapplied)
	}()
	done := map[string]bool{}
	for _, folder := range folders {
		objects, err := tree.Build(filepath.Join(out, folder))
		if err != nil {
			t.Fatal(err)
		}
		if objects, err = operators.Decrypt(objects); err != nil {
			t.Fatalf("%s: %v", folder, err)
		}
		engine, _, _ := strings.Cut(folder, string(filepath.Separator))
		if install := engines[engine]; install != nil {
			if err := errors.Join(install(), namespaces(t.Context(), k, objects)); err != nil {
				t.Fatalf("%s: %v", folder, err)
			}
		}
		if err := applyAll(t.Context(), k, objects); err != nil {
			applied, reapplied = report.Failed, report.None
			t.Errorf("%s: %v", folder, err)
		} else if err := applyAgain(t.Context(), k, objects); err != nil {
			reapplied = report.Failed
			t.Errorf("%s: %v", folder, err)
		}
		for _, o := range objects {
			done[by(folder)+identity(o)], done[by("")+identity(o)] = true, true
		}
		if err := clear(t.Context(), k, objects); err != nil {
			t.Fatalf("%s: making room for the next one: %v", folder, err)
		}
	}
	files, err := tree.Files(out)
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range files {
		if !done[by(name)+identity(o)] {
			applied = report.Failed
			t.Errorf("%s is in no folder that was applied", name)
		}
	}
}

// by names the cluster that a file or folder of a tree is for, since clusters have
// objects of the same names. Any other file is for whoever lists it.
func by(name string) string {
	parts := strings.Split(filepath.ToSlash(name), "/")
	if len(parts) > 1 && parts[0] == "clusters" {
		return parts[1] + " "
	}
	return " "
}

func identity(o *unstructured.Unstructured) string {
	return o.GroupVersionKind().Group + " " + kube.ID(o)
}

// goldenTree generates the tree of a case with its encrypted secrets, and holds it
// against the golden one, which leaves out what many cases share.
func goldenTree(dir, out string) error {
	secrets := filepath.Join(dir, "secrets")
	if _, err := os.Stat(secrets); err == nil {
		if err := os.CopyFS(filepath.Join(out, "secrets"), os.DirFS(secrets)); err != nil {
			return err
		}
	}
	if err := tree.Generate(filepath.Join(os.Getenv("E2E_BIN"), "isthmus"), filepath.Join(dir, "topology.yaml"), out); err != nil {
		return err
	}
	golden := os.DirFS(filepath.Join(dir, "tree"))
	return fs.WalkDir(golden, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		want, err := fs.ReadFile(golden, name)
		if err != nil {
			return err
		}
		if got, err := os.ReadFile(filepath.Join(out, name)); err != nil || !bytes.Equal(got, want) {
			return errors.Join(err, fmt.Errorf("%s is not as in the golden tree", name))
		}
		return nil
	})
}

// namespaces makes those that an engine brings, before what it is told. Those of a
// cluster are in the tree.
func namespaces(ctx context.Context, k *kube.Cluster, objects []*unstructured.Unstructured) error {
	for _, o := range objects {
		ns := &core.Namespace{ObjectMeta: metav1.ObjectMeta{Name: o.GetNamespace()}}
		if _, err := k.Client.CoreV1().Namespaces().Create(ctx, ns, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	return nil
}

// applyAll applies objects in their order. No istiod runs here that could
// validate Istio configuration, so validators are made to let it pass; that
// needs a field of theirs which the tree leaves to others. Nor does Flux, whose
// CRDs have a default for the status that it writes.
func applyAll(ctx context.Context, k *kube.Cluster, objects []*unstructured.Unstructured) error {
	for _, o := range objects {
		got, err := k.Apply(ctx, o)
		if err != nil {
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
		case strings.HasSuffix(o.GroupVersionKind().Group, ".toolkit.fluxcd.io"):
			if err := k.KeepStatus(ctx, got); err != nil {
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
