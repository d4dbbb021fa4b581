package check

import (
	"maps"
	"path"
	"slices"

	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/manifest"
)

// plainFields are those of a kustomization that lists and orders objects. Any
// other would change them, and then neither would the files be what is applied,
// nor a build be the union of what it lists. Some of them reach beyond the tree,
// or change kustomize for all that is built after it (openapi, crds).
func plainFields() []string {
	return []string{"apiVersion", "kind", "metadata", "resources", "sortOptions"}
}

// listing is what a kustomization says: what it lists, and fields that it must
// not have.
type listing struct {
	resources, changing []string
	err                 error
}

// parse reads a kustomization, each content once: components of many clusters
// list the same.
func (f *forest) parse(text manifest.Text) listing {
	key := text.String()
	f.mu.Lock()
	got, known := f.listings[key]
	f.mu.Unlock()
	if known {
		return got
	}
	var fields map[string]any
	var k struct {
		Resources []string `json:"resources"`
	}
	got.err = yaml.UnmarshalStrict([]byte(key), &fields)
	if got.err == nil {
		got.err = yaml.Unmarshal([]byte(key), &k)
	}
	got.resources = k.Resources
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(plainFields(), name) {
			got.changing = append(got.changing, name)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listings[key] = got
	return got
}

// list reads a folder's kustomization. Nothing that does not lie in the tree gets
// past it: kustomize would take a path that it does not find for the address of a
// repository, and fetch it.
func (f *forest) list(d *folder) {
	file, _ := f.tree.File(path.Join(d.path, kustomizationFile)) // it is what makes a folder
	k := f.parse(file.Text)
	for _, name := range k.changing {
		d.broken = true
		f.add(d, kustomizationFile, "have overlays change objects before they are written", "field %q is none that only lists objects", name)
	}
	if k.err != nil {
		d.broken, d.unread = true, true
		f.add(d, kustomizationFile, "correct it", "does not decode: %s", line(k.err))
		return
	}
	listed := make(map[string]bool, len(k.resources))
	for _, r := range k.resources {
		p := path.Join(d.path, r)
		_, isFile := f.tree.File(p)
		switch {
		case listed[p]:
			d.broken = true
			f.add(d, kustomizationFile, "list it once", "lists %q twice", r)
		case f.folders[p] != nil:
			d.folders = append(d.folders, p)
		case !isFile:
			d.broken = true
			f.add(d, kustomizationFile, "list files of the folder, and folders of the tree", "lists %q, which is not in the tree", r)
		case path.Dir(p) != d.path:
			d.broken = true
			f.add(d, kustomizationFile, "list the folder of the file: kustomize loads no file from outside", "lists %q, a file of another folder", r)
		}
		listed[p] = true
	}
	for _, name := range d.files {
		if !listed[path.Join(d.path, name)] {
			d.unlisted = append(d.unlisted, name)
			f.add(d, name, "list it, or nobody applies it", "is not in the folder's %s", kustomizationFile)
		}
	}
}
