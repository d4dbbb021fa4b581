package repo

import (
	"fmt"
	"testing"
)

// TestManyFiles: from some number of files the whole file system is made durable
// at once, and files are compared on several processors.
func TestManyFiles(t *testing.T) {
	dir := t.TempDir()
	f := files{}
	for i := range 3 * manyFiles {
		f[fmt.Sprintf("c%[1]d:clusters/c%[1]d/f%[2]d.yaml", i%7, i)] = fmt.Sprintf("file %d\n", i)
	}
	changes, err := Write(t.Context(), dir, f.tree(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) < len(f) {
		t.Errorf("%d changes for %d files", len(changes), len(f))
	}
	if changes, err = Write(t.Context(), dir, f.tree(t), Options{}); err != nil || len(changes) != 0 {
		t.Errorf("a second run changes %v, %v", changes, err)
	}
	f["c3:clusters/c3/f3.yaml"] = "changed\n"
	differences, err := Compare(dir, f.tree(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(differences) != 1 || differences[0].Path != "clusters/c3/f3.yaml" || differences[0].Status != Outdated {
		t.Errorf("got %v", differences)
	}
}
