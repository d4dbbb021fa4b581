package diff

import (
	"cmp"
	"fmt"

	"isthmus.dev/isthmus/generator/manifest"
)

// serviceMarks judges selector, type and ports of a Service.
func serviceMarks(old, now *object) []Mark {
	var out []Mark
	if a, b := brief(old.Get("spec", "selector")), brief(now.Get("spec", "selector")); a != b {
		out = append(out, markOf(RuleSelector, now, fmt.Sprintf("spec.selector: %s → %s", a, b),
			"The Service sends its traffic to other pods, and to none if no pod has these labels."))
	}
	const clusterIP = "ClusterIP"
	if a, b := cmp.Or(old.Text("spec", "type"), clusterIP), cmp.Or(now.Text("spec", "type"), clusterIP); a != b {
		out = append(out, markOf(RuleServiceType, now, fmt.Sprintf("spec.type: %s → %s", a, b),
			"A load balancer may be released or made, and the address with it that DNS, firewalls and other clusters know."))
	}
	const why = "Whoever uses the port (load balancers, firewalls, clients in other clusters) must follow at the same time."
	before, after := ports(old), ports(now)
	for _, p := range before {
		q, is := find(after, p.name)
		switch {
		case !is:
			out = append(out, markOf(RuleServicePort, now, fmt.Sprintf("port %s goes (%s)", p.name, p.text), why))
		case p.text != q.text:
			out = append(out, markOf(RuleServicePort, now, fmt.Sprintf("port %s: %s → %s", p.name, p.text, q.text), why))
		}
	}
	for _, p := range after {
		if _, was := find(before, p.name); !was {
			out = append(out, markOf(RuleServicePort, now, fmt.Sprintf("port %s is new (%s)", p.name, p.text),
				"One more port is open, to the Internet if the load balancer is."))
		}
	}
	return out
}

// port of a Service, by its name, or its number if it has none.
type port struct{ name, text string }

func ports(o *object) []port {
	var out []port
	for _, p := range mapsIn(o.List("spec", "ports")) {
		text := fmt.Sprintf("%v/%s", p["port"], cmp.Or(p.Text("protocol"), "TCP"))
		if t, is := p["targetPort"]; is {
			text += fmt.Sprintf(" to %v", t)
		}
		if n, is := p["nodePort"]; is {
			text += fmt.Sprintf(" on node port %v", n)
		}
		out = append(out, port{name: cmp.Or(p.Text("name"), fmt.Sprint(p["port"])), text: text})
	}
	return out
}

func find(ports []port, name string) (port, bool) {
	for _, p := range ports {
		if p.name == name {
			return p, true
		}
	}
	return port{}, false
}

// brief is a value on one line.
func brief(v any) string {
	switch x := v.(type) {
	case nil:
		return "none"
	case manifest.Object:
		return flow(map[string]any(x))
	default:
		return flow(v)
	}
}
