package tree

import (
	"fmt"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
)

// ClusterFolder is the folder of a cluster.
func ClusterFolder(cluster string) string { return path.Join("clusters", cluster) }

// CRDsFolder is the folder of the CRDs of one version of the charts, which all
// clusters with that version share.
func CRDsFolder(version string) string { return path.Join("base", "istio-crds-"+version) }

// ComponentFolder is the folder of a cluster's component.
func ComponentFolder(cluster string, c component.Component) string {
	if c.Shared {
		return c.Path
	}
	return path.Join(ClusterFolder(cluster), c.Path)
}

// AddFolder adds a folder with one file per object and a kustomization that
// lists them, and after them other folders of the repository.
func (t *Tree) AddFolder(scope, folder string, objects []manifest.Object, folders ...string) error {
	files, err := manifest.Files(objects)
	if err != nil {
		return err
	}
	return t.AddFiles(scope, folder, files, folders...)
}

// AddFiles is AddFolder for objects that are written already.
func (t *Tree) AddFiles(scope, folder string, files []manifest.File, folders ...string) error {
	k := kustomization()
	for _, f := range files {
		if err := t.AddText(scope, path.Join(folder, f.Name), f.Text); err != nil {
			return err
		}
		k.Resources = append(k.Resources, f.Name)
	}
	for _, f := range folders {
		k.Resources = append(k.Resources, strings.Repeat("../", strings.Count(folder, "/")+1)+f)
	}
	return t.addKustomization(scope, folder, k)
}

// AddCluster adds a cluster: a folder for each component, and a kustomization
// over all of them; a shared component is only listed. Its order is the order of
// roll-out (fifo), so that a plain apply of the build works too. A base is a folder of the tree's, listed first.
func (t *Tree) AddCluster(cluster string, bases []string, components []component.Component) error {
	root := ClusterFolder(cluster)
	var resources []string
	for _, b := range bases {
		resources = append(resources, path.Join("..", "..", b))
	}
	for _, c := range components {
		if c.Shared {
			resources = append(resources, path.Join("..", "..", c.Path))
			continue
		}
		files := c.Files
		if files == nil {
			var err error
			if files, err = manifest.Files(c.Objects); err != nil {
				return err
			}
		}
		if err := t.AddFiles(cluster, path.Join(root, c.Path), files, c.Folders...); err != nil {
			return err
		}
		resources = append(resources, c.Path)
	}
	return t.AddKustomization(cluster, root, resources)
}

// AddKustomization adds a kustomization that lists resources in order.
func (t *Tree) AddKustomization(scope, folder string, resources []string) error {
	k := kustomization()
	k.Resources = resources
	k.SortOptions = &types.SortOptions{Order: types.FIFOSortOrder}
	return t.addKustomization(scope, folder, k)
}

func kustomization() types.Kustomization {
	return types.Kustomization{TypeMeta: types.TypeMeta{APIVersion: types.KustomizationVersion, Kind: types.KustomizationKind}}
}

func (t *Tree) addKustomization(scope, folder string, k types.Kustomization) error {
	text, err := t.kustomizationText(k)
	if err != nil {
		return fmt.Errorf("kustomization of %q: %w", folder, err)
	}
	return t.AddText(scope, path.Join(folder, "kustomization.yaml"), text)
}

// kustomizationText writes a kustomization, the ones that many clusters have
// once: it depends on what is listed alone.
func (t *Tree) kustomizationText(k types.Kustomization) (manifest.Text, error) {
	key := fmt.Sprintf("%q %t", k.Resources, k.SortOptions != nil)
	if text, known := t.kustomizations[key]; known {
		return text, nil
	}
	data, err := yaml.Marshal(k) // by the JSON names, sorted
	if err != nil {
		return manifest.Text{}, err
	}
	text := manifest.Plain(data)
	if t.kustomizations == nil {
		t.kustomizations = map[string]manifest.Text{}
	}
	t.kustomizations[key] = text
	return text, nil
}
