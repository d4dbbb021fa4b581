package repo

import (
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

// TestCannotRead: what keeps many files from being read is said once.
func TestCannotRead(t *testing.T) {
	dir, long := t.TempDir(), strings.Repeat("a", 300)
	_, err := Plan(dir, files{long + "/a.yaml": "a: 1\n", long + "/b.yaml": "b: 1\n", long + "/c.yaml": "c: 1\n"}.tree(t), Options{})
	wantError(t, err, long, "name too long")
	if n := strings.Count(err.Error(), "name too long"); n != 1 {
		t.Errorf("said %d times: %v", n, err)
	}
	denied := &fs.PathError{Op: "openat", Path: "clusters/a", Err: syscall.EACCES}
	wantError(t, cannotRead(dir, denied), dir, "isthmus may not read what is there: ", denied.Error(), "have the right to read it given to you")
}
