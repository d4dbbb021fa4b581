package delivery

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"time"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/tree"
)

// Times of a Kustomization. A commit reconciles at once whatever the interval
// is; that only bounds how long drift may stand.
const (
	fluxInterval      = 60 * time.Minute
	fluxRetryInterval = 2 * time.Minute
	fluxTimeout       = 3 * time.Minute
	sourceInterval    = time.Minute
)

// Each hop of dependsOn costs a requeue on every commit, so several stages of the
// roll-out share a Kustomization; within it Flux applies CRDs, namespaces and
// webhooks in an order of its own and the folder's kustomization in fifo order.
type fluxStage struct {
	name   string
	needs  string
	stages []component.Stage
}

// fluxStages follow the order of package component. Exposure and remote secrets
// do not wait for gateways, which are ready only once their load balancers have
// addresses.
func fluxStages() []fluxStage {
	return []fluxStage{
		{"crds-namespaces", "", []component.Stage{component.CRDs, component.Namespaces}},
		{"control-plane", "crds-namespaces", []component.Stage{component.Base, component.Trust, component.Istiod, component.Webhooks}},
		{"gateways", "control-plane", []component.Stage{component.Gateways}},
		{"exposure", "control-plane", []component.Stage{component.RemoteSecrets, component.Exposure}},
	}
}

func fluxClusterFolder(c plan.Cluster) string { return path.Join(fluxFolder, "clusters", c.Name) }

// addFluxCluster adds, for one cluster, a folder per stage and the Kustomizations
// that apply them.
func addFluxCluster(t *tree.Tree, m plan.Mesh, c Cluster) error {
	folder := fluxClusterFolder(c.Cluster)
	up := "../../../../"
	present := map[string]bool{}
	var (
		resources []string
		errs      []error
	)
	if m.Delivery.Flux.Mode == "per-cluster" {
		source, err := fluxSource(m)
		if err != nil {
			return err
		}
		name, err := addObject(t, c.Name, folder, source)
		resources, errs = append(resources, name), append(errs, err)
	}
	for _, s := range fluxStages() {
		var list []string
		for _, stage := range s.stages {
			if stage == component.CRDs {
				for _, b := range basesOf(c.Cluster) {
					list = append(list, up+b)
				}
			}
			for _, k := range c.Components {
				if k.Stage == stage {
					list = append(list, up+tree.ComponentFolder(c.Name, k))
				}
			}
		}
		if len(list) == 0 {
			continue
		}
		present[s.name] = true
		errs = append(errs, t.AddKustomization(c.Name, path.Join(folder, s.name), list))
		o, err := fluxKustomization(m, c.Cluster, s, present[s.needs])
		if err != nil {
			return err
		}
		name, err := addObject(t, c.Name, folder, o)
		resources, errs = append(resources, name), append(errs, err)
	}
	return errors.Join(append(errs, t.AddKustomization(c.Name, folder, resources))...)
}

func fluxName(m plan.Mesh, c plan.Cluster, stage string) string {
	if m.Delivery.Flux.Mode == "per-cluster" {
		return "istio-" + stage
	}
	return c.Name + "-" + stage
}

func fluxKustomization(m plan.Mesh, c plan.Cluster, s fluxStage, needs bool) (manifest.Object, error) {
	f := m.Delivery.Flux
	k := kustomizev1.Kustomization{
		TypeMeta:   metav1.TypeMeta{APIVersion: kustomizev1.GroupVersion.String(), Kind: kustomizev1.KustomizationKind},
		ObjectMeta: metav1.ObjectMeta{Name: fluxName(m, c, s.name), Namespace: f.Namespace},
		Spec: kustomizev1.KustomizationSpec{
			Interval:      metav1.Duration{Duration: fluxInterval},
			RetryInterval: &metav1.Duration{Duration: fluxRetryInterval},
			Timeout:       &metav1.Duration{Duration: fluxTimeout},
			Path:          "./" + path.Join(f.Path, fluxClusterFolder(c), s.name),
			Prune:         true,
			Wait:          true,
			SourceRef:     kustomizev1.CrossNamespaceSourceReference{Kind: f.Source.Kind, Name: f.Source.Name},
		},
	}
	if needs {
		k.Spec.DependsOn = []kustomizev1.DependencyReference{{Name: fluxName(m, c, s.needs)}}
	}
	if !m.Delivery.Delete {
		k.Spec.DeletionPolicy = kustomizev1.DeletionPolicyOrphan
	}
	if d := c.Delivery.Flux; d != nil {
		k.Spec.ServiceAccountName = d.ServiceAccountName
		k.Spec.Decryption = d.Decryption
		if f.Mode == "hub" {
			k.Spec.KubeConfig = d.KubeConfig
		}
	}
	return untyped(k)
}

// fluxSource is where Flux finds the tree. The artifact holds the whole of it,
// since folders refer to each other.
func fluxSource(m plan.Mesh) (manifest.Object, error) {
	f := m.Delivery.Flux
	head := metav1.ObjectMeta{Name: f.Source.Name, Namespace: f.Namespace}
	if f.Source.Kind == sourcev1.OCIRepositoryKind {
		return untyped(sourcev1.OCIRepository{
			TypeMeta:   metav1.TypeMeta{APIVersion: sourcev1.GroupVersion.String(), Kind: sourcev1.OCIRepositoryKind},
			ObjectMeta: head,
			Spec:       sourcev1.OCIRepositorySpec{URL: f.Source.URL, Interval: metav1.Duration{Duration: sourceInterval}},
		})
	}
	return untyped(sourcev1.GitRepository{
		TypeMeta:   metav1.TypeMeta{APIVersion: sourcev1.GroupVersion.String(), Kind: sourcev1.GitRepositoryKind},
		ObjectMeta: head,
		Spec: sourcev1.GitRepositorySpec{
			URL: f.Source.URL, Interval: metav1.Duration{Duration: sourceInterval},
			Reference: &sourcev1.GitRepositoryRef{Branch: f.Source.Branch},
		},
	})
}

// untyped turns a typed object into what is written, without the fields that
// every such object has and nobody sets.
func untyped(v any) (manifest.Object, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encoding %T: %w", v, err)
	}
	o, err := manifest.Decode(data)
	if err != nil {
		return nil, err
	}
	delete(o, "status")
	manifest.DropNulls(map[string]any(o))
	return o, nil
}

// addFlux adds the entry point of a hub: the sources, and every cluster. A Flux
// in each cluster includes flux/clusters/<cluster> instead.
func addFlux(t *tree.Tree, p *plan.Plan) error {
	var (
		resources []string
		errs      []error
		seen      = map[manifest.ID]string{}
	)
	for _, m := range p.Meshes {
		f := m.Delivery.Flux
		if f == nil || f.Mode != "hub" {
			continue
		}
		o, err := fluxSource(m)
		if err != nil {
			return err
		}
		if text := fmt.Sprint(o); seen[o.ID()] == "" {
			seen[o.ID()] = text
			name, err := addObject(t, tree.Shared, fluxFolder, o)
			resources, errs = append(resources, name), append(errs, err)
		} else if seen[o.ID()] != text {
			errs = append(errs, fmt.Errorf("mesh %q: another mesh has a source of the name %q with other content; give one of them another name", m.Name, f.Source.Name))
		}
		for _, c := range owned(p, m) {
			resources = append(resources, path.Join("clusters", c.Name))
		}
	}
	if len(resources) == 0 {
		return nil
	}
	return errors.Join(append(errs, t.AddKustomization(tree.Shared, fluxFolder, resources))...)
}
