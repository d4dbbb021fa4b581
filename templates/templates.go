// Package templates holds the skeletons of what isthmus renders: valid YAML,
// which the program parses and then sets values in. Nothing is replaced in text,
// so no value can break the structure.
package templates

import "embed"

// FS holds operator/ (IstioOperator, the input of Istio's renderer), exposure/
// (Istio configuration), secrets/ (what controllers make Secrets of), init/
// (topologies to start from), argocd/ (delivery), the
// Namespace and the annotations that guard objects.
//
//go:embed operator exposure secrets init argocd namespace.yaml guards.yaml
var FS embed.FS
