package render

import (
	"testing"

	"isthmus.dev/isthmus/generator/manifest"
)

// TestChartBase: what the chart base renders to with less work is what it renders
// to, for values that change its objects and for values of the user's for CRDs.
func TestChartBase(t *testing.T) {
	for name, values := range map[string]string{
		"defaults":            "{}",
		"external istiod":     "{global: {externalIstiod: true, istioNamespace: external-istiod}, base: {validationURL: https://istiod.example.com/validate}}",
		"default revision":    "{defaultRevision: canary, global: {istioNamespace: mesh, imagePullSecrets: [regcred]}}",
		"no service account":  "{global: {readerServiceAccount: {name: mine}}}",
		"some CRDs":           "{base: {excludedCRDs: [envoyfilters.networking.istio.io]}}",
		"CRDs as in the file": "{base: {enableCRDTemplates: false}}",
	} {
		t.Run(name, func(t *testing.T) {
			iop, err := skeleton("operator/base.yaml")
			if err != nil {
				t.Fatal(err)
			}
			iop.Set("1.31.0", "spec", "tag")
			mergeInto(iop, decode(t, values), "spec", "values")
			got, err := chartBase(iop)
			if err != nil {
				t.Fatal(err)
			}
			want, err := istio(iop)
			if err != nil {
				t.Fatal(err)
			}
			a, b := written(t, got.base), written(t, want.base)
			if len(b) < 10 || len(a) != len(b) {
				t.Fatalf("%d objects, want %d", len(a), len(b))
			}
			for file, text := range b {
				if a[file] != text {
					t.Errorf("%s is\n%.600s\nwant\n%.600s", file, a[file], text)
				}
			}
		})
	}
}

// written is the text of each object.
func written(t *testing.T, objects []manifest.Object) map[string]string {
	t.Helper()
	files, err := manifest.Files(objects)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range files {
		out[f.Name] = f.Text.String()
	}
	return out
}
