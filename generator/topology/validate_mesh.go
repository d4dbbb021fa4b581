package topology

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

const dnsLabel = "write lower-case letters, digits and hyphens, at most 63, with a letter or digit at both ends"

// label reports a value that is no DNS-1123 label.
func (d *document) label(path, value string) bool {
	if len(validation.IsDNS1123Label(value)) == 0 {
		return true
	}
	if d.Has(path) {
		d.wrong(path, value, "is no DNS-1123 label", dnsLabel)
	}
	return false
}

// oneOf reports a value that is not among those allowed; "" passes.
func (d *document) oneOf(path, value string, allowed ...string) bool {
	if value == "" {
		return true
	}
	for _, a := range allowed {
		if a == value {
			return true
		}
	}
	cure := "write one of "
	if len(allowed) == 1 {
		cure = "write "
	}
	d.wrong(path, value, "is not known", cure+strings.Join(allowed, ", "))
	return false
}

func (v *validator) mesh(d *document) {
	d.label("metadata.name", d.top.Metadata.Name)
	if id := d.top.Spec.MeshID; len(validation.IsValidLabelValue(id)) > 0 {
		d.wrong("spec.meshID", id, "is no mesh ID", "write letters, digits, hyphens, dots and underscores, at most 63")
	}
	if td := d.top.Spec.TrustDomain; td != "" && len(validation.IsDNS1123Subdomain(td)) > 0 {
		d.wrong("spec.trustDomain", td, "is no trust domain", "write a DNS name in lower case")
	}
	if len(d.top.Spec.Clusters) == 0 {
		d.missing("spec.clusters", "there are no clusters", "list at least one")
	}
	for i, c := range d.top.Spec.Clusters {
		d.label(at(i, "name"), c.Name)
	}
}

// networks: istiod takes pods without a network for reachable from everywhere,
// so in a mesh with networks each cluster with workloads must be on one.
func (v *validator) networks(d *document) {
	with := -1
	for i, c := range d.top.Spec.Clusters {
		if c.Network == "" {
			continue
		}
		if len(validation.IsValidLabelValue(c.Network)) > 0 {
			d.wrong(at(i, "network"), c.Network, "is no label value", "write letters, digits, hyphens, dots and underscores, at most 63, with a letter or digit at both ends")
		}
		if Role(c.Role) == External {
			if d.explicit(i, "network") {
				d.wrong(at(i, "network"), c.Network, "an external cluster has no workloads and so no network", "remove it")
			}
			continue
		}
		if with < 0 {
			with = i
		}
	}
	if with < 0 {
		return
	}
	for i, c := range d.top.Spec.Clusters {
		if c.Network == "" && Role(c.Role) != External && !undecided(c) {
			d.missing(at(i, "network"), fmt.Sprintf("cluster %q has no network, but %q has one", c.Name, d.top.Spec.Clusters[with].Name),
				"set the network of every cluster with workloads, or of none")
		}
	}
}
