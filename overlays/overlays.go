// Package overlays holds kustomize Components that isthmus itself applies: one
// per platform that wants something of the objects.
package overlays

import "embed"

// FS holds platform/<name>, each a kustomize Component.
//
//go:embed platform
var FS embed.FS
