package suite_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"isthmus.dev/isthmus/e2e/suite/mesh"
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

// TestRotation replaces a cluster's token: the other one's control plane goes on
// with the new one, without a commit and without a restart.
func TestRotation(t *testing.T) {
	const host, remote = "cluster1", "cluster2"
	m := up(t, "multi-primary", nil)
	hold(t, m, checks()[:5])
	if t.Failed() {
		return
	}
	if err := m.Rotate(t.Context(), remote); err != nil {
		t.Fatal(err)
	}
	hold(t, m, []checked{{"rotated", func(m *mesh.Mesh, ctx context.Context) error { return m.Rotated(ctx, host, remote) }, time.Minute}})
}
