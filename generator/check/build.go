package check

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"sync"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"isthmus.dev/isthmus/generator/manifest"
)

// disk is a file system in memory for kustomize, with what folders list of others.
//
// A folder that lists nothing but files is built as it is, on a disk of its own, and
// its objects are compared field by field. One that lists folders, such as a
// cluster, is built over objects that are trimmed to their identity: all of them
// have been built in full where their files are, plainFields() sees to it that no
// kustomization changes any of them on the way, and so the build can only differ in
// which objects there are. That keeps a megabyte of CRDs from being parsed again for
// every cluster, and everything that clusters have from being in memory at once.
type disk struct {
	mu sync.Mutex
	filesys.FileSystem
}

func newDisk() *disk { return &disk{FileSystem: filesys.MakeFsInMemory()} }

// write puts a folder on a disk, where others may list it.
func (f *forest) write(d *folder, files []*file) {
	k, _ := f.tree.Get(path.Join(d.path, kustomizationFile)) // it is what makes a folder
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.put(d, f.disk, kustomizationFile, k)
	for _, r := range files {
		if len(d.folders) == 0 {
			f.put(d, f.disk, r.name, r.trimmed())
		} else {
			f.put(d, f.disk, r.name, r.content())
		}
	}
}

func (f *forest) put(d *folder, to filesys.FileSystem, name string, data []byte) {
	if err := to.WriteFile("/"+path.Join(d.path, name), data); err != nil {
		d.broken = true
		f.add(d, name, "rename it", "cannot be built: %s", line(err))
	}
}

// trimmed reduces a file to the identity of its object.
func (r *file) trimmed() []byte {
	if r.err != nil {
		return r.data
	}
	o := r.object
	m := map[string]any{"name": o.Name()}
	if ns := o.Namespace(); ns != "" {
		m["namespace"] = ns
	}
	return r.whole(manifest.Object{"apiVersion": o.APIVersion(), "kind": o.Kind(), "metadata": m})
}

// content is what kustomize builds of a file.
func (r *file) content() []byte {
	if r.apart {
		return r.whole(r.object)
	}
	return r.data
}

// whole writes an object that a file's content is cut down to.
func (r *file) whole(o manifest.Object) []byte {
	out, err := json.Marshal(o)
	if err != nil {
		return r.data // what was decoded always has a JSON form
	}
	return out
}

// buildFiles builds a folder that lists nothing but files.
func (f *forest) buildFiles(d *folder, files []*file) {
	own := filesys.MakeFsInMemory()
	k, _ := f.tree.Get(path.Join(d.path, kustomizationFile)) // it is what makes a folder
	f.put(d, own, kustomizationFile, k)
	all := map[manifest.ID]bool{}
	for _, r := range files {
		f.put(d, own, r.name, r.content())
	}
	for _, id := range d.own {
		all[id] = true
	}
	f.build(d, own, all)
}

// buildListing builds a folder that lists folders, and one that lists nothing.
func (f *forest) buildListing(d *folder) {
	if len(d.folders) > 0 || len(d.own) == 0 {
		f.build(d, f.disk, d.all)
	}
}

// build builds a folder and compares the result with what it should be: objects of
// the given identities, its own with the content of their files.
func (f *forest) build(d *folder, on filesys.FileSystem, all map[manifest.ID]bool) {
	if d.broken {
		return
	}
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified // as the kustomize command does; the default here prints a warning about sortOptions
	result, err := krusty.MakeKustomizer(options).Run(on, "/"+d.path)
	if err != nil {
		f.add(d, "", "correct its "+kustomizationFile, "does not build: %s", line(err))
		return
	}
	missing := maps.Clone(all)
	for _, r := range result.Resources() {
		f.compare(d, r, all, missing)
	}
	for _, id := range slices.SortedFunc(maps.Keys(missing), manifest.Compare) {
		f.add(d, "", "list its file or folder in "+kustomizationFile, "its build lacks %s", id)
	}
}

// compare compares one object of a build with the file that it is from.
func (f *forest) compare(d *folder, r *resource.Resource, all, missing map[manifest.ID]bool) {
	built, err := r.Map()
	if err != nil {
		f.add(d, "", "correct the file", "%s: %s", r.CurId(), line(err))
		return
	}
	id := manifest.Object(built).ID()
	if !all[id] {
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
