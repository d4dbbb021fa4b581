package topology

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"

	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

func (v *validator) providers(d *document) {
	r := d.top.Spec.RemoteSecrets
	d.oneOf("spec.remoteSecrets.provider", r.Provider, "manual", "external-secrets", "sops")
	v.blocks(d, "spec.remoteSecrets", r.Provider, map[string]bool{"externalSecrets": r.ExternalSecrets != nil, "sops": r.SOPS != nil})
	if es := r.ExternalSecrets; es != nil {
		v.ref(d, "spec.remoteSecrets.externalSecrets.storeRef", es.StoreRef, "SecretStore", "ClusterSecretStore")
		v.duration(d, "spec.remoteSecrets.externalSecrets.refreshInterval", es.RefreshInterval)
		v.keyPrefix(d, "spec.remoteSecrets.externalSecrets.keyPrefix", es.KeyPrefix)
	}
	v.observed(d)
	v.recipients(d, "spec.remoteSecrets.sops", r.SOPS)

	t := d.top.Spec.Trust
	if d.oneOf("spec.trust.provider", t.Provider, "self-signed", "manual", "cert-manager", "external-secrets", "sops") && (t.Provider == "" || t.Provider == "self-signed") {
		v.selfSigned(d)
	}
	v.blocks(d, "spec.trust", t.Provider, map[string]bool{"certManager": t.CertManager != nil, "externalSecrets": t.ExternalSecrets != nil, "sops": t.SOPS != nil})
	if cm := t.CertManager; cm != nil {
		v.ref(d, "spec.trust.certManager.issuerRef", cm.IssuerRef, "Issuer", "ClusterIssuer")
		v.signing(d, *cm)
	}
	if es := t.ExternalSecrets; es != nil {
		v.ref(d, "spec.trust.externalSecrets.storeRef", es.StoreRef, "SecretStore", "ClusterSecretStore")
		v.duration(d, "spec.trust.externalSecrets.refreshInterval", es.RefreshInterval)
		v.keyPrefix(d, "spec.trust.externalSecrets.keyPrefix", es.KeyPrefix)
	}
	v.storeKeys(d)
	v.recipients(d, "spec.trust.sops", t.SOPS)
	v.additionalRoots(d, t.AdditionalRoots)
	v.decryption(d)
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
			"choose the provider cert-manager, external-secrets or sops, or write provider: manual and give every primary a Secret cacerts of one root")
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

// duration says whether a duration may be reckoned with; "" is none.
func (v *validator) duration(d *document, path, value string) bool {
	if value == "" {
		return false
	}
	if t, err := time.ParseDuration(value); err != nil || t <= 0 {
		d.wrong(path, value, "is no duration", "write one such as 1h or 2160h")
		return false
	}
	return true
}
