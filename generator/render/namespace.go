package render

import (
	"fmt"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
)

// namespaces renders the namespaces of a cluster: Istio's renderer makes none.
func namespaces(in []plan.Namespace) ([]manifest.Object, error) {
	out := make([]manifest.Object, 0, len(in))
	for _, n := range in {
		o, err := skeleton("namespace.yaml")
		if err != nil {
			return nil, err
		}
		o.Set(n.Name, "metadata", "name")
		if n.Network != "" {
			o.Set(n.Network, "metadata", "labels", "topology.istio.io/network")
		}
		if n.ControlPlaneClusters != "" {
			o.Set(n.ControlPlaneClusters, "metadata", "annotations", "topology.istio.io/controlPlaneClusters")
		}
		out = append(out, o)
	}
	return out, guard(out)
}

// guard annotates objects that no engine may prune or delete.
func guard(objects []manifest.Object) error {
	guards, err := skeleton("guards.yaml")
	if err != nil {
		return fmt.Errorf("guards: %w", err)
	}
	for _, o := range objects {
		mergeInto(o, guards, "metadata", "annotations")
	}
	return nil
}
