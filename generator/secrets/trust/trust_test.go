package trust_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/secrets/ca"
	"isthmus.dev/isthmus/generator/secrets/trust"
)

type world struct {
	options trust.Options
	files   map[string][]byte
}

func newWorld(t *testing.T) *world {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{files: map[string][]byte{}}
	w.options = trust.Options{
		Plan: &plan.Plan{Meshes: []plan.Mesh{{
			Name: "m", SOPS: plan.SOPS{Trust: []string{id.Recipient().String()}},
			Hosts: []plan.Host{{Cluster: "a", Namespace: "istio-system"}, {Cluster: "b", Namespace: "istio-system"}},
		}}},
		Algorithm: ca.ECDSAP256, Validity: 48 * time.Hour, RootValidity: 96 * time.Hour, Identities: []age.Identity{id}, Now: time.Now(),
	}
	return w
}

// make makes, and keeps what is made as if it were written.
func (w *world) make(t *testing.T) trust.Result {
	t.Helper()
	w.options.Files = maps.Clone(w.files)
	r, err := trust.Make(w.options)
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(w.files, r.Files)
	return r
}

func (w *world) fails(t *testing.T, want string) {
	t.Helper()
	w.options.Files = maps.Clone(w.files)
	r, err := trust.Make(w.options)
	if err == nil || !strings.Contains(err.Error(), want) || len(r.Files) > 0 {
		t.Errorf("got %v, %v\nwant %s", slices.Sorted(maps.Keys(r.Files)), err, want)
	}
}

func (w *world) status(t *testing.T) []trust.Certificate {
	t.Helper()
	certs, err := trust.Status(w.options.Plan, w.files)
	if err != nil {
		t.Fatal(err)
	}
	return certs
}

func TestMake(t *testing.T) {
	w := newWorld(t)
	if s := w.status(t); !s[0].Missing || !s[1].Missing {
		t.Errorf("got %+v", s)
	}
	first := w.make(t)
	if got := strings.Join(slices.Sorted(maps.Keys(first.Files)), " "); got != "secrets/m/ca/a/cacerts.sops.yaml secrets/m/ca/a/cert-chain.pem secrets/m/ca/a/kustomization.yaml "+
		"secrets/m/ca/b/cacerts.sops.yaml secrets/m/ca/b/cert-chain.pem secrets/m/ca/b/kustomization.yaml secrets/m/root-ca.sops.yaml" {
		t.Errorf("got %s", got)
	}
	if again := w.make(t); len(again.Files) > 0 || strings.Join(again.Kept, " ") != "secrets/m/ca/a/cacerts.sops.yaml secrets/m/ca/b/cacerts.sops.yaml" {
		t.Errorf("made again: %v, kept %v", again.Made, again.Kept)
	}
	const list = "secrets/m/ca/a/kustomization.yaml"
	delete(w.files, list)
	if listed := w.make(t); len(listed.Files) != 1 || !bytes.Equal(listed.Files[list], first.Files[list]) || len(listed.Made) > 0 {
		t.Errorf("got %v, made %v", slices.Sorted(maps.Keys(listed.Files)), listed.Made)
	}
	before := w.status(t)
	if before[0].Root != before[1].Root || trust.Apart(w.options.Plan, before) != nil || len(first.NewRoots) != 1 {
		t.Errorf("got %+v", before)
	}
	if h := before[0].Ends.Sub(w.options.Now); h < 47*time.Hour || h > 49*time.Hour {
		t.Errorf("it holds for %s", h)
	}

	w.options.Rotate, w.options.Validity = []string{"b"}, 72*time.Hour
	rotated := w.make(t)
	after := w.status(t)
	if len(rotated.Made) != 1 || rotated.Made[0].Cluster != "b" || !after[0].Ends.Equal(before[0].Ends) || after[1].Ends.Equal(before[1].Ends) || after[1].Root != before[1].Root {
		t.Errorf("made %+v, now %+v", rotated.Made, after)
	}
	if _, changed := rotated.Files["secrets/m/root-ca.sops.yaml"]; changed {
		t.Error("the root is another one")
	}

	w.options.Rotate = nil
	w.options.Plan.Meshes[0].Hosts = append(w.options.Plan.Meshes[0].Hosts, plan.Host{Cluster: "c", Namespace: "istio-system"})
	if added := w.make(t); len(added.Made) != 1 || added.Made[0].Root != before[0].Root || len(added.NewRoots) != 0 {
		t.Errorf("made %+v", added)
	}
}

