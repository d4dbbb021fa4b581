package delivery

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// kind is a kind of objects.
type kind struct{ group, kind string }

// clusterKinds are the cluster-scoped kinds that Istio's charts render.
func clusterKinds() []kind {
	return []kind{
		{"", "Namespace"},
		{"admissionregistration.k8s.io", "MutatingWebhookConfiguration"},
		{"admissionregistration.k8s.io", "ValidatingAdmissionPolicy"},
		{"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"},
		{"admissionregistration.k8s.io", "ValidatingWebhookConfiguration"},
		{"apiextensions.k8s.io", "CustomResourceDefinition"},
		{"rbac.authorization.k8s.io", "ClusterRole"},
		{"rbac.authorization.k8s.io", "ClusterRoleBinding"},
	}
}

// addedBy reads the kinds of all objects without a namespace in the files of
// overlays. What they are is known without rendering, so the project is the same
// whichever clusters a run renders; that it may allow the kind of a patch too
// changes nothing.
func addedBy(files map[string][]byte) ([]kind, error) {
	kinds := map[kind]bool{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".yml") {
			continue
		}
		dec := yaml.NewDecoder(bytes.NewReader(files[name]))
		for {
			var o struct {
				APIVersion string `yaml:"apiVersion"`
				Kind       string `yaml:"kind"`
				Metadata   struct {
					Namespace string `yaml:"namespace"`
				} `yaml:"metadata"`
			}
			err := dec.Decode(&o)
			if errors.Is(err, io.EOF) {
				break
			}
			var wrongType *yaml.TypeError
			if errors.As(err, &wrongType) {
				continue // a list of patches, or anything else that is no object
			}
			if err != nil {
				return nil, fmt.Errorf("overlay %q: %w", name, err)
			}
			group, _, grouped := strings.Cut(o.APIVersion, "/")
			if !grouped {
				group = ""
			}
			if o.Kind == "" || o.APIVersion == "" || group == "kustomize.config.k8s.io" {
				continue
			}
			if o.Metadata.Namespace == "" {
				kinds[kind{group, o.Kind}] = true
			}
		}
	}
	return slices.Collect(maps.Keys(kinds)), nil
}
