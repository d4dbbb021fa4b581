package fidelity

import (
	"strings"
	"sync"
)

// difference is one way in which a tree may differ from what Istio's renderer
// makes of the documentation's files. It is applied to the rendering and never
// to the tree, so that it says what the tree must have and not what it may.
type difference struct {
	name string
	// sentence of section 4 of the design that it stands for.
	sentence string
	// apply changes objects that were rendered together and says whether it did.
	apply func(rendered objects, c circumstances) bool
}

// circumstances of a rendering.
type circumstances struct {
	// version of Istio, "" for what is not rendered.
	version string
	// unpatched says that no istiod writes into the cluster's webhooks.
	unpatched bool
}

// allowances is the whole list. Section 4 also drops `replicas` beside an HPA and
// normalises divisors; the pinned charts render neither otherwise, so a page that
// came to need one of the two fails until it is listed here.
func allowances() []difference {
	return []difference{
		{
			"nulls", "Drop nulls (`annotations: null`).",
			func(rendered objects, _ circumstances) bool { return rendered.each(dropNulls) },
		},
		{
			"version labels", "where they say 1.0.0, write the Istio version",
			func(rendered objects, c circumstances) bool {
				return rendered.labels(func(labels object) bool {
					changed := false
					if c.version != "" && labels["app.kubernetes.io/version"] == "1.0.0" {
						labels["app.kubernetes.io/version"], changed = c.version, true
					}
					if chart := text(labels, "helm.sh/chart"); c.version != "" && strings.HasSuffix(chart, "-1.0.0") {
						labels["helm.sh/chart"], changed = strings.TrimSuffix(chart, "1.0.0")+c.version, true
					}
					return changed
				})
			},
		},
		{
			"labels of istioctl", "Drop `install.operator.istio.io/*` and `operator.istio.io/*` labels",
			func(rendered objects, _ circumstances) bool {
				return rendered.labels(func(labels object) bool {
					changed := false
					for k := range labels {
						if group, _, _ := strings.Cut(k, "/"); group == "install.operator.istio.io" || group == "operator.istio.io" {
							delete(labels, k)
							changed = true
						}
					}
					return changed
				})
			},
		},
		{
			"validating webhooks that istiod patches", "it turns `failurePolicy` from Ignore to Fail and writes `caBundle` at run time. Emit neither",
			func(rendered objects, c circumstances) bool {
				changed := false
				for id, o := range rendered {
					if id.kind != "ValidatingWebhookConfiguration" || c.unpatched {
						continue
					}
					hooks, _ := o["webhooks"].([]any) // without any there is nothing to patch
					for _, w := range hooks {
						hook, client := fields(w), fields(w, "clientConfig")
						_, policy := hook["failurePolicy"]
						_, bundle := client["caBundle"]
						delete(hook, "failurePolicy")
						delete(client, "caBundle")
						changed = changed || policy || bundle
					}
				}
				return changed
			},
		},
		{
			"guards", "CRDs and Namespaces carry guards for both engines",
			func(rendered objects, _ circumstances) bool {
				changed := false
				for id, o := range rendered {
					if id.kind != "CustomResourceDefinition" && id.kind != "Namespace" {
						continue
					}
					annotations := fields(o, "metadata", "annotations")
					if annotations == nil {
						annotations = object{}
						fields(o, "metadata")["annotations"] = annotations
					}
					annotations["argocd.argoproj.io/sync-options"] = "Prune=false,Delete=false"
					annotations["argocd.argoproj.io/compare-options"] = "IgnoreExtraneous" // it goes with Prune=false
					annotations["kustomize.toolkit.fluxcd.io/prune"] = "disabled"
					changed = true
				}
				return changed
			},
		},
	}
}

// allowed applies the list and remembers what was of use.
type allowed struct {
	unpatched bool
	used      *usage
}

// usage counts, over all cases, the renderings that a difference changed.
type usage struct {
	mu    sync.Mutex
	pages int
	count map[string]int
}

func (u *usage) page() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.pages++
}

func (a allowed) apply(rendered objects, version string) {
	for _, d := range allowances() {
		if d.apply(rendered, circumstances{version: version, unpatched: a.unpatched}) {
			a.used.mu.Lock()
			a.used.count[d.name]++
			a.used.mu.Unlock()
		}
	}
}

// each calls a function for every map in the objects, from the outside in.
func (s objects) each(f func(m object) bool) bool {
	changed := false
	for _, o := range s {
		changed = walk(o, f) || changed
	}
	return changed
}

// labels calls a function for all labels of objects and pod templates.
func (s objects) labels(f func(labels object) bool) bool {
	changed := false
	for _, o := range s {
		for _, path := range [][]string{{"metadata", "labels"}, {"spec", "template", "metadata", "labels"}} {
			if labels, ok := get(o, path...).(object); ok {
				changed = f(labels) || changed
			}
		}
	}
	return changed
}

func walk(v any, f func(m object) bool) bool {
	changed := false
	switch x := v.(type) {
	case object:
		changed = f(x)
		for _, e := range x {
			changed = walk(e, f) || changed
		}
	case []any:
		for _, e := range x {
			changed = walk(e, f) || changed
		}
	}
	return changed
}

func dropNulls(m object) bool {
	changed := false
	for k, v := range m {
		if v == nil {
			delete(m, k)
			changed = true
		}
	}
	return changed
}
