package topology

import (
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"isthmus.dev/isthmus/generator/topology/fault"
	"isthmus.dev/isthmus/generator/topology/strict"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// Input is the content of one file.
type Input struct {
	// Name as the user gave it, "-" for standard input.
	Name string
	// Dir is the slash-separated directory that paths in the file are relative to.
	Dir string
	// Data is YAML, one or several documents.
	Data []byte
}

// document is one Topology of the file format, and what is wrong with it.
type document struct {
	*strict.Document
	dir    string
	top    v1alpha1.Topology
	faults fault.List
}

// decode reads all documents of an input, clusterDefaults laid under each cluster.
func decode(in Input) ([]*document, fault.List) {
	parsed, faults := strict.Parse(in.Name, in.Data)
	docs := make([]*document, 0, len(parsed))
	for _, p := range parsed {
		if f := sniff(p); f != nil {
			faults = append(faults, *f)
			continue
		}
		d := &document{Document: p, dir: in.Dir}
		d.decodeTop()
		docs = append(docs, d)
	}
	return docs, faults
}

// sniff finds out whether a document is a Topology of the version that is known
// here, before its fields are judged by it.
func sniff(d *strict.Document) *fault.Fault {
	if d.Root.Kind != yaml.MappingNode {
		return &fault.Fault{
			Position: fault.Position{File: d.File, Line: d.Root.Line},
			What:     "the document is no map", Cure: "write a Topology, or start from what `isthmus init MODEL` prints",
		}
	}
	for _, want := range []struct{ key, value string }{{"apiVersion", v1alpha1.APIVersion}, {"kind", v1alpha1.Kind}} {
		n := strict.Lookup(d.Root, want.key)
		if n == nil {
			return &fault.Fault{
				Position: fault.Position{File: d.File, Line: d.Root.Line, Path: want.key},
				What:     "required field is missing", Cure: fmt.Sprintf("write %s: %s", want.key, want.value),
			}
		}
		if n.Kind != yaml.ScalarNode || n.Value != want.value {
			f := &fault.Fault{
				Position: fault.Position{File: d.File, Line: n.Line, Path: want.key},
				What:     "is not known here", Cure: fmt.Sprintf("write %s: %s", want.key, want.value),
			}
			if n.Kind == yaml.ScalarNode {
				f.Value = &n.Value
			}
			return f
		}
	}
	return nil
}

func (d *document) decodeTop() {
	o := strict.Options{Renamed: map[string]string{
		"profile": `the role decides the profile (the one that was "external" is "remote" today); remove the field`,
	}}
	spec := strict.Lookup(d.Root, "spec")
	defaults := strict.Lookup(spec, "clusterDefaults")
	if defaults == nil {
		d.Decode(d.Root, "", &d.top, o)
		return
	}
	od := o
	od.Partial = true
	od.Forbidden = map[string]string{"name": "give each cluster a name of its own"}
	d.top.Spec.ClusterDefaults = &v1alpha1.Cluster{}
	d.Decode(defaults, "spec.clusterDefaults", d.top.Spec.ClusterDefaults, od)
	decoded := d.top.Spec.ClusterDefaults
	d.Decode(d.underlay(spec, defaults), "", &d.top, o)
	d.top.Spec.ClusterDefaults = decoded
}

// underlay returns the document with the defaults laid under each cluster.
func (d *document) underlay(spec, defaults *yaml.Node) *yaml.Node {
	replace := func(n *yaml.Node, key string, with *yaml.Node) *yaml.Node {
		out := d.Copy(n)
		for i := 0; i+1 < len(out.Content); i += 2 {
			if out.Content[i].Value == key { // each of them: a repeated one is found later
				out.Content[i+1] = with
			}
		}
		return out
	}
	newSpec := replace(spec, "clusterDefaults", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"})
	if list := strict.Lookup(spec, "clusters"); list != nil && list.Kind == yaml.SequenceNode {
		merged := d.Copy(list)
		for i, c := range list.Content {
			merged.Content[i] = d.Merge(defaults, c)
		}
		newSpec = replace(newSpec, "clusters", merged)
	}
	return replace(d.Root, "spec", newSpec)
}

// at is the path of a field of a cluster.
func at(i int, field string) string {
	p := fmt.Sprintf("spec.clusters[%d]", i)
	if field == "" {
		return p
	}
	return p + "." + field
}

// explicit says whether a cluster's entry itself gives the field, rather than
// clusterDefaults, which may well name fields that do not fit every role.
func (d *document) explicit(i int, field string) bool {
	p := at(i, field)
	return d.Has(p) && strings.HasPrefix(d.At(p).Path, "spec.clusters[")
}

// missing reports a field that is not there.
func (d *document) missing(path, what, cure string) {
	if !d.Broken(path) {
		d.faults = append(d.faults, fault.Fault{Position: d.At(path), What: what, Cure: cure})
	}
}

// wrong reports the value of a field.
func (d *document) wrong(path, value, what, cure string) {
	if !d.Broken(path) {
		d.faults = append(d.faults, fault.Fault{Position: d.At(path), Value: &value, What: what, Cure: cure})
	}
}

// relative resolves a path that the file names. Absolute paths stay.
func (d *document) relative(p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(d.dir, p)
}
