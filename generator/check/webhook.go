package check

import (
	"net/url"
	"strings"

	admission "k8s.io/api/admissionregistration/v1"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"isthmus.dev/isthmus/generator/manifest"
)

// webhook is one webhook of a configuration of either kind.
type webhook struct {
	*object
	name               string
	client             admission.WebhookClientConfig
	namespaces, pods   *metav1.LabelSelector
	rules              []admission.RuleWithOperations
	conditions         []admission.MatchCondition
	mutates, validates bool
}

func (s *set) webhooks() []webhook {
	var out []webhook
	for _, o := range kind[*admission.MutatingWebhookConfiguration](s) {
		for _, w := range o.spec.Webhooks {
			out = append(out, webhook{o.object, w.Name, w.ClientConfig, w.NamespaceSelector, w.ObjectSelector, w.Rules, w.MatchConditions, true, false})
		}
	}
	for _, o := range kind[*admission.ValidatingWebhookConfiguration](s) {
		for _, w := range o.spec.Webhooks {
			out = append(out, webhook{o.object, w.Name, w.ClientConfig, w.NamespaceSelector, w.ObjectSelector, w.Rules, w.MatchConditions, false, true})
		}
	}
	return out
}

// path under which the webhook calls its server.
func (w webhook) path() string {
	if ref := w.client.Service; ref != nil && ref.Path != nil {
		return *ref.Path
	}
	if w.client.URL != nil {
		if u, err := url.Parse(*w.client.URL); err == nil {
			return u.Path
		}
	}
	return ""
}

// webhooksReach: a webhook that calls a Service finds it, with the port.
func (s *set) webhooksReach() {
	for _, w := range s.webhooks() {
		ref := w.client.Service
		if ref == nil {
			continue
		}
		port := uint32(443) // the API's default
		if ref.Port != nil && *ref.Port > 0 {
			port = uint32(*ref.Port)
		}
		if problem, cure := s.service(w.object, ref.Namespace, ref.Name, port); problem != "" {
			s.add(w.object, cure, "webhook %q: %s", w.name, problem)
			continue
		}
		if found := s.byID[manifest.ID{Kind: "Service", Namespace: ref.Namespace, Name: ref.Name}]; found != nil {
			if typed, ok := found.typed.(*core.Service); ok && typed.Spec.Type == core.ServiceTypeExternalName {
				s.add(w.object, "call the server by URL", "webhook %q: Service %s/%s is an ExternalName, which has no endpoints that an API server could call", w.name, ref.Namespace, ref.Name)
			}
		}
	}
}

// validateOnce: at most one configuration judges Istio's objects that name no
// revision. With two of them, the older control plane refuses what only the
// newer one knows.
func (s *set) validateOnce() {
	var first *object
	for _, w := range s.webhooks() {
		if !w.validates || !strings.HasPrefix(w.path(), "/validate") || !rulesCover(w.rules, "networking.istio.io", "gateways") || len(w.conditions) > 0 {
			continue
		}
		if _, both := together(w.pods, &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
			{Key: revisionLabel, Operator: metav1.LabelSelectorOpDoesNotExist},
		}}); !both {
			continue
		}
		if first != nil && first != w.object {
			s.add(w.object, "keep one default validator: one revision only is the default", "validates configuration that names no revision, and so does %s", first.id)
			continue
		}
		first = w.object
	}
}

// rulesCover says whether a webhook is called when such an object is made.
func rulesCover(rules []admission.RuleWithOperations, group, resource string) bool {
	has := func(list []string, want string) bool {
		for _, v := range list {
			if v == want || v == "*" || v == "*/*" {
				return true
			}
		}
		return false
	}
	for _, r := range rules {
		creates := false
		for _, op := range r.Operations {
			creates = creates || op == admission.Create || op == admission.OperationAll
		}
		if creates && has(r.APIGroups, group) && has(r.Resources, resource) {
			return true
		}
	}
	return false
}
