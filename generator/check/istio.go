package check

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
	"istio.io/istio/pkg/util/protomarshal"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"isthmus.dev/isthmus/generator/manifest"
)

// istioGroup says whether Istio defines all kinds of a group.
func istioGroup(group string) bool {
	if !strings.HasSuffix(group, ".istio.io") {
		return false
	}
	return slices.ContainsFunc(collections.All.All(), func(s resource.Schema) bool { return s.Group() == group })
}

// istio decodes an object of Istio's strictly and validates it as istiod's
// webhook does. It returns the spec. The Go types of istio.io/client-go cannot
// serve: their decoder accepts any misspelt field of a spec.
func istio(r *reporter, o manifest.Object, gvk schema.GroupVersionKind) any {
	s, known := collections.All.FindByGroupVersionAliasesKind(resource.FromKubernetesGVK(&gvk))
	if !known {
		r.add(cureKind, "Istio has no kind %s in %s", gvk.Kind, o.APIVersion())
		return nil
	}
	var head struct {
		metav1.TypeMeta
		metav1.ObjectMeta `json:"metadata"`
		Spec              json.RawMessage `json:"spec"`
		Status            json.RawMessage `json:"status"`
	}
	if !strictly(r, o, &head) {
		return nil
	}
	metadata(r, o, &head.ObjectMeta)
	spec, err := istioSpec(r, s, o)
	if err != nil {
		r.add(cureField, "does not decode: %s", line(err))
		return nil
	}
	// The warning that comes along is for people to read, not an error.
	_, err = s.ValidateConfig(config.Config{
		Meta: config.Meta{
			GroupVersionKind: s.GroupVersionKind(), Name: head.Name, Namespace: head.Namespace,
			Labels: head.Labels, Annotations: head.Annotations,
		},
		Spec: spec,
	})
	if err != nil {
		r.add(cureField, "Istio's validation refuses it: %s", line(err))
	}
	return spec
}

// istioSpec decodes a spec into its message.
func istioSpec(r *reporter, s resource.Schema, o manifest.Object) (config.Spec, error) {
	spec, err := s.NewInstance()
	if err != nil {
		return nil, err
	}
	message, ok := spec.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("%T is no protobuf message", spec)
	}
	fields, given := o["spec"].(map[string]any)
	if !given && o["spec"] != nil {
		return nil, errNoSpec
	}
	unknown := len(r.findings)
	unknownFields(r, "spec", fields, message.ProtoReflect().Descriptor())
	data, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	if len(r.findings) > unknown {
		return spec, protomarshal.ApplyJSON(string(data), message) // the unknown ones are reported already
	}
	if fields == nil {
		return spec, nil
	}
	return spec, protomarshal.ApplyJSONStrict(string(data), message)
}

// unknownFields reports fields that a message has not, with their paths, all of
// them. Protobuf's own strict decoder stops at the first, gives no path, and
// accepts credential_name for credentialName, which the API server would drop.
func unknownFields(r *reporter, path string, v any, d protoreflect.MessageDescriptor) {
	fields, isMap := v.(map[string]any)
	if !isMap || strings.HasPrefix(string(d.FullName()), "google.protobuf.") {
		return // the types of protobuf itself have JSON forms of their own
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		at := path + "." + name
		field := d.Fields().ByJSONName(name)
		switch {
		case field == nil:
			cure := cureField
			if other := d.Fields().ByTextName(name); other != nil {
				cure = "write " + other.JSONName()
			}
			r.add(cure, "unknown field %q", at)
		case field.IsMap():
			values, _ := fields[name].(map[string]any) // anything else does not decode
			if message := field.MapValue().Message(); message != nil {
				for _, key := range slices.Sorted(maps.Keys(values)) {
					unknownFields(r, at+"."+key, values[key], message)
				}
			}
		case field.Message() == nil:
		case field.IsList():
			values, _ := fields[name].([]any) // as above
			for i, value := range values {
				unknownFields(r, fmt.Sprintf("%s[%d]", at, i), value, field.Message())
			}
		default:
			unknownFields(r, at, fields[name], field.Message())
		}
	}
}
