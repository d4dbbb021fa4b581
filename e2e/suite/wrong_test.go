package suite_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"isthmus.dev/isthmus/e2e/suite/mesh"
	"isthmus.dev/isthmus/e2e/suite/process"
	"isthmus.dev/isthmus/e2e/suite/report"
)

// mistake takes away one thing, and puts it back.
type mistake struct {
	name string
	// check that must come to fail, and what it then says.
	check    func(*mesh.Mesh, context.Context) error
	says     string
	make     func(context.Context, *mesh.Mesh) error
	makeGood func(context.Context, *mesh.Mesh) error
}

// TestWrong makes the mistakes that isthmus is there to prevent, each on a mesh
// that is right: the matching check must come to fail, and hold again when the
// mistake is taken back.
func TestWrong(t *testing.T) {
	for _, c := range []struct {
		model    string
		mistakes []mistake
	}{
		{"multi-primary-multi-network", []mistake{
			{
				"no network label", (*mesh.Mesh).Endpoints, "for plain, want",
				edit("cluster2", "Namespace", "istio-system", drop("metadata", "labels", "topology.istio.io/network")),
				reapply("cluster2", "Namespace", "istio-system"),
			},
			{
				"no expose-services", (*mesh.Mesh).Exposed, "the east-west gateway of cluster1 has no listener on 15443",
				remove("cluster1", "Gateway", "cross-network-gateway"),
				reapply("cluster1", "Gateway", "cross-network-gateway"),
			},
			{
				"no remote secret", (*mesh.Mesh).Observed, "the istiod of cluster1 observes clusters [cluster1], want [cluster1 cluster2]",
				func(ctx context.Context, m *mesh.Mesh) error {
					return m.Forget(ctx, "cluster2", "cluster1")
				},
				func(ctx context.Context, m *mesh.Mesh) error {
					return m.RemoteSecret(ctx, m.Topology.Cluster("cluster2"), m.Topology.Cluster("cluster1"))
				},
			},
		}},
		{"external", []mistake{{
			"multiCluster label on istio-kubeconfig", (*mesh.Mesh).Observed, "observes clusters [cluster1 cluster2 config]",
			label("hub", "external-istiod", "istio-kubeconfig", `"true"`),
			label("hub", "external-istiod", "istio-kubeconfig", "null"),
		}}},
	} {
		t.Run(c.model, func(t *testing.T) {
			m := up(t, c.model, nil)
			hold(t, m, checks()[:6])
			for _, w := range c.mistakes {
				t.Run(w.name, func(t *testing.T) { mistaken(t, m, w) })
			}
		})
	}
}

