package render

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
)

// clean removes from rendered objects what an engine or istiod would fight
// over, and what the charts leave unstamped. The order does not matter.
func clean(objects []manifest.Object, version string) error {
	dropReplicas(objects)
	for _, o := range objects {
		manifest.DropNulls(map[string]any(o))
		stampLabels(map[string]any(o), version)
		if err := normalDivisors(map[string]any(o)); err != nil {
			return fmt.Errorf("%s: %w", o.ID(), err)
		}
	}
	manifest.Sort(objects)
	return nil
}

// stampLabels: charts from a source tree say 1.0.0 for their version, and bear
// labels by which istioctl's own uninstall and prune select.
func stampLabels(v any, version string) {
	switch x := v.(type) {
	case map[string]any:
		for key, inner := range x {
			labels, ok := inner.(map[string]any)
			if key != "labels" || !ok {
				stampLabels(inner, version)
				continue
			}
			for k, value := range labels {
				text, _ := value.(string) // a schema named labels has no texts
				switch {
				case strings.HasPrefix(k, "install.operator.istio.io/"), strings.HasPrefix(k, "operator.istio.io/"):
					delete(labels, k)
				case k == "app.kubernetes.io/version" && text == unstamped:
					labels[k] = version
				case k == "helm.sh/chart" && strings.HasSuffix(text, "-"+unstamped):
					labels[k] = strings.TrimSuffix(text, unstamped) + version
				}
			}
		}
	case []any:
		for _, inner := range x {
			stampLabels(inner, version)
		}
	}
}

// unstamped is the version that Istio's release builder replaces.
const unstamped = "1.0.0"

// dropReplicas: an autoscaler owns the number of replicas of its target
// (argoproj/argo-cd#5105).
func dropReplicas(objects []manifest.Object) {
	type target struct{ kind, namespace, name string }
	scaled := map[target]bool{}
	for _, o := range objects {
		if o.Kind() == "HorizontalPodAutoscaler" {
			scaled[target{o.Text("spec", "scaleTargetRef", "kind"), o.Namespace(), o.Text("spec", "scaleTargetRef", "name")}] = true
		}
	}
	for _, o := range objects {
		if scaled[target{o.Kind(), o.Namespace(), o.Name()}] {
			delete(o.Map("spec"), "replicas")
		}
	}
}

// normalDivisors writes divisors as the API server stores them: in canonical
// form, and "0" where there is none (istio/istio#53001, #56714).
func normalDivisors(v any) error {
	switch x := v.(type) {
	case map[string]any:
		ref, ok := x["resourceFieldRef"].(map[string]any)
		if ok {
			text := "0"
			if given, has := ref["divisor"]; has {
				text = fmt.Sprint(given)
			}
			q, err := resource.ParseQuantity(text)
			if err != nil {
				return fmt.Errorf("divisor %q: %w", text, err)
			}
			ref["divisor"] = q.String()
		}
		for _, inner := range x {
			if err := normalDivisors(inner); err != nil {
				return err
			}
		}
	case []any:
		for _, inner := range x {
			if err := normalDivisors(inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// webhookFields settles who owns failurePolicy and caBundle. Where istiod
// patches validating webhooks it turns Ignore into Fail and writes caBundle at
// run time, so neither is emitted and nothing drifts (istio/istio#52785,
// #59367); the API server's default is Fail. Where nobody patches, the chart's
// policy stays and the given CA is written everywhere.
func webhookFields(objects []manifest.Object, in plan.Install) {
	for _, o := range objects {
		validating := o.Kind() == "ValidatingWebhookConfiguration"
		if !validating && o.Kind() != "MutatingWebhookConfiguration" {
			continue
		}
		for _, hook := range o.Each("webhooks") {
			switch {
			case in.CABundle != "":
				hook.Set(in.CABundle, "clientConfig", "caBundle")
			case in.PatchedWebhooks && validating && hook.Get("clientConfig", "caBundle") == nil:
				delete(hook, "failurePolicy")
			}
		}
	}
}
