package topology

import (
	"fmt"
	"sort"

	"isthmus.dev/isthmus/generator/topology/release"
)

// given is the innermost of the levels that sets a field: its path and value,
// "" where none does, and how far in it is, -1 for none.
type given struct {
	path, value string
	level       int
}

// versionAndManifests finds which levels decide what an install runs.
func versionAndManifests(layers []layer) (version, manifests given) {
	version.level, manifests.level = -1, -1
	for k, l := range layers {
		if l.istio.Version != "" {
			version = given{l.path + ".version", l.istio.Version, k}
		}
		if l.istio.Manifests != "" {
			manifests = given{l.path + ".manifests", l.istio.Manifests, k}
		}
	}
	return version, manifests
}

// releaseFits compares what the levels resolve to: the image with the charts.
func (v *validator) releaseFits(d *document, layers []layer) {
	version, manifests := versionAndManifests(layers)
	r := v.release(d, layers)
	if manifests.path != "" && v.loadCharts(r.Manifests).err != nil {
		return
	}
	if r.Version == "" {
		d.wrong(manifests.path, manifests.value, "its charts say version 1.0.0, so they come from a source tree, and no version is given", "set version beside it")
		return
	}
	image, ok := release.Minor(r.Version)
	charts, known := release.Minor(r.ChartsVersion)
	switch {
	case !ok || !known || image == charts:
	case manifests.level > version.level:
		pos := d.At(version.path)
		d.wrong(manifests.path, manifests.value, fmt.Sprintf("its charts are of %s, but version says %s (%s:%d)", r.ChartsVersion, r.Version, pos.File, pos.Line),
			fmt.Sprintf("set a version of %s beside it", charts))
	default:
		of := "the built-in charts"
		if manifests.path != "" {
			of = fmt.Sprintf("the charts in %q", manifests.value)
		}
		d.wrong(version.path, version.value, fmt.Sprintf("is of another minor than %s, which are of %s", of, r.ChartsVersion),
			fmt.Sprintf("write a version of %s, or set manifests to the charts of %s", charts, image))
	}
}

// installs calls f for everything that the clusters of a document run: the
// levels of settings, the innermost last.
func (d *document) installs(f func(i int, layers []layer)) {
	for i, c := range d.top.Spec.Clusters {
		layers := d.istioLayers(i)
		from := revisionsPath(layers)
		for k, e := range from.entries() {
			f(i, append(append([]layer{}, layers...), layer{path: from.entryPath(k), istio: entryIstio(e)}))
		}
		if Role(c.Role) == External {
			f(i, []layer{d.gatewayLayer(i)})
		}
	}
}

// sharedCharts: the CRDs live once per version of the charts, so one version
// cannot stand for two sets of them.
func (v *validator) sharedCharts() {
	type use struct {
		d         *document
		manifests given
		charts    string // their version
		crds      string
	}
	var uses []use
	for _, d := range v.docs {
		d.installs(func(_ int, layers []layer) {
			r := v.release(d, layers)
			if c := v.loadCharts(r.Manifests); c.err == nil && r.ChartsVersion != "" {
				_, manifests := versionAndManifests(layers)
				uses = append(uses, use{d, manifests, r.ChartsVersion, c.CRDs})
			}
		})
	}
	// The built-in ones first: they have no line at which to report them.
	sort.SliceStable(uses, func(a, b int) bool { return uses[a].manifests.path == "" && uses[b].manifests.path != "" })
	first := map[string]use{}
	for _, u := range uses {
		other, known := first[u.charts]
		if !known {
			first[u.charts] = u
			continue
		}
		if other.crds == u.crds {
			continue
		}
		from := "the built-in ones"
		if other.manifests.path != "" {
			pos := other.d.At(other.manifests.path)
			from = fmt.Sprintf("those in %q (%s:%d)", other.manifests.value, pos.File, pos.Line)
		}
		u.d.wrong(u.manifests.path, u.manifests.value, fmt.Sprintf("its charts are of version %s as %s are, but their CRDs differ", u.charts, from),
			"use one manifests directory for each version")
	}
}
