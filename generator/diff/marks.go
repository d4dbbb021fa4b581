package diff

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"isthmus.dev/isthmus/generator/manifest"
)

// Rule is the reason why a change deserves a second look.
type Rule string

// The rules.
const (
	RuleCluster      Rule = "cluster-removed"
	RuleOnRemove     Rule = "on-remove"
	RuleTrust        Rule = "trust-root"
	RuleControlPlane Rule = "control-plane-removed"
	RuleSecret       Rule = "secret-removed"
	RuleNamespace    Rule = "namespace-removed"
	RuleCRD          Rule = "crd-version"
	RuleSelector     Rule = "selector"
	RuleWebhook      Rule = "webhook-scope"
	RuleServiceType  Rule = "service-type"
	RuleServicePort  Rule = "service-port"
	RuleNetwork      Rule = "network"
	RuleMeshID       Rule = "mesh-id"
	RuleTrustDomain  Rule = "trust-domain"
	RuleIstioVersion Rule = "istio-version"
)

// Rules returns all rules, the gravest first: the order in which marks are shown.
func Rules() []Rule {
	return []Rule{
		RuleCluster, RuleOnRemove, RuleTrust, RuleControlPlane, RuleSecret, RuleNamespace, RuleCRD, RuleIstioVersion, RuleTrustDomain, RuleMeshID, RuleNetwork,
		RuleSelector, RuleWebhook, RuleServiceType, RuleServicePort,
	}
}

// objectMarks judges how an object changes.
func objectMarks(old, now *object) []Mark {
	switch now.Kind() {
	case "CustomResourceDefinition":
		return crdMarks(old, now)
	case "Deployment", "DaemonSet", "StatefulSet":
		out := volumeMarks(old, now)
		if !reflect.DeepEqual(old.Get("spec", "selector"), now.Get("spec", "selector")) {
			out = append(out, markOf(RuleSelector, now, fmt.Sprintf("spec.selector: %s → %s", brief(old.Get("spec", "selector")), brief(now.Get("spec", "selector"))),
				"The selector of a "+now.Kind()+" cannot be changed: applying it fails until the old one is deleted, and if its pods are not deleted with it they run on unowned."))
		}
		return out
	case "Service":
		return serviceMarks(old, now)
	case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration":
		return webhookMarks(old, now)
	case "Namespace":
		return networkMark(old.Text("metadata", "labels", networkLabel), now.Text("metadata", "labels", networkLabel))
	case "ConfigMap":
		return meshMarks(old, now)
	case "Certificate", "ExternalSecret":
		return sourceMarks(old, now)
	case "Application", "ApplicationSet", "Kustomization":
		return removalMarks(old, now)
	}
	return nil
}

// lonelyMarks judges an object that comes or goes. What comes with its cluster
// or goes with it is judged as a whole.
func lonelyMarks(m matched, cluster Action) []Mark {
	if cluster != Changed {
		return nil
	}
	if m.now == nil {
		switch m.old.Kind() {
		case "Namespace":
			return []Mark{markOf(RuleNamespace, m.old, "the namespace is no longer generated",
				"Deleting a namespace deletes everything in it. Its prune guards keep engines from that, so it stays in the cluster, and nobody keeps its labels and annotations up to date: delete it by hand when it is empty.")}
		case "CustomResourceDefinition":
			return []Mark{markOf(RuleCRD, m.old, "the definition is no longer generated",
				"Deleting a definition deletes every object of its kind. Its prune guards keep engines from that, so it stays in the cluster, and nobody updates it.")}
		}
		return controlPlaneMarks(m.old)
	}
	switch m.now.Kind() {
	case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration":
		if m.old == nil {
			return []Mark{markOf(RuleWebhook, m.now, "the webhook configuration is new", whyWebhook)}
		}
	}
	return nil
}

// crdMarks looks for versions that are no longer there, or serve or store no more.
func crdMarks(old, now *object) []Mark {
	const why = "Objects can no longer be read or written in a version that is not served, and the API server refuses to drop one that status.storedVersions still names: move clients and stored objects first."
	after := map[string]manifest.Object{}
	for _, v := range versions(now) {
		after[v.Text("name")] = v
	}
	var out []Mark
	for _, v := range versions(old) {
		name := v.Text("name")
		n, is := after[name]
		switch {
		case !is:
			out = append(out, markOf(RuleCRD, now, fmt.Sprintf("version %s goes", name), why))
		case v.Get("served") == true && n.Get("served") != true:
			out = append(out, markOf(RuleCRD, now, fmt.Sprintf("version %s is no longer served", name), why))
		case v.Get("storage") == true && n.Get("storage") != true:
			out = append(out, markOf(RuleCRD, now, fmt.Sprintf("version %s is replaced as the one that is stored", name), why))
		}
	}
	return out
}

func versions(o *object) []manifest.Object {
	return mapsIn(o.List("spec", "versions"))
}

// mapsIn are the maps in a list.
func mapsIn(list []any) []manifest.Object {
	var out []manifest.Object
	for _, e := range list {
		if m, ok := e.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

func markOf(rule Rule, o *object, what, why string) Mark {
	return Mark{Rule: rule, Objects: []Object{o.id}, What: what, Why: why}
}

// allMarks merges marks over clusters, and those that say the same of several objects.
func (c *comparison) allMarks() []Mark {
	var out []Mark
	at := map[string]int{}
	for _, g := range group(c.marks, c.names, rewriteMark) {
		m := g.v
		m.Clusters = g.clusters
		k := key([]any{m.Rule, m.Clusters, m.What, m.Why})
		if i, seen := at[k]; seen {
			out[i].Objects = append(out[i].Objects, m.Objects...)
			continue
		}
		at[k] = len(out)
		out = append(out, m)
	}
	order := Rules()
	for _, m := range out {
		slices.SortFunc(m.Objects, compareObjects)
	}
	slices.SortStableFunc(out, func(a, b Mark) int {
		return cmp.Or(
			cmp.Compare(slices.Index(order, a.Rule), slices.Index(order, b.Rule)),
			slices.CompareFunc(a.Objects, b.Objects, compareObjects), cmp.Compare(a.What, b.What), slices.Compare(a.Clusters, b.Clusters),
		)
	})
	return orEmpty(out)
}
