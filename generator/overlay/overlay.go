// Package overlay applies kustomize Components to the objects of a cluster.
package overlay

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/overlays"
)

// Folders of the file system that kustomize sees, all of it in memory.
const (
	builtin = "/isthmus/overlays"
	objects = "/isthmus/objects"
	users   = "/user"
)

// Overlays holds the files of Components. It may be used by several goroutines.
type Overlays struct {
	files map[string][]byte
	mu    sync.Mutex // kyaml's OpenAPI schema is global to the process
}

// New takes the files of the users' Components by absolute path.
func New(files map[string][]byte) (*Overlays, error) {
	o := &Overlays{files: map[string][]byte{}}
	for p, data := range files {
		o.files[path.Join(users, p)] = data
	}
	err := fs.WalkDir(overlays.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(overlays.FS, p)
		o.files[path.Join(builtin, p)] = data
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("built-in overlays: %w", err)
	}
	return o, nil
}

// Apply applies the Component of a platform, if there is one, then those of the
// given absolute directories in order, to all objects of a cluster at once, and
// sorts the result into the components again. An object that is added goes to
// component.Extra; one that is deleted is gone; one that is renamed is an error, since
// nothing else in the mesh would find it.
func (o *Overlays) Apply(in []component.Component, platform string, dirs []string) ([]component.Component, error) {
	var components, names []string
	if dir := path.Join(builtin, "platform", platform); o.has(dir) {
		components, names = append(components, dir), append(names, "isthmus's own for "+platform)
	}
	for _, d := range dirs {
		components = append(components, path.Join(users, d))
	}
	if len(components) == 0 {
		return in, nil
	}
	out, err := o.build(mark(in, originOf), components)
	if err != nil {
		// The paths that kustomize sees are those of the users below a root of their own.
		return nil, fmt.Errorf("applying overlays %q: %s", append(names, dirs...), strings.ReplaceAll(err.Error(), users+"/", "/"))
	}
	return sortOut(in, out)
}

func (o *Overlays) has(dir string) bool {
	_, ok := o.files[path.Join(dir, "kustomization.yaml")]
	return ok
}

// build runs kustomize over objects and Components, in memory.
func (o *Overlays) build(all []manifest.Object, components []string) ([]manifest.Object, error) {
	fSys := filesys.MakeFsInMemory()
	var errs []error
	for p, data := range o.files {
		errs = append(errs, fSys.WriteFile(p, data))
	}
	k := types.Kustomization{Resources: []string{"objects.yaml"}}
	for _, c := range components {
		k.Components = append(k.Components, "../.."+c)
	}
	head, err := yaml.Marshal(k)
	errs = append(errs, err, fSys.WriteFile(path.Join(objects, "kustomization.yaml"), head))
	var docs [][]byte
	for _, o := range all {
		data, err := manifest.Encode(map[string]any(o))
		docs, errs = append(docs, []byte("---\n"), data), append(errs, err)
	}
	errs = append(errs, fSys.WriteFile(path.Join(objects, "objects.yaml"), slices.Concat(docs...)))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	result, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(fSys, objects)
	if err != nil {
		return nil, err
	}
	var out []manifest.Object
	for _, r := range result.Resources() {
		data, err := r.MarshalJSON() // not YAML, whose versions differ on keys such as n
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.CurId(), err)
		}
		object, err := manifest.Decode(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.CurId(), err)
		}
		out = append(out, object)
	}
	return out, nil
}
