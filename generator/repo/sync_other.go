//go:build !linux

package repo

import "os"

// syncAll has no counterpart here: files are made durable one by one.
func syncAll(*os.File) (bool, error) { return false, nil }
