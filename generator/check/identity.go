package check

import "isthmus.dev/isthmus/generator/manifest"

// identified reports what an object lacks of an identity. Nothing else can be
// told of an object without one.
func identified(r *reporter, o manifest.Object) bool {
	ok := true
	for _, f := range []struct {
		path  []string
		field string
	}{{[]string{"apiVersion"}, "apiVersion"}, {[]string{"kind"}, "kind"}, {[]string{"metadata", "name"}, "metadata.name"}} {
		if o.Text(f.path...) == "" {
			r.add("give it one; an object is applied by its kind and name", "has no %s", f.field)
			ok = false
		}
	}
	// A List has no name, and would hide what it holds from every check.
	if o.Kind() == "List" {
		r.findings = nil
		r.add("write its items as objects of their own", "is a List")
		secretFree(r, o)
		return false
	}
	if !ok {
		secretFree(r, o)
	}
	return ok
}
