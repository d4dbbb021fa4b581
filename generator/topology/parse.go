package topology

import (
	"fmt"
	"slices"
	"sort"

	"isthmus.dev/isthmus/generator/topology/fault"
	"isthmus.dev/isthmus/generator/topology/release"
)

// Disk answers what validation must know of files that the topology names.
type Disk interface {
	// Charts reads a manifests directory; "" is the built-in one.
	Charts(dir string) (release.Charts, error)
	// Component reads a kustomize Component: its absolute directory, and all files
	// that it refers to by absolute path.
	Component(dir string) (root string, files map[string][]byte, err error)
}

// Parse decodes, defaults, validates and converts all inputs. An error is a
// fault.List with everything that is wrong.
func Parse(inputs []Input, disk Disk) (*Topology, error) {
	var (
		docs   []*document
		faults fault.List
	)
	for _, in := range inputs {
		ds, fs := decode(in)
		docs = append(docs, ds...)
		faults = append(faults, fs...)
	}
	if len(docs) == 0 && len(faults) == 0 {
		name := "-"
		if len(inputs) > 0 {
			name = inputs[0].Name
		}
		return nil, fault.List{{
			Position: fault.Position{File: name}, What: "there is no Topology in it",
			Cure: "write one, or start from what `isthmus init MODEL` prints",
		}}
	}
	v := &validator{docs: docs, disk: disk, charts: map[string]chartsOrError{}, overlayRoots: map[string]string{}}
	v.run()
	for _, d := range docs {
		faults = append(faults, d.Document.Faults()...)
		faults = append(faults, d.faults...)
	}
	if err := faults.OrNil(); err != nil {
		return nil, err
	}
	t := &Topology{OverlayFiles: v.overlayFiles, Warnings: v.warnings}
	for _, d := range docs {
		t.Meshes = append(t.Meshes, v.convert(d))
	}
	sort.Slice(t.Meshes, func(i, j int) bool { return t.Meshes[i].Name < t.Meshes[j].Name })
	sort.Strings(t.Warnings)
	t.Warnings = slices.Compact(t.Warnings) // clusters may share what one is about
	return t, nil
}

type chartsOrError struct {
	release.Charts
	err error
}

// validator judges all documents of a run.
type validator struct {
	docs     []*document
	disk     Disk
	charts   map[string]chartsOrError
	warnings []string
	// overlayRoots maps the directory of each overlay, as the user named it, to
	// its absolute one; overlayFiles are the files of all of them.
	overlayRoots map[string]string
	overlayFiles map[string][]byte
}

func (v *validator) run() {
	for _, d := range v.docs {
		v.names(d)
		v.mesh(d)
		v.roles(d)
		v.networks(d)
		v.clusterFields(d)
		v.gateways(d)
		v.external(d)
		v.istio(d)
		v.knownFields(d)
		v.served(d)
		v.providers(d)
		v.delivery(d)
		v.overlays(d)
	}
	v.sharedClusters()
	v.sharedCharts()
}

// names checks what must be unique over the whole run.
func (v *validator) names(d *document) {
	for _, other := range v.docs {
		if other == d {
			break
		}
		if name := d.top.Metadata.Name; name != "" && name == other.top.Metadata.Name {
			pos := other.At("metadata.name")
			d.wrong("metadata.name", name, "is the name of another Topology",
				fmt.Sprintf("rename one of the two, the other is at %s:%d", pos.File, pos.Line))
			break
		}
	}
	first := map[string]int{}
	for i, c := range d.top.Spec.Clusters {
		if j, taken := first[c.Name]; taken && c.Name != "" {
			d.wrong(at(i, "name"), c.Name, "is the name of two clusters",
				fmt.Sprintf("rename one of the two, the other is on line %d", d.At(at(j, "name")).Line))
			continue
		}
		first[c.Name] = i
	}
}

// loadCharts reads the charts of a manifests directory once.
func (v *validator) loadCharts(dir string) chartsOrError {
	c, known := v.charts[dir]
	if !known {
		c.Charts, c.err = v.disk.Charts(dir)
		v.charts[dir] = c
	}
	return c
}
