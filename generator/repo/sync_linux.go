package repo

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncAll makes everything on the directory's file system durable, at the cost of
// what others have not written yet either. False if it cannot tell.
//
// For thousands of files that is one commit of the file system's journal in place
// of thousands. Since Linux 5.8 it reports failed writes as fsync does, and a
// descriptor that was opened before the writes sees every one of them; which is
// why the caller opens it first.
func syncAll(dir *os.File) (bool, error) {
	if dir == nil || !reportsErrors() {
		return false, nil
	}
	err := unix.Syncfs(int(dir.Fd()))
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) {
		return false, nil
	}
	return true, err
}

// reportsErrors says whether the kernel is 5.8 or later.
func reportsErrors() bool {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return false
	}
	var major, minor int
	at := &major
	for _, c := range u.Release {
		switch {
		case c >= '0' && c <= '9':
			*at = *at*10 + int(c-'0')
		case c == '.' && at == &major:
			at = &minor
		default:
			return major > 5 || major == 5 && minor >= 8
		}
	}
	return false
}
