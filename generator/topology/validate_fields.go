package topology

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
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
		of     = v.releases(d)
	)
	d.levels(func(l layer) {
		v.knownValues(d, l, values)
		v.knownMeshConfig(d, l, config, of)
		d.mistyped(l.path+".values.", values.Mistyped(l.istio.Values, func(data []byte) error { return (&apis.Values{}).UnmarshalJSON(data) }))
		d.mistyped(l.path+".meshConfig.", config.Mistyped(l.istio.MeshConfig, func(data []byte) error { return (&mesh.MeshConfig{}).UnmarshalJSON(data) }))
		d.environment(l)
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
	path := l.path + ".values."
	unread := unreadValues()
	for _, name := range slices.Sorted(maps.Keys(unread)) {
		if _, found := lookup(l.istio.Values, name); found {
			d.missing(path+name, "no chart reads this value, though Istio's schema has it", "write "+unread[name])
		}
	}
	for _, f := range schema.Unknown(l.istio.Values) {
		_, said := unread[f.Path]
		switch {
		case f.Path == unvalidated || said || belowReserved(f):
		case nested(f):
			d.missing(path+f.Path, flat, nest(f))
		case f.Meant != "":
			d.missing(path+f.Path, "no chart reads a value of this name, though Istio's validation takes it", "write "+f.Meant)
		default:
			cure := "move it to values." + unvalidated + " if a chart reads it"
			if near := strict.Nearest(f.Name, f.Known); near != "" && unread[sibling(f, near)] == "" {
				cure = fmt.Sprintf("did you mean %s? Otherwise %s", near, cure)
			} else {
				cure = "remove it, correct its name, or " + cure
			}
			d.missing(path+f.Path, "Istio's renderer knows no such value", cure)
		}
	}
}

// sibling is the path of another field of the same message.
func sibling(f fields.Field, name string) string {
	return strings.TrimSuffix(f.Path, f.Name) + name
}

// belowReserved says whether a field is reserved, or in one that is, which is said
// already.
func belowReserved(f fields.Field) bool {
	if nested(f) {
		return false
	}
	for name := range reservedValues() {
		if f.Path == name || strings.HasPrefix(f.Path, name+".") {
			return true
		}
	}
	return false
}

// flat is what is wrong with a key in the notation of Helm's --set.
const flat = "dots in a key are no path in YAML"

func nested(f fields.Field) bool { return strings.Contains(f.Name, ".") }

// nest is how to write such a key.
func nest(f fields.Field) string {
	return fmt.Sprintf("write it as nested maps, %s", strings.ReplaceAll(f.Name, ".", ": {")+": ..."+strings.Repeat("}", strings.Count(f.Name, ".")))
}

// knownMeshConfig holds a MeshConfig to the one of the built-in release. istiod
// of another one, given with its charts, may well have fields that this one has not.
func (v *validator) knownMeshConfig(d *document, l layer, schema fields.Schema, of releases) {
	builtin, _ := release.Minor(release.Builtin)
	for _, f := range schema.Unknown(l.istio.MeshConfig) {
		path := l.path + ".meshConfig." + f.Path
		switch other := of.other[l.path]; {
		case nested(f):
			d.missing(path, flat, nest(f))
		case f.Meant != "":
			d.missing(path, "this is the name in Istio's .proto, and settings are merged by the name in JSON", "write "+f.Meant)
		case of.unread[l.path]:
		case other == "":
			cure := "remove it, or correct its name"
			if near := strict.Nearest(f.Name, f.Known); near != "" {
				cure = fmt.Sprintf("did you mean %s?", near)
			}
			d.missing(path, fmt.Sprintf("Istio's %s has no such field, and istiod would ignore it", f.Message), cure)
		case !d.Broken(path):
			v.warnings = append(v.warnings, fmt.Sprintf("%s: %s of Istio %s has no such field; see whether that of %s has, since istiod ignores one that it does not know", d.At(path), f.Message, builtin, other))
		}
	}
}

// mistyped reports values that Istio's renderer would refuse, one at a time and
// without a line.
func (d *document) mistyped(path string, found []fields.Mistyped) {
	for _, m := range found {
		switch m.Value.(type) {
		case map[string]any:
			d.missing(path+m.Path, "Istio takes no map here", "write "+m.Wanted)
		case []any:
			d.missing(path+m.Path, "Istio takes no list here", "write "+m.Wanted)
		default:
			d.wrong(path+m.Path, fmt.Sprint(m.Value), "Istio takes no such value here", "write "+m.Wanted)
		}
	}
}

// environment finds variables that break the chart of istiod, which puts their
// values between double quotes as they are (templates/deployment.yaml).
func (d *document) environment(l layer) {
	pilot, _ := l.istio.Values["pilot"].(map[string]any)
	env, _ := pilot["env"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(env)) {
		value, isString := env[name].(string)
		if !isString {
			continue
		}
		var rendered map[string]string
		if strings.ContainsAny(value, "\r\n") || yaml.Unmarshal([]byte(`value: "`+value+`"`), &rendered) != nil {
			d.wrong(l.path+".values.pilot.env."+name, value, "Istio's chart puts a value between double quotes as it is, which this one breaks", "set it in an overlay, or write quotes and backslashes with a backslash before them, and no line breaks")
		}
	}
}

// releases are those of the charts that a level of settings shapes installs of.
type releases struct {
	// other has the minors, where none is that of the built-in charts.
	other map[string]string
	// unread says that some of the charts cannot be read, which is said elsewhere.
	unread map[string]bool
}

// releases reads which releases each level of settings is for.
func (v *validator) releases(d *document) releases {
	builtin, _ := release.Minor(release.Builtin)
	other, same, unread := map[string][]string{}, map[string]bool{}, map[string]bool{}
	d.installs(func(_ int, layers []layer) {
		version, manifests := versionAndManifests(layers)
		charts := release.Builtin
		failed := false
		if manifests.path != "" {
			c := v.loadCharts(d.relative(manifests.value))
			charts, failed = c.Version, c.err != nil
		}
		if charts == "" {
			charts = version.value
		}
		minor, ok := release.Minor(charts)
		for _, l := range layers {
			switch {
			case failed:
				unread[l.path] = true
			case !ok || minor == builtin:
				same[l.path] = true
			case !slices.Contains(other[l.path], minor):
				other[l.path] = append(other[l.path], minor)
			}
		}
	})
	out := releases{other: map[string]string{}, unread: unread}
	for path, minors := range other {
		if !same[path] {
			out.other[path] = strings.Join(minors, " and ")
		}
	}
	return out
}
