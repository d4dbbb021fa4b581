package mesh

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// Observed holds when every control plane sees every cluster with workloads,
// once and in sync, and no other.
func (m *Mesh) Observed(ctx context.Context) error {
	var want []string
	for _, c := range m.Topology.DataPlane() {
		want = append(want, c.Name)
	}
	slices.Sort(want)
	for _, host := range m.Topology.Hosts() {
		got, err := m.observes(ctx, host.Name)
		if err != nil {
			return err
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("the istiod of %s observes clusters %v, want %v", host.Name, got, want)
		}
	}
	return nil
}

// observes lists the clusters that an istiod observes, all of them in sync.
func (m *Mesh) observes(ctx context.Context, host string) ([]string, error) {
	var clusters []struct{ ID, SyncStatus string }
	if err := m.Istiods[host].Debug(ctx, "clusterz", &clusters); err != nil {
		return nil, err
	}
	var out []string
	for _, c := range clusters {
		if c.SyncStatus != "synced" {
			return nil, fmt.Errorf("the istiod of %s has not synced cluster %s: %s", host, c.ID, c.SyncStatus)
		}
		out = append(out, c.ID)
	}
	slices.Sort(out)
	return out, nil
}

// Configured holds when proxies follow the configuration of the cluster in which
// their control plane keeps it, and of no other.
func (m *Mesh) Configured(ctx context.Context) error {
	for _, c := range m.Topology.DataPlane() {
		client, err := m.client(ctx, c.Name)
		if err != nil {
			return err
		}
		config, err := client.Config(ctx)
		if err != nil {
			return err
		}
		for _, o := range m.Topology.DataPlane() {
			name := fmt.Sprintf("outbound|443||%s", configuredHost(o.Name))
			_, got := config.Clusters[name]
			if want := o.Name == m.Topology.Configures(c); got != want {
				return fmt.Errorf("proxies of %s follow the configuration in %s: %t, want %t", c.Name, o.Name, got, want)
			}
		}
	}
	return nil
}

// sorted keys of a set.
func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
