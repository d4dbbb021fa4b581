package mesh

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"isthmus.dev/isthmus/e2e/suite/istiod"
	"isthmus.dev/isthmus/e2e/suite/kube"
	"isthmus.dev/isthmus/e2e/suite/operators"
	"isthmus.dev/isthmus/e2e/suite/process"
	"isthmus.dev/isthmus/e2e/suite/tree"
	"isthmus.dev/isthmus/e2e/suite/wire"
)

// Mesh is one that runs.
type Mesh struct {
	Topology *Topology
	Clusters map[string]*kube.Cluster
	// Objects of each cluster, as they were applied.
	Objects map[string][]*unstructured.Unstructured
	// Istiods of the mesh by cluster; that of an external cluster's own
	// istio-system, which only drives its gateway, is not among them.
	Istiods map[string]*istiod.Istiod

	o     Options
	names *wire.Names
	// root signs the certificates of control planes, in whoever's place.
	root *wire.Authority
	// trusted is the root that a provider of trust brings, nil for none.
	trusted []byte
	// store is behind External Secrets.
	store   operators.Store
	closers []func()
	mu      sync.Mutex
}

// Options of a mesh.
type Options struct {
	// Bin is where the binaries are, Dir takes what the mesh writes.
	Bin, Dir string
	// Topology is the file.
	Topology string
	// Authority signs the certificates with which a gateway terminates TLS.
	Authority *wire.Authority
	// CRDs are files of the objects that make Secrets, of cert-manager and External
	// Secrets.
	CRDs []string
	// Edit changes a cluster's objects before they are applied, for trees that are
	// wrong on purpose.
	Edit func(cluster string, objects []*unstructured.Unstructured) []*unstructured.Unstructured
}

// Up makes a mesh. What has come up is taken down again where the rest does not.
func Up(ctx context.Context, o Options) (*Mesh, error) {
	t, err := ReadTopology(o.Topology)
	if err != nil {
		return nil, err
	}
	m := &Mesh{
		Topology: t, o: o, Clusters: map[string]*kube.Cluster{}, Istiods: map[string]*istiod.Istiod{},
		Objects: map[string][]*unstructured.Unstructured{}, store: operators.Store{},
	}
	if err := m.up(ctx); err != nil {
		m.Down()
		return nil, err
	}
	return m, nil
}

// up follows the order of roll-out that the generated README gives: control
// planes before what they serve, Istio configuration when istiod can validate it.
func (m *Mesh) up(ctx context.Context) error {
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"generating the tree", m.generate},
		{"starting clusters", m.start},
		{"naming the gateways' addresses", m.address},
		{"applying what needs no istiod", m.install},
		{"making Secrets", m.secrets},
		{"starting istiods", m.istiods},
		{"opening the gateways", m.open},
		{"applying Istio configuration", m.configure},
		{"starting workloads", m.workloads},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// privateRoot is where a topology wants the certificate of Options.Authority. It
// then stands in the webhooks and API servers need not know it. One without it
// counts on API servers that do.
const privateRoot = "PRIVATE_ROOT"

// ageRecipient is where a topology wants somebody for whom Secrets are encrypted.
const ageRecipient = "AGE_RECIPIENT"

