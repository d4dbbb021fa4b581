package check_test

import (
	"testing"

	"isthmus.dev/isthmus/generator/component"
)

func TestInjectors(t *testing.T) {
	const (
		tag      = "MutatingWebhookConfiguration istio-revision-tag-stable"
		revision = "MutatingWebhookConfiguration.admissionregistration.k8s.io istio-sidecar-injector-1-31-0"
		tagID    = "MutatingWebhookConfiguration.admissionregistration.k8s.io istio-revision-tag-stable"
		nsHook   = `webhook "rev.namespace.sidecar-injector.istio.io"`
		podHook  = `webhook "rev.object.sidecar-injector.istio.io"`
		cure     = "; keep one of the two, or have their selectors exclude each other"
	)
	// requirement changes one requirement of a selector of a webhook.
	requirement := func(what string, hook int, selector string, i int, key, operator string, values ...any) func(*testing.T, []component.Component) []component.Component {
		return func(t *testing.T, c []component.Component) []component.Component {
			r := item(t, item(t, find(t, c, what), hook, "webhooks"), i, selector, "matchExpressions")
			clear(r)
			r["key"], r["operator"] = key, operator
			if len(values) > 0 {
				r["values"] = values
			}
			return c
		}
	}
	runAll(t, map[string]bad{
		"a tag named like a revision": {
			model: "revisions", cluster: "a", change: requirement(tag, 0, "namespaceSelector", 0, "istio.io/rev", "In", "stable", "1-31-0"),
			want: revision + ": " + nsHook + " and " + nsHook + " of " + tagID + " both inject into a pod without labels in a namespace labelled istio.io/rev=1-31-0" + cure,
		},
		"pods of two revisions": {
			model: "revisions", cluster: "a", change: requirement(tag, 1, "objectSelector", 1, "istio.io/rev", "Exists"),
			want: revision + ": " + podHook + " and " + podHook + " of " + tagID + " both inject into a pod labelled istio.io/rev=1-31-0 in a namespace without labels" + cure,
		},
		"a value that no selector names": {model: "revisions", cluster: "a", change: func(t *testing.T, c []component.Component) []component.Component {
			c = requirement(tag, 0, "namespaceSelector", 0, "istio.io/rev", "NotIn", "x")(t, c)
			c = requirement(tag, 0, "namespaceSelector", 1, "istio.io/rev", "Exists")(t, c)
			c = remove(t, c, "MutatingWebhookConfiguration istio-sidecar-injector-1-31-0")
			return requirement("MutatingWebhookConfiguration istio-sidecar-injector", 0, "namespaceSelector", 0, "istio.io/rev", "NotIn", "y")(t,
				requirement("MutatingWebhookConfiguration istio-sidecar-injector", 0, "namespaceSelector", 1, "istio.io/rev", "NotIn", "canary", "stable", "old", "x")(t, c))
		}, want: tagID + ": " + nsHook + " and " + nsHook + " of MutatingWebhookConfiguration.admissionregistration.k8s.io istio-sidecar-injector both inject into a pod without labels in a namespace labelled istio.io/rev=any-other-value" + cure},
		"within one configuration": {
			change: requirement("MutatingWebhookConfiguration istio-sidecar-injector", 0, "namespaceSelector", 1, "a", "DoesNotExist"),
			want:   "MutatingWebhookConfiguration.admissionregistration.k8s.io istio-sidecar-injector: webhook \"namespace.sidecar-injector.istio.io\" and " + nsHook + " of MutatingWebhookConfiguration.admissionregistration.k8s.io istio-sidecar-injector both inject into a pod without labels in a namespace labelled istio-injection=enabled,istio.io/rev=default" + cure,
		},
		"no selectors at all": {model: "external-terminated", cluster: "b", change: func(t *testing.T, c []component.Component) []component.Component {
			other := find(t, c, "MutatingWebhookConfiguration istio-sidecar-injector-external-istiod").Clone()
			other.Set("injector-2", "metadata", "name")
			other.Set(other.List("webhooks")[:1], "webhooks")
			hook := item(t, other, 0, "webhooks")
			delete(hook, "namespaceSelector")
			delete(hook, "objectSelector")
			return append(c, component.Component{Path: "webhooks2", Objects: append(c[0].Objects[:0:0], other)})
		}, want: "MutatingWebhookConfiguration.admissionregistration.k8s.io injector-2: " + nsHook + " and " + nsHook + " of MutatingWebhookConfiguration.admissionregistration.k8s.io istio-sidecar-injector-external-istiod both inject into a pod without labels in a namespace labelled istio.io/rev=default" + cure},
		"another project's webhook for all pods": {change: extra(`{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: other}, webhooks: [{name: a.example.com, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {url: "https://example.com/mutate"}, rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}]}`)},
	})
}
