package topology

import (
	"fmt"
	"slices"
	"strings"

	mesh "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/operator/pkg/apis"

	"isthmus.dev/isthmus/generator/topology/fields"
	"isthmus.dev/isthmus/generator/topology/release"
	"isthmus.dev/isthmus/generator/topology/strict"
)

// unvalidated is the one key of values that Istio's schema has no say in.
const unvalidated = "unvalidatedValues"

// knownFields finds, at every level of a document's settings, what Istio would
// pass over in silence (MeshConfig) or refuse while rendering, one field at a time
// and without a line (values). A field has one name here, so that no other spelling
// of it passes by what levels override, what is reserved, and what charts read.
func (v *validator) knownFields(d *document) {
	var (
		// An IntOrString is a number or a string in JSON, whatever its fields.
		values = fields.New((&apis.Values{}).ProtoReflect().Descriptor(), "istio.operator.v1alpha1.IntOrString")
		config = fields.New((&mesh.MeshConfig{}).ProtoReflect().Descriptor())
		other  = v.otherReleases(d)
	)
	d.levels(func(l layer) {
		v.knownValues(d, l, values)
		v.knownMeshConfig(d, l, config, other[l.path])
	})
}

// levels calls f for all settings that a document has.
func (d *document) levels(f func(layer)) {
	level := func(l layer) {
		f(l)
		for k, r := range l.istio.Revisions {
			f(layer{path: l.entryPath(k), istio: entryIstio(r)})
		}
	}
	level(layer{path: "spec.istio", istio: d.top.Spec.Istio})
	for i, c := range d.top.Spec.Clusters {
		if c.Istio != nil {
			level(layer{path: at(i, "istio"), istio: *c.Istio})
		}
	}
}

// knownValues holds values to the types that Istio's renderer reads them with.
// They are of the renderer, whichever charts it renders.
func (v *validator) knownValues(d *document, l layer, schema fields.Schema) {
	reserved := reservedValues()
	for _, f := range schema.Unknown(l.istio.Values) {
		if _, said := reserved[f.Path]; said || f.Path == unvalidated {
			continue
		}
		path := l.path + ".values." + f.Path
		if f.Meant != "" {
			d.unknown(path, f, "no chart reads a value of this name, though Istio's validation takes it", "write "+f.Meant)
			continue
		}
		d.unknown(path, f, "Istio's renderer knows no such value",
			"remove it, correct its name, or move it to values."+unvalidated+" if a chart reads it")
	}
}

// knownMeshConfig holds a MeshConfig to the one of the built-in release. istiod
// of another one, given with its charts, may well have fields that this one has not.
func (v *validator) knownMeshConfig(d *document, l layer, schema fields.Schema, other string) {
	builtin, _ := release.Minor(release.Builtin)
	for _, f := range schema.Unknown(l.istio.MeshConfig) {
		path := l.path + ".meshConfig." + f.Path
		if f.Meant != "" {
			d.unknown(path, f, "this is the name in Istio's .proto, and settings are merged by the name in JSON", "write "+f.Meant)
			continue
		}
		if other == "" {
			d.unknown(path, f, fmt.Sprintf("Istio's %s has no such field, and istiod would ignore it", f.Message), "remove it, or correct its name")
			continue
		}
		if !d.Broken(path) {
			v.warnings = append(v.warnings, fmt.Sprintf("%s: %s of Istio %s has no such field; see whether that of %s has, since istiod ignores one that it does not know", d.At(path), f.Message, builtin, other))
		}
	}
}

// unknown reports a field that is not there, with the name that may be meant.
func (d *document) unknown(path string, f fields.Field, what, cure string) {
	if near := strict.Nearest(f.Name, f.Known); near != "" && f.Meant == "" {
		cure = fmt.Sprintf("did you mean %s?", near)
	}
	switch f.Value.(type) {
	case nil, map[string]any, []any:
		d.missing(path, what, cure)
	default:
		d.wrong(path, fmt.Sprint(f.Value), what, cure)
	}
}

// otherReleases are the levels of settings that only shape installs of another
// minor than the built-in charts are of, each with the minors.
func (v *validator) otherReleases(d *document) map[string]string {
	builtin, _ := release.Minor(release.Builtin)
	other, same := map[string][]string{}, map[string]bool{}
	d.installs(func(_ int, layers []layer) {
		version, manifests := versionAndManifests(layers)
		charts := release.Builtin
		if manifests.path != "" {
			charts = v.loadCharts(d.relative(manifests.value)).Version
		}
		if charts == "" {
			charts = version.value
		}
		minor, ok := release.Minor(charts)
		for _, l := range layers {
			switch {
			case !ok || minor == builtin:
				same[l.path] = true
			case !slices.Contains(other[l.path], minor):
				other[l.path] = append(other[l.path], minor)
			}
		}
	})
	out := map[string]string{}
	for path, minors := range other {
		if !same[path] {
			out[path] = strings.Join(minors, " and ")
		}
	}
	return out
}
