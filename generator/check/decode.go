package check

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	kjson "sigs.k8s.io/json"

	"isthmus.dev/isthmus/generator/manifest"
)

const (
	cureField = "correct the values, the meshConfig or the overlay that it comes from"
	cureKind  = "correct apiVersion and kind"
)

// decode decodes an object strictly into its own type and checks its metadata.
// Kinds of further projects have no type here; their metadata is checked alone.
func decode(r *reporter, o manifest.Object) any {
	gvk := schema.FromAPIVersionAndKind(o.APIVersion(), o.Kind())
	switch {
	case gvk.Group == apiextensions.GroupName && gvk.Kind == "CustomResourceDefinition":
		return kubernetes(r, o, &apiextensions.CustomResourceDefinition{})
	case gvk.Group == certmanager.SchemeGroupVersion.Group:
		return certManager(r, o, gvk)
	case scheme.Scheme.Recognizes(gvk):
		into, err := scheme.Scheme.New(gvk)
		if err != nil {
			r.add(cureKind, "%s", line(err))
			return nil
		}
		return kubernetes(r, o, into)
	case scheme.Scheme.IsGroupRegistered(gvk.Group):
		r.add(cureKind, "Kubernetes has no kind %s in %s", gvk.Kind, o.APIVersion())
		return nil
	case istioGroup(gvk.Group):
		return istio(r, o, gvk)
	}
	header(r, o)
	return nil
}

// certManager decodes an object of cert-manager's.
func certManager(r *reporter, o manifest.Object, gvk schema.GroupVersionKind) any {
	s := runtime.NewScheme()
	if err := certmanager.AddToScheme(s); err != nil {
		r.add(cureKind, "%s", line(err))
		return nil
	}
	into, err := s.New(gvk)
	if err != nil {
		r.add(cureKind, "cert-manager has no kind %s in %s", gvk.Kind, o.APIVersion())
		return nil
	}
	return kubernetes(r, o, into)
}

// kubernetes decodes as the API server does under strict field validation:
// names of fields are case-sensitive, unknown ones are refused.
func kubernetes(r *reporter, o manifest.Object, into any) any {
	if encrypted(o) {
		// Neither SOPS's own field nor its ciphers reach the API server.
		o = maps.Clone(o)
		delete(o, "sops")
		delete(o, "data")
	}
	if !strictly(r, o, into) {
		return nil
	}
	accessor, err := meta.Accessor(into)
	if err != nil {
		r.add(cureKind, "%s", line(err)) // such as a DeleteOptions, which is no object
		return nil
	}
	metadata(r, o, accessor)
	return into
}

// header decodes what all objects have in common.
func header(r *reporter, o manifest.Object) {
	var head struct {
		metav1.ObjectMeta `json:"metadata"`
	}
	if strictly(r, manifest.Object{"metadata": o["metadata"]}, &head) {
		metadata(r, o, &head.ObjectMeta)
	}
}

// strictly decodes and reports everything that does not fit; false if nothing
// came of it. The input is a map, so no field is repeated.
func strictly(r *reporter, o manifest.Object, into any) bool {
	data, err := json.Marshal(o)
	if err != nil {
		r.add(cureField, "has no JSON form: %s", line(err))
		return false
	}
	strict, err := kjson.UnmarshalStrict(data, into)
	if err != nil {
		r.add(cureField, "does not decode: %s", line(err))
		return false
	}
	for _, e := range strict {
		r.add(cureField, "%s", line(e))
	}
	return true
}

// line writes an error on one line: those of Istio's validation have several.
func line(err error) string {
	var lines []string
	for _, l := range strings.Split(err.Error(), "\n") {
		l = strings.TrimPrefix(strings.TrimSpace(l), "* ")
		if l != "" && !strings.HasSuffix(l, "errors occurred:") && !strings.HasSuffix(l, "error occurred:") {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, ", ")
}

var errNoSpec = errors.New("spec is not a map")
