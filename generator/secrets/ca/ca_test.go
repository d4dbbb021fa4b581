package ca_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	istioca "istio.io/istio/security/pkg/pki/ca"
	"istio.io/istio/security/pkg/pki/util"

	"isthmus.dev/isthmus/generator/secrets/ca"
)

func algorithms(t *testing.T) []ca.Algorithm {
	if testing.Short() {
		return []ca.Algorithm{ca.ECDSAP256}
	}
	return []ca.Algorithm{ca.ECDSAP256, ca.RSA4096}
}

func root(t *testing.T, a ca.Algorithm, validity time.Duration, now time.Time) ca.Authority {
	t.Helper()
	out, err := ca.NewRoot(a, validity, now)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestChain verifies the chain as workloads do, and has Istio's own CA load it
// and sign with it.
func TestChain(t *testing.T) {
	for _, a := range algorithms(t) {
		t.Run(string(a), func(t *testing.T) {
			now := time.Now()
			r := root(t, a, ca.Validity, now)
			i, err := r.Intermediate("cluster1", "istio-system", a, ca.Validity, now)
			if err != nil {
				t.Fatal(err)
			}
			c := i.Cert
			switch {
			case c.Subject.String() != "CN=Intermediate CA,O=Istio,L=cluster1":
				t.Errorf("subject %s", c.Subject)
			case r.Cert.Subject.String() != "CN=Root CA,O=Istio":
				t.Errorf("subject of the root %s", r.Cert.Subject)
			case len(c.DNSNames) != 1 || c.DNSNames[0] != "istiod.istio-system.svc":
				t.Errorf("names %v", c.DNSNames)
			case !c.IsCA || c.MaxPathLen != 0 || !c.MaxPathLenZero || r.Cert.MaxPathLen != -1:
				t.Errorf("path lengths %d and %d", c.MaxPathLen, r.Cert.MaxPathLen)
			case c.NotAfter.After(r.Cert.NotAfter):
				t.Errorf("it outlives its root: %s and %s", c.NotAfter, r.Cert.NotAfter)
			case c.SerialNumber.Cmp(r.Cert.SerialNumber) == 0 || c.SerialNumber.BitLen() > 128:
				t.Errorf("serials %x and %x", c.SerialNumber, r.Cert.SerialNumber)
			}
			loadedByIstio(t, r, i)
		})
	}
}

func loadedByIstio(t *testing.T, r, i ca.Authority) {
	t.Helper()
	key, err := ca.KeyPEM(i.Key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	options, err := istioca.NewPluggedCertIstioCAOptions(istioca.SigningCAFileBundle{
		SigningCertFile: file(istioca.CACertFile, ca.CertPEM(i.Cert)), SigningKeyFile: file(istioca.CAPrivateKeyFile, key),
		CertChainFiles: []string{file(istioca.CertChainFile, ca.CertPEM(i.Cert, r.Cert))}, RootCertFile: file(istioca.RootCertFile, ca.CertPEM(r.Cert)),
	}, time.Hour, 24*time.Hour, 2048)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := istioca.NewIstioCA(options)
	if err != nil {
		t.Fatal(err)
	}
	csr, _, err := util.GenCSR(util.CertOptions{Host: "spiffe://cluster.local/ns/a/sa/b", ECSigAlg: util.EcdsaSigAlg})
	if err != nil {
		t.Fatal(err)
	}
	chain, err := authority.SignWithCertChain(csr, istioca.CertOpts{SubjectIDs: []string{"spiffe://cluster.local/ns/a/sa/b"}, TTL: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	certs, err := ca.ParseCerts([]byte(strings.Join(chain, "")))
	if err != nil {
		t.Fatal(err)
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(r.Cert)
	for _, c := range certs[1:] {
		between.AddCert(c)
	}
	if _, err := certs[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		t.Errorf("a workload's certificate: %v", err)
	}
}

func TestEndsWithTheRoot(t *testing.T) {
	now := time.Now()
	r := root(t, ca.ECDSAP256, time.Hour, now)
	i, err := r.Intermediate("a", "istio-system", ca.ECDSAP256, 2*time.Hour, now)
	if err != nil || !i.Cert.NotAfter.Equal(r.Cert.NotAfter) {
		t.Errorf("ends %v, the root %v: %v", i.Cert.NotAfter, r.Cert.NotAfter, err)
	}
	if _, err := r.Intermediate("a", "istio-system", ca.ECDSAP256, time.Hour, now.Add(2*time.Hour)); err == nil || !strings.Contains(err.Error(), "does not allow the certificate that it would sign") {
		t.Errorf("under an ended root: %v", err)
	}
	if _, err := ca.NewRoot("dsa", time.Hour, now); err == nil || err.Error() != `"dsa" is no algorithm; write one of [ecdsa-p256 rsa-4096]` {
		t.Errorf("got %v", err)
	}
}

// TestConstraints: a root of the user's with name constraints signs what they
// allow and nothing else.
func TestConstraints(t *testing.T) {
	now := time.Now()
	key := root(t, ca.ECDSAP256, time.Hour, now).Key
	constrained := func(domain string) ca.Authority {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mine"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, PermittedDNSDomains: []string{domain}, PermittedDNSDomainsCritical: true,
		}
		der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return ca.Authority{Cert: cert, Key: key}
	}
	if _, err := constrained("istio-system.svc").Intermediate("a", "istio-system", ca.ECDSAP256, time.Hour, now); err != nil {
		t.Error(err)
	}
	if _, err := constrained("example.com").Intermediate("a", "istio-system", ca.ECDSAP256, time.Hour, now); err == nil || !strings.Contains(err.Error(), "istiod.istio-system.svc") {
		t.Errorf("got %v", err)
	}
}
