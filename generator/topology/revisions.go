package topology

import (
	"fmt"
	"sort"

	"isthmus.dev/isthmus/generator/topology/release"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// Defaults of a release.
const defaultHub = "docker.io/istio"

// layer is one level of Istio settings and where the file has it.
type layer struct {
	path  string
	istio v1alpha1.Istio
}

// istioLayers returns the settings that shape a cluster's control planes, the
// mesh's first. An external cluster's own settings shape another install (see
// gatewayInstall), the control plane that it hosts follows its mesh.
func (d *document) istioLayers(i int) []layer {
	c := d.top.Spec.Clusters[i]
	layers := []layer{{path: "spec.istio", istio: d.top.Spec.Istio}}
	if c.Istio != nil && Role(c.Role) != External {
		layers = append(layers, layer{path: at(i, "istio"), istio: *c.Istio})
	}
	return layers
}

// revisionsPath is the field that names a cluster's revisions: the innermost
// level that does so, since lists are replaced and not merged.
func revisionsPath(layers []layer) layer {
	for k := len(layers) - 1; k > 0; k-- {
		if layers[k].istio.Revision != nil || len(layers[k].istio.Revisions) > 0 {
			return layers[k]
		}
	}
	return layers[0]
}

// entries returns the revisions that a level names, one of the name "" if none.
func (l layer) entries() []v1alpha1.Revision {
	if len(l.istio.Revisions) > 0 {
		return l.istio.Revisions
	}
	name := ""
	if l.istio.Revision != nil {
		name = *l.istio.Revision
	}
	return []v1alpha1.Revision{{Name: name}}
}

// entryIstio is an entry as the innermost level of settings.
func entryIstio(e v1alpha1.Revision) v1alpha1.Istio {
	return v1alpha1.Istio{Version: e.Version, Hub: e.Hub, Manifests: e.Manifests, MeshConfig: e.MeshConfig, Values: e.Values}
}

// entryPath is the path of the k-th of a level's entries.
func (l layer) entryPath(k int) string {
	if len(l.istio.Revisions) > 0 {
		return fmt.Sprintf("%s.revisions[%d]", l.path, k)
	}
	return l.path
}

// canonicalRevision: "default" names the same as "". Rendering a revision of
// the name default makes istiod-default, while istiod itself reads ConfigMap istio.
func canonicalRevision(name string) string {
	if name == "default" {
		return ""
	}
	return name
}

// tagsLayer is the innermost level with tags; an empty list there is one without.
func tagsLayer(layers []layer) layer {
	for k := len(layers) - 1; k > 0; k-- {
		if layers[k].istio.Tags != nil {
			return layers[k]
		}
	}
	return layers[0]
}

// revisions resolves the control planes of a cluster: what an entry leaves out
// comes from the cluster, then from the mesh.
func (v *validator) revisions(d *document, i int) []Revision {
	layers := d.istioLayers(i)
	from := revisionsPath(layers)
	entries := from.entries()
	out := make([]Revision, 0, len(entries))
	for _, e := range entries {
		r := Revision{
			Name:    canonicalRevision(e.Name),
			Default: len(entries) == 1 || e.Default != nil && *e.Default,
			Release: v.release(d, append(append([]layer{}, layers...), layer{istio: entryIstio(e)})),
		}
		for _, t := range tagsLayer(layers).istio.Tags {
			if canonicalRevision(t.Revision) == r.Name {
				r.Tags = append(r.Tags, t.Name)
			}
		}
		sort.Strings(r.Tags)
		out = append(out, r)
	}
	sort.SliceStable(out, func(a, b int) bool {
		if out[a].Default != out[b].Default {
			return out[a].Default
		}
		return out[a].Name < out[b].Name
	})
	return out
}

// release resolves what an install runs from its levels, the innermost last.
func (v *validator) release(d *document, layers []layer) Release {
	r := Release{Hub: defaultHub}
	var meshConfig, values []map[string]any
	for _, l := range layers {
		if l.istio.Version != "" {
			r.Version = l.istio.Version
		}
		if l.istio.Hub != "" {
			r.Hub = l.istio.Hub
		}
		if l.istio.Manifests != "" {
			r.Manifests = d.relative(l.istio.Manifests)
		}
		meshConfig = append(meshConfig, l.istio.MeshConfig)
		values = append(values, l.istio.Values)
	}
	r.MeshConfig, r.Values = merged(meshConfig...), merged(values...)
	r.ChartsVersion = release.Builtin
	if r.Manifests != "" {
		r.ChartsVersion = v.loadCharts(r.Manifests).Version
	}
	if r.Version == "" {
		r.Version = r.ChartsVersion
	}
	if r.ChartsVersion == "" {
		r.ChartsVersion = r.Version
	}
	return r
}

// gatewayInstall resolves the install that drives an external cluster's
// gateway: only the cluster's own settings shape it, since several meshes may
// share it.
func (v *validator) gatewayInstall(d *document, i int) Release {
	return v.release(d, []layer{d.gatewayLayer(i)})
}

func (d *document) gatewayLayer(i int) layer {
	l := layer{path: at(i, "istio")}
	if c := d.top.Spec.Clusters[i]; c.Istio != nil {
		l.istio = *c.Istio
	}
	return l
}
