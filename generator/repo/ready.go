package repo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Ready says cheaply, before a tree is made at some cost, whether a directory can
// be read as a generated repository. One that is not there yet can. The error is
// an InterruptedError if it is partly written, which Write completes and readers
// cannot read.
func Ready(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("cannot use %q as the output directory: %w; name another one with -o", dir, err)
	case !info.IsDir():
		return fmt.Errorf("cannot use %q as the output directory: it is a file; name a directory with -o", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("cannot use %q as the output directory: %w; name another one with -o", dir, err)
	}
	_, err = root.Lstat(journalPath)
	closed := root.Close()
	if err == nil {
		return errors.Join(&InterruptedError{Dir: dir}, closed)
	}
	return closed
}
