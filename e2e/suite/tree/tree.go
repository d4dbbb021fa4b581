// Package tree makes trees with the program that is tested, and reads them as an
// engine does: built by kustomize, in the order that the tree declares.
package tree

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// Generate runs isthmus generate.
func Generate(isthmus, topology, dir string) error {
	return Isthmus(isthmus, "generate", "-f", topology, "-o", dir)
}

// Isthmus runs a command of the program.
func Isthmus(program string, args ...string) error {
	var errs bytes.Buffer
	cmd := exec.Command(program, append(args, "-q")...)
	cmd.Stderr = &errs
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("isthmus %s: %w\n%s", strings.Join(args, " "), err, &errs)
	}
	return nil
}

// Folders are what engines and people apply, each for itself, by their paths in
// the tree: what a cluster runs, then the engines' entry points and what these lead
// to. What Argo CD and Flux are then told to apply is in the clusters' folders.
func Folders(dir string) ([]string, error) {
	var out []string
	for _, pattern := range []string{"clusters/*", "argocd/app-of-apps/*", "argocd", "flux", "flux/clusters/*"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern, "kustomization.yaml"))
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			name, err := filepath.Rel(dir, filepath.Dir(f))
			if err != nil {
				return nil, err
			}
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no folder to apply", dir)
	}
	return out, nil
}

// Objects are those of a cluster, in the declared order.
func Objects(dir, cluster string) ([]*unstructured.Unstructured, error) {
	return Build(filepath.Join(dir, "clusters", cluster))
}

// Build builds a folder with a kustomization.
func Build(dir string) ([]*unstructured.Unstructured, error) {
	o := krusty.MakeDefaultOptions()
	o.Reorder = krusty.ReorderOptionUnspecified // the tree says fifo itself
	built, err := krusty.MakeKustomizer(o).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return nil, fmt.Errorf("building %s: %w", dir, err)
	}
	var out []*unstructured.Unstructured
	for _, r := range built.Resources() {
		text, err := r.AsYAML()
		if err != nil {
			return nil, err
		}
		o, err := decode(text)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// Files are the files of a tree that hold an object, by their paths in it. The key
// of a root that is kept with SOPS is none: no cluster ever gets it.
func Files(dir string) (map[string]*unstructured.Unstructured, error) {
	out := map[string]*unstructured.Unstructured{}
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".isthmus":
			return fs.SkipDir
		case d.IsDir(), filepath.Ext(file) != ".yaml", d.Name() == "kustomization.yaml", d.Name() == "root-ca.sops.yaml":
			return nil
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		if out[name], err = File(file); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	return out, err
}

// File is the one object of a file.
func File(path string) (*unstructured.Unstructured, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return decode(text)
}

func decode(text []byte) (*unstructured.Unstructured, error) {
	data, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, err
	}
	o := &unstructured.Unstructured{}
	return o, o.UnmarshalJSON(data)
}
