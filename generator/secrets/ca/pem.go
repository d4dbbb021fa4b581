package ca

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// CertPEM writes certificates one after the other.
func CertPEM(certs ...*x509.Certificate) []byte {
	var out bytes.Buffer
	for _, c := range certs {
		out.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return out.Bytes()
}

// KeyPEM writes a key as PKCS #8.
func KeyPEM(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding a private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// ParseCerts reads one or more certificates.
func ParseCerts(data []byte) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("it holds a %q where a certificate belongs", block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", len(out)+1, err)
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, errors.New("it holds no certificate in PEM")
	}
	return out, nil
}

// ParseAuthority reads a root and its key, and checks that it can sign now.
func ParseAuthority(cert, key []byte, now time.Time) (Authority, error) {
	certs, err := ParseCerts(cert)
	if err != nil {
		return Authority{}, fmt.Errorf("the root's certificate: %w", err)
	}
	signer, err := parseKey(key)
	if err != nil {
		return Authority{}, fmt.Errorf("the root's key: %w", err)
	}
	c := certs[0]
	type comparable interface{ Equal(crypto.PublicKey) bool }
	public, ok := c.PublicKey.(comparable)
	switch {
	case !ok || !public.Equal(signer.Public()):
		return Authority{}, errors.New("the root's key is not that of its certificate: give the two that belong together")
	case !c.IsCA || c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0:
		return Authority{}, fmt.Errorf("the certificate %q may not sign others: give that of a certificate authority", c.Subject)
	case c.MaxPathLenZero:
		return Authority{}, fmt.Errorf("the certificate %q may not sign another authority (its path length is 0): give one that may", c.Subject)
	case c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) != nil:
		return Authority{}, fmt.Errorf("the certificate %q is not signed by itself: give a root, which is what workloads trust", c.Subject)
	case now.After(c.NotAfter):
		return Authority{}, fmt.Errorf("the root %q ended on %s: make or bring another one", c.Subject, c.NotAfter.UTC().Format(time.DateOnly))
	case now.Before(c.NotBefore):
		return Authority{}, fmt.Errorf("the root %q begins on %s only: check this machine's clock", c.Subject, c.NotBefore.UTC().Format(time.DateTime))
	}
	return Authority{Cert: c, Key: signer}, nil
}

// parseKey reads a private key in any of its common forms.
func parseKey(data []byte) (crypto.Signer, error) {
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return nil, errors.New("it holds no private key in PEM")
		}
		var (
			key any
			err error
		)
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			err = errors.New("it is protected by a password: decrypt it first, as with openssl pkey")
		default:
			continue // such as EC PARAMETERS, which openssl writes before the key
		}
		if err != nil {
			return nil, err
		}
		signer, ok := key.(crypto.Signer)
		if !ok {
			return nil, fmt.Errorf("a %T cannot sign", key)
		}
		return signer, nil
	}
}
