package check

import (
	policy "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"isthmus.dev/isthmus/generator/manifest"
)

// scalersTarget checks what autoscalers and disruption budgets are for.
func (s *set) scalersTarget() {
	for _, o := range s.objects {
		if o.id.Group == "autoscaling" && o.id.Kind == "HorizontalPodAutoscaler" {
			s.autoscaler(o)
		}
	}
	for _, o := range kind[*policy.PodDisruptionBudget](s) {
		selector, err := metav1.LabelSelectorAsSelector(o.spec.Spec.Selector)
		switch {
		case err != nil:
			s.add(o.object, cureField, "spec.selector: %s", line(err))
		case len(s.selected(o.id.Namespace, selector)) == 0 && !s.elsewhere(o.object, o.id.Namespace) && !s.unread(o.id.Namespace):
			s.add(o.object, "correct the selector or remove the budget", "spec.selector matches the pods of no workload in namespace %q", o.id.Namespace)
		}
	}
}

func (s *set) autoscaler(o *object) {
	// Plain fields: they are the same in every version of the kind.
	ref := manifest.Object(o.Map("spec", "scaleTargetRef"))
	id := manifest.ID{
		Group: schema.FromAPIVersionAndKind(ref.Text("apiVersion"), "").Group, Kind: ref.Text("kind"),
		Namespace: o.id.Namespace, Name: ref.Text("name"),
	}
	target := s.byID[id]
	switch {
	case target == nil && !s.elsewhere(o, o.id.Namespace):
		s.add(o, "correct scaleTargetRef or remove the autoscaler", "there is no %s to scale", id)
	case target != nil && target.Get("spec", "replicas") != nil:
		s.add(target, "remove replicas: every apply would undo what the autoscaler did", "has replicas, and %s scales it", o.id)
	}
}
