package generator_test

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"strings"
	"testing"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	crdv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/tree"
)

// ofGroup are all objects of an API group in the tree of a golden case, by path.
func ofGroup(t *testing.T, out *tree.Tree, group string) map[string]manifest.Object {
	t.Helper()
	found := map[string]manifest.Object{}
	for _, f := range out.Files() {
		if path.Ext(f.Path) != ".yaml" || !bytes.Contains(f.Data(), []byte("apiVersion: "+group+"/")) {
			continue
		}
		o, err := manifest.Decode(f.Data())
		if err != nil {
			t.Fatal(err)
		}
		if o.ID().Group == group {
			found[f.Path] = o
		}
	}
	return found
}

// TestExternalSecretsDecodeStrictly holds every object of External Secrets
// against that project's own schema.
func TestExternalSecretsDecodeStrictly(t *testing.T) {
	n := 0
	for _, name := range []string{"remote-secrets-store", "workload-identity", "trust-store"} {
		for file, o := range ofGroup(t, generateCase(t, name), "external-secrets.io") {
			n++
			for _, fault := range againstCRD(t, o) {
				t.Errorf("%s/%s: %s", name, file, fault)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d objects", n)
	}
	broken := manifest.Object{"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "spec": map[string]any{"refreshinterval": "1h", "target": map[string]any{"creationPolicy": "Sometimes"}}}
	if got := strings.Join(againstCRD(t, broken), "\n"); !strings.Contains(got, `unknown field "spec.refreshinterval"`) || !strings.Contains(got, `Unsupported value: "Sometimes"`) {
		t.Errorf("a broken object is not found out: %s", got)
	}
}

func againstCRD(t *testing.T, o manifest.Object) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/external-secrets/" + strings.ToLower(o.Kind()) + "s.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var crd crdv1.CustomResourceDefinition
	if err := yaml.Unmarshal(data, &crd); err != nil {
		t.Fatal(err)
	}
	_, version, _ := strings.Cut(o.APIVersion(), "/")
	for _, v := range crd.Spec.Versions {
		if v.Name != version || !v.Served {
			continue
		}
		var internal apiextensions.JSONSchemaProps
		if err := crdv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(v.Schema.OpenAPIV3Schema, &internal, nil); err != nil {
			t.Fatal(err)
		}
		structural, err := schema.NewStructural(&internal)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		unknown := pruning.PruneWithOptions(map[string]any(o.Clone()), structural, true, schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
		for _, u := range unknown {
			out = append(out, fmt.Sprintf("unknown field %q", u))
		}
		validator, _, err := validation.NewSchemaValidator(&internal)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range validation.ValidateCustomResource(nil, map[string]any(o), validator) {
			out = append(out, e.Error())
		}
		return out
	}
	return []string{fmt.Sprintf("%s is not served", o.APIVersion())}
}

// as is a value of the type that it must have.
func as[T any](t *testing.T, v any) T {
	t.Helper()
	out, ok := v.(T)
	if !ok {
		t.Fatalf("%T: %v", v, v)
	}
	return out
}

// made is the Secret that External Secrets makes: the values that the store has
// under each key and property, put through the template with the functions of
// its engine v2, which are sprig's and some that are not used here.
func made(t *testing.T, o manifest.Object, store map[string]map[string]string) *corev1.Secret {
	t.Helper()
	values := map[string]string{}
	for _, d := range o.List("spec", "data") {
		from := manifest.Object(as[m](t, d))
		v, ok := store[from.Text("remoteRef", "key")][from.Text("remoteRef", "property")]
		if !ok {
			t.Fatalf("the store has no %s of %s", from.Text("remoteRef", "property"), from.Text("remoteRef", "key"))
		}
		values[from.Text("secretKey")] = v
	}
	out := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: o.Text("spec", "target", "name"), Namespace: o.Namespace(), Labels: map[string]string{}, Annotations: map[string]string{}},
		Data:       map[string][]byte{},
	}
	texts := o.Map("spec", "target", "template", "data")
	if texts == nil {
		for k, v := range values {
			out.Data[k] = []byte(v)
		}
		return out
	}
	for k, v := range texts {
		tpl, err := template.New(k).Option("missingkey=error").Funcs(sprig.TxtFuncMap()).Parse(as[string](t, v))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := tpl.Execute(&b, values); err != nil {
			t.Fatal(err)
		}
		out.Data[k] = b.Bytes()
	}
	for k, v := range o.Map("spec", "target", "template", "metadata", "labels") {
		out.Labels[k] = as[string](t, v)
	}
	for k, v := range o.Map("spec", "target", "template", "metadata", "annotations") {
		out.Annotations[k] = as[string](t, v)
	}
	return out
}
