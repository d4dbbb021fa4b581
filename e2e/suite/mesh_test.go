package suite_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMesh runs every model, each with the tree exactly as it is generated.
func TestMesh(t *testing.T) {
	files, err := filepath.Glob("../topologies/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no topologies: %v", err)
	}
	models := make([]string, len(files))
	for i, f := range files {
		models[i] = strings.TrimSuffix(filepath.Base(f), ".yaml")
	}
	slices.Sort(models)
	for _, model := range models {
		t.Run(model, func(t *testing.T) {
			hold(t, up(t, model, nil), checks())
		})
	}
}
