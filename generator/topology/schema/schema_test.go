package schema_test

import (
	"encoding/json"
	"testing"

	"isthmus.dev/isthmus/generator/topology/schema"
)

func TestSchema(t *testing.T) {
	data, err := schema.JSON()
	if err != nil {
		t.Fatal(err)
	}
	t.Log(string(data))
	var s map[string]any
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
}
