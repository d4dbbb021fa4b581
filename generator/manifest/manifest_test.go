package manifest_test

import (
	"reflect"
	"strings"
	"testing"

	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/manifest"
)

func TestFileName(t *testing.T) {
	long := strings.Repeat("a", 250)
	ids := []manifest.ID{
		{Group: "apps", Kind: "Deployment", Namespace: "istio-system", Name: "istiod"},
		{Group: "apps", Kind: "Deployment", Namespace: "istio", Name: "system-istiod"},
		{Kind: "Namespace", Name: "istio-system"},
		{Group: "networking.istio.io", Kind: "Gateway", Namespace: "a", Name: "b"},
		{Group: "gateway.networking.k8s.io", Kind: "Gateway", Namespace: "a", Name: "b"},
		{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole", Name: "system:aggregate"},
		{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole", Name: "system-aggregate"},
		{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole", Name: "System:aggregate"},
		{Kind: "ConfigMap", Namespace: "x", Name: long},
		{Kind: "ConfigMap", Namespace: "x", Name: long + "a"},
		{Kind: "ConfigMap", Name: "x." + long},
	}
	seen := map[string]manifest.ID{}
	for _, id := range ids {
		name := manifest.FileName(id)
		if other, taken := seen[strings.ToLower(name)]; taken {
			t.Errorf("%s and %s share %q", id, other, name)
		}
		seen[strings.ToLower(name)] = id
		if len(name) > 255 || strings.ContainsAny(name, `:/\ `) || !strings.HasSuffix(name, ".yaml") || name != strings.ToLower(name) {
			t.Errorf("%s: %q is no good file name", id, name)
		}
	}
	for id, want := range map[manifest.ID]string{
		ids[0]: "deployment_istio-system_istiod.yaml",
		ids[2]: "namespace_istio-system.yaml",
		ids[4]: "gateway.gateway.networking.k8s.io_a_b.yaml",
	} {
		if got := manifest.FileName(id); got != want {
			t.Errorf("%s: got %q, want %q", id, got, want)
		}
	}
}

// TestEncodeKeepsStrings: what is a string stays one for readers of YAML 1.1 and 1.2.
func TestEncodeKeepsStrings(t *testing.T) {
	in := manifest.Object{}
	for _, s := range []string{"on", "off", "yes", "no", "y", "n", "1e3", "0123", "1_000", "0x1f", "1:30", "null", "~", "", "true", "2001-01-01", "=", "<<", "a: b", "line\nline\n", " lead", "trail ", "tab\t", "#c", "- x", "é"} {
		in["k"+s], in[s] = s, s
	}
	data, err := manifest.Encode(map[string]any(in))
	if err != nil {
		t.Fatal(err)
	}
	var k8s, v3 map[string]any
	if err := yaml.UnmarshalStrict(data, &k8s); err != nil {
		t.Fatal(err)
	}
	if err := yamlv3.Unmarshal(data, &v3); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]map[string]any{"YAML 1.1": k8s, "YAML 1.2": v3} {
		if !reflect.DeepEqual(got, map[string]any(in)) {
			t.Errorf("%s reads\n%v\nof\n%s", name, got, data)
		}
	}
}

func TestDecode(t *testing.T) {
	o, err := manifest.Decode([]byte("apiVersion: v1\nkind: X\nmetadata: {name: a, namespace: null}\nspec: {a: 1, b: 1.5, c: [2]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if o.Get("spec", "a") != int64(1) || o.Get("spec", "b") != 1.5 || o.List("spec", "c")[0] != int64(2) {
		t.Errorf("numbers %#v", o.Map("spec"))
	}
	if o.ID() != (manifest.ID{Kind: "X", Name: "a"}) {
		t.Errorf("identity %v", o.ID())
	}
	c := o.Clone()
	c.Set("z", "spec", "deep", "er")
	if o.Get("spec", "deep") != nil || c.Text("spec", "deep", "er") != "z" {
		t.Error("the clone is not one")
	}
	if _, err := manifest.Decode([]byte("a: b: c")); err == nil || !strings.Contains(err.Error(), "decoding YAML") {
		t.Errorf("got %v", err)
	}
}

func TestDropNulls(t *testing.T) {
	o := manifest.Object{"a": nil, "b": map[string]any{"c": nil, "d": map[string]any{}}, "e": []any{map[string]any{"f": nil}}}
	manifest.DropNulls(map[string]any(o))
	want := manifest.Object{"b": map[string]any{"d": map[string]any{}}, "e": []any{map[string]any{}}}
	if !reflect.DeepEqual(o, want) {
		t.Errorf("got %v, want %v", o, want)
	}
}

func TestSort(t *testing.T) {
	o := func(kind, ns, name string) manifest.Object {
		return manifest.Object{"apiVersion": "v1", "kind": kind, "metadata": map[string]any{"namespace": ns, "name": name}}
	}
	objects := []manifest.Object{o("B", "x", "a"), o("A", "x", "b"), o("A", "x", "a"), o("Z", "", "z")}
	manifest.Sort(objects)
	var got []string
	for _, obj := range objects {
		got = append(got, obj.ID().String())
	}
	if s := strings.Join(got, ", "); s != "Z z, A x/a, A x/b, B x/a" {
		t.Errorf("got %s", s)
	}
}

func TestTemplate(t *testing.T) {
	template := manifest.NewTemplate("a: <n>\nb: <n>-<c>\n", []string{"<c>", "", "<n>"})
	text := template.Fill([]string{"blue", "", "net"})
	if got := text.String(); got != "a: net\nb: net-blue\n" || text.Len() != len(got) || string(text.Bytes()) != got {
		t.Errorf("got %q, length %d", got, text.Len())
	}
	other := template.Fill([]string{"red", "", "net"})
	if !text.Like(other) || text.Same(other) || !text.Same(text) {
		t.Error("two fillings of a template are like each other and not the same")
	}
	if plain := manifest.Plain([]byte("a")); plain.Like(manifest.Plain([]byte("a"))) || !plain.Same(plain) {
		t.Error("two plain texts are of two templates")
	}
	var none manifest.Text
	if none.Bytes() != nil || none.Len() != 0 || none.Like(none) {
		t.Error("no text has no content, and is like nothing")
	}
}
