// Package delivery writes what Argo CD and Flux need to apply the tree, each
// only where it is asked for. Both follow the order of package component.
package delivery

import (
	"errors"
	"fmt"
	"path"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/tree"
)

// Folders of the engines.
const (
	argocdFolder = "argocd"
	fluxFolder   = "flux"
)

// EntryPoints are the kustomizations that list every cluster of the plan, and so
// build only in a tree that has all of them.
func EntryPoints() []string {
	return []string{argocdFolder + "/kustomization.yaml", argocdFolder + "/applications/kustomization.yaml", fluxFolder + "/kustomization.yaml"}
}

// Cluster is a cluster with what was rendered for it.
type Cluster struct {
	plan.Cluster
	Components []component.Component
}

// Add adds the objects of the engines that the meshes ask for: what belongs to a
// cluster for the given clusters, what is shared for the whole plan, so that
// runs for some of the clusters write the same as one for all.
func Add(t *tree.Tree, p *plan.Plan, clusters []Cluster, overlays map[string][]byte) error {
	var errs []error
	for _, c := range clusters {
		m, ok := owner(p, c.Cluster)
		if !ok {
			errs = append(errs, fmt.Errorf("cluster %q: no mesh of the plan is its owner", c.Name))
			continue
		}
		if a := m.Delivery.ArgoCD; a != nil && !a.ApplicationSet {
			errs = append(errs, addApplication(t, m, c))
		}
		if m.Delivery.Flux != nil {
			errs = append(errs, addFluxCluster(t, m, c))
		}
	}
	errs = append(errs, addArgoCD(t, p, overlays), addFlux(t, p))
	return errors.Join(errs...)
}

// owner is the mesh whose delivery a cluster follows.
func owner(p *plan.Plan, c plan.Cluster) (plan.Mesh, bool) {
	for _, m := range p.Meshes {
		if m.Name == c.Owner {
			return m, true
		}
	}
	return plan.Mesh{}, false
}

// owned are the clusters whose delivery follows a mesh.
func owned(p *plan.Plan, m plan.Mesh) []plan.Cluster {
	var out []plan.Cluster
	for _, c := range p.Clusters {
		if c.Owner == m.Name {
			out = append(out, c)
		}
	}
	return out
}

// addObject adds an object as a file of a folder and returns the file's name.
func addObject(t *tree.Tree, scope, folder string, o manifest.Object) (string, error) {
	data, err := manifest.Encode(map[string]any(o))
	if err != nil {
		return "", fmt.Errorf("%s: %w", o.ID(), err)
	}
	name := manifest.FileName(o.ID())
	return name, t.Add(scope, path.Join(folder, name), data)
}

// basesOf are the shared folders that a cluster's build refers to.
func basesOf(c plan.Cluster) []string {
	if c.CRDs == nil {
		return nil
	}
	return []string{tree.CRDsFolder(c.CRDs.Version)}
}
