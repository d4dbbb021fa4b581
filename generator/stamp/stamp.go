// Package stamp makes the files of clusters that are alike from one rendering.
//
// Clusters of one kind differ only in a few identity strings: their own name and
// network, the cluster that serves them and its address. Istio's renderer takes
// some 100 ms for a cluster, so the clusters of a kind are rendered twice: with
// marks in place of the identity, which makes a template of each file, and as one
// of the clusters themselves is. The template, filled with the identity of that
// cluster, must give every byte of its own rendering; otherwise something depends
// on the identity in another way than by holding it, and each cluster of the kind
// is rendered directly. So is a cluster whose identity YAML might quote, and one
// that charts, templates or overlays of the user's have a part in, which may look
// for anything.
//
// # Checks
//
// Both renderings pass check.Cluster in full. That result holds for every cluster
// of the kind, because their objects are the same but for the identity strings
// (see identity), and none of the checks can tell two of these apart: all are
// strings of one class of plain letters, digits, hyphens and dots, which decode
// as strings wherever they stand, which no pattern for credentials matches, and
// whose validity as names, label values and hosts depends on their length alone,
// where the marks are as long as an identity may be. References between objects
// hold the identity at both ends or at none: it comes from the same field of the
// plan. The one thing left is order and collision among names that hold an
// identity, and where there could be either the clusters are rendered directly.
package stamp

import (
	"bytes"
	"strings"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
)

// worthwhile is from how many clusters of a kind two renderings pay off.
const worthwhile = 3

// Kind is clusters that are alike but for their identity.
type Kind struct {
	// Members are indices of the clusters, in order; the first one is rendered.
	Members []int
	marked  plan.Cluster
	marks   identity
}

// Kinds groups clusters by what is left of them without their identity, and
// returns the groups that are worth it. All others are to be rendered directly.
func Kinds(clusters []plan.Cluster) []Kind {
	byShape := map[string]int{}
	var all []Kind
	for i, c := range clusters {
		if len(c.Overlays) > 0 || !builtIn(c) {
			continue
		}
		key, ok := shape(c)
		if !ok {
			continue
		}
		k, known := byShape[key]
		if !known {
			k = len(all)
			byShape[key] = k
			all = append(all, Kind{})
		}
		all[k].Members = append(all[k].Members, i)
	}
	var out []Kind
	for _, k := range all {
		if len(k.Members) < worthwhile {
			continue
		}
		first := clusters[k.Members[0]]
		id := identify(first)
		k.marks = marks(id)
		k.marked = rebind(first, id, k.marks)
		out = append(out, k)
	}
	return out
}

// Marked is the plan of a cluster of the kind with marks for its identity.
func (k Kind) Marked() plan.Cluster { return k.marked }

// Stamp is the files of a kind as templates.
type Stamp struct{ folders []folder }

type folder struct {
	component.Component
	names, texts []*manifest.Template
}

// New makes a stamp from the rendering with marks, and proves it with that of the
// first member. It is nil if something depends on an identity in a way that
// filling it in does not explain.
func (k Kind) New(marked, direct []component.Component, first plan.Cluster) (*Stamp, error) {
	s := &Stamp{}
	for _, c := range marked {
		files, err := manifest.Files(c.Objects)
		if err != nil {
			return nil, err
		}
		f := folder{Component: component.Component{Path: c.Path, Stage: c.Stage, Shared: c.Shared, Folders: c.Folders}}
		for _, file := range files {
			f.names = append(f.names, manifest.NewTemplate(file.Name, k.marks[:]))
			f.texts = append(f.texts, manifest.NewTemplate(file.Text.String(), k.marks[:]))
		}
		if manifest.NewTemplate(c.Path, k.marks[:]).Gaps() || ambiguous(files, f.names) {
			return nil, nil
		}
		s.folders = append(s.folders, f)
	}
	same, err := equal(s.Cluster(first), direct)
	if err != nil || !same {
		return nil, err
	}
	return s, nil
}

// ambiguous says whether another name of the folder could come before, after or
// in the place of a name with an identity, depending on what that is.
func ambiguous(files []manifest.File, names []*manifest.Template) bool {
	for i, n := range names {
		if !n.Gaps() {
			continue
		}
		before := n.Before()
		for j, f := range files {
			if i != j && strings.HasPrefix(f.Name, before) {
				return true
			}
		}
	}
	return false
}

// equal compares stamped components with rendered ones, byte by byte.
func equal(stamped, rendered []component.Component) (bool, error) {
	if len(stamped) != len(rendered) {
		return false, nil
	}
	for i, a := range stamped {
		b := rendered[i]
		files, err := manifest.Files(b.Objects)
		if err != nil {
			return false, err
		}
		if a.Path != b.Path || a.Stage != b.Stage || a.Shared != b.Shared || len(a.Files) != len(files) {
			return false, nil
		}
		for j, f := range files {
			if a.Files[j].Name != f.Name || !bytes.Equal(a.Files[j].Text.Bytes(), f.Text.Bytes()) {
				return false, nil
			}
		}
	}
	return true, nil
}

// Cluster makes the components of a cluster of the kind.
func (s *Stamp) Cluster(c plan.Cluster) []component.Component {
	id := identify(c)
	fill := id[:]
	out := make([]component.Component, len(s.folders))
	for i, f := range s.folders {
		out[i] = f.Component
		out[i].Files = make([]manifest.File, len(f.texts))
		for j, t := range f.texts {
			out[i].Files[j] = manifest.File{Name: f.names[j].Fill(fill).String(), Text: t.Fill(fill)}
		}
	}
	return out
}
