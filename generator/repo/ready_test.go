package repo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReady(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{dir, filepath.Join(dir, "absent")} {
		if err := Ready(d); err != nil {
			t.Errorf("%s: %v", d, err)
		}
	}
	for d, want := range map[string]string{file: "it is a file; name a directory with -o", filepath.Join(file, "below"): "name another one with -o"} {
		if err := Ready(d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", d, err, want)
		}
	}
	put(t, dir, journalPath, "x")
	var interrupted *InterruptedError
	if err := Ready(dir); !errors.As(err, &interrupted) || interrupted.Dir != dir {
		t.Errorf("got %v", err)
	}
}
