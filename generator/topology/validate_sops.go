package topology

import (
	"fmt"
	"strings"

	"filippo.io/age"

	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

const sops = "sops"

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
		} else if _, err := age.ParseX25519Recipient(r); err != nil {
			d.wrong(fmt.Sprintf("%s.ageRecipients[%d]", path, i), r, "is no age public key", "write one such as age-keygen prints (age1…)")
		}
	}
}

// decryption: what is in Git encrypted reaches the clusters with control planes,
// and Flux decrypts it only where it is told to. (Argo CD is told elsewhere, on
// its repo-server.)
func (v *validator) decryption(d *document) {
	var what []string
	if d.top.Spec.Trust.Provider == sops {
		what = append(what, "trust")
	}
	if d.top.Spec.RemoteSecrets.Provider == sops {
		what = append(what, "remote secrets")
	}
	if len(what) == 0 {
		return
	}
	for _, c := range d.top.Spec.Clusters {
		if Role(c.Role) != Primary && Role(c.Role) != External {
			continue
		}
		owner := v.ownerOf(d, c)
		if dl := owner.d.top.Spec.Delivery; dl == nil || dl.Flux == nil {
			continue
		}
		if o := owner.cluster(); o.Delivery == nil || o.Delivery.Flux == nil || o.Delivery.Flux.Decryption == nil {
			owner.d.missing(at(owner.i, "delivery.flux.decryption"), fmt.Sprintf("Flux applies cluster %q, which gets %s of mesh %q encrypted with SOPS, and would apply them as they are", c.Name, strings.Join(what, " and "), d.top.Metadata.Name),
				"write {provider: sops, secretRef: {name: …}} with the Secret that holds an age key of a recipient")
		}
	}
}

// ownerOf is the entry that a cluster's delivery comes from.
func (v *validator) ownerOf(d *document, c v1alpha1.Cluster) sharedEntry {
	own := sharedEntry{d, indexOf(d, c.Name)}
	if c.Owner {
		return own
	}
	for _, other := range v.docs {
		for i, o := range other.top.Spec.Clusters {
			if o.Name == c.Name && o.Owner {
				return sharedEntry{other, i}
			}
		}
	}
	return own
}
