package check

import (
	"fmt"
	"slices"
	"strings"

	rbac "k8s.io/api/rbac/v1"

	"isthmus.dev/isthmus/generator/manifest"
)

// reader is the ServiceAccount with whose token other clusters read one. The
// chart base makes it, the chart istiod binds it: an external istiod, which has
// no base, binds it in a namespace that nobody reads.
const reader = "istio-reader-service-account"

// builtinRoles are the ClusterRoles of every cluster, with all of system:*.
func builtinRoles() []string { return []string{"admin", "cluster-admin", "edit", "view"} }

// bindingsHold checks both ends of role bindings.
func (s *set) bindingsHold() {
	for _, o := range kind[*rbac.RoleBinding](s) {
		s.binding(o.object, o.spec.RoleRef, o.spec.Subjects)
	}
	for _, o := range kind[*rbac.ClusterRoleBinding](s) {
		s.binding(o.object, o.spec.RoleRef, o.spec.Subjects)
	}
}

func (s *set) binding(o *object, role rbac.RoleRef, subjects []rbac.Subject) {
	id := manifest.ID{Group: role.APIGroup, Kind: role.Kind, Name: role.Name}
	if role.Kind == "Role" {
		id.Namespace = o.id.Namespace
	}
	builtin := role.Kind == "ClusterRole" && (strings.HasPrefix(role.Name, "system:") || slices.Contains(builtinRoles(), role.Name))
	if s.byID[id] == nil && !builtin && !s.elsewhere(o, id.Namespace) {
		s.add(o, "add the role or correct its name", "roleRef: there is no %s", id)
	}
	for i, subject := range subjects {
		if subject.Kind != rbac.ServiceAccountKind || subject.Name == reader {
			continue
		}
		namespace := subject.Namespace
		if namespace == "" {
			// Istio's charts leave it out; Kubernetes takes the binding's own.
			namespace = o.id.Namespace
		}
		s.serviceAccount(o, fmt.Sprintf("subjects[%d]", i), subject.Name, namespace)
	}
}
