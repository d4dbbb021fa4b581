package generator_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"github.com/cert-manager/cert-manager/pkg/util/pki"
	"istio.io/istio/pilot/pkg/trustbundle"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	"istio.io/istio/security/pkg/pki/ca"

	"isthmus.dev/isthmus/generator/manifest"
)

// authority is a root that signs for tests.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key}
}

func certPEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// TestIstioSignsWithCertificates issues each Certificate as cert-manager does,
// from its own template of it, and has Istio's own CA load the Secret that
// results, in the form that istiod finds by tls.crt.
func TestIstioSignsWithCertificates(t *testing.T) {
	root := newAuthority(t)
	n := 0
	for _, name := range []string{"trust-cert-manager", "remote-secrets-store"} {
		for file, o := range ofGroup(t, generateCase(t, name), "cert-manager.io") {
			n++
			var c certmanager.Certificate
			data, err := json.Marshal(o)
			if err == nil {
				err = json.Unmarshal(data, &c)
			}
			if err != nil {
				t.Fatal(err)
			}
			template, err := pki.CertificateTemplateFromCertificate(&c)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			key, err := pki.GeneratePrivateKeyForCertificate(&c)
			if err != nil {
				t.Fatal(err)
			}
			encoded, err := pki.EncodePrivateKey(key, c.Spec.PrivateKey.Encoding)
			if err != nil {
				t.Fatal(err)
			}
			signed, _, err := pki.SignCertificate(template, root.cert, key.Public(), root.key)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			write(t, dir, map[string][]byte{ca.TLSSecretCACertFile: signed, ca.TLSSecretCAPrivateKeyFile: encoded, ca.TLSSecretRootCertFile: certPEM(root.cert.Raw)})
			crt, rootFile := filepath.Join(dir, ca.TLSSecretCACertFile), filepath.Join(dir, ca.TLSSecretRootCertFile)
			chain := issued(t, ca.SigningCAFileBundle{
				RootCertFile: rootFile, CertChainFiles: []string{crt, rootFile}, // as detectSigningCABundleAndCRL has them
				SigningCertFile: crt, SigningKeyFile: filepath.Join(dir, ca.TLSSecretCAPrivateKeyFile),
			}, root)
			signing := chain[1]
			if got := fmt.Sprint(signing.Subject, signing.URIs); !strings.HasPrefix(got, "CN=Intermediate CA,O=Istio,L=") || !strings.Contains(got, "[spiffe://") {
				t.Errorf("%s: %s", file, got)
			}
			if want := x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment | x509.KeyUsageKeyEncipherment | x509.KeyUsageCertSign; signing.KeyUsage != want {
				t.Errorf("%s: key usage %b", file, signing.KeyUsage)
			}
			if !slices.Contains(signing.DNSNames, "istiod.istio-system.svc") || strings.Contains(file, "cluster2/") && len(signing.DNSNames) != 2 {
				t.Errorf("%s: DNS names %v", file, signing.DNSNames)
			}
		}
	}
	if n != 4 {
		t.Errorf("%d certificates", n)
	}
}

func write(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// issued has Istio's own CA sign for a workload, and returns the verified chain.
func issued(t *testing.T, bundle ca.SigningCAFileBundle, root authority) []*x509.Certificate {
	t.Helper()
	options, err := ca.NewPluggedCertIstioCAOptions(bundle, time.Hour, time.Hour, 2048)
	if err != nil {
		t.Fatal(err)
	}
	istio, err := ca.NewIstioCA(options)
	if err != nil {
		t.Fatal(err)
	}
	chainPEM, _, err := istio.GenKeyCert([]string{"spiffe://cluster.local/ns/a/sa/b"}, time.Hour, false)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := pki.DecodeX509CertificateBytes(chainPEM)
	if err != nil {
		t.Fatal(err)
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(root.cert)
	between.AppendCertsFromPEM(chainPEM)
	chains, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
	if err != nil {
		t.Fatal(err)
	}
	return chains[0]
}

// TestIstioSignsWithStoredCertificates does the same with what a store has.
func TestIstioSignsWithStoredCertificates(t *testing.T) {
	root := newAuthority(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: root.cert.NotBefore, NotAfter: root.cert.NotAfter, IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, root.cert, key.Public(), root.key)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := pki.EncodePrivateKey(key, certmanager.PKCS8)
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string]string{
		"ca-cert.pem": string(certPEM(der)), "ca-key.pem": string(encoded),
		"cert-chain.pem": string(certPEM(der)) + string(certPEM(root.cert.Raw)), "root-cert.pem": string(certPEM(root.cert.Raw)),
	}
	store := map[string]map[string]string{"mesh1/ca/cluster1": stored, "mesh2/ca/hub": stored}
	n := 0
	for _, o := range ofGroup(t, generateCase(t, "trust-store"), "external-secrets.io") {
		n++
		s := made(t, o, store)
		if s.Name != "cacerts" {
			t.Errorf("it is called %s", s.Name)
		}
		dir := t.TempDir()
		write(t, dir, s.Data)
		in := func(name string) string { return filepath.Join(dir, name) }
		issued(t, ca.SigningCAFileBundle{RootCertFile: in(ca.RootCertFile), CertChainFiles: []string{in(ca.CertChainFile)}, SigningCertFile: in(ca.CACertFile), SigningKeyFile: in(ca.CAPrivateKeyFile)}, root)
	}
	if n != 2 {
		t.Errorf("%d objects", n)
	}
}

// TestTwoRoots has istiod's own trust bundle read the mesh configuration of the
// state in between: it tells workloads of both roots.
func TestTwoRoots(t *testing.T) {
	out := generateCase(t, "two-roots")
	data, _ := out.Get("clusters/cluster1/istiod/configmap_istio-system_istio.yaml")
	o, err := manifest.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	config, err := mesh.ApplyMeshConfigDefaults(o.Text("data", "mesh"))
	if err != nil {
		t.Fatal(err)
	}
	bundle := trustbundle.NewTrustBundle(x509.NewCertPool(), meshwatcher.NewTestWatcher(config))
	if err := bundle.AddMeshConfigUpdate(config); err != nil {
		t.Fatal(err)
	}
	if got := bundle.GetTrustBundle(); len(got) != 2 {
		t.Errorf("%d roots", len(got))
	}
	env, agent := environment(t, out, "cluster1"), config.GetDefaultConfig().GetProxyMetadata()
	if env["ISTIO_MULTIROOT_MESH"] != "true" || agent["PROXY_CONFIG_XDS_AGENT"] != "true" || agent["ISTIO_META_DNS_CAPTURE"] != "true" {
		t.Errorf("istiod %q, agents %v", env["ISTIO_MULTIROOT_MESH"], agent)
	}
	if _, ok := out.Get("clusters/cluster2/trust/kustomization.yaml"); ok {
		t.Error("a remote has no certificate authority of its own")
	}
}
