// Package tree makes trees with the program that is tested, and reads them as an
// engine does: built by kustomize, in the order that the tree declares.
package tree

import (
	"bytes"
	"fmt"
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

// Clusters lists the clusters of a tree.
func Clusters(dir string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(dir, "clusters"))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, e.Name())
		}
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
