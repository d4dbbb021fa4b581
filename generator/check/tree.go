package check

import (
	"fmt"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/tree"
)

// Tree checks that every folder with a kustomization builds on its own, in
// memory and under kustomize's default load restrictions, that each build is
// exactly the objects of the folder's files and of the folders that it lists,
// and that a cluster's build has all of its components and nothing twice. What
// clusters share is also checked object by object, once for all of them. The
// error is an errors.Join of every Finding, sorted.
func Tree(t *tree.Tree) error { return newForest(t).check() }

// Alike finds what Tree finds with less work, in a tree in which some clusters
// are like another one: by name, the cluster that each of these is like. A folder
// of such a cluster is neither read nor built if it is, file by file, made of the
// very same templates as its counterpart's, see forest.skip. And kustomize builds
// CRDs without their specs, see definition.
func Alike(t *tree.Tree, like map[string]string) error {
	f := newForest(t)
	f.like, f.apart = like, true
	return f.check()
}

func (f *forest) check() error {
	// Several builds run at once below. Nothing that plainFields() lets through
	// changes the schema after this.
	loadSchema()
	f.each(slices.Sorted(maps.Keys(f.folders)), f.list)
	f.skip(f.like)
	f.read()
	f.link()
	f.each(f.order, f.buildListing)
	return joined(f.findings)
}

const kustomizationFile = "kustomization.yaml"

// forest is all folders with a kustomization.
type forest struct {
	tree    *tree.Tree
	folders map[string]*folder
	// order has each folder after those that it lists.
	order []string
	disk  *disk

	// like and apart are what Alike may rely on.
	like  map[string]string
	apart bool

	// skipped are folders that are like others, and assumed, by cluster, what has to
	// hold for that, see skip. ofClusters has the folders of each cluster.
	skipped    map[string]bool
	assumed    map[string][]pair
	ofClusters map[string][]string

	mu       sync.Mutex // guards what is below
	findings []Finding
	listings map[string]listing
}

// examined are the paths of the folders that are not skipped, sorted.
func (f *forest) examined() []string {
	var out []string
	for _, p := range slices.Sorted(maps.Keys(f.folders)) {
		if !f.skipped[p] {
			out = append(out, p)
		}
	}
	return out
}

// folder is one folder with a kustomization.
type folder struct {
	path, scope string
	// files are the names of its other YAML files, sorted; unlisted those that
	// its kustomization leaves out.
	files, unlisted []string
	// folders are the paths of the folders that it lists, in order.
	folders []string
	// objects of its own files by identity, as they are built. A folder that lists
	// nothing but files has none any more once it is built.
	objects map[manifest.ID]manifest.Object
	// own are the identities of these.
	own []manifest.ID
	// unjoined is how many of its files nobody has read yet.
	unjoined atomic.Int64
	// all are the identities of its build.
	all map[manifest.ID]bool
	// unread says that its kustomization does not decode.
	unread bool
	// broken says that a finding tells already why it does not build.
	broken bool
}

func newForest(t *tree.Tree) *forest {
	f := &forest{tree: t, disk: newDisk(), folders: map[string]*folder{}, skipped: map[string]bool{}, listings: map[string]listing{}}
	files := t.Files()
	for _, file := range files {
		if path.Base(file.Path) == kustomizationFile {
			dir := path.Dir(file.Path)
			f.folders[dir] = &folder{path: dir, scope: file.Scope, objects: map[manifest.ID]manifest.Object{}, all: map[manifest.ID]bool{}}
		}
	}
	for _, file := range files {
		dir, name := path.Split(file.Path)
		if d := f.folders[path.Clean(dir)]; d != nil && name != kustomizationFile && path.Ext(name) == ".yaml" {
			d.files = append(d.files, name)
		}
	}
	return f
}

// each calls a function for folders on all processors. Where it matters, a
// folder comes after those that it lists, see link.
func (f *forest) each(paths []string, do func(*folder)) {
	each(paths, func(p string) { do(f.folders[p]) })
}

// each calls a function for items on all processors.
func each[T any](items []T, do func(T)) {
	var wg sync.WaitGroup
	next := make(chan T)
	for range min(runtime.GOMAXPROCS(0), len(items)) {
		wg.Go(func() {
			for item := range next {
				do(item)
			}
		})
	}
	for _, item := range items {
		next <- item
	}
	close(next)
	wg.Wait()
}

func (f *forest) add(d *folder, name, cure, format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.findings = append(f.findings, Finding{Cluster: d.scope, Object: path.Join(d.path, name), What: fmt.Sprintf(format, args...), Cure: cure})
}

// link settles what each folder's build must have: bottom up, and all of it
// before anything is built.
func (f *forest) link() {
	const entered, left = 1, 2
	state := map[string]int{}
	var visit func(p string) bool
	visit = func(p string) bool {
		if state[p] == entered {
			return false
		}
		if state[p] == left {
			return true
		}
		state[p] = entered
		d := f.folders[p]
		for _, listed := range d.folders {
			if !visit(listed) {
				d.broken = true
				f.add(d, kustomizationFile, "list folders in one direction", "lists %q, which leads back to it", listed)
				continue
			}
			f.include(d, f.folders[listed])
		}
		for _, id := range d.own {
			f.once(d, id)
		}
		state[p] = left
		f.order = append(f.order, p)
		return true
	}
	for _, p := range f.examined() {
		visit(p)
	}
	f.clusters()
}

func (f *forest) include(d, listed *folder) {
	d.broken = d.broken || listed.broken
	for _, id := range slices.SortedFunc(maps.Keys(listed.all), manifest.Compare) {
		f.once(d, id)
	}
}

func (f *forest) once(d *folder, id manifest.ID) {
	if d.all[id] {
		d.broken = true
		f.add(d, kustomizationFile, "generate it in one of its folders only", "%s is in its build twice", id)
	}
	d.all[id] = true
}

// clusters checks that a cluster's build has all of its components.
func (f *forest) clusters() {
	reached := map[string]bool{}
	var reach func(p string)
	reach = func(p string) {
		if reached[p] {
			return
		}
		reached[p] = true
		for _, listed := range f.folders[p].folders {
			reach(listed)
		}
	}
	missing := map[string]bool{}
	for _, p := range slices.Sorted(maps.Keys(f.folders)) {
		name, inside := clusterOf(p)
		if !inside || missing[name] {
			continue
		}
		root := tree.ClusterFolder(name)
		if f.folders[root] == nil {
			missing[name] = true
			f.add(&folder{path: root, scope: name}, "", "add one that lists the components", "has no %s", kustomizationFile)
			continue
		}
		if reach(root); !reached[p] {
			f.add(f.folders[root], kustomizationFile, "list it, or nobody applies it", "does not lead to %q", p)
		}
	}
}

// clusterOf names the cluster that a folder belongs to.
func clusterOf(p string) (string, bool) {
	rest, inside := strings.CutPrefix(p, tree.ClusterFolder("")+"/")
	name, _, _ := strings.Cut(rest, "/")
	return name, inside
}
