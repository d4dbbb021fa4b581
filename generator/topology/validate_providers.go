package topology

import (
	"fmt"
	"net/url"
	"path"
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

func (v *validator) delivery(d *document) {
	if dl := d.top.Spec.Delivery; dl != nil {
		d.oneOf("spec.delivery.onRemove", dl.OnRemove, "orphan", "delete")
		if dl.ArgoCD != nil {
			v.argocd(d, "spec.delivery.argocd", *dl.ArgoCD)
		}
		if dl.Flux != nil {
			v.flux(d, "spec.delivery.flux", *dl.Flux)
		}
	}
	for i, c := range d.top.Spec.Clusters {
		if c.Delivery == nil {
			continue
		}
		p := at(i, "delivery")
		if a := c.Delivery.ArgoCD; a != nil {
			switch {
			case (a.Destination.Name == "") == (a.Destination.Server == ""):
				d.missing(p+".argocd.destination", "a destination has either a name or a server", "give one of the two")
			case a.Destination.Server != "":
				v.apiServer(d, p+".argocd.destination.server", a.Destination.Server)
			}
		}
		if f := c.Delivery.Flux; f != nil {
			if f.KubeConfig != nil && (f.KubeConfig.SecretRef == nil) == (f.KubeConfig.ConfigMapRef == nil) {
				d.missing(p+".flux.kubeConfig", "a kubeConfig has either a secretRef or a configMapRef", "give one of the two")
			}
			if f.Decryption != nil {
				d.oneOf(p+".flux.decryption.provider", f.Decryption.Provider, "sops")
			}
		}
	}
}

func (v *validator) argocd(d *document, p string, a v1alpha1.ArgoCD) {
	if a.Namespace != "" {
		d.label(p+".namespace", a.Namespace)
	}
	if a.Project != "" && len(validation.IsDNS1123Subdomain(a.Project)) > 0 {
		d.wrong(p+".project", a.Project, "is no name of an AppProject", "write lower-case letters, digits, hyphens and dots")
	}
	v.repoURL(d, p+".repoURL", a.RepoURL)
	v.gitRef(d, p+".targetRevision", a.TargetRevision)
	v.treePath(d, p+".path", a.Path)
	d.missing(p, notYet, "remove it for now")
}

func (v *validator) flux(d *document, p string, f v1alpha1.Flux) {
	if f.Namespace != "" {
		d.label(p+".namespace", f.Namespace)
	}
	d.oneOf(p+".mode", f.Mode, "hub", "per-cluster")
	kind := d.oneOf(p+".source.kind", f.Source.Kind, "GitRepository", "OCIRepository")
	if d.Has(p + ".source.name") {
		d.label(p+".source.name", f.Source.Name)
	}
	if kind && f.Source.Kind == "OCIRepository" {
		if d.Has(p+".source.url") && !strings.HasPrefix(f.Source.URL, "oci://") {
			d.wrong(p+".source.url", f.Source.URL, "is no URL of an OCIRepository", "write oci://HOST/REPOSITORY")
		}
		if f.Source.Branch != "" {
			d.wrong(p+".source.branch", f.Source.Branch, "an OCIRepository has no branch", "remove it")
		}
	} else {
		v.repoURL(d, p+".source.url", f.Source.URL)
	}
	v.gitRef(d, p+".source.branch", f.Source.Branch)
	v.treePath(d, p+".path", f.Path)
	d.missing(p, notYet, "remove it for now")
}

// repoURL takes what git takes, but for passwords in it.
func (v *validator) repoURL(d *document, p, value string) {
	if !d.Has(p) {
		return
	}
	u, err := url.Parse(value)
	scp := err != nil || u.Scheme == "" // git@host:path is no URL
	switch {
	case value == "" || strings.ContainsAny(value, " \t\n"):
		d.wrong(p, value, "is no URL of a Git repository", "write one such as https://git.example.com/mesh.git")
	case scp && !strings.Contains(value, ":"):
		d.wrong(p, value, "is no URL of a Git repository", "write one such as https://git.example.com/mesh.git")
	case scp:
	case u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "ssh" && u.Scheme != "git":
		d.wrong(p, value, "is no URL of a Git repository", "write one such as https://git.example.com/mesh.git")
	default:
		if _, secret := u.User.Password(); secret {
			d.missing(p, "there is a password in it", "remove it, and give the engine its credentials in a Secret of its own")
		}
	}
}

// gitRef checks the name of a branch, tag or commit.
func (v *validator) gitRef(d *document, p, value string) {
	if value != "" && (strings.ContainsAny(value, " ~^:?*[\\\t\n") || strings.HasPrefix(value, "-") || strings.Contains(value, "..")) {
		d.wrong(p, value, "is no name of a branch, tag or commit", "write one such as main")
	}
}

// treePath checks a path inside of a repository.
func (v *validator) treePath(d *document, p, value string) {
	if value == "" {
		return
	}
	clean := path.Clean(value)
	if path.IsAbs(value) || clean == ".." || strings.HasPrefix(clean, "../") || strings.Contains(value, "\\") {
		d.wrong(p, value, "leaves the repository", "write a path relative to its root, such as . or meshes/mesh1")
	}
}
