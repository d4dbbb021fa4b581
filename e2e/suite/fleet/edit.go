package fleet

import (
	"fmt"
	"os"
	"slices"

	"sigs.k8s.io/yaml"
)

// Edit changes the spec of a topology, as a user would in its file.
type Edit func(spec map[string]any)

// edited writes a topology with edits and returns the file.
func edited(from, to string, edits []Edit) (string, error) {
	data, err := os.ReadFile(from)
	if err != nil {
		return "", err
	}
	var t map[string]any
	if err := yaml.Unmarshal(data, &t); err != nil {
		return "", fmt.Errorf("%s: %w", from, err)
	}
	spec, ok := t["spec"].(map[string]any)
	if !ok {
		return "", fmt.Errorf("%s: no spec", from)
	}
	for _, e := range edits {
		e(spec)
	}
	if data, err = yaml.Marshal(t); err != nil {
		return "", err
	}
	return to, os.WriteFile(to, data, 0o600)
}

// Cluster edits a cluster.
func Cluster(name string, edit func(cluster map[string]any)) Edit {
	return func(spec map[string]any) {
		for _, c := range spec["clusters"].([]any) {
			if c := c.(map[string]any); c["name"] == name {
				edit(c)
			}
		}
	}
}

// WithoutCluster removes a cluster.
func WithoutCluster(name string) Edit {
	return func(spec map[string]any) {
		spec["clusters"] = slices.DeleteFunc(spec["clusters"].([]any), func(c any) bool {
			return c.(map[string]any)["name"] == name
		})
	}
}

// Encrypted takes trust from certificates that are encrypted for somebody.
func Encrypted(recipient string) Edit {
	return func(spec map[string]any) {
		spec["trust"] = map[string]any{"provider": "sops", "sops": map[string]any{"ageRecipients": []any{recipient}}}
	}
}

// Decrypted has Flux decrypt with the age identity in a Secret.
func Decrypted(secret string) Edit {
	return func(spec map[string]any) {
		decryption := map[string]any{"provider": "sops", "secretRef": map[string]any{"name": secret}}
		spec["clusterDefaults"] = map[string]any{"delivery": map[string]any{"flux": map[string]any{"decryption": decryption}}}
	}
}
