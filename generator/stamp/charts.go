package stamp

import (
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology"
)

// builtIn says whether a cluster is rendered by templates that are known to treat
// identities alike, and by no others. It is not where charts are of the user's own,
// or where a value is a template itself: of all values the built-in charts run
// pilot.initContainers alone as one (istio-discovery/templates/deployment.yaml,
// tpl). Such templates may ask for the name of one cluster, which nothing would
// show but the rendering of that very cluster.
func builtIn(c plan.Cluster) bool {
	releases := make([]topology.Release, 0, len(c.Installs)+len(c.Gateways))
	for _, in := range c.Installs {
		releases = append(releases, in.Release)
	}
	for _, g := range c.Gateways {
		releases = append(releases, g.Release)
	}
	return !slices.ContainsFunc(releases, func(r topology.Release) bool { return r.Manifests != "" || runs(r.Values, false) })
}

// runs says whether a value has a template below a field that charts run.
func runs(v any, run bool) bool {
	switch v := v.(type) {
	case string:
		return run && strings.Contains(v, "{{")
	case map[string]any:
		for key, value := range v {
			if runs(value, run || key == "initContainers") || run && strings.Contains(key, "{{") {
				return true
			}
		}
	case []any:
		for _, value := range v {
			if runs(value, run) {
				return true
			}
		}
	}
	return false
}
