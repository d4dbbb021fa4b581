//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package repo

import (
	"errors"
	"io/fs"
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

// inPlace fails if a folder that is kept is no longer where it was.
func (d *rootDisk) inPlace(h handle) error {
	var kept, there unix.Stat_t
	err := unix.Fstat(h.fd, &kept)
	if err == nil {
		err = unix.Fstatat(int(d.whole.Fd()), h.name, &there, unix.AT_SYMLINK_NOFOLLOW)
	}
	if err == nil && (kept.Dev != there.Dev || kept.Ino != there.Ino) {
		err = errors.New("it was moved while files were put into it")
	}
	if err != nil {
		return &fs.PathError{Op: "leave", Path: h.name, Err: err}
	}
	return nil
}
