package check_test

import (
	"errors"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/check"
	"isthmus.dev/isthmus/generator/component"
)

func TestGoodClusters(t *testing.T) {
	for name := range models {
		t.Run(name, func(t *testing.T) {
			m := model(t, name)
			for cluster, components := range m.components {
				if err := check.Cluster(cluster, components); err != nil {
					t.Error(err)
				}
			}
			if err := check.Tree(m.tree(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// bad is a good cluster that was changed, and a finding that it must earn.
type bad struct {
	// model and cluster to change, primary-remote-multi-network's a by default.
	model, cluster string
	change         func(t *testing.T, c []component.Component) []component.Component
	want           string
}

func (b bad) run(t *testing.T) {
	t.Helper()
	if b.model == "" {
		b.model, b.cluster = "primary-remote-multi-network", "a"
	}
	err := check.Cluster(b.cluster, b.change(t, model(t, b.model).cluster(b.cluster)))
	if b.want == "" {
		if err != nil {
			t.Fatalf("there should be no finding:\n%v", err)
		}
		return
	}
	if err == nil {
		t.Fatalf("there is no finding, want %q", b.want)
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		if !strings.HasPrefix(line, `cluster "`+b.cluster+`": `) || !strings.Contains(line, "; ") {
			t.Errorf("a finding should name the cluster and a cure: %s", line)
		}
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		if line == `cluster "`+b.cluster+`": `+b.want {
			return
		}
	}
	t.Fatalf("want the finding\n%s\ngot\n%v", b.want, err)
}

func runAll(t *testing.T, table map[string]bad) {
	t.Helper()
	for name, b := range table {
		t.Run(name, b.run)
	}
}

func TestFindingsAreTypedSortedAndAll(t *testing.T) {
	c := model(t, "multi-primary").cluster("a")
	delete(find(t, c, "Service istio-system/istiod").Map("metadata"), "namespace")
	find(t, c, "Deployment istio-system/istiod").Set("x", "spec", "serviceAccountName")
	err := check.Cluster("a", c)
	var f check.Finding
	if !errors.As(err, &f) || f.Cluster != "a" || f.Object != "Deployment.apps istio-system/istiod" || f.What != `unknown field "spec.serviceAccountName"` || f.Cure == "" {
		t.Fatalf("the first finding is %+v", f)
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) < 3 {
		t.Fatalf("there should be a finding for the webhooks too: %v", err)
	}
}
