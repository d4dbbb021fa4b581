package mesh

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"isthmus.dev/isthmus/e2e/suite/kube"
)

// Reapplied holds when applying every object once more changes nothing.
func (m *Mesh) Reapplied(ctx context.Context) error {
	var errs []error
	for _, c := range m.Topology.Spec.Clusters {
		k := m.Clusters[c.Name]
		for _, o := range m.Objects[c.Name] {
			before, err := k.Get(ctx, o)
			if err != nil {
				return err
			}
			after, err := k.Apply(ctx, o)
			if err != nil {
				return err
			}
			if kube.Changed(o, before, after) {
				errs = append(errs, fmt.Errorf("cluster %s: applying %s once more changed it", c.Name, kube.ID(o)))
			}
		}
	}
	return errors.Join(errs...)
}

// Drifted is what a server-side diff finds between the trees and the clusters.
func (m *Mesh) Drifted(ctx context.Context) error {
	var errs []error
	for _, c := range m.Topology.Spec.Clusters {
		found, err := m.Clusters[c.Name].Drift(ctx, m.Objects[c.Name])
		if err != nil {
			return err
		}
		if len(found) > 0 {
			errs = append(errs, fmt.Errorf("cluster %s drifts:\n%s", c.Name, strings.Join(found, "\n")))
		}
	}
	return errors.Join(errs...)
}
