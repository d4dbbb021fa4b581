//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package repo

func (d *rootDisk) Rename(from, to string) error { return d.root.Rename(from, to) }

// inPlace has nothing to look at: Rename keeps no folder.
func (*rootDisk) inPlace(handle) error { return nil }
