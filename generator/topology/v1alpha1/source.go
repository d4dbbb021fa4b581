package v1alpha1

import _ "embed"

// Source is the text of types.go, from which the JSON Schema takes its
// descriptions.
//
//go:embed types.go
var Source string
