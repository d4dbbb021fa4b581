package check_test

import "testing"

func TestBindings(t *testing.T) {
	const role = "; add the role or correct its name"
	runAll(t, map[string]bad{
		"Role":        {change: without("Role istio-system/istiod"), want: "RoleBinding.rbac.authorization.k8s.io istio-system/istiod: roleRef: there is no Role.rbac.authorization.k8s.io istio-system/istiod" + role},
		"ClusterRole": {change: without("ClusterRole istiod-clusterrole-istio-system"), want: "ClusterRoleBinding.rbac.authorization.k8s.io istiod-clusterrole-istio-system: roleRef: there is no ClusterRole.rbac.authorization.k8s.io istiod-clusterrole-istio-system" + role},
		"subject":     {change: without("ServiceAccount istio-system/istiod"), want: "ClusterRoleBinding.rbac.authorization.k8s.io istiod-clusterrole-istio-system: subjects[0]: there is no ServiceAccount istio-system/istiod; add the ServiceAccount or correct its name"},
		"subject without a namespace": {
			change: without("ServiceAccount istio-system/istio-eastwestgateway-service-account"),
			want:   "RoleBinding.rbac.authorization.k8s.io istio-system/istio-eastwestgateway-sds: subjects[0]: there is no ServiceAccount istio-system/istio-eastwestgateway-service-account; add the ServiceAccount or correct its name",
		},
		"Kubernetes's own roles": {change: extra("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: a}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}, subjects: [{kind: ServiceAccount, name: istiod, namespace: istio-system}, {kind: Group, name: g}]}")},
		"another owner's roles":  {change: extra("{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: a, namespace: theirs}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}, subjects: [{kind: ServiceAccount, name: x}]}")},
	})
}
