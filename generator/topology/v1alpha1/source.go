package v1alpha1

import _ "embed"

// Source is the text of types.go, DeliverySource that of delivery.go, and
// SecretsSource that of secrets.go, from which the JSON Schema takes its
// descriptions.
var (
	//go:embed types.go
	Source string
	//go:embed delivery.go
	DeliverySource string
	//go:embed secrets.go
	SecretsSource string
)
