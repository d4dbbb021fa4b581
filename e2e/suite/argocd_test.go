package suite_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.dev/isthmus/e2e/suite/argocd"
	"isthmus.dev/isthmus/e2e/suite/tree"
)

// TestArgoCD has the real application-controller and repo-server deliver to two
// clusters. No load balancer has an address at first and nothing serves metrics,
// so gateways' Services are Progressing and autoscalers Degraded all along.
func TestArgoCD(t *testing.T) {
	d := newDelivery(t, "argocd")
	d.Name(argocd.RepositoryHost, "127.0.0.1")
	d.encrypt()
	readme, err := os.ReadFile(filepath.Join(d.Tree, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := argocd.Start(t.Context(), d.Clusters[hub], argocd.Options{
		Bin: os.Getenv("E2E_BIN"), Dir: filepath.Dir(d.Tree), README: readme, Identity: d.recipient.Identity,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(a.Logs())
		}
		a.Stop()
	})
	revision := ""
	push := func() {
		t.Helper()
		if revision, err = a.Push(t.Context(), d.Tree); err != nil {
			t.Fatal(err)
		}
		if err := a.Refresh(t.Context(), "normal"); err != nil {
			t.Fatal(err)
		}
	}
	push()
	if err := errors.Join(
		a.Reach(t.Context(), d.Clusters[hub]), a.Reach(t.Context(), d.Clusters[spoke]), include(t.Context(), d, a),
	); err != nil {
		t.Fatal(err)
	}
	// synced says that Argo CD has these Applications beside the entry point, no
	// other, and that they are at the head.
	synced := func(ctx context.Context, clusters ...string) (map[string]argocd.Application, error) {
		all, err := a.Applications(ctx)
		if err != nil {
			return nil, err
		}
		want := []string{"mesh1"}
		for _, c := range clusters {
			want = append(want, "mesh1-"+c)
		}
		var errs []error
		if got := slices.Sorted(maps.Keys(all)); !slices.Equal(got, want) {
			errs = append(errs, fmt.Errorf("Applications %q, wanted %q", got, want))
		}
		for name, app := range all {
			if err := app.Synced(revision); err != nil {
				errs = append(errs, fmt.Errorf("Application %s: %w", name, err))
			}
		}
		if len(errs) > 0 {
			return nil, errors.Join(errs...)
		}
		return all, nil
	}

	d.step("synced", 3*time.Minute, func(ctx context.Context) error {
		_, err := synced(ctx, hub, spoke)
		return err
	})
	d.step("in waves", 0, func(ctx context.Context) error { return inWaves(ctx, d) })
	d.step("delivered", 0, d.both)
	d.step("decrypted", 0, d.signs)
	d.step("not stopped", 30*time.Second, func(ctx context.Context) error {
		return unhealthy(ctx, synced, map[string]string{"Service": "Progressing", "HorizontalPodAutoscaler": "Degraded"})
	})
	d.Balance()
	d.step("healthy", time.Minute, func(ctx context.Context) error {
		return unhealthy(ctx, synced, map[string]string{"HorizontalPodAutoscaler": "Degraded"})
	})
	d.step("no drift", time.Minute, func(ctx context.Context) error {
		return staysSynced(ctx, d, a, func(ctx context.Context) error { _, err := synced(ctx, hub, spoke); return err })
	})

	d.evolve(push, func(ctx context.Context, clusters ...string) error {
		_, err := synced(ctx, clusters...) // guarded objects that left do not make them OutOfSync
		return err
	})
}

// include applies the entry point, as the tree's README says.
func include(ctx context.Context, d *delivery, a *argocd.ArgoCD) error {
	objects, err := tree.Build(filepath.Join(d.Tree, "argocd", "app-of-apps", "mesh1"))
	if err != nil {
		return err
	}
	for _, o := range objects {
		if err := a.Apply(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// inWaves says that nothing of a wave was created before all of the waves before
// it, and nothing after istiod's before istiod was available.
func inWaves(ctx context.Context, d *delivery) error {
	for _, cluster := range []string{hub, spoke} {
		waves := map[int][]*unstructured.Unstructured{}
		for _, o := range d.objects(cluster) {
			wave, _ := strconv.Atoi(o.GetAnnotations()["argocd.argoproj.io/sync-wave"])
			// What is encrypted bears no annotation: nobody but its owner can change it.
			if (crdOrNamespace(o) || o.GetKind() == "Secret") != (wave == 0) {
				return fmt.Errorf("%s %s is in wave %d", o.GetKind(), o.GetName(), wave)
			}
			waves[wave] = append(waves[wave], o)
		}
		var done time.Time
		for _, n := range slices.Sorted(maps.Keys(waves)) {
			first, last, err := d.Created(ctx, cluster, waves[n])
			if err != nil {
				return err
			}
			if first.Time.Before(done) {
				return fmt.Errorf("cluster %s: wave %d began at %s, before what it waits for was there at %s", cluster, n, first, done)
			}
			done = last.Time
			for _, o := range waves[n] {
				if o.GetKind() != "Deployment" || o.GetName() != "istiod" {
					continue
				}
				if done, err = d.available(ctx, cluster, o); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// unhealthy says that of all Applications just these kinds are not healthy.
func unhealthy(ctx context.Context, synced func(context.Context, ...string) (map[string]argocd.Application, error), want map[string]string) error {
	all, err := synced(ctx, hub, spoke)
	if err != nil {
		return err
	}
	for _, c := range []string{hub, spoke} {
		if got := all["mesh1-"+c].Unhealthy(); !maps.Equal(got, want) {
			return fmt.Errorf("cluster %s: unhealthy are %v, expected %v", c, got, want)
		}
	}
	return nil
}

// staysSynced says that once istiod has patched what it patches, a comparison from
// scratch finds nothing to do, and nothing is done.
func staysSynced(ctx context.Context, d *delivery, a *argocd.ArgoCD, synced func(context.Context) error) error {
	before := map[string]map[string]time.Time{}
	for _, cluster := range []string{hub, spoke} {
		if err := d.Patched(ctx, cluster); err != nil {
			return err
		}
		var err error
		if before[cluster], err = d.Writes(ctx, cluster, argocd.Manager); err != nil {
			return err
		}
	}
	if err := a.Refresh(ctx, "hard"); err != nil {
		return err
	}
	for a.Refreshed(ctx) != nil && ctx.Err() == nil {
		time.Sleep(200 * time.Millisecond)
	}
	if err := quiet(ctx, 10*time.Second, synced); err != nil {
		return err
	}
	for cluster, was := range before {
		now, err := d.Writes(ctx, cluster, argocd.Manager)
		if err != nil {
			return err
		}
		for id, at := range now {
			if at != was[id] {
				return fmt.Errorf("cluster %s: Argo CD wrote %s again at %s", cluster, id, at)
			}
		}
	}
	return d.both(ctx)
}