func (m *Mesh) generate(context.Context) error {
	text, err := os.ReadFile(m.o.Topology)
	if err != nil {
		return err
	}
	roots := m.o.Authority.Cert
	if from := ": " + privateRoot; strings.Contains(string(text), from) {
		text = []byte(strings.ReplaceAll(string(text), from, ": "+strconv.Quote(string(roots))))
		roots = nil
	}
	if text, err = m.recipient(text); err != nil {
		return err
	}
	if err := os.WriteFile(m.topology(), text, 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(m.systemRoots(), roots, 0o600); err != nil {
		return err
	}
	if m.Topology.Spec.Trust.Provider == encrypted {
		if err := tree.Isthmus(m.program(), "secrets", "ca", "-f", m.topology(), "-o", m.tree()); err != nil {
			return err
		}
	}
	return m.read()
}

// read generates the tree and reads it.
func (m *Mesh) read() error {
	if err := tree.Generate(m.program(), m.topology(), m.tree()); err != nil {
		return err
	}
	for _, c := range m.Topology.Spec.Clusters {
		objects, err := tree.Objects(m.tree(), c.Name)
		if err != nil {
			return err
		}
		if objects, err = operators.Decrypt(objects); err != nil {
			return fmt.Errorf("cluster %s: %w", c.Name, err)
		}
		if m.o.Edit != nil {
			objects = m.o.Edit(c.Name, objects)
		}
		m.Objects[c.Name] = objects
	}
	return nil
}

func (m *Mesh) program() string { return filepath.Join(m.o.Bin, "isthmus") }

func (m *Mesh) topology() string { return filepath.Join(m.o.Dir, "topology.yaml") }

func (m *Mesh) tree() string { return filepath.Join(m.o.Dir, "tree") }

// systemRoots is what the machines of API servers have for the system's roots.
func (m *Mesh) systemRoots() string { return filepath.Join(m.o.Dir, "system-roots.pem") }

func (m *Mesh) start(ctx context.Context) error {
	return m.each(func(i int, c Cluster) error {
		k, err := kube.Start(ctx, kube.Options{Name: c.Name, Number: i + 1, Bin: m.o.Bin, Dir: m.o.Dir, Roots: m.systemRoots()})
		if err != nil {
			return err
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.Clusters[c.Name] = k
		m.closers = append(m.closers, k.Stop)
		return nil
	})
}

// each does something for all clusters at once.
func (m *Mesh) each(do func(int, Cluster) error) error {
	errs := make([]error, len(m.Topology.Spec.Clusters))
	var wg sync.WaitGroup
	for i, c := range m.Topology.Spec.Clusters {
		wg.Go(func() { errs[i] = do(i, c) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (m *Mesh) install(ctx context.Context) error {
	return m.each(func(_ int, c Cluster) error {
		objects := m.Objects[c.Name]
		if slices.ContainsFunc(objects, makesSecrets) {
			if err := m.applyFiles(ctx, c.Name, m.o.CRDs); err != nil {
				return err
			}
		}
		return m.apply(ctx, c.Name, beforeConfiguration(objects))
	})
}

// apply applies objects in their order.
func (m *Mesh) apply(ctx context.Context, cluster string, objects []*unstructured.Unstructured) error {
	k := m.Clusters[cluster]
	for _, o := range objects {
		if _, err := k.Apply(ctx, o); err != nil {
			return fmt.Errorf("cluster %s: %w", cluster, err)
		}
	}
	for _, o := range objects {
		if kube.IsCRD(o) {
			if err := k.Established(ctx, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// configure applies the rest, again where a webhook was not ready, as engines do.
func (m *Mesh) configure(ctx context.Context) error {
	return m.each(func(_ int, c Cluster) error {
		all := m.Objects[c.Name]
		return process.Until(ctx, time.Minute, func(ctx context.Context) error {
			return m.apply(ctx, c.Name, all[len(beforeConfiguration(all)):])
		})
	})
}

// beforeConfiguration are the objects before the first one that istiod validates.
func beforeConfiguration(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	for i, o := range objects {
		switch o.GroupVersionKind().Group {
		case "networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io":
			return objects[:i]
		}
	}
	return objects
}

// istiods starts one for every Deployment of istiod in the trees.
func (m *Mesh) istiods(ctx context.Context) error {
	return m.each(func(_ int, c Cluster) error {
		for _, o := range m.Objects[c.Name] {
			if !isIstiod(o) {
				continue
			}
			i, err := istiod.Start(ctx, m.Clusters[c.Name], istiod.Options{
				Bin: m.o.Bin, Dir: m.o.Dir, Namespace: o.GetNamespace(), Deployment: o.GetName(), NameServer: wire.NameServer,
			})
			if i != nil {
				m.mu.Lock()
				m.closers = append(m.closers, i.Stop)
				if o.GetNamespace() == m.Topology.ControlPlaneNamespace(c) {
					m.Istiods[c.Name] = i
				}
				m.mu.Unlock()
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func isIstiod(o *unstructured.Unstructured) bool {
	if o.GetKind() != "Deployment" {
		return false
	}
	containers, _, _ := unstructured.NestedSlice(o.Object, "spec", "template", "spec", "containers")
	for _, c := range containers {
		if c, ok := c.(map[string]any); ok && c["name"] == "discovery" {
			return true
		}
	}
	return false
}

// Down ends everything, last things first.
func (m *Mesh) Down() {
	for i := len(m.closers) - 1; i >= 0; i-- {
		m.closers[i]()
	}
	m.closers = nil
}

// Logs are the ends of the istiods' logs.
func (m *Mesh) Logs() string {
	var out strings.Builder
	for name, i := range m.Istiods {
		fmt.Fprintf(&out, "istiod of %s:\n%s\n", name, i.Log(15))
	}
	return out.String()
}
