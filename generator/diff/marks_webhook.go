package diff

import (
	"fmt"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/manifest"
)

const whyWebhook = "More objects pass through the webhook. Where its failure policy is Fail and istiod cannot be reached, the API server refuses all of them."

// webhookMarks looks for webhooks that see more than before.
func webhookMarks(old, now *object) []Mark {
	before := map[string]manifest.Object{}
	for _, w := range mapsIn(old.List("webhooks")) {
		before[w.Text("name")] = w
	}
	var out []Mark
	for _, w := range mapsIn(now.List("webhooks")) {
		name := w.Text("name")
		was, is := before[name]
		if !is {
			out = append(out, markOf(RuleWebhook, now, fmt.Sprintf("webhook %s is new", name), whyWebhook))
			continue
		}
		for _, selector := range []string{"namespaceSelector", "objectSelector"} {
			if !narrows(requirements(was.Map(selector)), requirements(w.Map(selector))) {
				out = append(out, markOf(RuleWebhook, now, fmt.Sprintf("webhook %s: %s: %s → %s", name, selector, brief(was[selector]), brief(w[selector])), whyWebhook))
			}
		}
		if !covers(mapsIn(was.List("rules")), mapsIn(w.List("rules"))) {
			out = append(out, markOf(RuleWebhook, now, fmt.Sprintf("webhook %s: rules: %s → %s", name, brief(was["rules"]), brief(w["rules"])), whyWebhook))
		}
	}
	return out
}

// requirement is one that a label selector makes.
type requirement struct {
	key, operator string
	values        []string
}

func requirements(selector map[string]any) []requirement {
	s := manifest.Object(selector)
	var out []requirement
	for k, v := range s.Map("matchLabels") {
		out = append(out, requirement{key: k, operator: "In", values: []string{fmt.Sprint(v)}})
	}
	for _, e := range mapsIn(s.List("matchExpressions")) {
		out = append(out, requirement{key: e.Text("key"), operator: e.Text("operator"), values: texts(e.List("values"))})
	}
	return out
}

// narrows says whether a selector selects nothing that the old one did not:
// each old requirement must follow from a new one.
func narrows(old, now []requirement) bool {
	for _, o := range old {
		if !slices.ContainsFunc(now, func(n requirement) bool { return n.implies(o) }) {
			return false
		}
	}
	return true
}

func (n requirement) implies(o requirement) bool {
	if n.key != o.key {
		return false
	}
	switch o.operator {
	case "In":
		return n.operator == "In" && subset(n.values, o.values)
	case "Exists":
		return n.operator == "Exists" || n.operator == "In"
	case "DoesNotExist":
		return n.operator == "DoesNotExist"
	case "NotIn":
		switch n.operator {
		case "NotIn":
			return subset(o.values, n.values)
		case "In":
			return !slices.ContainsFunc(n.values, func(v string) bool { return slices.Contains(o.values, v) })
		case "DoesNotExist":
			return true
		}
	}
	return false
}

// covers says whether each new rule is part of an old one.
func covers(old, now []manifest.Object) bool {
	for _, n := range now {
		if !slices.ContainsFunc(old, func(o manifest.Object) bool {
			for _, field := range []string{"operations", "apiGroups", "apiVersions", "resources"} {
				if all := texts(o.List(field)); !slices.Contains(all, "*") && !subset(texts(n.List(field)), all) {
					return false
				}
			}
			scope := o.Text("scope")
			return scope == "" || scope == "*" || scope == n.Text("scope")
		}) {
			return false
		}
	}
	return true
}

func subset(part, whole []string) bool {
	return !slices.ContainsFunc(part, func(v string) bool { return !slices.Contains(whole, v) })
}

func texts(list []any) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = fmt.Sprint(v)
	}
	return out
}

// flow writes a value in YAML's flow style, keys sorted.
func flow(v any) string {
	switch x := v.(type) {
	case map[string]any:
		parts := make([]string, 0, len(x))
		for _, k := range sortedKeys(x) {
			parts = append(parts, plain(k)+": "+flow(x[k]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = flow(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return plain(x)
	case nil:
		return "null"
	}
	return fmt.Sprint(v)
}
