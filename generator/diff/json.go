package diff

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// JSON renders a diff for machines, with its apiVersion and kind.
func JSON(d *Diff) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false) // placeholders stay <cluster>
	err := enc.Encode(struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		*Diff
	}{APIVersion, Kind, d})
	if err != nil {
		return nil, fmt.Errorf("encoding the diff: %w", err)
	}
	return out.Bytes(), nil
}
