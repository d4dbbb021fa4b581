// Package check proves what was generated before anything is written: every
// object on its own, the objects of a cluster as a whole, and the tree as
// kustomize builds it. It does no I/O.
package check

import (
	"sigs.k8s.io/kustomize/kyaml/openapi"

	"isthmus.dev/isthmus/generator/component"
)

// Cluster checks all objects of one cluster. The error is an errors.Join of
// every Finding, sorted. It may be called by several goroutines.
//
// CRDs may be left out: Tree checks what clusters share, once for all of them,
// and nothing in a cluster refers to a CRD.
func Cluster(name string, components []component.Component) error {
	loadSchema()
	s := newSet(name, components)
	s.duplicates()
	s.namespacesExist()
	s.workloadsHold()
	s.servicesReach()
	s.scalersTarget()
	s.bindingsHold()
	s.gatewaysReach()
	s.routesReach()
	s.webhooksReach()
	s.injectOnce()
	s.validateOnce()
	return joined(s.findings)
}

// loadSchema loads the schema that kustomize keeps per process, under a lock of
// its own. Later it is read without one, so it must be there before several
// goroutines need it.
func loadSchema() { openapi.Schema() }
