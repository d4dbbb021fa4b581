// Package overlay applies kustomize Components to the objects of a cluster.
package overlay

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/overlays"
)

// origin is an annotation that says, during a build, which object of which
// component this was. It never leaves this package.
const origin = "isthmus.dev/origin"

// Extra is the folder of objects that an overlay adds.
const Extra = "extra"

// Apply applies the Components of a platform, then those of the given
// directories in order, to all objects of a cluster at once, and sorts the
// result into the components again. An object that is added goes to Extra; one
// that is deleted is gone; one that is renamed is an error, since nothing else
// in the mesh would find it.
func Apply(in []component.Component, platform string, dirs []string) ([]component.Component, error) {
	fSys := newLayered()
	if err := fSys.addFS(virtual, overlays.FS); err != nil {
		return nil, fmt.Errorf("built-in overlays: %w", err)
	}
	var components []string
	if dir := path.Join(virtual, "platform", platform); platform != "" && fSys.IsDir(dir) {
		components = append(components, dir)
	}
	seen := map[string]bool{}
	var errs []error
	for _, d := range dirs {
		abs, err := filepath.Abs(filepath.FromSlash(d))
		if err != nil {
			return nil, fmt.Errorf("overlay %q: %w", d, err)
		}
		abs = filepath.ToSlash(abs)
		if err := local(fSys, abs, seen); err != nil {
			errs = append(errs, fmt.Errorf("overlay %q: %w", d, err))
		}
		components = append(components, abs)
	}
	if len(components) == 0 || len(errs) > 0 {
		return in, errors.Join(errs...)
	}
	root := virtual + "/objects"
	k := types.Kustomization{Resources: []string{"objects.yaml"}}
	for _, c := range components {
		k.Components = append(k.Components, "../.."+c)
	}
	out, err := build(fSys, root, k, in)
	if err != nil {
		return nil, fmt.Errorf("applying overlays %s: %w", strings.Join(dirs, ", "), err)
	}
	return sortOut(in, out)
}

func build(fSys layered, root string, k types.Kustomization, in []component.Component) ([]manifest.Object, error) {
	var all []byte
	for i, c := range in {
		for j, o := range c.Objects {
			o = o.Clone()
			o.Set(fmt.Sprintf("%d/%d", i, j), "metadata", "annotations", origin)
			data, err := manifest.Encode(o)
			if err != nil {
				return nil, err
			}
			all = append(append(all, "---\n"...), data...)
		}
	}
	head, err := manifest.Encode(k)
	if err != nil {
		return nil, err
	}
	for name, data := range map[string][]byte{"objects.yaml": all, "kustomization.yaml": head} {
		if err := fSys.FileSystem.WriteFile(path.Join(root, name), data); err != nil {
			return nil, err
		}
	}
	result, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(fSys, root)
	if err != nil {
		return nil, err
	}
	var out []manifest.Object
	for _, r := range result.Resources() {
		data, err := r.AsYAML()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.CurId(), err)
		}
		o, err := manifest.Decode(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.CurId(), err)
		}
		out = append(out, o)
	}
	return out, nil
}

// sortOut puts objects back to where they came from.
func sortOut(in []component.Component, objects []manifest.Object) ([]component.Component, error) {
	out := make([]component.Component, len(in))
	home := map[manifest.ID]int{}
	for i, c := range in {
		out[i] = component.Component{Path: c.Path, Stage: c.Stage}
		for _, o := range c.Objects {
			home[o.ID()] = i
		}
	}
	extra := component.Component{Path: Extra, Stage: component.Exposure}
	var errs []error
	for _, o := range objects {
		from := takeOrigin(o)
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

// takeOrigin removes the annotation and returns its value.
func takeOrigin(o manifest.Object) string {
	annotations := o.Map("metadata", "annotations")
	value, _ := annotations[origin].(string) // an added object has none
	delete(annotations, origin)
	if len(annotations) == 0 {
		delete(o.Map("metadata"), "annotations")
	}
	return value
}

func before(in []component.Component, from string) manifest.ID {
	a, b, _ := strings.Cut(from, "/")
	i, errI := strconv.Atoi(a)
	j, errJ := strconv.Atoi(b)
	if errI != nil || errJ != nil || i >= len(in) || j >= len(in[i].Objects) {
		return manifest.ID{} // an overlay wrote the annotation itself
	}
	return in[i].Objects[j].ID()
}
