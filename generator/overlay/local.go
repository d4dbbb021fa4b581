package overlay

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// local checks that a kustomization and all that it reaches refers to nothing
// but local files and directories. Kustomize itself would fetch what it cannot
// find on disk, and generation is offline.
func local(fSys filesys.FileSystem, dir string, seen map[string]bool) error {
	if seen[dir] {
		return nil
	}
	seen[dir] = true
	k, file, err := readKustomization(fSys, dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, ref := range references(k) {
		p := ref.path
		if strings.Contains(p, "\n") {
			continue // a patch or generator written in place
		}
		if !path.IsAbs(p) {
			p = path.Join(dir, p)
		}
		switch {
		case !fSys.Exists(p):
			errs = append(errs, fmt.Errorf("%s: %s: %q is no local file or directory, and generation is offline; copy it beside the overlay", file, ref.field, ref.path))
		case fSys.IsDir(p) && ref.folder:
			if err := local(fSys, p, seen); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

func readKustomization(fSys filesys.FileSystem, dir string) (*types.Kustomization, string, error) {
	for _, name := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		file := path.Join(dir, name)
		if !fSys.Exists(file) {
			continue
		}
		data, err := fSys.ReadFile(file)
		if err != nil {
			return nil, "", fmt.Errorf("overlay: %w", err)
		}
		var k types.Kustomization
		if err := yaml.Unmarshal(data, &k); err != nil {
			return nil, "", fmt.Errorf("%s: %w", file, err)
		}
		return &k, file, nil
	}
	return nil, "", fmt.Errorf("%s: there is no kustomization.yaml; name the directory of a kustomize Component", dir)
}

type reference struct {
	field, path string
	// folder says that a directory here is a kustomization of its own.
	folder bool
}

// references lists every path that a kustomization names.
func references(k *types.Kustomization) []reference {
	var out []reference
	add := func(field string, folder bool, paths ...string) {
		for _, p := range paths {
			if p != "" {
				out = append(out, reference{field, p, folder})
			}
		}
	}
	add("resources", true, k.Resources...)
	add("components", true, k.Components...)
	add("bases", true, k.Bases...) //nolint:staticcheck // old spellings are still read by kustomize
	add("crds", false, k.Crds...)
	add("configurations", false, k.Configurations...)
	add("generators", true, k.Generators...)
	add("transformers", true, k.Transformers...)
	add("validators", true, k.Validators...)
	add("openapi", false, k.OpenAPI["path"])
	for _, p := range k.PatchesStrategicMerge { //nolint:staticcheck // as above
		add("patchesStrategicMerge", false, string(p))
	}
	for _, p := range append(append([]types.Patch{}, k.Patches...), k.PatchesJson6902...) { //nolint:staticcheck // as above
		add("patches", false, p.Path)
	}
	for _, r := range k.Replacements {
		add("replacements", false, r.Path)
	}
	var sources []types.KvPairSources
	for _, g := range k.ConfigMapGenerator {
		sources = append(sources, g.KvPairSources)
	}
	for _, g := range k.SecretGenerator {
		sources = append(sources, g.KvPairSources)
	}
	for _, s := range sources {
		for _, f := range s.FileSources {
			if _, p, keyed := strings.Cut(f, "="); keyed {
				f = p
			}
			add("files", false, f)
		}
		add("envs", false, append(append([]string{}, s.EnvSources...), s.EnvSource)...)
	}
	return out
}
