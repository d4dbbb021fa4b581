package check

import (
	"slices"
	"strings"

	networking "istio.io/api/networking/v1alpha3"

	"isthmus.dev/isthmus/generator/manifest"
)

// meshGateway is Istio's name for all sidecars.
const meshGateway = "mesh"

// routesReach: VirtualServices and DestinationRules refer to what exists.
func (s *set) routesReach() {
	for _, o := range kind[*networking.VirtualService](s) {
		s.routeGateways(o)
		for _, d := range destinations(o.spec) {
			s.host(o.object, d.GetHost(), d.GetPort().GetNumber())
		}
	}
	for _, o := range kind[*networking.DestinationRule](s) {
		s.host(o.object, o.spec.GetHost(), 0)
		policies := []*networking.TrafficPolicy{o.spec.GetTrafficPolicy()}
		for _, subset := range o.spec.GetSubsets() {
			policies = append(policies, subset.GetTrafficPolicy())
		}
		for _, p := range policies {
			for _, setting := range p.GetPortLevelSettings() {
				s.host(o.object, o.spec.GetHost(), setting.GetPort().GetNumber())
			}
		}
	}
}

func (s *set) routeGateways(o typedObject[*networking.VirtualService]) {
	names := slices.Clone(o.spec.GetGateways())
	for _, r := range o.spec.GetHttp() {
		for _, m := range r.GetMatch() {
			names = append(names, m.GetGateways()...)
		}
	}
	for _, r := range o.spec.GetTls() {
		for _, m := range r.GetMatch() {
			names = append(names, m.GetGateways()...)
		}
	}
	for _, r := range o.spec.GetTcp() {
		for _, m := range r.GetMatch() {
			names = append(names, m.GetGateways()...)
		}
	}
	for _, name := range names {
		if name == meshGateway {
			continue
		}
		namespace, short, qualified := strings.Cut(name, "/")
		if !qualified {
			namespace, short = o.id.Namespace, name
		}
		id := manifest.ID{Group: "networking.istio.io", Kind: "Gateway", Namespace: namespace, Name: short}
		if s.byID[id] == nil && !s.elsewhere(o.object, namespace) {
			s.add(o.object, "add the Gateway or correct its name", "there is no Gateway %s/%s", namespace, short)
		}
	}
}

func destinations(v *networking.VirtualService) []*networking.Destination {
	var out []*networking.Destination
	for _, r := range v.GetHttp() {
		for _, d := range r.GetRoute() {
			out = append(out, d.GetDestination())
		}
		if r.GetMirror() != nil {
			out = append(out, r.GetMirror())
		}
		for _, m := range r.GetMirrors() {
			out = append(out, m.GetDestination())
		}
	}
	for _, r := range v.GetTls() {
		for _, d := range r.GetRoute() {
			out = append(out, d.GetDestination())
		}
	}
	for _, r := range v.GetTcp() {
		for _, d := range r.GetRoute() {
			out = append(out, d.GetDestination())
		}
	}
	return out
}

// host checks a host that is the name of a Service in the cluster. Any other is
// for DNS or a ServiceEntry to answer.
func (s *set) host(o *object, host string, port uint32) {
	name, namespace, local := clusterLocal(host, o.id.Namespace)
	if !local || s.hasEntry(host) {
		return
	}
	if problem, cure := s.service(o, namespace, name, port); problem != "" {
		s.add(o, cure, "host %q: %s", host, problem)
	}
}

// clusterLocal reads the host of a Service as Istio does: name alone, in the
// namespace of the object, or name.namespace.svc and the cluster's domain.
func clusterLocal(host, own string) (name, namespace string, ok bool) {
	parts := strings.Split(host, ".")
	switch {
	case host == "" || strings.Contains(host, "*"):
		return "", "", false
	case len(parts) == 1:
		return host, own, true
	case len(parts) > 2 && parts[2] == "svc":
		return parts[0], parts[1], true
	}
	return "", "", false
}

func (s *set) hasEntry(host string) bool {
	for _, o := range kind[*networking.ServiceEntry](s) {
		if slices.Contains(o.spec.GetHosts(), host) {
			return true
		}
	}
	return false
}
