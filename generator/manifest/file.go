package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// maxName keeps file names below the 255 bytes that file systems allow, with
// room for what tools append.
const maxName = 200

// FileName is where an object lies in its component's folder:
// kind_name.yaml or kind_namespace_name.yaml, in lower case. Kinds of groups
// that are not Kubernetes's or Istio's own are followed by their group. No
// Kubernetes name has an underscore, so two objects never share a file; names
// that would not do as file names, or are too long, end in a hash.
func FileName(id ID) string {
	kind := strings.ToLower(id.Kind)
	if !wellKnown(id.Group) {
		kind += "." + id.Group
	}
	parts := []string{kind}
	if id.Namespace != "" {
		parts = append(parts, id.Namespace)
	}
	parts = append(parts, id.Name)
	name := strings.Join(parts, "_")
	if len(name) <= maxName && plain(kind) && plain(id.Namespace) && plain(id.Name) {
		return name + ".yaml"
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{id.Group, id.Kind, id.Namespace, id.Name}, "\x00")))
	clean := strings.Map(func(r rune) rune {
		if plain(string(r)) || r == '_' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
	if len(clean) > maxName-40 {
		clean = clean[:maxName-40]
	}
	return clean + "_" + hex.EncodeToString(sum[:16]) + "_.yaml"
}

// wellKnown groups share no kind with each other, so the kind tells enough.
func wellKnown(group string) bool {
	switch group {
	case "", "apps", "autoscaling", "policy", "batch", "rbac.authorization.k8s.io", "admissionregistration.k8s.io",
		"apiextensions.k8s.io", "discovery.k8s.io", "networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io":
		return true
	}
	return false
}

func plain(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' {
			return false
		}
	}
	return true
}
