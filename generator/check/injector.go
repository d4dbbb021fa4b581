package check

import (
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// revisionLabel names the revision or tag that a namespace, pod or object of
// Istio's belongs to.
const revisionLabel = "istio.io/rev"

// injectOnce: no pod may match two injectors, or it gets two proxies of which
// one wins by chance. Revisions and tags that were rendered apart do that when
// their selectors overlap (istio/istio#42826, #43932).
func (s *set) injectOnce() {
	var injectors []webhook
	for _, w := range s.webhooks() {
		// Other projects change pods too; Istio's injector is called at /inject.
		// Conditions are programs, which selectors cannot be compared with.
		if w.mutates && strings.HasPrefix(w.path(), "/inject") && rulesCover(w.rules, "", "pods") && len(w.conditions) == 0 {
			injectors = append(injectors, w)
		}
	}
	type pair struct{ a, b *object }
	reported := map[pair]bool{}
	for i, a := range injectors {
		for _, b := range injectors[i+1:] {
			if reported[pair{a.object, b.object}] {
				continue // one example is enough to find the rest
			}
			namespace, both := together(a.namespaces, b.namespaces)
			if !both {
				continue
			}
			pod, both := together(a.pods, b.pods)
			if !both {
				continue
			}
			reported[pair{a.object, b.object}] = true
			s.add(b.object, "keep one of the two, or have their selectors exclude each other",
				"webhook %q and webhook %q of %s both inject into a pod %s in a namespace %s", b.name, a.name, a.id, described(pod), described(namespace))
		}
	}
}

func described(l labels.Set) string {
	if len(l) == 0 {
		return "without labels"
	}
	return "labelled " + l.String()
}

// unnamed stands for every label value that no selector names.
const unnamed = "any-other-value"

// together says whether something can match both selectors, and gives the labels
// of such a thing. A selector is a conjunction of requirements of one key each,
// so each key is decided on its own: by having no such label, one of the values
// that are named, or any other. That is exact, and does not grow with the
// product of all labels. An invalid selector matches nothing: the API refuses it.
func together(a, b *metav1.LabelSelector) (labels.Set, bool) {
	byKey := map[string][]labels.Requirement{}
	for _, in := range []*metav1.LabelSelector{a, b} {
		if in == nil {
			continue // a webhook without a selector takes everything
		}
		selector, err := metav1.LabelSelectorAsSelector(in)
		if err != nil {
			return nil, false
		}
		requirements, selectable := selector.Requirements()
		if !selectable {
			return nil, false
		}
		for _, r := range requirements {
			byKey[r.Key()] = append(byKey[r.Key()], r)
		}
	}
	out := labels.Set{}
	for key, requirements := range byKey {
		value, absent, ok := satisfy(key, requirements)
		if !ok {
			return nil, false
		}
		if !absent {
			out[key] = value
		}
	}
	return out, true
}

// satisfy finds a value that meets all requirements of one key.
func satisfy(key string, requirements []labels.Requirement) (value string, absent, ok bool) {
	meets := func(l labels.Set) bool {
		return !slices.ContainsFunc(requirements, func(r labels.Requirement) bool { return !r.Matches(l) })
	}
	if meets(labels.Set{}) {
		return "", true, true
	}
	var values []string
	for _, r := range requirements {
		values = append(values, r.Values().List()...)
	}
	slices.Sort(values)
	for _, v := range append(values, unnamed) {
		if meets(labels.Set{key: v}) {
			return v, false, true
		}
	}
	return "", false, false
}
