// Package overlays holds kustomize Components that isthmus itself applies: one
// for each platform that wants something of the objects, and Argo CD's waves.
package overlays

import "embed"

// FS holds platform/<name> and argocd, each a kustomize Component.
//
//go:embed platform argocd
var FS embed.FS