// TestGuards: cacerts has the guards of what no engine may prune, in clear.
func TestGuards(t *testing.T) {
	o, err := manifest.Decode(newWorld(t).make(t).Files["secrets/m/ca/a/cacerts.sops.yaml"])
	if err != nil {
		t.Fatal(err)
	}
	if o.Text("metadata", "annotations", "argocd.argoproj.io/sync-options") != "Prune=false,Delete=false" || o.Text("metadata", "annotations", "kustomize.toolkit.fluxcd.io/prune") != "disabled" {
		t.Errorf("got %v", o.Map("metadata"))
	}
}

func TestWrongIdentity(t *testing.T) {
	w := newWorld(t)
	w.make(t)
	w.options.Rotate = []string{"a"}
	w.options.Identities = nil
	w.fails(t, `mesh "m": the root's key in "secrets/m/root-ca.sops.yaml": none of the age identities given can decrypt it; set SOPS_AGE_KEY_FILE to the file of a recipient, or give --root-key and --root-cert`)
	stranger, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	w.options.Identities = []age.Identity{stranger}
	w.fails(t, "none of the age identities given can decrypt it")
}

func TestRootThatIsNotStored(t *testing.T) {
	w := newWorld(t)
	w.options.DiscardRoot = true
	if first := w.make(t); len(first.Made) != 2 || w.files["secrets/m/root-ca.sops.yaml"] != nil {
		t.Errorf("made %v", first.Made)
	}
	w.options.Rotate = []string{"a"}
	w.fails(t, `mesh "m": it has a root, whose key is not in "secrets/m/root-ca.sops.yaml": give --root-key and --root-cert`)
}

func TestRootOfTheUsers(t *testing.T) {
	w := newWorld(t)
	root, err := ca.NewRoot(ca.ECDSAP256, time.Hour, w.options.Now)
	if err != nil {
		t.Fatal(err)
	}
	w.options.Root = &root
	made := w.make(t)
	if len(made.NewRoots) > 0 || w.files["secrets/m/root-ca.sops.yaml"] != nil || made.Made[0].Root != trust.Fingerprint(root.Cert) {
		t.Errorf("made %+v", made)
	}
	if !made.Made[0].Ends.Equal(root.Cert.NotAfter) {
		t.Errorf("it outlives the root: %s", made.Made[0].Ends)
	}
}

// TestAnotherRoot: clusters move to another root one by one only while all trust
// both.
func TestAnotherRoot(t *testing.T) {
	w := newWorld(t)
	w.make(t)
	old, err := ca.ParseCerts(w.files["secrets/m/ca/a/cert-chain.pem"])
	if err != nil {
		t.Fatal(err)
	}
	root, err := ca.NewRoot(ca.ECDSAP256, time.Hour, w.options.Now)
	if err != nil {
		t.Fatal(err)
	}
	w.options.Root, w.options.Rotate = &root, []string{"a"}
	w.fails(t, `mesh "m": control planes have different roots, and mTLS between their workloads fails unless all trust each of them: root `)
	w.options.Plan.Meshes[0].AdditionalRoots = []string{string(ca.CertPEM(root.Cert))}
	w.fails(t, "root "+trust.Fingerprint(old[1])+", of b; sign with one root for all, or list the roots in spec.trust.additionalRoots and apply that first")
	w.options.Plan.Meshes[0].AdditionalRoots = []string{string(ca.CertPEM(root.Cert)), string(ca.CertPEM(old[1]))}
	if made := w.make(t); len(made.Made) != 1 {
		t.Errorf("made %+v", made.Made)
	}
	w.options.Rotate, w.options.Plan.Meshes[0].AdditionalRoots = []string{"b"}, nil
	if made := w.make(t); len(made.Made) != 1 || trust.Apart(w.options.Plan, w.status(t)) != nil {
		t.Errorf("made %+v", made.Made)
	}
}

