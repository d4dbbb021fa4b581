package repo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
)

// lf returns content with LF line ends, the form that is written, hashed and
// compared.
func lf(data []byte) []byte {
	if bytes.IndexByte(data, '\r') < 0 {
		return data
	}
	return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
}

// digest is the hash of content that lf returned, as inventories spell it.
func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func isDigest(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size && s == hex.EncodeToString(raw)
}
