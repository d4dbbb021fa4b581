package suite_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.dev/isthmus/e2e/suite/fleet"
	"isthmus.dev/isthmus/e2e/suite/operators"
	"isthmus.dev/isthmus/e2e/suite/process"
	"isthmus.dev/isthmus/e2e/suite/report"
)

// deliveredBy is an engine's row in a table of its own: engine × check.
func deliveredBy(engine string) report.Row { return report.Row{Table: "delivery", Model: engine} }

// The clusters of both engines' topologies: the engine runs in the first.
const hub, spoke = "cluster1", "cluster2"

// What changes in a topology, each beside what changed before.
var (
	otherMeshConfig fleet.Edit = func(spec map[string]any) {
		spec["istio"] = map[string]any{"meshConfig": map[string]any{"accessLogFile": "/dev/stdout"}}
	}
	noGateway = fleet.Cluster(spoke, func(c map[string]any) { delete(c, "gateways") })
	otherCRDs = fleet.Cluster(spoke, func(c map[string]any) { c["crds"] = "external" })
	noSpoke   = fleet.WithoutCluster(spoke)
)

// delivery is a test of one engine: steps that build on each other.
type delivery struct {
	*testing.T
	*fleet.Fleet
	engine, topology string
	edits            []fleet.Edit
	recipient        operators.Recipient // of what is encrypted
}

func newDelivery(t *testing.T, engine string) *delivery {
	t.Helper()
	start := time.Now()
	f, err := fleet.Start(t.Context(), fleet.Options{Bin: os.Getenv("E2E_BIN"), Dir: workDir(t), Clusters: []string{hub, spoke}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(f.Logs())
		}
		f.Stop()
		table.Took(deliveredBy(engine), time.Since(start))
	})
	d := &delivery{T: t, Fleet: f, engine: engine, topology: filepath.Join("..", "deliveries", engine+".yaml")}
	d.generate()
	return d
}

// generate writes the tree again, with further edits of the topology.
func (d *delivery) generate(edits ...fleet.Edit) {
	d.Helper()
	d.edits = append(d.edits, edits...)
	if err := d.Generate(d.topology, d.edits...); err != nil {
		d.Fatal(err)
	}
}

// encrypt has the tree bring certificates to sign with, which only the recipient
// can decrypt.
func (d *delivery) encrypt(edits ...fleet.Edit) {
	d.Helper()
	var err error
	if d.recipient, err = operators.NewRecipient(); err != nil {
		d.Fatal(err)
	}
	d.generate(append(edits, fleet.Encrypted(d.recipient.Name))...)
	d.sign()
}

// sign makes the certificates, and those of some clusters anew.
func (d *delivery) sign(rotate ...string) {
	d.Helper()
	if err := d.Sign(rotate...); err != nil {
		d.Fatal(err)
	}
	d.generate()
}

// objects of a cluster in the tree as it is now.
func (d *delivery) objects(cluster string) []*unstructured.Unstructured {
	d.Helper()
	out, err := d.Objects(cluster)
	if err != nil {
		d.Fatal(err)
	}
	return out
}

// step is a check of the table: it must hold within some time, or at once. What
// follows builds on it, so nothing does where it fails.
func (d *delivery) step(name string, within time.Duration, check func(context.Context) error) {
	d.Helper()
	start := time.Now()
	err := func() error {
		if within == 0 {
			return check(d.Context())
		}
		return process.Until(d.Context(), within, check)
	}()
	result := report.Passed
	if err != nil {
		result = report.Failed
	}
	table.Add(deliveredBy(d.engine), name, result)
	if err != nil {
		d.Fatalf("%s: %s", name, err)
	}
	d.Logf("%s: %s", name, time.Since(start).Round(100*time.Millisecond))
}

