package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"time"
)

// Authority signs certificates. Cert, Chain and Key are PEM.
type Authority struct {
	Cert, Key []byte
	parsed    *x509.Certificate
	key       *ecdsa.PrivateKey
}

// NewAuthority makes a root, or an intermediate of a parent.
func NewAuthority(name string, parent *Authority) (*Authority, error) {
	return sign(authority(name), parent)
}

// NewIntermediate makes an intermediate with names of its own.
func NewIntermediate(name string, parent *Authority, hosts, uris []string) (*Authority, error) {
	template := authority(name)
	template.DNSNames = hosts
	for _, u := range uris {
		parsed, err := url.Parse(u)
		if err != nil {
			return nil, err
		}
		template.URIs = append(template.URIs, parsed)
	}
	return sign(template, parent)
}

func authority(name string) *x509.Certificate {
	template := template(name)
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature | x509.KeyUsageCRLSign
	return template
}

// Issue makes a certificate for hosts, both for servers and for clients. The
// organisation is the group that an API server sees in a client.
func (a *Authority) Issue(name, organisation string, hosts ...string) (cert, key []byte, err error) {
	template := template(name)
	if organisation != "" {
		template.Subject.Organization = []string{organisation}
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	out, err := sign(template, a)
	if err != nil {
		return nil, nil, err
	}
	return out.Cert, out.Key, nil
}

// Pool returns the certificates of PEM.
func Pool(certs ...[]byte) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	for _, c := range certs {
		if !pool.AppendCertsFromPEM(c) {
			return nil, fmt.Errorf("no certificate in %q", c)
		}
	}
	return pool, nil
}

// KeyPair is tls.X509KeyPair of an issued pair.
func (a *Authority) KeyPair(hosts ...string) (tls.Certificate, error) {
	cert, key, err := a.Issue(hosts[0], "", hosts...)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(cert, key)
}

func template(name string) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
}

func sign(template *x509.Certificate, parent *Authority) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	by, byKey := template, key
	if parent != nil {
		by, byKey = parent.parsed, parent.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by, &key.PublicKey, byKey)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return &Authority{
		Cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		Key:  pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}),
		key:  key, parsed: parsed,
	}, nil
}
