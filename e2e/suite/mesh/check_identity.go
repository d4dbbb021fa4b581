package mesh

import (
	"bytes"
	"context"
	"fmt"
	"regexp"

	"isthmus.dev/isthmus/e2e/suite/proxy"
)

var spiffe = regexp.MustCompile(`spiffe://[A-Za-z0-9./_-]+`)

// Identified holds when a pod of every cluster gets a certificate with the
// mesh's trust domain, every other cluster's root verifies it, and clients expect
// no other name of the pods behind a Service.
func (m *Mesh) Identified(ctx context.Context) error {
	for _, c := range m.Topology.DataPlane() {
		client, err := m.client(ctx, c.Name)
		if err != nil {
			return err
		}
		id, err := client.Identity(ctx)
		if err != nil {
			return err
		}
		if want := m.spiffeID(clientName); id.URI != want {
			return fmt.Errorf("a client in %s is %s, want %s", c.Name, id.URI, want)
		}
		for _, o := range m.Topology.DataPlane() {
			root, err := m.writtenRoot(ctx, o.Name)
			if err != nil {
				return err
			}
			if m.trusted != nil && !bytes.Contains(root, bytes.TrimSpace(m.trusted)) {
				return fmt.Errorf("%s does not trust the root that the provider %q brought", o.Name, m.Topology.Spec.Trust.Provider)
			}
			if err := id.Verify(root); err != nil {
				return fmt.Errorf("a certificate of %s is not trusted in %s: %w", c.Name, o.Name, err)
			}
		}
		if err := m.expectsNames(ctx, client); err != nil {
			return err
		}
	}
	return nil
}

func (m *Mesh) spiffeID(account string) string {
	return "spiffe://" + m.Topology.Spec.TrustDomain + "/ns/" + appNamespace + "/sa/" + account
}

func (m *Mesh) expectsNames(ctx context.Context, client *proxy.Proxy) error {
	config, err := client.Config(ctx)
	if err != nil {
		return err
	}
	found := map[string]bool{}
	for _, name := range spiffe.FindAllString(proxy.Text(config.Clusters[appCluster]), -1) {
		found[name] = true
	}
	want := m.spiffeID(appName)
	if len(found) != 1 || !found[want] {
		return fmt.Errorf("a client in %s expects %s to be one of %v, want %s", client.Cluster.Name, appName, sorted(found), want)
	}
	return nil
}
