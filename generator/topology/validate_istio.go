package topology

import (
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"isthmus.dev/isthmus/generator/topology/release"
)

// maxRevision leaves room for "istiod-" in the name of the Service, a DNS label.
const maxRevision = 56

var hub = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._/:-]*[A-Za-z0-9])?$`)

// istio checks every level of Istio settings, then what they resolve to.
func (v *validator) istio(d *document) {
	v.istioLevel(d, layer{path: "spec.istio", istio: d.top.Spec.Istio})
	for i, c := range d.top.Spec.Clusters {
		if c.Istio == nil {
			continue
		}
		l := layer{path: at(i, "istio"), istio: *c.Istio}
		v.istioLevel(d, l)
		if Role(c.Role) == External {
			v.noRevisions(d, i, l)
		}
	}
	d.installs(func(_ int, layers []layer) { v.releaseFits(d, layers) })
	for i := range d.top.Spec.Clusters {
		v.tags(d, i, d.istioLayers(i))
	}
}

// noRevisions: the install that drives an external cluster's gateway has none.
func (v *validator) noRevisions(d *document, i int, l layer) {
	for _, field := range []string{"revision", "revisions", "tags"} {
		if d.explicit(i, "istio."+field) {
			d.missing(l.path+"."+field, "the istio of an external cluster shapes the install that drives its ingress gateway, which has no revision",
				"set it in spec.istio, which the control planes of the mesh follow")
		}
	}
}

func (v *validator) istioLevel(d *document, l layer) {
	v.releaseFields(d, l.path, l.istio.Version, l.istio.Hub, l.istio.Manifests)
	v.reservedMeshConfig(d, l.path+".meshConfig", l.istio.MeshConfig)
	v.reserved(d, l.path+".values", l.istio.Values)
	if l.istio.Revision != nil {
		v.revisionName(d, l.path+".revision", *l.istio.Revision)
		if len(l.istio.Revisions) > 0 {
			d.wrong(l.path+".revision", *l.istio.Revision, "revision and revisions are both given", "keep one of the two: revision is short for one entry of revisions")
		}
	}
	first, defaults := map[string]int{}, []int{}
	for k, r := range l.istio.Revisions {
		path := fmt.Sprintf("%s.revisions[%d]", l.path, k)
		v.revisionName(d, path+".name", r.Name)
		v.releaseFields(d, path, r.Version, r.Hub, r.Manifests)
		v.reservedMeshConfig(d, path+".meshConfig", r.MeshConfig)
		v.reserved(d, path+".values", r.Values)
		name := canonicalRevision(r.Name)
		if j, taken := first[name]; taken {
			d.wrong(path+".name", r.Name, "is the name of two revisions", fmt.Sprintf("rename one of the two, the other is on line %d", d.At(fmt.Sprintf("%s.revisions[%d].name", l.path, j)).Line))
		}
		first[name] = k
		if r.Default != nil && *r.Default {
			defaults = append(defaults, k)
		}
		if len(l.istio.Revisions) == 1 && r.Default != nil && !*r.Default {
			d.wrong(path+".default", "false", "it is the only revision, and one must be the default", "remove it")
		}
	}
	switch n := len(l.istio.Revisions); {
	case n > 1 && len(defaults) == 0:
		d.missing(l.path+".revisions", fmt.Sprintf("none of the %d revisions is the default", n), "write default: true for the one that validates configuration")
	case len(defaults) > 1:
		for _, k := range defaults[1:] {
			d.wrong(fmt.Sprintf("%s.revisions[%d].default", l.path, k), "true", "another revision is the default already", "keep one of the two")
		}
	}
}

func (v *validator) revisionName(d *document, path, name string) {
	if canonicalRevision(name) == "" {
		return
	}
	if len(validation.IsDNS1123Label(name)) > 0 || len(name) > maxRevision {
		d.wrong(path, name, "is no name for a revision", fmt.Sprintf("write lower-case letters, digits and hyphens, at most %d; for a version write 1-31-0", maxRevision))
	}
}

func (v *validator) releaseFields(d *document, path, version, hubValue, manifests string) {
	if version != "" {
		if _, ok := release.Minor(version); !ok {
			d.wrong(path+".version", version, "is no version of Istio", "write one such as 1.31.0 or 1.31.0-distroless")
		}
	}
	if hubValue != "" && !hub.MatchString(hubValue) {
		d.wrong(path+".hub", hubValue, "is no image registry", "write one such as docker.io/istio")
	}
	if manifests != "" {
		if c := v.loadCharts(d.relative(manifests)); c.err != nil {
			d.wrong(path+".manifests", manifests, c.err.Error(), "name the manifests directory of an Istio release, with charts/ and profiles/")
		}
	}
}

// tags checks the names under which workloads select revisions.
func (v *validator) tags(d *document, i int, layers []layer) {
	from, l := revisionsPath(layers), tagsLayer(layers)
	revisions, seen := map[string]bool{}, map[string]bool{}
	var names []string
	for _, e := range from.entries() {
		revisions[canonicalRevision(e.Name)] = true
		names = append(names, fmt.Sprintf("%q", canonicalRevision(e.Name)))
	}
	for k, t := range l.istio.Tags {
		path := fmt.Sprintf("%s.tags[%d]", l.path, k)
		if len(validation.IsDNS1123Label(t.Name)) > 0 || len(t.Name) > maxTag {
			d.wrong(path+".name", t.Name, "is no name for a tag", fmt.Sprintf("write lower-case letters, digits and hyphens, at most %d", maxTag))
		}
		switch {
		case seen[t.Name]:
			d.wrong(path+".name", t.Name, "is the name of two tags", "remove one of the two")
		case revisions[canonicalRevision(t.Name)]:
			d.wrong(path+".name", t.Name, "is the name of a revision too: their injectors would select the same namespaces", "choose another name")
		}
		seen[t.Name] = true
		if !revisions[canonicalRevision(t.Revision)] {
			what, cure := "is no revision here", "write one of "+strings.Join(names, ", ")
			if l.path == "spec.istio" && from.path != l.path { // else every cluster would say the same
				what = fmt.Sprintf("is no revision of cluster %q, which has this tag too", d.top.Spec.Clusters[i].Name)
				cure += fmt.Sprintf(", or give the cluster tags of its own (%s)", at(i, "istio.tags"))
			}
			d.wrong(path+".revision", t.Revision, what, cure)
		}
	}
}

// maxTag leaves room for "istiod-revision-tag-" in the name of a Service.
const maxTag = 43

// served: a cluster that another one serves has that one's revision, since the
// webhook patchers match istio.io/rev exactly.
func (v *validator) served(d *document) {
	for i, c := range d.top.Spec.Clusters {
		role := Role(c.Role)
		if role != Remote && role != Config || c.ControlPlane == "" {
			continue
		}
		j := -1
		for k, s := range d.top.Spec.Clusters {
			if s.Name == c.ControlPlane && (Role(s.Role) == Primary || Role(s.Role) == External) {
				j = k
			}
		}
		if j < 0 {
			continue
		}
		server := revisionsPath(d.istioLayers(j))
		if n := len(server.entries()); n > 1 {
			d.missing(server.path+".revisions", fmt.Sprintf("cluster %q serves others and has %d revisions, which isthmus cannot do yet", d.top.Spec.Clusters[j].Name, n),
				"give it one revision")
			continue
		}
		own := revisionsPath(d.istioLayers(i))
		if n := len(own.entries()); n > 1 {
			d.missing(own.path+".revisions", fmt.Sprintf("cluster %q is served by %q and has %d revisions, which isthmus cannot do yet", c.Name, c.ControlPlane, n),
				"give it the one revision of its control plane")
			continue
		}
		want, got := canonicalRevision(server.entries()[0].Name), canonicalRevision(own.entries()[0].Name)
		if want == got {
			continue
		}
		path := at(i, "istio.revision") // also where it is inherited: this is the cluster to change
		if len(own.istio.Revisions) > 0 && own.path != "spec.istio" {
			path = own.entryPath(0) + ".name"
		}
		cure := fmt.Sprintf("set the revision of both to %q", want)
		if Role(d.top.Spec.Clusters[j].Role) == External {
			cure = "remove it, and set spec.istio.revision, which the external control plane follows"
		}
		d.wrong(path, got, fmt.Sprintf("differs from revision %q of control plane %q: the injector would find no control plane", want, c.ControlPlane), cure)
	}
}
