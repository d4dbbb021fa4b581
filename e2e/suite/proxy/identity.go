package proxy

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"time"

	security "istio.io/api/security/v1alpha1"
)

// Identity is a certificate that istiod signed for the pod.
type Identity struct {
	// URI is the name in it, spiffe://<trust domain>/ns/<namespace>/sa/<account>.
	URI string
	// Chain has the certificate first.
	Chain []*x509.Certificate
}

// Identity asks istiod to sign a certificate.
func (p *Proxy) Identity(ctx context.Context) (*Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	address := p.Env["CA_ADDR"]
	conn, ctx, err := p.dial(ctx, address, "CA_ROOT_CA")
	if err != nil {
		return nil, fmt.Errorf("%s, CA at %q: %w", p.name(), address, err)
	}
	defer conn.Close()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return nil, err
	}
	response, err := security.NewIstioCertificateServiceClient(conn).CreateCertificate(ctx, &security.IstioCertificateRequest{
		Csr: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: csr})), ValidityDuration: 3600,
	})
	if err != nil {
		return nil, fmt.Errorf("%s, CA at %s: %w", p.name(), address, err)
	}
	out := &Identity{}
	for _, text := range response.CertChain {
		for rest := bytes.TrimSpace([]byte(text)); len(rest) > 0; {
			var block *pem.Block
			if block, rest = pem.Decode(rest); block == nil {
				return nil, fmt.Errorf("%s: no certificate in %q", p.name(), text)
			}
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, err
			}
			out.Chain = append(out.Chain, c)
		}
	}
	if len(out.Chain) == 0 || len(out.Chain[0].URIs) != 1 {
		return nil, fmt.Errorf("%s: a certificate without a name", p.name())
	}
	out.URI = out.Chain[0].URIs[0].String()
	return out, nil
}

// Verify checks the certificate against a root.
func (i *Identity) Verify(root []byte) error {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(root) {
		return fmt.Errorf("no certificate in %q", root)
	}
	between := x509.NewCertPool()
	for _, c := range i.Chain[1:] {
		between.AddCert(c)
	}
	_, err := i.Chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	return err
}
