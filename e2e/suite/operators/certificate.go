// Package operators stands in for what makes Secrets in a cluster and does not run
// in the suite: cert-manager, External Secrets with a store, and the decryption of
// SOPS that engines do.
package operators

import (
	"bytes"
	"fmt"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.dev/isthmus/e2e/suite/wire"
)

// certificate is what is used of a Certificate's spec.
type certificate struct {
	SecretName string   `json:"secretName"`
	CommonName string   `json:"commonName"`
	IsCA       bool     `json:"isCA"`
	DNSNames   []string `json:"dnsNames"`
	URIs       []string `json:"uris"`
}

// Certificate is the Secret that cert-manager makes of a Certificate for a CA: the
// keys tls.crt, with all but the root, tls.key and ca.crt. The key is ECDSA,
// whatever is asked for: others take seconds to make.
func Certificate(o *unstructured.Unstructured, issuer *wire.Authority) (*core.Secret, error) {
	var spec certificate
	if err := specOf(o, &spec); err != nil {
		return nil, err
	}
	if !spec.IsCA {
		return nil, fmt.Errorf("Certificate %s/%s is for no CA, with which istiod could sign", o.GetNamespace(), o.GetName())
	}
	ca, err := wire.NewIntermediate(spec.CommonName, issuer, spec.DNSNames, spec.URIs)
	if err != nil {
		return nil, err
	}
	return &core.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: spec.SecretName, Namespace: o.GetNamespace()}, Type: core.SecretTypeTLS,
		Data: map[string][]byte{"tls.crt": bytes.Clone(ca.Cert), "tls.key": ca.Key, "ca.crt": issuer.Cert},
	}, nil
}
