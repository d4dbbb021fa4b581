// Package component is one folder of a cluster, and the order in which folders
// are rolled out.
package component

import (
	"strings"

	"isthmus.dev/isthmus/generator/manifest"
)

// Stage is a step of the roll-out. A later stage needs what an earlier one
// brought: cacerts after istiod would mean a second root, gateways before the
// injector would never start.
type Stage int

// The stages, in order. Delivery engines derive their order from this one. An
// object must not change its stage between releases: an engine would prune it
// from the old stage before the new one makes it.
const (
	CRDs Stage = iota
	Namespaces
	Base
	Trust
	Istiod
	Webhooks
	RemoteSecrets
	Gateways
	Exposure
	stages // how many there are
)

// Stages returns all stages in order.
func Stages() []Stage {
	out := make([]Stage, stages)
	for i := range out {
		out[i] = Stage(i)
	}
	return out
}

// String names the stage as documents do.
func (s Stage) String() string {
	return [...]string{"CRDs", "namespaces", "base", "trust", "istiod", "webhooks", "remote secrets", "gateways", "exposure"}[s]
}

// Name is the stage in a form that names of objects and folders take.
func (s Stage) Name() string { return strings.ToLower(strings.ReplaceAll(s.String(), " ", "-")) }

// Extra is the path of the component with what overlays add.
const Extra = "extra"

// ControlPlanes is the folder of an external cluster's control planes, one folder
// per namespace in it.
const ControlPlanes = "control-planes"

// Component is one folder of a cluster: objects that belong together.
type Component struct {
	// Path of the folder, relative to the cluster's, slash-separated.
	Path  string
	Stage Stage
	// Shared says that the folder is one for several clusters: its path is
	// relative to the tree's root, and its objects are written there once.
	Shared bool
	// Objects sorted by identity.
	Objects []manifest.Object
	// Files are the objects as they are written, in place of Objects, where many
	// clusters have the same ones but for identity strings. See package stamp.
	Files []manifest.File
	// Folders of the repository that it lists after its objects. The users keep
	// them, see package layout.
	Folders []string
}
