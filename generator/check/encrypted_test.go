package check_test

import (
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/check"
)

func TestEncrypted(t *testing.T) {
	const sealed = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\nstringData: {k: 'ENC[AES256_GCM,data:x]', empty: ''}\nsops: {mac: 'ENC[x]'}\n"
	for name, c := range map[string]struct{ file, data, want string }{
		"encrypted":            {"secrets/a.sops.yaml", strings.Replace(sealed, ", empty: ''", "", 1), ""},
		"certificates":         {"secrets/chain.pem", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n", ""},
		"list of files":        {"secrets/kustomization.yaml", "resources: [a.sops.yaml]\n", ""},
		"notes":                {"secrets/README.md", "how to encrypt\n", ""},
		"one value in clear":   {"secrets/a.sops.yaml", strings.Replace(sealed, "empty: ''", "clear: b", 1), "secrets/a.sops.yaml: Secret b/a has stringData, is named as encrypted by SOPS, and has values that are not; "},
		"a key in clear":       {"secrets/a.yaml", strings.Replace(sealed, "empty: ''", "clear: '-----BEGIN RSA PRIVATE KEY-----'", 1), "secrets/a.yaml: Secret b/a has stringData, stringData.clear holds a private key; "},
		"without a MAC":        {"secrets/a.yaml", strings.Replace(sealed, "mac", "max", 1), "secrets/a.yaml: Secret b/a has stringData"},
		"second document":      {"secrets/a.yaml", "a: b\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\ndata: {k: YQ==}\n", "secrets/a.yaml: Secret b/a has data"},
		"in a list":            {"secrets/a.yaml", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}, data: {k: YQ==}}\n", "secrets/a.yaml: Secret /a has data"},
		"as JSON":              {"secrets/a.json", `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","namespace":"b"},"data":{"k":"YQ=="}}`, "secrets/a.json: Secret b/a has data"},
		"named, not encrypted": {"secrets/root-ca.sops.yaml", "kind: RootCA\nstringData: {a: b}\n", "secrets/root-ca.sops.yaml: is named as encrypted by SOPS, and has values that are not"},
		"key":                  {"secrets/key.pem", "-----BEGIN RSA PRIVATE KEY-----\n", "secrets/key.pem: holds a private key"},
		"kubeconfig":           {"secrets/kubeconfig", "clusters:\n- a\nusers:\n- user:\n    token: abc\n", "secrets/kubeconfig: holds a kubeconfig with a credential"},
		"identity":             {"secrets/keys.txt", "AGE-SECRET-KEY-1AAA\n", "secrets/keys.txt: holds an age identity"},
		"not YAML":             {"secrets/a.yaml", "a: b: c\n", "secrets/a.yaml: cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			err := check.Encrypted(map[string][]byte{c.file: []byte(c.data)})
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Count(err.Error(), "; encrypt it with sops") != 1) {
				t.Errorf("got %v", err)
			}
		})
	}
}
