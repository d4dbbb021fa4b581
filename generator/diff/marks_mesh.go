package diff

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"isthmus.dev/isthmus/generator/manifest"
)

const versionLabel = "app.kubernetes.io/version"

// networkMark judges a network, "" for none.
func networkMark(old, now string) []Mark {
	if old == now {
		return nil
	}
	return []Mark{{
		Rule: RuleNetwork, What: fmt.Sprintf("network: %s → %s", cmp.Or(old, "none"), cmp.Or(now, "none")),
		Why: "Workloads on one network reach each other directly, others through east-west gateways. Proxies learn their network when they start: restart the workloads, or traffic between clusters takes a way that does not exist.",
	}}
}

// meshMarks judges mesh ID, trust domain, roots and network in Istio's ConfigMaps.
func meshMarks(old, now *object) []Mark {
	var out []Mark
	if a, b := document(old.Get("data", "mesh")), document(now.Get("data", "mesh")); a != nil && b != nil {
		const usual = "cluster.local"
		x, y := manifest.Object(a), manifest.Object(b)
		if p, q := cmp.Or(x.Text("trustDomain"), usual), cmp.Or(y.Text("trustDomain"), usual); p != q {
			out = append(out, Mark{
				Rule: RuleTrustDomain, What: fmt.Sprintf("trust domain: %s → %s", p, q),
				Why: "Every workload gets another identity (spiffe://<trust domain>/…). Peers and authorization policies that know the old one refuse it, unless trustDomainAliases names it while certificates are renewed.",
			})
		}
		out = append(out, meshIDMark(x.Text("defaultConfig", "meshId"), y.Text("defaultConfig", "meshId"))...)
		out = append(out, rootMarks(x, y)...)
	}
	if a, b := document(old.Get("data", "values")), document(now.Get("data", "values")); a != nil && b != nil {
		x, y := manifest.Object(a), manifest.Object(b)
		out = append(out, meshIDMark(x.Text("global", "meshID"), y.Text("global", "meshID"))...)
		out = append(out, networkMark(x.Text("global", "network"), y.Text("global", "network"))...)
	}
	return out
}

func meshIDMark(old, now string) []Mark {
	if old == now {
		return nil
	}
	return []Mark{{
		Rule: RuleMeshID, What: fmt.Sprintf("mesh ID: %s → %s", cmp.Or(old, "none"), cmp.Or(now, "none")),
		Why: "All clusters of a mesh must have one mesh ID. Proxies keep the old one until they start again, so telemetry and traffic count as another mesh's until all of them have.",
	}}
}

// clusterMarks judges a cluster as a whole.
func (c *comparison) clusterMarks(scope string, row Cluster, old, now map[string]file) {
	switch row.Change {
	case Added:
		return
	case Removed:
		var spaces []string
		for _, p := range slices.Sorted(maps.Keys(old)) {
			if o := c.parser.object(old[p]); o != nil && o.Kind() == "Namespace" {
				spaces = append(spaces, o.Name())
			}
		}
		c.mark(scope, Mark{
			Rule: RuleCluster, What: fmt.Sprintf("the cluster is no longer in the topology: %d objects, and with them the namespaces %s, are no longer generated", row.Removed, strings.Join(spaces, ", ")),
			Why: "Unless delivery says onRemove: delete, nothing is uninstalled: what runs there runs on, without anyone to update it. Other control planes reach for the cluster until its remote secrets are gone.",
		})
	default:
		c.versionMark(scope, c.istio(old), c.istio(now))
	}
}

// versionMark judges the step from one version of Istio to another.
func (c *comparison) versionMark(scope string, a, b version) {
	if a.text == "" || b.text == "" {
		return
	}
	what := fmt.Sprintf("Istio %s → %s", a.text, b.text)
	switch {
	case b.major < a.major || b.major == a.major && b.minor < a.minor:
		c.mark(scope, Mark{
			Rule: RuleIstioVersion, What: what,
			Why: "Istio goes back by a minor version. Its own configuration may use fields that the older one does not know, and CRDs must not go back with it.",
		})
	case b.major > a.major || b.minor > a.minor+1:
		c.mark(scope, Mark{
			Rule: RuleIstioVersion, What: what,
			Why: "Istio supports an upgrade in place by one minor version at a time, and proxies of the old version beside the new control plane no longer than that: go by way of the minors in between.",
		})
	}
}

// version of Istio.
type version struct {
	major, minor int
	text         string
}

// istio is the highest version of Istio in a cluster, as control planes and
// webhooks are labelled with it.
func (c *comparison) istio(files map[string]file) version {
	var out version
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if name := path.Base(p); !strings.HasPrefix(name, "deployment_") && !strings.HasPrefix(name, "mutatingwebhookconfiguration_") {
			continue
		}
		o := c.parser.object(files[p])
		if o == nil || place(p) != "" || o.Text("metadata", "labels", "app.kubernetes.io/part-of") != "istio" {
			continue
		}
		if v, ok := parseVersion(o.Text("metadata", "labels", versionLabel)); ok && v.above(out) {
			out = v
		}
	}
	return out
}

func (v version) above(o version) bool {
	return cmp.Or(cmp.Compare(v.major, o.major), cmp.Compare(v.minor, o.minor), cmp.Compare(v.text, o.text)) > 0
}

// parseVersion reads major and minor, enough to see a jump.
func parseVersion(s string) (version, bool) {
	parts := strings.SplitN(strings.TrimPrefix(s, "v"), ".", 3)
	if len(parts) < 2 {
		return version{}, false
	}
	major, err := strconv.Atoi(parts[0])
	if err != nil {
		return version{}, false
	}
	minor, err := strconv.Atoi(parts[1])
	return version{major: major, minor: minor, text: s}, err == nil
}
