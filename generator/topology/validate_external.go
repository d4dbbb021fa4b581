package topology

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation"

	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

func (v *validator) external(d *document) {
	for i, c := range d.top.Spec.Clusters {
		path := at(i, "externalControlPlane")
		if undecided(c) {
			continue
		}
		if Role(c.Role) != External {
			if c.ExternalControlPlane != nil && d.explicit(i, "externalControlPlane") {
				d.missing(path, fmt.Sprintf("cluster %q of role %s hosts no external control plane", c.Name, c.Role), "remove it, or make the role external")
			}
			if c.Owner && d.explicit(i, "owner") {
				d.wrong(at(i, "owner"), "true", "only an external cluster has an owner", "remove it")
			}
			continue
		}
		e := v1alpha1.ExternalControlPlane{}
		if c.ExternalControlPlane != nil {
			e = *c.ExternalControlPlane
		}
		v.externalFields(d, path, c, e)
	}
}

func (v *validator) externalFields(d *document, path string, c v1alpha1.Cluster, e v1alpha1.ExternalControlPlane) {
	if e.Namespace != "" && d.label(path+".namespace", e.Namespace) && e.Namespace == SystemNamespace {
		d.wrong(path+".namespace", e.Namespace, "is where the install that drives the cluster's ingress gateway lives", "choose another one; the default is "+DefaultExternalNamespace)
	}
	if e.Address == "" {
		d.missing(path+".address", fmt.Sprintf("the external control plane of cluster %q has no address", c.Name), "write the IP address or DNS name where the mesh's clusters reach it")
	} else if _, what, cure := ParseAddress(e.Address); what != "" {
		d.wrong(path+".address", e.Address, what, cure)
	}
	switch e.TLSSecretName {
	case "":
		if e.CABundle != "" {
			d.missing(path+".caBundle", "TLS passes through to istiod, which brings a CA of its own", "remove it, or set tlsSecretName")
		}
		return
	case "istiod-tls", "cacerts", "istio-kubeconfig":
		d.wrong(path+".tlsSecretName", e.TLSSecretName, "is a name that istiod itself takes: it would use the Secret as its own", "choose another one, such as external-istiod-tls")
	default:
		if len(validation.IsDNS1123Subdomain(e.TLSSecretName)) > 0 {
			d.wrong(path+".tlsSecretName", e.TLSSecretName, "is no name of a Secret", "write lower-case letters, digits, hyphens and dots")
		}
	}
	if e.CABundle != "" {
		if what := badPEM(e.CABundle); what != "" {
			d.missing(path+".caBundle", what, "write PEM certificates and nothing else")
		}
	}
}

// badPEM says what is wrong with what should be PEM certificates.
func badPEM(s string) string {
	rest, n := []byte(s), 0
	for {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			switch {
			case n == 0:
				return "there is no PEM certificate in it"
			case bytes.Contains(rest, []byte("-----BEGIN")):
				return fmt.Sprintf("its certificate %d is cut off or not well-formed", n+1)
			}
			return ""
		}
		n++
		if block.Type != "CERTIFICATE" {
			return fmt.Sprintf("there is a PEM block of type %s in it", block.Type)
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return fmt.Sprintf("its certificate %d cannot be parsed: %v", n, err)
		}
	}
}
