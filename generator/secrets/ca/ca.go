// Package ca makes certificate authorities for istiod: one root for a mesh, and
// for each control plane an intermediate that signs its workloads. Subjects,
// validity, names and path length are those of Istio's own tooling (tools/certs:
// common.mk and Makefile.selfsigned.mk), serials and the tolerance for clocks those
// of its Go code (security/pkg/pki/util/generate_cert.go).
package ca

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"
)

// Algorithm of keys.
type Algorithm string

// The algorithms.
const (
	ECDSAP256 Algorithm = "ecdsa-p256"
	RSA4096   Algorithm = "rsa-4096"
)

// Algorithms are all of them, the default first.
func Algorithms() []string { return []string{string(ECDSAP256), string(RSA4096)} }

const (
	organization = "Istio"
	// Validity that Istio's tooling gives to root and intermediate alike
	// (ROOTCA_DAYS and INTERMEDIATE_DAYS of tools/certs/common.mk).
	Validity = 3650 * 24 * time.Hour
	// skew is by how much clocks may differ (ClockSkewGracePeriod).
	skew = 2 * time.Minute
	// serialBits as genSerialNum has them.
	serialBits = 128
)

// Authority is a certificate that signs others, and its key.
type Authority struct {
	Cert *x509.Certificate
	Key  crypto.Signer
}

// NewRoot makes a root.
func NewRoot(a Algorithm, validity time.Duration, now time.Time) (Authority, error) {
	key, err := newKey(a)
	if err != nil {
		return Authority{}, err
	}
	t, err := template(key, now, validity)
	if err != nil {
		return Authority{}, err
	}
	t.Subject = pkix.Name{Organization: []string{organization}, CommonName: "Root CA"}
	return sign(t, Authority{Cert: t, Key: key}, key)
}

// Intermediate makes the authority of a cluster's control plane in a namespace.
// It does not outlive the root.
func (root Authority) Intermediate(cluster, namespace string, a Algorithm, validity time.Duration, now time.Time) (Authority, error) {
	key, err := newKey(a)
	if err != nil {
		return Authority{}, err
	}
	t, err := template(key, now, validity)
	if err != nil {
		return Authority{}, err
	}
	t.Subject = pkix.Name{Organization: []string{organization}, CommonName: "Intermediate CA", Locality: []string{cluster}}
	t.DNSNames = []string{"istiod." + namespace + ".svc"}
	t.MaxPathLenZero = true // it signs workloads, and no further authority
	if t.NotAfter.After(root.Cert.NotAfter) {
		t.NotAfter = root.Cert.NotAfter
	}
	if t.NotBefore.Before(root.Cert.NotBefore) {
		t.NotBefore = root.Cert.NotBefore
	}
	out, err := sign(t, root, key)
	if err != nil {
		return Authority{}, err
	}
	return out, verify(out.Cert, root.Cert, now)
}

// verify checks that workloads with the root alone accept the certificate: the
// root may be the user's, with constraints of its own.
func verify(cert, root *x509.Certificate, now time.Time) error {
	roots := x509.NewCertPool()
	roots.AddCert(root)
	_, err := cert.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return fmt.Errorf("the root %q does not allow the certificate that it would sign: %w", root.Subject, err)
	}
	return nil
}

func newKey(a Algorithm) (crypto.Signer, error) {
	switch a {
	case ECDSAP256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case RSA4096:
		return rsa.GenerateKey(rand.Reader, 4096)
	}
	return nil, fmt.Errorf("%q is no algorithm; write one of %v", a, Algorithms())
}

// template is what root and intermediate have in common.
func template(key crypto.Signer, now time.Time, validity time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), serialBits))
	if err != nil {
		return nil, fmt.Errorf("making a serial number: %w", err)
	}
	usage := x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment | x509.KeyUsageCertSign
	if _, isRSA := key.(*rsa.PrivateKey); isRSA {
		usage |= x509.KeyUsageKeyEncipherment // RFC 8813 forbids it for keys on elliptic curves
	}
	return &x509.Certificate{
		SerialNumber: serial, NotBefore: now.Add(-skew), NotAfter: now.Add(validity),
		KeyUsage: usage, IsCA: true, BasicConstraintsValid: true,
	}, nil
}

func sign(t *x509.Certificate, by Authority, key crypto.Signer) (Authority, error) {
	der, err := x509.CreateCertificate(rand.Reader, t, by.Cert, key.Public(), by.Key)
	if err != nil {
		return Authority{}, fmt.Errorf("signing a certificate for %q: %w", t.Subject, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return Authority{}, fmt.Errorf("reading the certificate for %q: %w", t.Subject, err)
	}
	return Authority{Cert: cert, Key: key}, nil
}
