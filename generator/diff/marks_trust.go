package diff

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/several"
)

// caCerts is the Secret with the certificate that istiod signs with.
const caCerts = "cacerts"

const (
	whyRoot   = "Workloads refuse the certificates of a root that they do not know. Trust both roots first, as docs/trust.md has it under \"Moving a mesh from one root to another\"."
	whySource = "The root may change with the source of the Secret cacerts. " + whyRoot
	whyGone   = "Where an engine prunes the Secret with what made it, istiod makes a root of its own when it next starts, or does not start. " + whyRoot
)

// caCertsVolume is the volume of a pod with the Secret cacerts, nil if there is none.
func caCertsVolume(o *object) manifest.Object {
	for _, v := range mapsIn(o.List("spec", "template", "spec", "volumes")) {
		if v.Text("secret", "secretName") == caCerts {
			return v
		}
	}
	return nil
}

// volumeMarks judges whether istiod waits for the Secret cacerts.
func volumeMarks(old, now *object) []Mark {
	a, b := caCertsVolume(old), caCertsVolume(now)
	if a == nil || b == nil {
		return nil
	}
	was, is := a.Get("secret", "optional") == true, b.Get("secret", "optional") == true
	if was == is {
		return nil
	}
	why := "istiod starts without the Secret cacerts, and then with a root of its own. " + whyRoot
	if was {
		why = "istiod waits for the Secret cacerts from now on. If it had none, it signed with a root of its own, and the root changes. " + whyRoot
	}
	return []Mark{markOf(RuleTrust, now, fmt.Sprintf("volume %s: optional: %t → %t", b.Text("name"), was, is), why)}
}

// rootMarks looks for roots that a mesh no longer trusts beside its own.
func rootMarks(old, now manifest.Object) []Mark {
	after := map[string]bool{}
	for _, r := range now.List("caCertificates") {
		after[key(r)] = true
	}
	n := 0
	for _, r := range old.List("caCertificates") {
		if !after[key(r)] {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return []Mark{{
		Rule: RuleTrust, What: fmt.Sprintf("caCertificates: %s no longer trusted", several.Count(n, "root")),
		Why: "Workloads refuse all whose certificate is of such a root. Let it go when nobody has one any more: it is the last step of \"Moving a mesh from one root to another\" in docs/trust.md.",
	}}
}

// makes says which Secret cacerts an object makes, by its namespace.
func (o *object) makes() (namespace string, ok bool) {
	name := ""
	switch o.id.Group + "/" + o.Kind() {
	case "/Secret":
		name = o.Name()
	case "cert-manager.io/Certificate":
		name = o.Text("spec", "secretName")
	case "external-secrets.io/ExternalSecret":
		name = cmp.Or(o.Text("spec", "target", "name"), o.Name())
	}
	return o.Namespace(), name == caCerts && o.id.Place == ""
}

// sourceMarks judges whether what makes the Secret cacerts asks someone else for it.
func sourceMarks(old, now *object) []Mark {
	_, was := old.makes()
	if _, is := now.makes(); !was || !is {
		return nil
	}
	for _, field := range []string{"issuerRef", "secretStoreRef", "data", "dataFrom"} {
		a, b := brief(old.Get("spec", field)), brief(now.Get("spec", field))
		if a == b {
			continue
		}
		what := "spec." + field + " changes"
		if len(a) <= short && len(b) <= short {
			what = fmt.Sprintf("spec.%s: %s → %s", field, a, b)
		}
		return []Mark{markOf(RuleTrust, now, what, whySource)}
	}
	return nil
}

// caCertsMarks looks for Secrets cacerts that nothing makes any more, or something
// else, while their control plane stays.
func (c *comparison) caCertsMarks(scope string, matches []matched, now map[string]file) {
	makers := map[string]*object{}
	for _, m := range matches {
		if m.now == nil {
			continue
		}
		if namespace, ok := m.now.makes(); ok {
			makers[namespace] = m.now
		}
	}
	for _, m := range matches {
		if m.now != nil {
			continue
		}
		namespace, ok := m.old.makes()
		if !ok || !c.signs(namespace, now) {
			continue
		}
		if by := makers[namespace]; by != nil {
			c.mark(scope, markOf(RuleTrust, m.old, fmt.Sprintf("%s %s makes the Secret %s in its place", by.Kind(), by.Name(), caCerts), whySource))
			continue
		}
		c.mark(scope, markOf(RuleTrust, m.old, "nothing that is generated makes the Secret "+caCerts+" any more", whyGone))
	}
}

// signs says whether a namespace has an istiod that takes up cacerts.
func (c *comparison) signs(namespace string, files map[string]file) bool {
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasPrefix(path.Base(p), "deployment_") {
			continue
		}
		if o := c.parser.object(files[p]); o != nil && o.Namespace() == namespace && caCertsVolume(o) != nil {
			return true
		}
	}
	return false
}
