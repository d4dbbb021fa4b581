package topology

import (
	"fmt"
	"net/url"
	"path"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

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
	v.fluxReach(d)
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

// fluxReach: a hub applies what has no kubeConfig to its own cluster, which is
// one; a Flux in each cluster needs none.
func (v *validator) fluxReach(d *document) {
	if d.top.Spec.Delivery == nil || d.top.Spec.Delivery.Flux == nil {
		return
	}
	perCluster := d.top.Spec.Delivery.Flux.Mode == "per-cluster"
	hub := ""
	for i, c := range d.top.Spec.Clusters {
		reached := c.Delivery != nil && c.Delivery.Flux != nil && c.Delivery.Flux.KubeConfig != nil
		field := at(i, "delivery.flux.kubeConfig")
		switch {
		case perCluster && reached && d.explicit(i, "delivery.flux.kubeConfig"):
			d.missing(field, "a Flux in each cluster (mode: per-cluster) needs no kubeConfig", "remove it, or write mode: hub")
		case perCluster || reached || Role(c.Role) == External && !c.Owner && v.sharedByOthers(d, c.Name):
		case hub != "":
			d.missing(field, fmt.Sprintf("cluster %q has no kubeConfig, and neither has %q: a hub applies what has none to its own cluster", c.Name, hub), "give all clusters one but the hub's own")
		default:
			hub = c.Name
		}
	}
}

// sharedByOthers says whether another document names the cluster too.
func (v *validator) sharedByOthers(d *document, name string) bool {
	for _, other := range v.docs {
		if other == d {
			continue
		}
		for _, c := range other.top.Spec.Clusters {
			if c.Name == name {
				return true
			}
		}
	}
	return false
}
