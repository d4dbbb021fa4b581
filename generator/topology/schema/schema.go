// Package schema is the JSON Schema of the topology file, for editors.
package schema

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// ID of the schema.
const ID = "https://isthmus.dev/schemas/topology-v1alpha1.json"

// JSON returns the schema, indented. Descriptions are the comments of the
// fields in package v1alpha1, so there is one text for both.
func JSON() ([]byte, error) {
	comments, err := comments(v1alpha1.Source, v1alpha1.DeliverySource, v1alpha1.SecretsSource)
	if err != nil {
		return nil, err
	}
	r := jsonschema.Reflector{
		Anonymous: true,
		LookupComment: func(t reflect.Type, field string) string {
			return comments[strings.TrimSuffix(t.Name()+"."+field, ".")]
		},
	}
	s := r.Reflect(v1alpha1.Topology{})
	s.ID = ID
	s.Title = "isthmus topology"
	require(s)
	for field, value := range map[string]string{"apiVersion": v1alpha1.APIVersion, "kind": v1alpha1.Kind} {
		if p, ok := s.Definitions["Topology"].Properties.Get(field); ok {
			p.Const = value
		}
	}
	out, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return append(out, '\n'), nil
}

// require: clusterDefaults is a cluster without a name.
func require(s *jsonschema.Schema) {
	cluster, ok := s.Definitions["Cluster"]
	if !ok {
		return
	}
	defaults := *cluster
	defaults.Required = nil
	defaults.Properties = jsonschema.NewProperties()
	for p := cluster.Properties.Oldest(); p != nil; p = p.Next() {
		if p.Key != "name" {
			defaults.Properties.Set(p.Key, p.Value)
		}
	}
	s.Definitions["ClusterDefaults"] = &defaults
	spec := s.Definitions["Spec"]
	if p, ok := spec.Properties.Get("clusterDefaults"); ok {
		p.Ref = "#/$defs/ClusterDefaults"
	}
}

// comments reads the comments of types and fields, by Type and Type.Field.
func comments(sources ...string) (map[string]string, error) {
	fset := token.NewFileSet()
	var files []*ast.File
	for i, source := range sources {
		file, err := parser.ParseFile(fset, fmt.Sprintf("types%d.go", i), source, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("schema: %w", err)
		}
		files = append(files, file)
	}
	pkg, err := doc.NewFromFiles(fset, files, "v1alpha1")
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	out := map[string]string{}
	for _, t := range pkg.Types {
		out[t.Name] = flat(t.Doc)
		for _, spec := range t.Decl.Specs {
			st, ok := spec.(*ast.TypeSpec).Type.(*ast.StructType)
			if !ok {
				continue
			}
			for _, f := range st.Fields.List {
				for _, name := range f.Names {
					out[t.Name+"."+name.Name] = withoutName(flat(f.Doc.Text()), name.Name)
				}
			}
		}
	}
	return out, nil
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// withoutName turns "Version is the image tag." into "The image tag.": an
// editor shows the field's own spelling beside it.
func withoutName(text, name string) string {
	for _, verb := range []string{" is ", " are "} {
		for _, article := range []string{"the ", "a ", "an "} {
			if rest, ok := strings.CutPrefix(text, name+verb+article); ok {
				return strings.ToUpper(article[:1]) + article[1:] + rest
			}
		}
	}
	return text
}
