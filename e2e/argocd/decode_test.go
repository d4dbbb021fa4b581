package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"sigs.k8s.io/yaml"
)

// TestDecode holds that the objects for Argo CD in the golden trees have nothing
// that Argo CD does not know: a field that is misspelt is dropped silently where
// it is applied without validation, and with it what it should do.
func TestDecode(t *testing.T) {
	kinds := map[string]func() any{
		"application":    func() any { return &v1alpha1.Application{} },
		"applicationset": func() any { return &v1alpha1.ApplicationSet{} },
		"appproject":     func() any { return &v1alpha1.AppProject{} },
	}
	seen := map[string]bool{}
	err := filepath.WalkDir(filepath.Join("..", "..", "golden"), func(file string, d fs.DirEntry, err error) error {
		kind, _, ok := strings.Cut(d.Name(), ".argoproj.io_") // one object a file, named by its kind
		if err != nil || d.IsDir() || !ok {
			return err
		}
		into, ok := kinds[kind]
		if !ok {
			t.Errorf("%s: the kind %q is not among Argo CD's", file, kind)
			return nil
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := yaml.UnmarshalStrict(data, into()); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		seen[kind] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for kind := range kinds {
		if !seen[kind] {
			t.Errorf("no golden tree has an object of the kind %s, of which this test holds nothing then", kind)
		}
	}
}
