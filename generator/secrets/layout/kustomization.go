package layout

import (
	"path"
	"slices"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// KustomizationOf lists files, all of one folder, in the form in which folders of
// the tree list theirs.
func KustomizationOf(files []string) ([]byte, error) {
	k := types.Kustomization{TypeMeta: types.TypeMeta{APIVersion: types.KustomizationVersion, Kind: types.KustomizationKind}}
	for _, f := range slices.Sorted(slices.Values(files)) {
		k.Resources = append(k.Resources, path.Base(f))
	}
	return yaml.Marshal(k)
}
