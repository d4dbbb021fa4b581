package topology

import (
	"fmt"
	"slices"

	"isthmus.dev/isthmus/generator/several"
)

// storeKeys: under one key a control plane's cacerts and the token of its cluster
// would be one secret of the store, and whoever may read the token there reads the
// key that signs for the mesh.
func (v *validator) storeKeys(d *document) {
	t, r := d.top.Spec.Trust.ExternalSecrets, d.top.Spec.RemoteSecrets.ExternalSecrets
	if t == nil || r == nil || t.StoreRef != r.StoreRef {
		return
	}
	var hosts []string
	cacerts := map[string]bool{}
	for _, c := range d.top.Spec.Clusters {
		if Role(c.Role) == Primary || Role(c.Role) == External {
			hosts = append(hosts, c.Name)
			cacerts[t.KeyPrefix+c.Name] = true
		}
	}
	var shared []string
	for _, c := range d.top.Spec.Clusters {
		key := fmt.Sprintf("%q", r.KeyPrefix+c.Name)
		if Role(c.Role) != External && cacerts[r.KeyPrefix+c.Name] && len(others(hosts, c.Name)) > 0 && !slices.Contains(shared, key) {
			shared = append(shared, key)
		}
	}
	if len(shared) > 0 {
		d.missing("spec.trust.externalSecrets.keyPrefix", fmt.Sprintf("%s of %s would hold remote secrets too, and whoever may read those could read the keys that sign for the mesh", several.Names(shared, few), t.StoreRef.Name),
			"write a keyPrefix that remoteSecrets has not, such as mesh1/ca/ beside mesh1/")
	}
}
