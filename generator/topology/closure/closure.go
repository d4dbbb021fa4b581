// Package closure is a kustomize Component with every file that it refers to.
package closure

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// Disk reads files by absolute, slash-separated path.
type Disk interface {
	ReadFile(name string) ([]byte, error)
	// IsDir says whether there is a directory, which may be reached by a link.
	IsDir(name string) bool
}

// Read returns the files of the Component in an absolute directory and of all
// that it reaches, by absolute path. It refuses what is not a local file or
// directory: kustomize itself would fetch what it cannot find on disk, and
// generation is offline.
func Read(disk Disk, dir string) (map[string][]byte, error) {
	c := &reader{disk: disk, root: dir, files: map[string][]byte{}, seen: map[string]bool{}}
	k, file, err := c.kustomization(dir)
	if err != nil {
		return nil, err
	}
	if k.Kind != types.ComponentKind {
		return nil, fmt.Errorf("its %s has kind %q, not Component", path.Base(file), k.Kind)
	}
	c.folder(dir)
	return c.files, errors.Join(c.errs...)
}

type reader struct {
	disk  Disk
	root  string
	files map[string][]byte
	seen  map[string]bool
	errs  []error
}

func (r *reader) folder(dir string) {
	if r.seen[dir] {
		return
	}
	r.seen[dir] = true
	k, file, err := r.kustomization(dir)
	if err != nil {
		r.errs = append(r.errs, err)
		return
	}
	if len(k.OpenAPI) > 0 {
		// kyaml keeps a schema for the whole process, so it would reach other clusters.
		r.errs = append(r.errs, fmt.Errorf("its %s: openapi is not supported, since it would change how the overlays of other clusters are applied", r.name(file)))
	}
	for _, ref := range references(k) {
		r.follow(dir, file, ref)
	}
}

func (r *reader) follow(dir, file string, ref reference) {
	if strings.Contains(ref.path, "\n") {
		return // a patch or generator written in place
	}
	p := ref.path
	if !path.IsAbs(p) {
		p = path.Join(dir, p)
	}
	if r.disk.IsDir(p) {
		if ref.folder {
			r.folder(p)
			return
		}
		r.fail(file, ref, "%q is a directory where a file belongs", ref.path)
		return
	}
	data, err := r.disk.ReadFile(p)
	switch {
	case errors.Is(err, fs.ErrNotExist), strings.Contains(ref.path, "://"):
		r.fail(file, ref, "%q is no local file or directory, and generation is offline", ref.path)
	case err != nil:
		r.fail(file, ref, "%q cannot be read: %w", ref.path, bare(err))
	default:
		r.files[p] = data
	}
}

// fail adds an error that names the file as seen from the Component.
func (r *reader) fail(file string, ref reference, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("its %s: %s: %w", r.name(file), ref.field, fmt.Errorf(format, args...)))
}

func (r *reader) name(file string) string { return strings.TrimPrefix(file, r.root+"/") }

// bare takes the path off an error that would say it twice.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func (r *reader) kustomization(dir string) (*types.Kustomization, string, error) {
	for _, name := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		file := path.Join(dir, name)
		data, err := r.disk.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, "", fmt.Errorf("its %s cannot be read: %w", r.name(file), bare(err))
		}
		var k types.Kustomization
		if err := yaml.UnmarshalStrict(data, &k); err != nil {
			return nil, "", fmt.Errorf("its %s is no kustomization: %w", r.name(file), err)
		}
		r.files[file] = data
		return &k, file, nil
	}
	if dir == r.root {
		return nil, "", errors.New("has no kustomization.yaml")
	}
	return nil, "", fmt.Errorf("its %s has no kustomization.yaml", r.name(dir))
}
