package diff

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/several"
	"isthmus.dev/isthmus/generator/tree"
)

// secretsFolder holds the users' encrypted Secrets, beside what is generated.
const secretsFolder = "secrets/"

// chainFile is the public part of a Secret cacerts, which lies beside it.
const chainFile = "cert-chain.pem"

// vault is the users' encrypted Secrets on one side, as the kustomizations of the
// clusters list them. The folder of a mesh's remote secrets is one for all control
// planes, so folders are compared and not the clusters' copies of them: what there
// is to do grows with the files, not with pairs of clusters.
type vault struct {
	read  func(path string) ([]byte, error)
	lists listings
	// listed are the folders that a cluster lists, by the kustomization that does.
	listed map[string]map[string][]string
}

func newVault(files []tree.File, read func(path string) ([]byte, error)) *vault {
	v := &vault{read: read, lists: listings{}, listed: map[string]map[string][]string{}}
	for _, f := range files {
		if f.Scope == tree.Shared || !isKustomization(f.Path) || !strings.HasPrefix(f.Path, clustersFolder) {
			continue
		}
		for _, r := range v.lists.resources(f.Text) {
			dir := path.Join(path.Dir(f.Path), r)
			if !strings.HasPrefix(dir, secretsFolder) {
				continue
			}
			if v.listed[f.Scope] == nil {
				v.listed[f.Scope] = map[string][]string{}
			}
			v.listed[f.Scope][f.Path] = append(v.listed[f.Scope][f.Path], dir)
		}
	}
	return v
}

// content are the files that folders list, by path.
func (v *vault) content(folders []string) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, dir := range folders {
		list, err := v.get(path.Join(dir, kustomizationFile))
		if err != nil {
			return nil, err
		}
		for _, r := range resources(list) {
			p := path.Join(dir, r)
			data, err := v.get(p)
			if err != nil {
				return nil, err
			}
			if data != nil && strings.HasPrefix(p, secretsFolder) {
				out[p] = data
			}
		}
	}
	return out, nil
}

// get is a file, nil if there is none.
func (v *vault) get(p string) ([]byte, error) {
	data, err := v.read(p)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// from reads files that are in memory.
func from(files map[string][]byte) func(path string) ([]byte, error) {
	return func(p string) ([]byte, error) {
		if data, ok := files[p]; ok {
			return data, nil
		}
		return nil, &fs.PathError{Op: "read", Path: p, Err: fs.ErrNotExist}
	}
}

// sealed is what differs between the Secrets of some folders, for every cluster
// that lists those.
type sealed struct {
	clusters []string
	// stay are those of the clusters that are there on both sides, and make nothing
	// in place of what is gone.
	stay    []string
	row     Cluster
	entries []Entry
	files   []File
	marks   []Mark
	// gone are the Secrets but cacerts that the clusters run no more.
	gone []Object
	// matches are the Secrets cacerts among what is there on one side alone.
	matches []matched
}

// sealed compares the encrypted Secrets of a cluster, and counts them in its row.
// It returns the Secrets cacerts among them that come, go or move.
func (c *comparison) sealed(scope string, row *Cluster, others []matched) ([]matched, error) {
	var out []matched
	old, now := c.before.listed[scope], c.after.listed[scope]
	for _, by := range slices.Sorted(maps.Keys(mergeKeys(old, now))) {
		k := key([]any{old[by], now[by]})
		s, seen := c.vaults[k]
		if !seen {
			var err error
			if s, err = c.folders(old[by], now[by]); err != nil {
				return nil, err
			}
			c.vaults[k] = s
			c.order = append(c.order, s)
		}
		s.clusters = append(s.clusters, scope)
		row.Added += s.row.Added
		row.Changed += s.row.Changed
		row.Removed += s.row.Removed
		row.Moved += s.row.Moved
		row.Files += s.row.Files
		if row.Change != Changed {
			continue
		}
		out = append(out, s.matches...)
		if gone := without(s.gone, others); len(gone) == len(s.gone) {
			s.stay = append(s.stay, scope)
		} else if len(gone) > 0 {
			c.mark(scope, secretMark(gone))
		}
		for _, m := range s.marks {
			c.mark(scope, m)
		}
	}
	return out, nil
}

func secretMark(gone []Object) Mark {
	return Mark{Rule: RuleSecret, Objects: gone, What: several.Count(len(gone), "encrypted Secret") + " no longer listed", Why: whySecret}
}

const whySecret = "Engines prune what is no longer listed. Without cacerts istiod makes a root of its own when it next starts, or does not start. Without its remote secret a control plane forgets a cluster and its endpoints, and traffic to them fails; without istio-kubeconfig an external one has no configuration to serve."

// without are the Secrets in whose place an object of the same name makes one.
func without(gone []Object, others []matched) []Object {
	if len(gone) == 0 {
		return nil
	}
	made := map[[2]string]bool{}
	for _, m := range others {
		if m.now != nil && m.now.Kind() == "ExternalSecret" {
			made[[2]string{m.now.Namespace(), m.now.Name()}] = true
		}
	}
	if len(made) == 0 {
		return gone
	}
	return slices.DeleteFunc(slices.Clone(gone), func(o Object) bool { return made[[2]string{o.Namespace, o.Name}] })
}

// folders compares what is listed of some folders on each side.
func (c *comparison) folders(old, now []string) (*sealed, error) {
	before, err := c.before.content(old)
	if err != nil {
		return nil, err
	}
	after, err := c.after.content(now)
	if err != nil {
		return nil, err
	}
	s := &sealed{}
	for _, dir := range old {
		list, err := c.before.get(path.Join(dir, kustomizationFile))
		if err != nil {
			return nil, err
		}
		if list == nil && !slices.Contains(now, dir) { // a working copy, from which somebody took it
			s.marks = append(s.marks, Mark{Rule: RuleSecret, What: dir + " no longer listed, and what it had is not there to see", Why: whySecret})
		}
	}
	var a, b []*object
	for _, p := range slices.Sorted(maps.Keys(mergeKeys(before, after))) {
		x, was := before[p]
		y, is := after[p]
		if was && is && bytes.Equal(x, y) {
			continue
		}
		o, n := secret(p, x), secret(p, y)
		if was && o == nil || is && n == nil {
			s.file(p, was, is)
			continue
		}
		if o != nil {
			a = append(a, o)
		}
		if n != nil {
			b = append(b, n)
		}
	}
	for _, m := range match(a, b) {
		if err := c.secret(s, m); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// file records one that holds no object, or several.
func (s *sealed) file(p string, was, is bool) {
	s.row.Files++
	s.files = append(s.files, File{Path: p, Change: changeOf(was, is)})
}

// secret is the encrypted object in a file, nil if there is none or more than one.
func secret(p string, data []byte) *object {
	if data == nil {
		return nil
	}
	o := parser{}.object(file{path: p, text: manifest.Plain(data)})
	if o != nil {
		o.id.Place, o.id.Encrypted = "", true
	}
	return o
}
