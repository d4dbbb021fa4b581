package render

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	operator "istio.io/istio/operator/pkg/component"
	"istio.io/istio/operator/pkg/render"

	"isthmus.dev/isthmus/generator/manifest"
)

// rendered is what Istio's renderer makes of one IstioOperator, by chart.
type rendered struct {
	base, istiod, cni, gateways []manifest.Object
}

// istio renders an IstioOperator with Istio's own code, offline. It is the only
// place of the program that does.
func istio(iop manifest.Object) (rendered, error) {
	// GenerateManifest takes file names alone, so the input passes through a file.
	dir, err := os.MkdirTemp("", "isthmus-")
	if err != nil {
		return rendered{}, fmt.Errorf("making room for Istio's renderer: %w", err)
	}
	out, err := istioFile(filepath.Join(dir, "operator.yaml"), iop)
	return out, errors.Join(err, os.RemoveAll(dir))
}

// undoubled takes back that Istio validates a MeshConfig twice, as what was given
// and as part of the values, and lists what is wrong with each, parted by a comma.
func undoubled(s string) string {
	const comma = ", "
	half := (len(s) - len(comma)) / 2
	if half > 0 && s == s[:half]+comma+s[:half] {
		return s[:half]
	}
	return s
}

func istioFile(file string, iop manifest.Object) (rendered, error) {
	data, err := manifest.Encode(map[string]any(iop))
	if err != nil {
		return rendered{}, err
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return rendered{}, fmt.Errorf("writing the input of Istio's renderer: %w", err)
	}
	sets, _, err := render.GenerateManifest([]string{file}, nil, false, nil, nil)
	if err != nil {
		return rendered{}, fmt.Errorf("settings that Istio's renderer refuses: %s", undoubled(err.Error()))
	}
	var out rendered
	for _, set := range sets {
		var into *[]manifest.Object
		switch set.Component {
		case operator.BaseComponentName:
			into = &out.base
		case operator.PilotComponentName:
			into = &out.istiod
		case operator.CNIComponentName:
			into = &out.cni
		case operator.IngressComponentName, operator.EgressComponentName:
			into = &out.gateways
		default:
			return rendered{}, fmt.Errorf("component %q from Istio's renderer, which isthmus has no place for", set.Component)
		}
		for _, m := range set.Manifests {
			*into = append(*into, manifest.Object(m.Object))
		}
	}
	return out, nil
}
