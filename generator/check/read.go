package check

import (
	"maps"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/tree"
)

// usersSecrets is where the users keep encrypted files, and nothing is generated.
const usersSecrets = "secrets/"

// file is a file of a folder, read as one object.
type file struct {
	folder *folder
	name   string
	data   []byte
	object manifest.Object
	err    error
	// findings of what clusters share; Cluster checked what is theirs.
	findings []Finding
	// apart says that the object is the one of the file but for a spec that kustomize
	// need not build, see definition.
	apart bool
}

// read reads the files of all folders that are examined, as one object each. A
// folder is built as soon as its last file is read, unless it lists folders too, so
// that few objects are in memory at a time, however many clusters there are.
func (f *forest) read() {
	for paths := f.examined(); len(paths) > 0; paths = f.unlike() {
		f.readFolders(paths)
	}
}

func (f *forest) readFolders(paths []string) {
	var (
		files    []*file
		byFolder = map[*folder][]*file{}
	)
	for _, p := range paths {
		d := f.folders[p]
		for _, name := range d.files {
			if !d.unread && !slices.Contains(d.unlisted, name) {
				r := &file{folder: d, name: name}
				files, byFolder[d] = append(files, r), append(byFolder[d], r)
			}
		}
		d.unjoined.Store(int64(len(byFolder[d])))
		if len(byFolder[d]) == 0 {
			f.write(d, nil)
		}
	}
	each(files, func(r *file) {
		f.readFile(r)
		if d := r.folder; d.unjoined.Add(-1) == 0 {
			f.join(d, byFolder[d])
		}
	})
}

func (f *forest) readFile(r *file) {
	r.data, _ = f.tree.Get(path.Join(r.folder.path, r.name)) // the folder's list is from the tree
	if r.err = yaml.UnmarshalStrict(r.data, &r.object); r.err != nil {
		return
	}
	if r.folder.scope == tree.Shared {
		_, r.findings = alone(r.object)
	}
	if strings.HasPrefix(r.folder.path, usersSecrets) && kept(r.name) { // Encrypted says it, and what to do
		r.findings = slices.DeleteFunc(r.findings, func(f Finding) bool { return f.Cure == cureSecret })
	}
	if f.apart {
		if o := definition(r.object, r.data); o != nil {
			r.object, r.apart = o, true
		}
	}
}

// join adds what was read of all files to their folder, builds it if it lists
// nothing else, and forgets them.
func (f *forest) join(d *folder, files []*file) {
	for _, r := range files {
		if r.err != nil {
			d.broken = true
			f.add(d, r.name, "write one object as YAML", "does not decode: %s", line(r.err))
			continue
		}
		id := r.object.ID()
		if d.objects[id] != nil {
			d.broken = true
			f.add(d, r.name, "generate it once", "%s is in another file of the folder too", id)
			continue
		}
		f.mu.Lock()
		f.findings = append(f.findings, r.findings...)
		f.mu.Unlock()
		d.objects[id] = r.object
	}
	d.own = slices.SortedFunc(maps.Keys(d.objects), manifest.Compare)
	f.write(d, files)
	if len(d.folders) == 0 {
		f.buildFiles(d, files)
		d.objects = nil
	}
	for _, r := range files {
		r.data, r.object = nil, nil
	}
}
