package diff

import (
	"crypto/sha256"
	"maps"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/tree"
)

const (
	kustomizationFile = "kustomization.yaml"
	sharedFolder      = "base/"
	clustersFolder    = "clusters/"
)

func isKustomization(p string) bool { return path.Base(p) == kustomizationFile }

// resources returns what a kustomization lists, nothing if it cannot be read:
// someone edited it, and it is compared as a file.
func resources(data []byte) []string {
	var k struct {
		Resources  []string `json:"resources"`
		Components []string `json:"components"`
	}
	if err := yaml.Unmarshal(data, &k); err != nil {
		return nil
	}
	return append(k.Resources, k.Components...)
}

// listings are what kustomizations list, by content: those of many clusters are
// the same.
type listings map[string][]string

func (l listings) resources(text manifest.Text) []string {
	key := text.String()
	out, known := l[key]
	if !known {
		out = resources([]byte(key))
		l[key] = out
	}
	return out
}

type digest [sha256.Size]byte

// file is one file of a side. Its content is made where it matters: of a fleet
// most files are the same on both sides.
type file struct {
	path string
	text manifest.Text
}

func (f file) data() []byte { return f.text.Bytes() }

func (f file) sum() digest { return sha256.Sum256(f.data()) }

// same says that two files have the same content.
func (f file) same(other file) bool {
	return f.text.Same(other.text) || f.text.Len() == other.text.Len() && f.sum() == other.sum()
}

// side is one of the two trees: the files of each cluster, by path. A shared
// file is in each cluster that references its folder; it is under "" if none
// does, as are the kustomizations of shared folders.
type side map[string]map[string]file

func newSide(files []tree.File) side {
	s := side{}
	byPath := map[string]tree.File{}
	folders := map[string][]tree.File{} // of base/
	for _, f := range files {
		byPath[f.Path] = f
		if strings.HasPrefix(f.Path, sharedFolder) && !isKustomization(f.Path) {
			dir := path.Dir(f.Path)
			folders[dir] = append(folders[dir], f)
		}
	}
	referenced, lists := map[string]bool{}, listings{}
	for _, p := range slices.Sorted(maps.Keys(byPath)) {
		f := byPath[p]
		if f.Scope == tree.Shared {
			continue
		}
		s.put(f.Scope, f)
		if !isKustomization(p) {
			continue
		}
		for dir := range lists.reach(p, f.Text, byPath) {
			referenced[dir] = true
			for _, shared := range folders[dir] {
				s.put(f.Scope, shared)
			}
		}
	}
	for _, p := range slices.Sorted(maps.Keys(byPath)) {
		if f := byPath[p]; f.Scope == tree.Shared && (!referenced[path.Dir(p)] || isKustomization(p)) {
			s.put(tree.Shared, f)
		}
	}
	return s
}

func (s side) put(scope string, f tree.File) {
	if s[scope] == nil {
		s[scope] = map[string]file{}
	}
	s[scope][f.Path] = file{path: f.Path, text: f.Text}
}

// reach returns the shared folders that a kustomization references, directly
// or through others of them.
func (l listings) reach(from string, text manifest.Text, byPath map[string]tree.File) map[string]bool {
	out := map[string]bool{}
	var walk func(from string, text manifest.Text)
	walk = func(from string, text manifest.Text) {
		for _, r := range l.resources(text) {
			dir := path.Join(path.Dir(from), r)
			if !strings.HasPrefix(dir, sharedFolder) || out[dir] {
				continue
			}
			next, ok := byPath[path.Join(dir, kustomizationFile)]
			if !ok {
				continue
			}
			out[dir] = true
			walk(next.Path, next.Text)
		}
	}
	walk(from, text)
	return out
}

// object is a file that holds an object.
type object struct {
	manifest.Object
	id   Object
	file file
}

// parser decodes files and remembers them by content: most are the same in
// many clusters.
type parser map[digest]manifest.Object

// object returns the object in a file, nil if it holds none, or more than one:
// then someone edited it, and its lines are compared.
func (p parser) object(f file) *object {
	if isKustomization(f.path) || (path.Ext(f.path) != ".yaml" && path.Ext(f.path) != ".yml") {
		return nil
	}
	data := f.data()
	sum := digest(sha256.Sum256(data))
	o, seen := p[sum]
	if !seen {
		if got, err := manifest.Decode(data); err == nil && !strings.Contains(string(data), "\n---") && got.Kind() != "" && got.APIVersion() != "" && got.Name() != "" {
			o = got
		}
		p[sum] = o
	}
	if o == nil {
		return nil
	}
	id := o.ID()
	return &object{Object: o, file: f, id: Object{Group: id.Group, Kind: id.Kind, Namespace: id.Namespace, Name: id.Name, Place: place(f.path)}}
}

// place is the top folder of a path, "" for a cluster's own and for what
// clusters share.
func place(p string) string {
	top, _, _ := strings.Cut(p, "/")
	if top+"/" == clustersFolder || top+"/" == sharedFolder {
		return ""
	}
	return top
}

// network returns the network of a cluster as the label of a namespace has it.
func (p parser) network(files map[string]file) string {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasPrefix(path.Base(name), "namespace_") {
			continue
		}
		if o := p.object(files[name]); o != nil {
			if n := o.Text("metadata", "labels", networkLabel); n != "" {
				return n
			}
		}
	}
	return ""
}