func mistaken(t *testing.T, m *mesh.Mesh, w mistake) {
	result := report.Failed
	defer func() { table.Add(row(t), "is found", result) }()
	if err := w.make(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := process.Until(t.Context(), time.Minute, func(ctx context.Context) error { return fails(w.check(m, ctx), w.says) }); err != nil {
		t.Error(err)
	} else {
		result = report.Passed
	}
	if err := w.makeGood(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := process.Until(t.Context(), time.Minute, func(ctx context.Context) error { return w.check(m, ctx) }); err != nil {
		result = report.Failed
		t.Error(err)
	}
}

// fails wants an error with a text in it.
func fails(err error, says string) error {
	if err == nil {
		return fmt.Errorf("the check holds, it should say %q", says)
	}
	if !strings.Contains(err.Error(), says) {
		return fmt.Errorf("the check says %q, want %q in it", err, says)
	}
	return nil
}

// TestWrongFromTheStart rolls out trees in which something is missing that istiod
// looks at once, when it comes to know a cluster. All that does not depend on it
// holds, the matching check does not, until the tree is right and the primary
// comes to know the cluster anew.
func TestWrongFromTheStart(t *testing.T) {
	for _, w := range []struct {
		name, model string
		without     func(cluster string, o *unstructured.Unstructured) bool
		edit        func(*unstructured.Unstructured)
		holds       []checked
		check       func(*mesh.Mesh, context.Context) error
		says        string
	}{
		{
			"no controlPlaneClusters annotation", "primary-remote-multi-network",
			func(cluster string, o *unstructured.Unstructured) bool {
				return cluster == "cluster2" && o.GetKind() == "Namespace"
			},
			drop("metadata", "annotations", "topology.istio.io/controlPlaneClusters"),
			checks()[:1], (*mesh.Mesh).Patched, "cluster cluster2",
		},
		{
			"no trust domain in the remote", "trust-domain",
			func(cluster string, o *unstructured.Unstructured) bool {
				return cluster == "cluster2" && o.GetKind() == "ConfigMap" && o.GetName() == "istio"
			},
			func(o *unstructured.Unstructured) { o.SetName("not-istio") },
			checks()[:3], (*mesh.Mesh).Identified, "spiffe://cluster.local/ns/sample/sa/helloworld",
		},
	} {
		t.Run(w.name, func(t *testing.T) {
			result := report.Failed
			defer func() { table.Add(row(t), "is found", result) }()
			// By identity: a tree is read again when Secrets are made into it.
			good := map[string]*unstructured.Unstructured{}
			m := up(t, w.model, func(o *mesh.Options) {
				o.Edit = func(cluster string, objects []*unstructured.Unstructured) []*unstructured.Unstructured {
					for _, o := range objects {
						if w.without(cluster, o) {
							good[strings.Join([]string{cluster, o.GetKind(), o.GetName()}, "/")] = o.DeepCopy()
							w.edit(o)
						}
					}
					return objects
				}
			})
			if len(good) != 1 {
				t.Fatalf("%d objects are edited, want 1", len(good))
			}
			hold(t, m, w.holds)
			wrong := func(ctx context.Context) error { return fails(w.check(m, ctx), w.says) }
			if err := process.Until(t.Context(), 30*time.Second, wrong); err != nil {
				t.Fatal(err)
			}
			// In a mesh that is right it would hold within a second of this.
			for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Second) {
				if err := wrong(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			for _, o := range good {
				if _, err := m.Clusters["cluster2"].Apply(t.Context(), o); err != nil {
					t.Fatal(err)
				}
			}
			if err := m.Forget(t.Context(), "cluster2", "cluster1"); err != nil {
				t.Fatal(err)
			}
			if err := m.RemoteSecret(t.Context(), m.Topology.Cluster("cluster2"), m.Topology.Cluster("cluster1")); err != nil {
				t.Fatal(err)
			}
			if err := process.Until(t.Context(), time.Minute, func(ctx context.Context) error { return w.check(m, ctx) }); err != nil {
				t.Fatal(err)
			}
			result = report.Passed
		})
	}
}

func find(m *mesh.Mesh, cluster, kind, name string) (*unstructured.Unstructured, error) {
	for _, o := range m.Objects[cluster] {
		if o.GetKind() == kind && o.GetName() == name {
			return o, nil
		}
	}
	return nil, fmt.Errorf("the tree of %s has no %s %s", cluster, kind, name)
}

// edit applies an object with a change.
func edit(cluster, kind, name string, change func(*unstructured.Unstructured)) func(context.Context, *mesh.Mesh) error {
	return func(ctx context.Context, m *mesh.Mesh) error {
		o, err := find(m, cluster, kind, name)
		if err != nil {
			return err
		}
		o = o.DeepCopy()
		change(o)
		_, err = m.Clusters[cluster].Apply(ctx, o)
		return err
	}
}

func reapply(cluster, kind, name string) func(context.Context, *mesh.Mesh) error {
	return edit(cluster, kind, name, func(*unstructured.Unstructured) {})
}

func drop(path ...string) func(*unstructured.Unstructured) {
	return func(o *unstructured.Unstructured) { unstructured.RemoveNestedField(o.Object, path...) }
}

func remove(cluster, kind, name string) func(context.Context, *mesh.Mesh) error {
	return func(ctx context.Context, m *mesh.Mesh) error {
		o, err := find(m, cluster, kind, name)
		if err != nil {
			return err
		}
		return m.Clusters[cluster].Delete(ctx, o)
	}
}

func label(cluster, namespace, secret, value string) func(context.Context, *mesh.Mesh) error {
	patch := fmt.Sprintf(`{"metadata":{"labels":{"istio/multiCluster":%s}}}`, value)
	return func(ctx context.Context, m *mesh.Mesh) error {
		_, err := m.Clusters[cluster].Client.CoreV1().Secrets(namespace).Patch(ctx, secret, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		return err
	}
}
