package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestInterruptedSecrets: whatever an interrupted "secrets ca" had already put into
// place, the next command, that one or generate, sees all of what it wrote.
func TestInterruptedSecrets(t *testing.T) {
	k := newKept(t)
	k.Setenv("SOPS_AGE_KEY", k.identity.String())
	k.run(exitFine, "secrets", "ca")
	made := map[string]string{}
	for p, text := range k.files() {
		if !strings.HasPrefix(p, ".isthmus/") {
			made[p] = text
		}
	}
	k.run(exitFine, "generate")
	want := k.files()
	paths := slices.Sorted(maps.Keys(made))
	if len(paths) < 5 {
		t.Fatalf("only %q were made", paths)
	}
	for _, done := range []int{0, len(paths) / 2, len(paths) - 1} {
		for _, next := range [][]string{{"generate"}, {"secrets", "ca"}} {
			k.dir = t.TempDir()
			journal := "isthmus journal 1\n"
			for i, p := range paths {
				journal += fmt.Sprintf("%x - %s\n", sha256.Sum256([]byte(made[p])), p)
				to := filepath.Join(k.dir, ".isthmus", "tmp", fmt.Sprint(i))
				if i < done {
					to = filepath.Join(k.dir, p)
				}
				if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
					t.Fatal(err)
				}
				k.write(to, made[p])
			}
			k.write(filepath.Join(k.dir, ".isthmus", "journal"), journal+fmt.Sprintf("end %x\n", sha256.Sum256([]byte(journal))))
			if out, errs := k.run(2, "check"); !strings.Contains(out+errs, "is partly written: a run of isthmus was interrupted") {
				t.Errorf("check says %s%s", out, errs)
			}
			k.run(exitFine, next...)
			if next[0] != "generate" {
				k.run(exitFine, "generate")
			}
			same(t, want, k.files())
		}
	}
}
