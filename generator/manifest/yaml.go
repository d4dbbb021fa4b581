package manifest

import (
	"bytes"
	"fmt"

	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"
)

// Encode writes an object as YAML: keys sorted, indented by two, strings quoted
// wherever YAML 1.1 or 1.2 would read them as something else.
func Encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := yamlv3.NewEncoder(&buf)
	enc.SetIndent(2)
	enc.CompactSeqIndent()
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding YAML: %w", err)
	}
	if err := enc.Close(); err != nil {
		return nil, fmt.Errorf("encoding YAML: %w", err)
	}
	return buf.Bytes(), nil
}

// Decode reads one object from YAML, as Kubernetes does.
func Decode(data []byte) (Object, error) {
	var o Object
	if err := yaml.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("decoding YAML: %w", err)
	}
	normal(map[string]any(o))
	return o, nil
}

// normal turns whole numbers, which encoding/json makes float64, into int64, as
// Kubernetes's own unstructured objects have them.
func normal(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			x[k] = normal(e)
		}
	case []any:
		for i, e := range x {
			x[i] = normal(e)
		}
	case float64:
		if i := int64(x); float64(i) == x {
			return i
		}
	}
	return v
}

// DropNulls removes null fields: a chart's `annotations:` with nothing below is
// noise that kustomize passes on.
func DropNulls(v any) {
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			if e == nil {
				delete(x, k)
				continue
			}
			DropNulls(e)
		}
	case []any:
		for _, e := range x {
			DropNulls(e)
		}
	}
}
