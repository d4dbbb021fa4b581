package check

import (
	"encoding/base64"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"isthmus.dev/isthmus/generator/manifest"
)

const cureSecret = "what is generated is committed: take it from a secret store, encrypt it, or make it in the cluster, and remove it here"

// secretFree reports credentials in an object.
func secretFree(r *reporter, o manifest.Object) {
	secretData(r, o)
	for _, key := range slices.Sorted(maps.Keys(o)) {
		walkTexts(key, o[key], func(path, text string) {
			if what := credential(text); what != "" {
				r.add(cureSecret, "%s holds %s", path, what)
			}
		})
	}
}

// secretData reports a Secret with data, also as an item of a list. An object
// that only has a Secret's shape somewhere inside, such as a SealedSecret, is
// none.
func secretData(r *reporter, o manifest.Object) {
	if o.Kind() == "Secret" && o.ID().Group == "" && !encrypted(o) {
		for _, field := range []string{"data", "stringData"} {
			if len(o.Map(field)) > 0 {
				r.add(cureSecret, "Secret %s/%s has %s", o.Namespace(), o.Name(), field)
			}
		}
	}
	for _, item := range o.List("items") {
		if m, ok := item.(map[string]any); ok {
			secretData(r, m)
		}
	}
}

// encrypted says whether SOPS encrypted every value of a Secret.
func encrypted(o manifest.Object) bool { return o.Kind() == "Secret" && sealed(o) }

// sealed says whether SOPS encrypted every value of what may be secret in an object.
func sealed(o manifest.Object) bool {
	if o.Text("sops", "mac") == "" {
		return false
	}
	for _, field := range []string{"data", "stringData"} {
		for _, v := range o.Map(field) {
			if text, ok := v.(string); !ok || !strings.HasPrefix(text, "ENC[") {
				return false
			}
		}
	}
	return true
}

var (
	privateKey = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----`)
	// A kubeconfig, as YAML or JSON, is known by its parts; a credential in it by
	// a value that is not empty.
	kubeconfig       = regexp.MustCompile(`(?m)^[\s{,-]*"?(current-context|users|clusters)"?\s*:|"(current-context|users|clusters)"\s*:`)
	kubeconfigSecret = regexp.MustCompile(`(?m)(^|[\s{,"-])(token|client-key-data|password)"?[ \t]*:[ \t]*["']?[^\s"']`)
	// placeholder is what an engine fills in where the object is applied: a field
	// of its input, through functions without arguments. A text in it would be one
	// of the object's.
	placeholder = regexp.MustCompile(`\{\{-?\s*(\.[A-Za-z_][A-Za-z0-9_]{0,30})+(\s*\|\s*[a-z][A-Za-z0-9]{0,30})*\s*-?\}\}`)
	// A token of a ServiceAccount is a JSON Web Token: a header, claims, a signature.
	webToken = regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}`)
)

// base64Begin is what base64 makes of "-----BEGIN".
const base64Begin = "LS0tLS1CRUdJT"

// credential says what credential a text holds, "" for none.
func credential(text string) string {
	if strings.HasPrefix(text, base64Begin) {
		if plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text)); err == nil {
			text = string(plain)
		}
	}
	if strings.Contains(text, "{{") {
		text = placeholder.ReplaceAllString(text, "")
	}
	switch {
	case strings.Contains(text, "eyJ") && webToken.MatchString(text):
		return "a token"
	case strings.Contains(text, "PRIVATE KEY-----") && privateKey.MatchString(text):
		return "a private key"
	case strings.Contains(text, "users") && kubeconfig.MatchString(text) && kubeconfigSecret.MatchString(text):
		return "a kubeconfig with a credential"
	}
	return ""
}

// walkTexts calls f for each text with its path, in order.
func walkTexts(path string, v any, f func(path, text string)) {
	switch x := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(x)) {
			walkTexts(path+"."+key, x[key], f)
		}
	case []any:
		for i, e := range x {
			walkTexts(path+"["+strconv.Itoa(i)+"]", e, f)
		}
	case string:
		f(path, x)
	}
}
