package ca_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"isthmus.dev/isthmus/generator/secrets/ca"
)

func TestParseAuthority(t *testing.T) {
	now := time.Now()
	r, other := root(t, ca.ECDSAP256, time.Hour, now), root(t, ca.ECDSAP256, time.Hour, now)
	i, err := r.Intermediate("a", "istio-system", ca.ECDSAP256, time.Hour, now)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8 := func(a ca.Authority) string {
		key, err := ca.KeyPEM(a.Key)
		if err != nil {
			t.Fatal(err)
		}
		return string(key)
	}
	key, ok := r.Key.(*ecdsa.PrivateKey)
	if !ok {
		t.Fatalf("a %T", r.Key)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	sec1 := string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
	cert := string(ca.CertPEM(r.Cert))
	for name, c := range map[string]struct {
		cert, key string
		at        time.Time
		want      string
	}{
		"PKCS #8":              {cert: cert, key: pkcs8(r)},
		"SEC 1, as of openssl": {cert: cert, key: "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + sec1},
		"no certificate":       {cert: "x", key: pkcs8(r), want: "the root's certificate: it holds no certificate in PEM"},
		"a key in its place":   {cert: pkcs8(r), key: pkcs8(r), want: `the root's certificate: it holds a "PRIVATE KEY" where a certificate belongs`},
		"no key":               {cert: cert, key: cert, want: "the root's key: it holds no private key in PEM"},
		"a password":           {cert: cert, key: "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n", want: "the root's key: it is protected by a password: decrypt it first, as with openssl pkey"},
		"of another":           {cert: cert, key: pkcs8(other), want: "the root's key is not that of its certificate: give the two that belong together"},
		"an intermediate":      {cert: string(ca.CertPEM(i.Cert)), key: pkcs8(i), want: `the certificate "CN=Intermediate CA,O=Istio,L=a" may not sign another authority (its path length is 0): give one that may`},
		"ended":                {cert: cert, key: pkcs8(r), at: now.Add(2 * time.Hour), want: `the root "CN=Root CA,O=Istio" ended on ` + r.Cert.NotAfter.UTC().Format(time.DateOnly) + ": make or bring another one"},
		"not begun":            {cert: cert, key: pkcs8(r), at: now.Add(-time.Hour), want: "check this machine's clock"},
	} {
		t.Run(name, func(t *testing.T) {
			at := c.at
			if at.IsZero() {
				at = now
			}
			_, err := ca.ParseAuthority([]byte(c.cert), []byte(c.key), at)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v", err)
			}
		})
	}
}
