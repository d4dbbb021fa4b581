package flux_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	kustomize "github.com/fluxcd/kustomize-controller/api/v1"
	source "github.com/fluxcd/source-controller/api/v1"
	"sigs.k8s.io/yaml"
)

// TestDecode holds that the objects for Flux in the golden trees have nothing
// that Flux does not know: a field that is misspelt is dropped silently where
// it is applied without validation, and with it what it should do.
func TestDecode(t *testing.T) {
	kinds := map[string]func() any{
		"kustomization.kustomize": func() any { return &kustomize.Kustomization{} },
		"gitrepository.source":    func() any { return &source.GitRepository{} },
		"ocirepository.source":    func() any { return &source.OCIRepository{} },
	}
	seen := map[string]bool{}
	err := filepath.WalkDir(filepath.Join("..", "..", "golden"), func(file string, d fs.DirEntry, err error) error {
		kind, _, ok := strings.Cut(d.Name(), ".toolkit.fluxcd.io_") // one object a file, named by its kind and group
		if err != nil || d.IsDir() || !ok {
			return err
		}
		into, ok := kinds[kind]
		if !ok {
			t.Errorf("%s: the kind %q is not among Flux's", file, kind)
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
