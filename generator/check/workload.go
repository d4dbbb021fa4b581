package check

import (
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"isthmus.dev/isthmus/generator/manifest"
)

// workload is an object that makes pods.
type workload struct {
	*object
	selector *metav1.LabelSelector
	template core.PodTemplateSpec
	replicas *int32
}

func newWorkload(o *object) (workload, bool) {
	switch t := o.typed.(type) {
	case *apps.Deployment:
		return workload{o, t.Spec.Selector, t.Spec.Template, t.Spec.Replicas}, true
	case *apps.StatefulSet:
		return workload{o, t.Spec.Selector, t.Spec.Template, t.Spec.Replicas}, true
	case *apps.DaemonSet:
		return workload{o, t.Spec.Selector, t.Spec.Template, nil}, true
	}
	return workload{}, false
}

// selected returns the workloads whose pods bear all the labels, of one
// namespace or, with "", of any.
func (s *set) selected(namespace string, by labels.Selector) []workload {
	var out []workload
	for _, w := range s.workloads {
		if (namespace == "" || w.id.Namespace == namespace) && by.Matches(labels.Set(w.template.Labels)) {
			out = append(out, w)
		}
	}
	return out
}

// workloadsHold checks what a workload refers to.
func (s *set) workloadsHold() {
	for _, w := range s.workloads {
		selector, err := metav1.LabelSelectorAsSelector(w.selector)
		switch {
		case err != nil:
			s.add(w.object, cureField, "spec.selector: %s", line(err))
		case w.selector == nil || selector.Empty() || !selector.Matches(labels.Set(w.template.Labels)):
			s.add(w.object, "give the template the labels that the selector asks for", "spec.selector does not match the labels of its own pods")
		}
		for _, e := range metavalidation.ValidateLabels(w.template.Labels, field.NewPath("spec", "template", "metadata", "labels")) {
			s.add(w.object, cureField, "%s", line(e))
		}
		s.serviceAccount(w.object, "spec.template.spec.serviceAccountName", w.template.Spec.ServiceAccountName, w.id.Namespace)
		s.configMaps(w)
	}
}

// serviceAccount checks that a ServiceAccount exists. Kubernetes makes the one
// called default in every namespace.
func (s *set) serviceAccount(o *object, path, name, namespace string) {
	if name == "" || name == "default" || s.elsewhere(o, namespace) {
		return
	}
	if s.byID[manifest.ID{Kind: "ServiceAccount", Namespace: namespace, Name: name}] == nil {
		s.add(o, "add the ServiceAccount or correct its name", "%s: there is no ServiceAccount %s/%s", path, namespace, name)
	}
}

// configMaps checks those without which the pods do not start.
func (s *set) configMaps(w workload) {
	for _, v := range w.template.Spec.Volumes {
		if v.ConfigMap == nil || v.ConfigMap.Optional != nil && *v.ConfigMap.Optional {
			continue
		}
		switch v.ConfigMap.Name {
		case "istio-ca-root-cert", "kube-root-ca.crt":
			continue // istiod and Kubernetes write these into every namespace
		}
		id := manifest.ID{Kind: "ConfigMap", Namespace: w.id.Namespace, Name: v.ConfigMap.Name}
		if s.byID[id] == nil && !s.elsewhere(w.object, w.id.Namespace) {
			s.add(w.object, "add the ConfigMap, correct its name, or mark the volume as optional", "volume %q: there is no ConfigMap %s/%s, and the pods wait for it", v.Name, w.id.Namespace, v.ConfigMap.Name)
		}
	}
}
