package suite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.dev/isthmus/e2e/suite/fleet"
	"isthmus.dev/isthmus/e2e/suite/flux"
	"isthmus.dev/isthmus/e2e/suite/tree"
)

// TestFlux has the real kustomize-controller deliver to two clusters.
func TestFlux(t *testing.T) {
	d := newDelivery(t, "flux")
	d.Balance() // a gateway without an address is never ready for Flux, as documented
	f, err := flux.Start(t.Context(), d.Clusters[hub], os.Getenv("E2E_BIN"), filepath.Dir(d.Tree))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(f.Logs())
		}
		f.Stop()
	})
	d.encrypt(fleet.Decrypted("sops-age"))
	if err := errors.Join(
		f.Keep(t.Context(), "sops-age", "identity.agekey", []byte(d.recipient.Identity)),
		f.Reach(t.Context(), d.Clusters[spoke], "cluster2-kubeconfig"),
		f.Include(t.Context(), "mesh", "./flux"),
	); err != nil {
		t.Fatal(err)
	}
	revision := ""
	push := func() {
		t.Helper()
		if revision, err = f.Push(d.Tree); err != nil {
			t.Fatal(err)
		}
	}
	// reconciled says that the hub has the Kustomizations of the tree, no other,
	// and that they are ready.
	reconciled := func(ctx context.Context) (map[string]time.Time, error) {
		want := append(stagesOf(t, d, hub), stagesOf(t, d, spoke)...)
		all, err := f.Kustomizations(ctx)
		if err != nil {
			return nil, err
		}
		for name := range all {
			if name != "mesh" && !slices.Contains(want, name) {
				return nil, fmt.Errorf("the hub still has Kustomization %s", name)
			}
		}
		return f.Ready(ctx, revision, append(want, "mesh"))
	}

	push()
	var since map[string]time.Time
	d.step("ready", 2*time.Minute, func(ctx context.Context) (err error) {
		since, err = reconciled(ctx)
		return err
	})
	d.step("ordered", 0, func(ctx context.Context) error { return ordered(ctx, d, since) })
	d.step("delivered", 0, d.both)
	d.step("decrypted", 0, d.signs)
	d.step("no drift", 30*time.Second, func(ctx context.Context) error { return steady(ctx, d, f) })

	d.evolve(push, func(ctx context.Context, _ ...string) error {
		_, err := reconciled(ctx)
		return err
	})
}

// stagesOf are the Kustomizations that the tree has for a cluster.
func stagesOf(t *testing.T, d *delivery, cluster string) []string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(d.Tree, "flux", "clusters", cluster)); err != nil {
		return nil // it has left the topology
	}
	objects, err := tree.Build(filepath.Join(d.Tree, "flux", "clusters", cluster))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, o := range objects {
		if o.GetKind() == "Kustomization" {
			out = append(out, o.GetName())
		}
	}
	return out
}

// ordered says that nothing of a stage was created before the stages that it
// depends on were ready. Kubernetes notes both to the second.
func ordered(ctx context.Context, d *delivery, ready map[string]time.Time) error {
	for _, cluster := range []string{hub, spoke} {
		objects, err := tree.Build(filepath.Join(d.Tree, "flux", "clusters", cluster))
		if err != nil {
			return err
		}
		needs := 0
		for _, k := range objects {
			list, _, _ := unstructured.NestedSlice(k.Object, "spec", "dependsOn")
			for _, n := range list {
				needs++
				stage := strings.TrimPrefix(k.GetName(), cluster+"-")
				applied, err := tree.Build(filepath.Join(d.Tree, "flux", "clusters", cluster, stage))
				if err != nil {
					return err
				}
				first, _, err := d.Created(ctx, cluster, applied)
				if err != nil {
					return err
				}
				need := n.(map[string]any)["name"].(string)
				if first.Time.Before(ready[need]) {
					return fmt.Errorf("%s was applied at %s, before %s was ready at %s", k.GetName(), first, need, ready[need])
				}
			}
		}
		if needs == 0 {
			return fmt.Errorf("cluster %s: nothing depends on anything", cluster)
		}
	}
	return nil
}

// steady says that a second reconciliation writes nothing, once istiod has
// patched what it patches.
func steady(ctx context.Context, d *delivery, f *flux.Flux) error {
	for _, cluster := range []string{hub, spoke} {
		if err := d.Patched(ctx, cluster); err != nil {
			return err
		}
		before, err := d.Writes(ctx, cluster, flux.Manager)
		if err != nil {
			return err
		}
		if err := f.Again(ctx); err != nil {
			return err
		}
		after, err := d.Writes(ctx, cluster, flux.Manager)
		if err != nil {
			return err
		}
		for id, at := range after {
			if at != before[id] {
				return fmt.Errorf("cluster %s: Flux wrote %s again at %s", cluster, id, at)
			}
		}
	}
	return d.both(ctx)
}
