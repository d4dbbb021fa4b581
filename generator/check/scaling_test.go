package check_test

import "testing"

func TestScaling(t *testing.T) {
	runAll(t, map[string]bad{
		"HPA without a target": {
			change: set("HorizontalPodAutoscaler istio-system/istiod", "pilot", "spec", "scaleTargetRef", "name"),
			want:   "HorizontalPodAutoscaler.autoscaling istio-system/istiod: there is no Deployment.apps istio-system/pilot to scale; correct scaleTargetRef or remove the autoscaler",
		},
		"replicas beside an HPA": {
			change: set("Deployment istio-system/istiod", int64(2), "spec", "replicas"),
			want:   "Deployment.apps istio-system/istiod: has replicas, and HorizontalPodAutoscaler.autoscaling istio-system/istiod scales it; remove replicas: every apply would undo what the autoscaler did",
		},
		"PDB": {
			change: extra("{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a, namespace: istio-system}, spec: {minAvailable: 1, selector: {matchLabels: {istio: pilott}}}}"),
			want:   `PodDisruptionBudget.policy istio-system/a: spec.selector matches the pods of no workload in namespace "istio-system"; correct the selector or remove the budget`,
		},
		"PDB with an invalid selector": {
			change: extra("{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a, namespace: istio-system}, spec: {minAvailable: 1, selector: {matchExpressions: [{key: a, operator: In}]}}}"),
			want:   `PodDisruptionBudget.policy istio-system/a: spec.selector: values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty` + cureField,
		},
		"good PDB":                     {change: extra("{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a, namespace: istio-system}, spec: {minAvailable: 1, selector: {matchLabels: {app: istiod}}}}")},
		"PDB for another owner's pods": {change: extra("{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a, namespace: theirs}, spec: {minAvailable: 1, selector: {matchLabels: {app: x}}}}")},
		"HPA for another owner's pods": {change: extra("{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a, namespace: theirs}, spec: {maxReplicas: 2, scaleTargetRef: {kind: Deployment, name: a}}}")},
	})
}