// TestEnded: what ended is told by its file, a root once and not with each
// certificate under it.
func TestEnded(t *testing.T) {
	w := newWorld(t)
	w.make(t)
	w.options.Rotate, w.options.Validity = []string{"b"}, 72*time.Hour
	w.make(t)
	certs := w.status(t)
	day := func(at time.Time) string { return at.UTC().Format(time.DateOnly) }
	certificate := func(named string) string {
		return `mesh "m": signing certificates have ended, and istiod signs for no workload with them: ` + named + `; run "isthmus secrets ca --rotate CLUSTER" for the cluster of each, with the same -f and -o, and commit it`
	}
	const fileA, fileB = `"secrets/m/ca/a/cert-chain.pem"`, `"secrets/m/ca/b/cert-chain.pem"`
	for name, c := range map[string]struct {
		at   time.Time
		want string
	}{
		"none":         {certs[0].Ends.Add(-time.Second), ""},
		"one":          {certs[0].Ends, certificate(fileA + " on " + day(certs[0].Ends))},
		"before both":  {certs[1].Ends.Add(-time.Second), certificate(fileA + " on " + day(certs[0].Ends))},
		"both":         {certs[1].Ends, certificate(fileA + " on " + day(certs[0].Ends) + ", " + fileB + " on " + day(certs[1].Ends))},
		"the root too": {certs[0].RootEnds, `mesh "m": the root ` + certs[0].Root + " ended on " + day(certs[0].RootEnds) + ", and with it all that it signed: " + fileA + ", " + fileB + `; make a new root and run "isthmus secrets ca --mesh m --rotate '*' --root-key KEY --root-cert CERT" with the same -f and -o; "When a root has ended" in docs/trust.md of isthmus says what comes after`},
	} {
		if got := strings.Join(trust.Ended(certs, c.at), "\n"); got != c.want {
			t.Errorf("%s: got %s", name, got)
		}
	}
	if got := trust.Ended([]trust.Certificate{{Mesh: "m", Cluster: "c", Missing: true}}, w.options.Now); got != nil {
		t.Errorf("of none: %v", got)
	}
}

func TestErrors(t *testing.T) {
	w := newWorld(t)
	w.options.Meshes = []string{"other"}
	w.fails(t, "no such mesh keeps its trust in Git: set spec.trust.provider to sops and list ageRecipients")
	w = newWorld(t)
	w.options.Plan.Meshes[0].SOPS.Trust = []string{"age1x"}
	w.fails(t, `recipient "age1x"`)

	w = newWorld(t)
	w.make(t)
	delete(w.files, "secrets/m/ca/a/cert-chain.pem")
	if _, err := trust.Status(w.options.Plan, w.files); err == nil || !strings.Contains(err.Error(), `there is no "secrets/m/ca/a/cert-chain.pem": restore it from Git, or make the certificate again with "isthmus secrets ca --rotate"`) {
		t.Errorf("got %v", err)
	}
	w.files["secrets/m/ca/a/cert-chain.pem"] = []byte("x")
	if _, err := trust.Status(w.options.Plan, w.files); err == nil || !strings.Contains(err.Error(), `"secrets/m/ca/a/cert-chain.pem": it holds no certificate in PEM; restore it from Git, or make the certificate again with "isthmus secrets ca --rotate"`) {
		t.Errorf("got %v", err)
	}
	w.options.Now = w.options.Now.Add(200 * time.Hour)
	w.options.Rotate = []string{"a", "b"}
	w.fails(t, "ended on")
}
