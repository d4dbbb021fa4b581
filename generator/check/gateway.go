package check

import (
	"slices"
	"strings"

	networking "istio.io/api/networking/v1alpha3"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"isthmus.dev/isthmus/generator/component"
)

// gatewaysReach: every Gateway configures the pods of exactly one gateway, on
// ports that the Service in front of them has. Istio looks for the pods in all
// namespaces.
func (s *set) gatewaysReach() {
	for _, o := range kind[*networking.Gateway](s) {
		if len(o.spec.GetSelector()) == 0 {
			continue // it is for every gateway
		}
		by := labels.Set(o.spec.GetSelector())
		targets := s.selected("", by.AsSelector())
		if len(targets) == 0 && !s.unread("") {
			s.add(o.object, "select by the labels of a gateway of this cluster", "selector %s matches the pods of no workload", by)
		}
		var generated []string
		for _, w := range targets {
			if w.stage == component.Gateways && !w.added {
				generated = append(generated, w.id.String())
			}
			s.gatewayPorts(o, w)
		}
		if len(generated) > 1 {
			s.add(o.object, "give each gateway a label of its own and select by that", "selector %s matches more than one gateway: %s", by, strings.Join(generated, " and "))
		}
	}
}

// gatewayPorts checks the servers against the Services in front of a workload:
// Istio takes a server's port for a port of the Service and listens on its
// target port.
func (s *set) gatewayPorts(gateway typedObject[*networking.Gateway], w workload) {
	var services []string
	var ports []uint32
	for _, o := range kind[*core.Service](s) {
		spec := o.spec.Spec
		if o.id.Namespace != w.id.Namespace || len(spec.Selector) == 0 || !labels.SelectorFromSet(spec.Selector).Matches(labels.Set(w.template.Labels)) {
			continue
		}
		services = append(services, o.id.String())
		for _, p := range spec.Ports {
			if p.Port > 0 {
				ports = append(ports, uint32(p.Port))
			}
		}
	}
	if len(services) == 0 {
		s.add(gateway.object, "add a Service that selects its pods", "nothing leads to %s: no Service selects its pods", w.id)
		return
	}
	for _, server := range gateway.spec.GetServers() {
		if n := server.GetPort().GetNumber(); !slices.Contains(ports, n) {
			s.add(gateway.object, "add the port to the gateway's Service or use one that it has", "%s has no port %d, which server %q listens on", strings.Join(services, " and "), n, server.GetPort().GetName())
		}
	}
}
