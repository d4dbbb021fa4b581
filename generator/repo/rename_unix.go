//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package repo

import (
	"os"
	"path"

	"golang.org/x/sys/unix"
)

func (d *rootDisk) Rename(from, to string) error {
	if err := d.keep(&d.from, path.Dir(from)); err != nil {
		return err
	}
	if err := d.keep(&d.to, path.Dir(to)); err != nil {
		return err
	}
	if err := unix.Renameat(d.from.fd, path.Base(from), d.to.fd, path.Base(to)); err != nil {
		return &os.LinkError{Op: "renameat", Old: from, New: to, Err: err}
	}
	return nil
}
