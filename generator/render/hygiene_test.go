package render

import (
	"reflect"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
)

func decode(t *testing.T, text string) manifest.Object {
	t.Helper()
	o, err := manifest.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestClean(t *testing.T) {
	in := []manifest.Object{
		decode(t, `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  namespace: istio-system
  annotations: null
  labels: {app.kubernetes.io/version: 1.0.0, helm.sh/chart: istiod-1.0.0, operator.istio.io/component: Pilot, install.operator.istio.io/owning-resource: unknown}
spec:
  replicas: 2
  template:
    metadata: {labels: {app.kubernetes.io/version: 1.0.0, helm.sh/chart: cni-2.0.0, operator.istio.io/component: Pilot}}
    spec:
      containers:
      - env:
        - {name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1000m}}}
        - {name: B, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
`),
		decode(t, "{apiVersion: apps/v1, kind: Deployment, metadata: {name: other, namespace: istio-system}, spec: {replicas: 2}}"),
		decode(t, "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: istiod, namespace: istio-system}, spec: {scaleTargetRef: {kind: Deployment, name: istiod}}}"),
	}
	if err := clean(in, "1.31.2"); err != nil {
		t.Fatal(err)
	}
	want := decode(t, `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod
  namespace: istio-system
  labels: {app.kubernetes.io/version: 1.31.2, helm.sh/chart: istiod-1.31.2}
spec:
  template:
    metadata: {labels: {app.kubernetes.io/version: 1.31.2, helm.sh/chart: cni-2.0.0}}
    spec:
      containers:
      - env:
        - {name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: "1"}}}
        - {name: B, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: "0"}}}
`)
	if !reflect.DeepEqual(in[0], want) {
		t.Errorf("got\n%v\nwant\n%v", in[0], want)
	}
	if in[1].Get("spec", "replicas") != int64(2) {
		t.Error("a Deployment without an autoscaler lost its replicas")
	}
	bad := decode(t, "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {resourceFieldRef: {divisor: x}}}")
	if err := clean([]manifest.Object{bad}, "1.31.2"); err == nil || !strings.Contains(err.Error(), `Pod p: divisor "x"`) {
		t.Errorf("got %v", err)
	}
}

func TestWebhookFields(t *testing.T) {
	for name, c := range map[string]struct {
		in           plan.Install
		kind, bundle string // the chart's
		want         string
	}{
		"validating, patched":            {plan.Install{PatchedWebhooks: true}, "Validating", "", ""},
		"validating, patched, own CA":    {plan.Install{PatchedWebhooks: true}, "Validating", "Q0E=", "Ignore Q0E="},
		"validating, terminated":         {plan.Install{}, "Validating", "", "Ignore"},
		"validating, terminated with CA": {plan.Install{CABundle: "Q0E="}, "Validating", "", "Ignore Q0E="},
		"mutating, patched":              {plan.Install{PatchedWebhooks: true}, "Mutating", "", "Ignore"},
		"mutating, terminated with CA":   {plan.Install{CABundle: "Q0E="}, "Mutating", "", "Ignore Q0E="},
	} {
		t.Run(name, func(t *testing.T) {
			o := decode(t, "{kind: "+c.kind+"WebhookConfiguration, webhooks: [{failurePolicy: Ignore, clientConfig: {url: u}}]}")
			hook := o.Each("webhooks")[0]
			if c.bundle != "" {
				hook.Set(c.bundle, "clientConfig", "caBundle")
			}
			webhookFields([]manifest.Object{o}, c.in)
			got := strings.TrimSpace(hook.Text("failurePolicy") + " " + hook.Text("clientConfig", "caBundle"))
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
