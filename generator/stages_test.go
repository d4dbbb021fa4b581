package generator_test

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/overlay"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/render"
)

// TestGoldenStages pins the stage of every object of every golden case. An object
// must not change its stage between releases: an engine that applies the stages
// apart would prune it from the old one before the new one makes it. So make
// golden adds lines to the table and never changes the stage in one.
func TestGoldenStages(t *testing.T) {
	if testing.Short() {
		t.Skip("it renders every case once more, which adds nothing under the race detector")
	}
	file := filepath.Join(goldenDir, "stages.txt")
	pinned := map[string]string{}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		id, stage, ok := strings.Cut(lines.Text(), ": ")
		if !ok {
			t.Fatalf("%s: %q is no line of the table", file, lines.Text())
		}
		pinned[id] = stage
	}
	found := stagesOfAllCases(t)
	table := make([]string, 0, len(found))
	for id, stage := range found {
		switch was, known := pinned[id]; {
		case known && was != stage:
			t.Errorf("%s moves from stage %q to %q: an engine would prune it before it makes it again", id, was, stage)
		case !known && !updating():
			t.Errorf("%s (stage %q) is new: run make golden, which adds it to %s", id, stage, file)
		}
		table = append(table, id+": "+stage+"\n")
	}
	if !updating() || t.Failed() {
		return
	}
	for id, stage := range pinned {
		if found[id] == "" {
			table = append(table, id+": "+stage+"\n") // no longer generated, but in somebody's cluster
		}
	}
	slices.Sort(table)
	if err := os.WriteFile(file, []byte(strings.Join(table, "")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// stagesOfAllCases maps each object to the name of its stage. Objects that
// overlays add are the user's own.
func stagesOfAllCases(t *testing.T) map[string]string {
	t.Helper()
	r := render.New()
	out := map[string]string{}
	for _, name := range cases(t) {
		top := loadCase(t, name)
		overlays, err := overlay.New(top.OverlayFiles)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range plan.Build(top).Clusters {
			components, err := r.Cluster(c)
			if err == nil {
				components, err = overlays.Apply(components, c.Platform, c.Overlays)
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range components {
				if k.Path == component.Extra {
					continue
				}
				for _, o := range k.Objects {
					id := o.ID().String()
					if was := out[id]; was != "" && was != k.Stage.String() {
						t.Errorf("%s is of stage %q in one case and of %q in another", id, was, k.Stage)
					}
					out[id] = k.Stage.String()
				}
			}
		}
	}
	return out
}