// evolve changes the tree as time does: a setting changes, a certificate is made
// anew, objects leave a cluster, a cluster leaves. Push commits the tree, settled says that the engine
// has done what it does for it, for these clusters and no other.
func (d *delivery) evolve(push func(), settled func(ctx context.Context, clusters ...string) error) {
	d.Helper()
	d.generate(otherMeshConfig)
	push()
	d.step("changed", time.Minute, func(ctx context.Context) error {
		return errors.Join(settled(ctx, hub, spoke), d.configured(ctx, hub, "accessLogFile"), d.configured(ctx, spoke, "accessLogFile"))
	})

	was, err := d.signer(d.Context(), hub)
	if err != nil {
		d.Fatal(err)
	}
	d.sign(hub)
	push()
	d.step("rotated", time.Minute, func(ctx context.Context) error {
		if now, err := d.signer(ctx, hub); err != nil || now.Equal(was) {
			return errors.Join(err, fmt.Errorf("cluster %s signs with the certificate that it had", hub))
		}
		return errors.Join(settled(ctx, hub, spoke), d.both(ctx))
	})

	before := d.objects(spoke)
	d.generate(noGateway, otherCRDs)
	push()
	gone := fleet.Missing(before, d.objects(spoke))
	guarded := fleet.Select(gone, crdOrNamespace)
	d.step("pruned", time.Minute, func(ctx context.Context) error {
		return errors.Join(settled(ctx, hub, spoke), d.Absent(ctx, spoke, fleet.Missing(gone, guarded)))
	})
	d.step("guarded", 0, func(ctx context.Context) error {
		if len(guarded) < 2 {
			return fmt.Errorf("too little left the tree to prove anything: %d CRDs and Namespaces", len(guarded))
		}
		return d.Present(ctx, spoke, guarded)
	})

	kept := append(d.objects(spoke), guarded...)
	d.generate(noSpoke)
	push()
	d.step("kept", time.Minute, func(ctx context.Context) error {
		if err := settled(ctx, hub); err != nil {
			return err
		}
		return quiet(ctx, 3*time.Second, func(ctx context.Context) error { return d.Present(ctx, spoke, kept) })
	})
}

// quiet is a check that something holds for a while.
func quiet(ctx context.Context, d time.Duration, check func(context.Context) error) error {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		if err := check(ctx); err != nil {
			return err
		}
	}
	return nil
}

func crdOrNamespace(o *unstructured.Unstructured) bool {
	return o.GetKind() == "CustomResourceDefinition" || o.GetKind() == "Namespace"
}

// both says that both clusters have what the tree has.
func (d *delivery) both(ctx context.Context) error {
	for _, c := range []string{hub, spoke} {
		if err := d.Delivered(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// configured says that the mesh configuration of a cluster has a text.
func (d *delivery) configured(ctx context.Context, cluster, text string) error {
	m := &unstructured.Unstructured{}
	m.SetAPIVersion("v1")
	m.SetKind("ConfigMap")
	m.SetNamespace("istio-system")
	m.SetName("istio")
	got, err := d.Clusters[cluster].Get(ctx, m)
	if err != nil {
		return err
	}
	mesh, _, _ := unstructured.NestedString(got.Object, "data", "mesh")
	if !strings.Contains(mesh, text) {
		return fmt.Errorf("the mesh configuration of %s has no %q:\n%s", cluster, text, mesh)
	}
	return nil
}

// signer is the certificate with which istiod of a cluster signs, to which it has
// the key.
func (d *delivery) signer(ctx context.Context, cluster string) (*x509.Certificate, error) {
	s, err := d.Clusters[cluster].Client.CoreV1().Secrets("istio-system").Get(ctx, "cacerts", metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("cluster %s: %w", cluster, err)
	}
	pair, err := tls.X509KeyPair(s.Data["ca-cert.pem"], s.Data["ca-key.pem"])
	if err != nil {
		return nil, fmt.Errorf("cluster %s: Secret cacerts: %w", cluster, err)
	}
	return pair.Leaf, nil
}

// signs says that both clusters have what to sign with.
func (d *delivery) signs(ctx context.Context) error {
	_, err := d.signer(ctx, hub)
	_, other := d.signer(ctx, spoke)
	return errors.Join(err, other)
}

// available is since when a Deployment is.
func (d *delivery) available(ctx context.Context, cluster string, o *unstructured.Unstructured) (time.Time, error) {
	got, err := d.Clusters[cluster].Client.AppsV1().Deployments(o.GetNamespace()).Get(ctx, o.GetName(), metav1.GetOptions{})
	if err != nil {
		return time.Time{}, err
	}
	for _, c := range got.Status.Conditions {
		if c.Type == apps.DeploymentAvailable && c.Status == core.ConditionTrue {
			return c.LastTransitionTime.Time, nil
		}
	}
	return time.Time{}, fmt.Errorf("cluster %s: Deployment %s is not available", cluster, o.GetName())
}
