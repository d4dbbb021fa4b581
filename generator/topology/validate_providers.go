package topology

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"

	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// notYet is what a feature gets that the file format knows and this program
// does not generate so far.
const notYet = "isthmus does not generate this yet"

func (v *validator) providers(d *document) {
	r := d.top.Spec.RemoteSecrets
	if d.oneOf("spec.remoteSecrets.provider", r.Provider, "manual", "external-secrets", "sops") && r.Provider != "" && r.Provider != "manual" {
		d.wrong("spec.remoteSecrets.provider", r.Provider, notYet, "write manual, and run the command in each cluster's README")
	}
	v.blocks(d, "spec.remoteSecrets", r.Provider, map[string]bool{"externalSecrets": r.ExternalSecrets != nil, "sops": r.SOPS != nil})
	if es := r.ExternalSecrets; es != nil {
		v.ref(d, "spec.remoteSecrets.externalSecrets.storeRef", es.StoreRef, "SecretStore", "ClusterSecretStore")
		v.duration(d, "spec.remoteSecrets.externalSecrets.refreshInterval", es.RefreshInterval)
	}
	v.recipients(d, "spec.remoteSecrets.sops", r.SOPS)

	t := d.top.Spec.Trust
	if d.oneOf("spec.trust.provider", t.Provider, "self-signed", "manual", "cert-manager", "external-secrets", "sops") {
		switch t.Provider {
		case "", "self-signed":
			v.selfSigned(d)
		case "manual":
		default:
			d.wrong("spec.trust.provider", t.Provider, notYet, "write manual, and put a Secret cacerts into each cluster with a control plane")
		}
	}
	v.blocks(d, "spec.trust", t.Provider, map[string]bool{"certManager": t.CertManager != nil, "externalSecrets": t.ExternalSecrets != nil, "sops": t.SOPS != nil})
	if cm := t.CertManager; cm != nil {
		v.ref(d, "spec.trust.certManager.issuerRef", cm.IssuerRef, "Issuer", "ClusterIssuer")
		v.duration(d, "spec.trust.certManager.duration", cm.Duration)
		v.duration(d, "spec.trust.certManager.renewBefore", cm.RenewBefore)
	}
	if es := t.ExternalSecrets; es != nil {
		v.ref(d, "spec.trust.externalSecrets.storeRef", es.StoreRef, "SecretStore", "ClusterSecretStore")
	}
	v.recipients(d, "spec.trust.sops", t.SOPS)
}

// selfSigned: each istiod would make a root of its own, and workloads of two
// roots do not trust each other.
func (v *validator) selfSigned(d *document) {
	var primaries []string
	for _, c := range d.top.Spec.Clusters {
		if Role(c.Role) == Primary {
			primaries = append(primaries, c.Name)
		}
	}
	if len(primaries) > 1 {
		d.missing("spec.trust.provider", fmt.Sprintf("with self-signed trust each of the %d primaries (%s) makes a root of its own, and mTLS between their workloads fails", len(primaries), strings.Join(primaries, ", ")),
			"write provider: manual and give every primary a Secret cacerts of one root")
	}
}

// blocks: the configuration of a provider that is not the one chosen does nothing.
func (v *validator) blocks(d *document, path, provider string, given map[string]bool) {
	of := map[string]string{"certManager": "cert-manager", "externalSecrets": "external-secrets", "sops": "sops"}
	for _, block := range []string{"certManager", "externalSecrets", "sops"} {
		if given[block] && of[block] != provider {
			d.missing(path+"."+block, fmt.Sprintf("it configures the provider %s, which is not the one chosen", of[block]), "remove it, or set provider: "+of[block])
		}
	}
	for _, block := range []string{"certManager", "externalSecrets", "sops"} {
		present, applies := given[block]
		if applies && !present && of[block] == provider {
			d.missing(path+"."+block, "the provider "+provider+" needs this configuration", "add it")
		}
	}
}

func (v *validator) ref(d *document, path string, r v1alpha1.Ref, kinds ...string) {
	if d.Has(path + ".kind") {
		d.oneOf(path+".kind", r.Kind, kinds...)
	}
	if d.Has(path+".name") && len(validation.IsDNS1123Subdomain(r.Name)) > 0 {
		d.wrong(path+".name", r.Name, "is no name of an object", "write lower-case letters, digits, hyphens and dots")
	}
}

func (v *validator) duration(d *document, path, value string) {
	if value == "" {
		return
	}
	if t, err := time.ParseDuration(value); err != nil || t <= 0 {
		d.wrong(path, value, "is no duration", "write one such as 1h or 2160h")
	}
}

func (v *validator) recipients(d *document, path string, s *v1alpha1.SOPS) {
	if s == nil {
		return
	}
	if len(s.AgeRecipients) == 0 {
		d.missing(path+".ageRecipients", "nobody could decrypt", "list at least one age public key (age1…)")
	}
	for i, r := range s.AgeRecipients {
		if strings.HasPrefix(r, "AGE-SECRET-KEY-") {
			d.missing(fmt.Sprintf("%s.ageRecipients[%d]", path, i), "it is a secret key", "write the public key (age1…), and make a new pair if this file was ever shared")
		} else if !strings.HasPrefix(r, "age1") || len(r) != 62 {
			d.wrong(fmt.Sprintf("%s.ageRecipients[%d]", path, i), r, "is no age public key", "write one such as age-keygen prints (age1…)")
		}
	}
}
