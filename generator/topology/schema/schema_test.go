package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/sebdah/goldie/v2"

	"isthmus.dev/isthmus/generator/topology/schema"
)

// TestEveryFieldIsDescribed: an editor that shows a field without a word is no help.
func TestEveryFieldIsDescribed(t *testing.T) {
	data, err := schema.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		ID   string `json:"$id"`
		Defs map[string]struct {
			Properties map[string]struct {
				Description string `json:"description"`
				Const       string `json:"const"`
			} `json:"properties"`
			Required             []string `json:"required"`
			AdditionalProperties any      `json:"additionalProperties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	if s.ID != schema.ID || s.Defs["Topology"].Properties["kind"].Const != "Topology" {
		t.Errorf("id %q, kind %q", s.ID, s.Defs["Topology"].Properties["kind"].Const)
	}
	own := 0
	for name, def := range s.Defs {
		if name == "Decryption" || name == "KubeConfigReference" || name == "LocalObjectReference" || name == "SecretKeyReference" {
			continue // Flux's own
		}
		own++
		if def.AdditionalProperties != false {
			t.Errorf("%s takes unknown fields", name)
		}
		for field, p := range def.Properties {
			if p.Description == "" {
				t.Errorf("%s.%s has no description", name, field)
			}
		}
	}
	if own < 20 || len(s.Defs["Cluster"].Required) == 0 || len(s.Defs["ClusterDefaults"].Required) != 0 {
		t.Errorf("%d types, a cluster requires %v, clusterDefaults %v", own, s.Defs["Cluster"].Required, s.Defs["ClusterDefaults"].Required)
	}
	if _, named := s.Defs["ClusterDefaults"].Properties["name"]; named {
		t.Error("clusterDefaults have a name")
	}
}

// TestGoldenReference: docs/topology.md is made from the comments.
func TestGoldenReference(t *testing.T) {
	text, err := schema.Markdown()
	if err != nil {
		t.Fatal(err)
	}
	goldie.New(t, goldie.WithFixtureDir("../../../docs"), goldie.WithNameSuffix("")).Assert(t, "topology.md", []byte(text))
}
