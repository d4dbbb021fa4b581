package check

import (
	"maps"
	"path"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/tree"
)

// skip notes the folders of clusters that are like another one. What a folder's
// check depends on is the names and the content of its files, what it lists, and
// what those folders have. So a cluster is skipped if it has the same folders as
// its counterpart, each with files of the same names, every one made of the same
// template (manifest.Text.Like), which list the same: folders of their own
// cluster, and otherwise the very same ones. The texts differ then in what was
// filled in alone, of which package stamp says why no check can tell it apart.
//
// Instead of the very same, two may list a folder of files each that no cluster
// has, as those that the users keep for one cluster are. Such folders are always
// examined, and must turn out to hold the same objects, see unlike.
//
// Everything else is examined: files that were made for one cluster alone, and
// all folders of a cluster of which another folder lists one.
func (f *forest) skip(like map[string]string) {
	if len(like) == 0 {
		return
	}
	f.ofClusters, f.assumed = map[string][]string{}, map[string][]pair{}
	for p := range f.folders {
		if c, ok := ofCluster(p); ok {
			f.ofClusters[c] = append(f.ofClusters[c], p)
		}
	}
	own := f.ofClusters
	for c, other := range like {
		var assumed []pair
		if len(own[c]) == len(own[other]) && !slices.ContainsFunc(own[c], func(p string) bool { return !f.alike(p, c, other, &assumed) }) {
			f.assumed[c] = assumed
			for _, p := range own[c] {
				f.skipped[p] = true
			}
		}
	}
	f.examineListed()
}

// pair is two folders that stand for each other in two clusters.
type pair [2]string

// unlike finds clusters that were skipped and are not like their counterparts after
// all, now that the folders that these list are read, and returns the folders that
// are to be examined in consequence.
func (f *forest) unlike() []string {
	before := maps.Clone(f.skipped)
	for c, pairs := range f.assumed {
		if slices.ContainsFunc(pairs, func(p pair) bool {
			a, b := f.folders[p[0]], f.folders[p[1]]
			return a.broken || b.broken || !slices.Equal(a.own, b.own)
		}) {
			f.examineCluster(c)
		}
	}
	f.examineListed()
	maps.DeleteFunc(before, func(p string, _ bool) bool { return f.skipped[p] })
	return slices.Sorted(maps.Keys(before))
}

func (f *forest) examineCluster(c string) {
	for _, p := range f.ofClusters[c] {
		delete(f.skipped, p)
	}
}

// examineListed examines all folders of a cluster of which an examined one of
// another's, or of nobody's, lists one.
func (f *forest) examineListed() {
	for p, d := range f.folders {
		if f.skipped[p] {
			continue
		}
		for _, listed := range d.folders {
			if !f.skipped[listed] {
				continue
			}
			c, _ := ofCluster(listed) // or it would not be skipped
			f.examineCluster(c)
		}
	}
}

// alike compares a folder with its counterpart in another cluster, and adds what it
// has to assume of folders that they list.
func (f *forest) alike(p, cluster, other string, assumed *[]pair) bool {
	a, b := f.folders[p], f.folders[counterpart(p, cluster, other)]
	if b == nil || a.broken || b.broken || len(a.unlisted)+len(b.unlisted) > 0 || !slices.Equal(a.files, b.files) || len(a.folders) != len(b.folders) {
		return false
	}
	for i, listed := range a.folders {
		if counterpart(listed, cluster, other) == b.folders[i] {
			continue
		}
		if !f.nobodys(listed) || !f.nobodys(b.folders[i]) {
			return false
		}
		*assumed = append(*assumed, pair{listed, b.folders[i]})
	}
	for _, name := range a.files {
		x, _ := f.tree.File(path.Join(a.path, name)) // the folder's list is from the tree
		y, _ := f.tree.File(path.Join(b.path, name))
		if !x.Text.Like(y.Text) {
			return false
		}
	}
	return true
}

// nobodys says whether a folder is of no cluster and lists nothing but files.
func (f *forest) nobodys(p string) bool {
	_, cluster := ofCluster(p)
	return !cluster && len(f.folders[p].folders) == 0
}

// ofCluster names the cluster that a folder is about: its own, and those of Flux
// that list them. Flux's own objects for a cluster are not among these.
func ofCluster(p string) (string, bool) {
	if c, ok := clusterOf(p); ok {
		return c, true
	}
	rest, ok := strings.CutPrefix(p, fluxClusters)
	c, stage, inside := strings.Cut(rest, "/")
	return c, ok && inside && stage != ""
}

// fluxClusters has a folder for each cluster with Flux's objects, and in it one
// for each group of stages that lists the cluster's components.
const fluxClusters = "flux/clusters/"

// counterpart is the path in another cluster of a folder of one, or the same path
// for any other folder.
func counterpart(p, cluster, other string) string {
	for _, root := range []string{tree.ClusterFolder(cluster), fluxClusters + cluster} {
		if rest, ok := strings.CutPrefix(p, root); ok && (rest == "" || rest[0] == '/') {
			return strings.TrimSuffix(root, cluster) + other + rest
		}
	}
	return p
}
