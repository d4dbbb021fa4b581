package topology

import (
	"cmp"
	"strings"
	"time"

	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

const (
	defaultRefresh      = "1h"
	defaultDuration     = "2160h"
	defaultRenewBefore  = "720h"
	defaultExecVersion  = "client.authentication.k8s.io/v1"
	externalSecrets     = "external-secrets"
	certManager         = "cert-manager"
	defaultKeyAlgorithm = "RSA"
)

func convertRemoteSecrets(in v1alpha1.RemoteSecrets) v1alpha1.RemoteSecrets {
	in.Provider = cmp.Or(in.Provider, "manual")
	if in.ExternalSecrets != nil {
		es := *in.ExternalSecrets
		es.RefreshInterval = canonical(cmp.Or(es.RefreshInterval, defaultRefresh))
		in.ExternalSecrets = &es
	}
	return in
}

func convertTrust(in v1alpha1.Trust) v1alpha1.Trust {
	in.Provider = cmp.Or(in.Provider, "self-signed")
	if in.ExternalSecrets != nil {
		es := *in.ExternalSecrets
		es.RefreshInterval = canonical(cmp.Or(es.RefreshInterval, defaultRefresh))
		in.ExternalSecrets = &es
	}
	if in.CertManager != nil {
		cm := *in.CertManager
		cm.Duration = canonical(cmp.Or(cm.Duration, defaultDuration))
		cm.RenewBefore = canonical(cmp.Or(cm.RenewBefore, defaultRenewBefore))
		key := v1alpha1.PrivateKey{}
		if cm.PrivateKey != nil {
			key = *cm.PrivateKey
		}
		key.Algorithm = cmp.Or(key.Algorithm, defaultKeyAlgorithm)
		key.Size = cmp.Or(key.Size, keySizes(key.Algorithm)[0])
		cm.PrivateKey = &key
		in.CertManager = &cm
	}
	var roots []string
	for _, root := range in.AdditionalRoots {
		roots = append(roots, strings.TrimSpace(root)+"\n")
	}
	in.AdditionalRoots = roots
	return in
}

// keySizes are those that cert-manager makes, the default first.
func keySizes(algorithm string) []int {
	if algorithm == "ECDSA" {
		return []int{256, 384, 521}
	}
	return []int{4096, 3072, 2048}
}

// canonical spells a duration as the controllers do that read and write it, so
// that nothing drifts.
func canonical(duration string) string {
	d, _ := time.ParseDuration(duration) // validated
	return d.String()
}

func convertAuth(in *v1alpha1.Auth) *v1alpha1.Auth {
	if in == nil {
		return nil
	}
	out := *in
	out.Exec.APIVersion = cmp.Or(out.Exec.APIVersion, defaultExecVersion)
	return &out
}
