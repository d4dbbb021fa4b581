package render

import (
	"maps"

	"isthmus.dev/isthmus/generator/manifest"
)

// chartBase renders the chart base. The built-in one parses its megabyte of CRDs
// twice and prints it once, to replace the labels (manifests/charts/base,
// templates/crds.yaml), before Istio's renderer parses it again. Without
// base.enableCRDTemplates it copies the file as it is, and the labels, which are
// those of all of the chart's objects (istio.labels in its zzz_profile.yaml), are
// taken from one of these. That halves the time of a chart on which everything
// waits. A test holds it to the same objects.
func chartBase(iop manifest.Object) (rendered, error) {
	if plain, ok := untemplated(iop); ok {
		out, err := istio(plain)
		if err != nil {
			return out, err
		}
		if labels := commonLabels(out.base); labels != nil {
			relabel(out.base, labels)
			return out, nil
		}
	}
	return istio(iop)
}

// untemplated has the built-in chart copy its CRDs, unless the user's values, or a
// chart of the user's, have a say in them.
func untemplated(iop manifest.Object) (manifest.Object, bool) {
	own := iop.Text("spec", "installPackagePath") != "" || iop.Get("spec", "unvalidatedValues") != nil
	for _, key := range []string{"enableCRDTemplates", "excludedCRDs"} {
		own = own || iop.Get("spec", "values", "base", key) != nil
	}
	if own {
		return nil, false
	}
	plain := iop.Clone()
	plain.Set(false, "spec", "values", "base", "enableCRDTemplates")
	return plain, true
}

// commonLabels are those that all of the chart's objects bear, as the reader's
// ServiceAccount has them beside its own, nil where there is none.
func commonLabels(objects []manifest.Object) map[string]any {
	for _, o := range objects {
		if o.Kind() != "ServiceAccount" || o.Text("metadata", "labels", "helm.sh/chart") == "" {
			continue
		}
		labels := maps.Clone(o.Map("metadata", "labels"))
		for _, its := range []string{"app", "release", "app.kubernetes.io/name"} {
			delete(labels, its)
		}
		return labels
	}
	return nil
}

func relabel(objects []manifest.Object, labels map[string]any) {
	for _, o := range objects {
		if definition(o) {
			o.Set(maps.Clone(labels), "metadata", "labels")
		}
	}
}

func definition(o manifest.Object) bool { return o.Kind() == "CustomResourceDefinition" }
