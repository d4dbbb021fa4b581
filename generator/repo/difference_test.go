package repo

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, two.with(files{"b:clusters/b/old": "old\n", "b:clusters/b/older": "old\n"}), Options{})
	if d, err := Compare(dir, two.with(files{"b:clusters/b/old": "old\n", "b:clusters/b/older": "old\n"}).tree(t), nil); err != nil || len(d) != 0 {
		t.Fatalf("got %v, %v", d, err)
	}
	put(t, dir, "README.md", "edited\n")
	put(t, dir, "clusters/b/older", "edited\n")
	put(t, dir, "clusters/a/mine", "mine\n")
	put(t, dir, "clusters/a/right", "right\n")
	if err := os.Remove(filepath.Join(dir, "base/crds/crd.yml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, ".gitattributes")); err != nil {
		t.Fatal(err)
	}
	next := two.with(files{
		"a:clusters/a/kustomization.yaml": "a2\n", "a:clusters/a/mine": "generated\n", "a:clusters/a/right": "right\n",
	})
	diffs, err := Compare(dir, next.tree(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range diffs {
		got = append(got, d.Path+" of "+d.Scope+": "+string(d.Status))
	}
	want := []string{
		".gitattributes of : record",
		"README.md of : edited",
		"base/crds/crd.yml of : missing",
		"clusters/a/kustomization.yaml of a: outdated",
		"clusters/a/mine of a: foreign",
		"clusters/a/right of a: unrecorded",
		"clusters/b/old of b: left over",
		"clusters/b/older of b: edited, and left over",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
