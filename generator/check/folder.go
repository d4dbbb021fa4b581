package check

import (
	"maps"
	"path"
	"slices"

	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/tree"
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

// file is a file of a folder, read as one object.
type file struct {
	folder *folder
	name   string
	object manifest.Object
	err    error
	// findings of what clusters share; Cluster checked what is theirs.
	findings []Finding
	// apart is the object as Alike has kustomize build it, see definition.
	apart manifest.Object
}

// read reads the files of all folders that are examined, as one object each.
func (f *forest) read() {
	var files []*file
	for _, p := range f.examined() {
		d := f.folders[p]
		for _, name := range d.files {
			if !d.unread && !slices.Contains(d.unlisted, name) {
				files = append(files, &file{folder: d, name: name})
			}
		}
	}
	each(files, f.readFile)
	for _, r := range files {
		f.join(r)
	}
}

func (f *forest) readFile(r *file) {
	data, _ := f.tree.Get(path.Join(r.folder.path, r.name)) // the folder's list is from the tree
	if r.err = yaml.UnmarshalStrict(data, &r.object); r.err != nil {
		return
	}
	if r.folder.scope == tree.Shared {
		_, r.findings = alone(r.object)
	}
	if f.apart {
		r.apart = definition(r.object, data)
	}
}

// join adds what was read of a file to its folder.
func (f *forest) join(r *file) {
	d := r.folder
	if r.err != nil {
		d.broken = true
		f.add(d, r.name, "write one object as YAML", "does not decode: %s", line(r.err))
		return
	}
	id := r.object.ID()
	if d.objects[id] != nil {
		d.broken = true
		f.add(d, r.name, "generate it once", "%s is in another file of the folder too", id)
		return
	}
	f.findings = append(f.findings, r.findings...)
	d.objects[id], d.names[r.name] = r.object, r.object
	if r.apart != nil {
		d.objects[id], d.specs[id] = r.apart, true
	}
}
