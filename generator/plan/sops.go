package plan

import "isthmus.dev/isthmus/generator/topology"

// SOPS are the age public keys that what a mesh keeps in Git encrypted is
// encrypted for, none where it is kept elsewhere.
type SOPS struct {
	Trust, RemoteSecrets []string
}

// Used says whether the mesh keeps anything.
func (s SOPS) Used() bool { return len(s.Trust)+len(s.RemoteSecrets) > 0 }

func sops(m topology.Mesh) SOPS {
	var out SOPS
	if m.Trust.SOPS != nil {
		out.Trust = m.Trust.SOPS.AgeRecipients
	}
	if m.RemoteSecrets.SOPS != nil {
		out.RemoteSecrets = m.RemoteSecrets.SOPS.AgeRecipients
	}
	return out
}
