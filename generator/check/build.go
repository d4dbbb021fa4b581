package check

import (
	"encoding/json"
	"maps"
	"path"
	"slices"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"isthmus.dev/isthmus/generator/manifest"
)

// disks are file systems in memory for kustomize.
//
// A folder that lists nothing but files is built as it is, and its objects are
// compared field by field. A folder that lists nothing but folders, such as a
// cluster, is built over objects trimmed to their identity: all of its objects
// have been built in full where their files are, plainFields() sees to it that no
// kustomization changes any of them on the way, and so the build can only differ
// in which objects there are. That keeps a megabyte of CRDs from being parsed
// again for every cluster.
type disks struct {
	full, trimmed filesys.FileSystem
}

func newDisks(f *forest) disks {
	// Several builds run at once below. Nothing that plainFields() lets through
	// changes the schema after this.
	loadSchema()

	out := disks{full: filesys.MakeFsInMemory(), trimmed: filesys.MakeFsInMemory()}
	for _, p := range f.examined() {
		d := f.folders[p]
		k, _ := f.tree.Get(path.Join(p, kustomizationFile)) // it is what makes a folder
		out.write(f, d, out.full, kustomizationFile, k)
		out.write(f, d, out.trimmed, kustomizationFile, k)
		for _, name := range d.files {
			data, _ := f.tree.Get(path.Join(p, name)) // the folder's list is from the tree
			o := d.names[name]
			out.write(f, d, out.trimmed, name, trim(data, o))
			if o != nil && d.specs[o.ID()] {
				data = whole(data, d.objects[o.ID()])
			}
			out.write(f, d, out.full, name, data)
		}
	}
	return out
}

func (disks) write(f *forest, d *folder, to filesys.FileSystem, name string, data []byte) {
	if err := to.WriteFile("/"+path.Join(d.path, name), data); err != nil {
		d.broken = true
		f.add(d, name, "rename it", "cannot be built: %s", line(err))
	}
}

// trim reduces a file to the identity of its object.
func trim(data []byte, o manifest.Object) []byte {
	if o == nil {
		return data
	}
	m := map[string]any{"name": o.Name()}
	if ns := o.Namespace(); ns != "" {
		m["namespace"] = ns
	}
	return whole(data, manifest.Object{"apiVersion": o.APIVersion(), "kind": o.Kind(), "metadata": m})
}

// whole writes an object that a file's content is cut down to.
func whole(data []byte, o manifest.Object) []byte {
	out, err := json.Marshal(o)
	if err != nil {
		return data // what was decoded always has a JSON form
	}
	return out
}

// build builds a folder and compares the result with what it should be.
func (f *forest) build(d *folder) {
	if d.broken {
		return
	}
	disk := f.disks.full
	if len(d.objects) == 0 {
		disk = f.disks.trimmed
	}
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified // as the kustomize command does; the default here prints a warning about sortOptions
	result, err := krusty.MakeKustomizer(options).Run(disk, "/"+d.path)
	if err != nil {
		f.add(d, "", "correct its "+kustomizationFile, "does not build: %s", line(err))
		return
	}
	missing := maps.Clone(d.all)
	for _, r := range result.Resources() {
		f.compare(d, r, missing)
	}
	for _, id := range slices.SortedFunc(maps.Keys(missing), manifest.Compare) {
		f.add(d, "", "list its file or folder in "+kustomizationFile, "its build lacks %s", id)
	}
}

// compare compares one object of a build with the file that it is from.
func (f *forest) compare(d *folder, r *resource.Resource, missing map[manifest.ID]bool) {
	built, err := r.Map()
	if err != nil {
		f.add(d, "", "correct the file", "%s: %s", r.CurId(), line(err))
		return
	}
	id := manifest.Object(built).ID()
	if !d.all[id] {
		f.add(d, "", "remove it", "its build has %s, which is in no file", id)
		return
	}
	delete(missing, id)
	if want, own := d.objects[id]; own {
		if at := differs("", map[string]any(want), built); at != "" {
			f.add(d, manifest.FileName(id), "quote the value: kustomize and Kubernetes read it differently", "kustomize builds another %s than the file has at %s", id, at)
		}
	}
}
