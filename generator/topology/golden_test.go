package topology_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sebdah/goldie/v2"

	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/topology/fault"
)

// TestGoldenInvalid holds every message that a topology file can earn: each
// folder of golden/invalid is an input and, in message.txt, all that is said
// about it. File names are as a user would see them who stands in the folder.
func TestGoldenInvalid(t *testing.T) {
	root, err := filepath.Abs("../../golden/invalid")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatalf("there are no cases in %s", root)
	}
	for _, c := range cases {
		t.Run(c.Name(), func(t *testing.T) {
			dir := filepath.Join(root, c.Name())
			if _, err := os.Stat(filepath.Join(dir, "topology.yaml")); err != nil {
				t.Fatalf("a case needs a topology.yaml: %v", err)
			}
			t.Chdir(dir)
			_, err := topology.Load([]string{"."}, strings.NewReader(""))
			if err == nil {
				t.Fatal("the topology is valid, which no case here should be")
			}
			var faults fault.List
			if !errors.As(err, &faults) {
				t.Fatalf("the error is no list of faults but %T: %v", err, err)
			}
			for _, f := range faults {
				if f.Line == 0 && len(strings.Split(err.Error(), "\n")) > 1 {
					t.Errorf("there is no line in %q", f.Error())
				}
				if f.Cure == "" {
					t.Errorf("there is no cure in %q", f.Error())
				}
			}
			g := goldie.New(t, goldie.WithFixtureDir(dir), goldie.WithNameSuffix(".txt"), goldie.WithDiffEngine(goldie.ClassicDiff))
			g.Assert(t, "message", []byte(err.Error()+"\n"))
		})
	}
}
