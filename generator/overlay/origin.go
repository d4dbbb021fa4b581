package overlay

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
)

// Annotations that objects bear during a build and never outside of this package.
const (
	// origin says which object of which component this was.
	origin = "isthmus.dev/origin"
	// stage says at which stage of the roll-out this is.
	stage = "isthmus.dev/stage"
)

// mark copies all objects of a cluster, each with an annotation, "" for none.
func mark(in []component.Component, with func(i, j int) (key, value string)) []manifest.Object {
	var out []manifest.Object
	for i, c := range in {
		for j, o := range c.Objects {
			o = o.Clone()
			if key, value := with(i, j); key != "" {
				o.Set(value, "metadata", "annotations", key)
			}
			out = append(out, o)
		}
	}
	return out
}

func originOf(i, j int) (key, value string) { return origin, fmt.Sprintf("%d/%d", i, j) }

// unmark removes an annotation and returns its value, "" if there was none.
func unmark(o manifest.Object, key string) string {
	annotations := o.Map("metadata", "annotations")
	value, _ := annotations[key].(string) // an added object has none
	delete(annotations, key)
	if len(annotations) == 0 {
		delete(o.Map("metadata"), "annotations")
	}
	return value
}

// sortOut puts objects back to where they came from.
func sortOut(in []component.Component, objects []manifest.Object) ([]component.Component, error) {
	out := make([]component.Component, len(in))
	home := map[manifest.ID]int{}
	for i, c := range in {
		out[i] = component.Component{Path: c.Path, Stage: c.Stage, Shared: c.Shared}
		for _, o := range c.Objects {
			home[o.ID()] = i
		}
	}
	extra := component.Component{Path: component.Extra, Stage: component.Exposure}
	var errs []error
	for _, o := range objects {
		from := unmark(o, origin)
		i, known := home[o.ID()]
		switch {
		case known:
			out[i].Objects = append(out[i].Objects, o)
		case from != "":
			errs = append(errs, fmt.Errorf("an overlay renames %s to %s, and nothing that refers to it would find it; keep the name and the namespace", before(in, from), o.ID()))
		default:
			extra.Objects = append(extra.Objects, o)
		}
	}
	kept := out[:0]
	for _, c := range append(out, extra) {
		if len(c.Objects) > 0 {
			manifest.Sort(c.Objects)
			kept = append(kept, c)
		}
	}
	return kept, errors.Join(errs...)
}

// before names the object that bore an origin.
func before(in []component.Component, from string) manifest.ID {
	a, b, _ := strings.Cut(from, "/")
	i, errI := strconv.Atoi(a)
	j, errJ := strconv.Atoi(b)
	if errI != nil || errJ != nil || i >= len(in) || j >= len(in[i].Objects) {
		return manifest.ID{} // an overlay wrote the annotation itself
	}
	return in[i].Objects[j].ID()
}
