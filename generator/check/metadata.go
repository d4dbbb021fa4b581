package check

import (
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"isthmus.dev/isthmus/generator/manifest"
)

// metadata reports what an API server would refuse of names, labels,
// annotations and namespaces.
func metadata(r *reporter, o manifest.Object, m metav1.Object) {
	namespaced, known := scope(o)
	if !known {
		namespaced = m.GetNamespace() != ""
	}
	for _, e := range validation.ValidateObjectMetaAccessor(m, namespaced, nameRule(o.ID()), field.NewPath("metadata")) {
		cure := "correct it in the topology or the overlay that sets it"
		if e.Field == "metadata.namespace" && namespaced && m.GetNamespace() == "" {
			cure = "set it, or the object lands in whatever namespace the one who applies it is in"
		}
		r.add(cure, "%s", line(e))
	}
}

// scope says whether a kind is namespaced, and whether that is known at all.
func scope(o manifest.Object) (namespaced, known bool) {
	gvk := schema.FromAPIVersionAndKind(o.APIVersion(), o.Kind())
	if istioGroup(gvk.Group) {
		s, found := collections.All.FindByGroupVersionAliasesKind(resource.FromKubernetesGVK(&gvk))
		return found && !s.IsClusterScoped(), found
	}
	if !scheme.Scheme.IsGroupRegistered(gvk.Group) && gvk.Group != apiextensions.GroupName {
		return false, false
	}
	// Kustomize's table of Kubernetes's kinds lacks the newer versions, but the
	// scope of a kind never changes from one version to the next. Most are v1.
	versions := []schema.GroupVersion{{Group: gvk.Group, Version: "v1"}, gvk.GroupVersion()}
	versions = append(versions, scheme.Scheme.PrioritizedVersionsForGroup(gvk.Group)...)
	for _, v := range versions {
		if namespaced, known = openapi.IsNamespaceScoped(yaml.TypeMeta{APIVersion: v.String(), Kind: gvk.Kind}); known {
			return namespaced, known
		}
	}
	return false, false
}

// nameRule is the rule for names of a kind. All that are not listed here, custom
// resources too, follow the API server's default.
func nameRule(id manifest.ID) validation.ValidateNameFunc {
	switch {
	case id.Group == "" && id.Kind == "Namespace":
		return validation.ValidateNamespaceName
	case id.Group == "" && id.Kind == "Service":
		return validation.NameIsDNS1035Label
	case id.Group == "rbac.authorization.k8s.io":
		return func(name string, _ bool) []string { return content.IsPathSegmentName(name) }
	}
	return validation.NameIsDNSSubdomain
}
