package check

import (
	"fmt"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"isthmus.dev/isthmus/generator/manifest"
)

// servicesReach: every Service with a selector leads to pods that listen. One
// without has endpoints of its own, such as a remote's istiod.
func (s *set) servicesReach() {
	for _, o := range kind[*core.Service](s) {
		spec := o.spec.Spec
		if len(spec.Selector) == 0 || spec.Type == core.ServiceTypeExternalName || s.tagElsewhere(o.spec.Labels) {
			continue
		}
		targets := s.selected(o.id.Namespace, labels.SelectorFromSet(spec.Selector))
		if len(targets) == 0 && !s.elsewhere(o.object, o.id.Namespace) && !s.unread(o.id.Namespace) {
			s.add(o.object, "correct the selector or the labels of the pods", "selector %s matches the pods of no workload in namespace %q", labels.Set(spec.Selector), o.id.Namespace)
		}
		for _, w := range targets {
			for _, p := range spec.Ports {
				if target, ok := listens(w, p); !ok {
					s.add(o.object, "correct targetPort or add the port to a container", "port %d: %s has no container port %s", p.Port, w.id, target)
				}
			}
		}
	}
}

// tagElsewhere says whether a Service stands for a revision tag in a cluster whose
// istiod runs elsewhere. Istio's charts render it there too, where it leads to
// nothing and nothing uses it: the tag's webhook calls the revision's own Service.
func (s *set) tagElsewhere(l map[string]string) bool {
	if l["istio.io/tag"] == "" {
		return false
	}
	for _, w := range s.workloads {
		if w.template.Labels["app"] == "istiod" {
			return false
		}
	}
	return true
}

// listens says whether a container of the workload has the Service's target
// port. A container may listen on a number without listing it, so where none is
// listed any number will do; a name must be listed.
func listens(w workload, p core.ServicePort) (string, bool) {
	target := p.TargetPort
	if target.Type == intstr.Int && target.IntVal == 0 {
		target = intstr.FromInt32(p.Port)
	}
	listed := false
	for _, containers := range [][]core.Container{w.template.Spec.Containers, w.template.Spec.InitContainers} {
		for _, c := range containers {
			for _, cp := range c.Ports {
				listed = true
				if target.Type == intstr.Int && cp.ContainerPort == target.IntVal || target.Type == intstr.String && cp.Name == target.StrVal {
					return target.String(), true
				}
			}
		}
	}
	return target.String(), !listed && target.Type == intstr.Int
}

// service finds a Service and says whether it has a port; 0 asks for none. The
// text says what is wrong, "" if all is well.
func (s *set) service(o *object, namespace, name string, port uint32) (problem, cure string) {
	found := s.byID[manifest.ID{Kind: "Service", Namespace: namespace, Name: name}]
	if found == nil {
		if s.elsewhere(o, namespace) {
			return "", ""
		}
		return fmt.Sprintf("there is no Service %s/%s in the cluster", namespace, name), "add the Service or correct the name"
	}
	typed, ok := found.typed.(*core.Service)
	if !ok || port == 0 {
		return "", "" // one that does not decode is reported already
	}
	for _, p := range typed.Spec.Ports {
		if p.Port >= 0 && uint32(p.Port) == port {
			return "", ""
		}
	}
	return fmt.Sprintf("Service %s/%s has no port %d", namespace, name, port), "correct the port or add it to the Service"
}
