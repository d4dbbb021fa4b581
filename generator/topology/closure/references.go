package closure

import (
	"strings"

	"sigs.k8s.io/kustomize/api/types"
)

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
