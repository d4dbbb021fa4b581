package check_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
)

// pem is written in two halves, or scanners of repositories take it for a key.
const pem = "-----BEGIN EC PRIVATE" + " KEY-----\nMHcC\n-----END EC PRIVATE" + " KEY-----\n"

const cureSecret = "; what is generated is committed: take it from a secret store, encrypt it, or make it in the cluster, and remove it here"

func extra(yaml string) func(*testing.T, []component.Component) []component.Component {
	return func(t *testing.T, c []component.Component) []component.Component { return with(t, c, "extra", yaml) }
}

func configMap(values map[string]string) func(*testing.T, []component.Component) []component.Component {
	return func(t *testing.T, c []component.Component) []component.Component {
		data := map[string]any{}
		for k, v := range values {
			data[k] = v
		}
		o := manifest.Object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "a", "namespace": "istio-system"}, "data": data}
		return append(c, component.Component{Path: "extra", Objects: []manifest.Object{o}})
	}
}

func TestSecrets(t *testing.T) {
	const kubeconfig = "apiVersion: v1\nkind: Config\nclusters: []\nusers:\n- name: a\n  user:\n    token: abc\n"
	runAll(t, map[string]bad{
		"data": {
			change: extra("{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: istio-system}, data: {k: dg==}}"),
			want:   "Secret istio-system/a: Secret istio-system/a has data" + cureSecret,
		},
		"stringData": {
			change: extra("{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: istio-system}, stringData: {k: v}}"),
			want:   "Secret istio-system/a: Secret istio-system/a has stringData" + cureSecret,
		},
		"in a List": {
			change: extra("{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: SecretList, items: [{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: b}, data: {k: dg==}}]}]}"),
			want:   "List : Secret b/a has data" + cureSecret,
		},
		"empty":     {change: extra("{apiVersion: v1, kind: Secret, type: kubernetes.io/service-account-token, metadata: {name: a, namespace: istio-system}, data: {}}")},
		"sealed":    {change: extra("{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: a, namespace: istio-system}, spec: {encryptedData: {k: AgBy}, template: {data: {config: x}}}}")},
		"encrypted": {change: extra(`{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: istio-system}, data: {k: "ENC[AES256_GCM,data:x]"}, sops: {mac: "ENC[x]"}}`)},
		"half encrypted": {
			change: extra(`{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: istio-system}, stringData: {k: "ENC[AES256_GCM,data:x]", l: v}, sops: {mac: "ENC[x]"}}`),
			want:   "Secret istio-system/a: Secret istio-system/a has stringData" + cureSecret,
		},
		"token": {
			change: configMap(map[string]string{"t": "x=" + "eyJhbGciOiJSUzI1NiJ9" + ".eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlLWhlcmUtMTIz"}),
			want:   "ConfigMap istio-system/a: data.t holds a token" + cureSecret,
		},
		"kubeconfig in single quotes": {
			change: configMap(map[string]string{"config": strings.Replace(kubeconfig, "abc", "'abc'", 1)}),
			want:   "ConfigMap istio-system/a: data.config holds a kubeconfig with a credential" + cureSecret,
		},
		"kubeconfig to be filled in": {change: configMap(map[string]string{"config": strings.Replace(kubeconfig, "abc", "'{{ .token | trim }}'", 1)})},
		"kubeconfig with a text for a placeholder": {
			change: configMap(map[string]string{"config": strings.Replace(kubeconfig, "abc", "'{{ \"abc\" | trim }}'", 1)}),
			want:   "ConfigMap istio-system/a: data.config holds a kubeconfig with a credential" + cureSecret,
		},
		"private key": {
			change: configMap(map[string]string{"key.pem": pem}),
			want:   "ConfigMap istio-system/a: data.key.pem holds a private key" + cureSecret,
		},
		"private key in base64": {
			change: configMap(map[string]string{"key": base64.StdEncoding.EncodeToString([]byte(pem))}),
			want:   "ConfigMap istio-system/a: data.key holds a private key" + cureSecret,
		},
		"private key in another project's object": {
			change: extra("{apiVersion: example.com/v1, kind: Thing, metadata: {name: a, namespace: istio-system}, spec: {keys: ['-----BEGIN PRIVATE" + " KEY-----']}}"),
			want:   "Thing.example.com istio-system/a: spec.keys[0] holds a private key" + cureSecret,
		},
		"certificate": {change: configMap(map[string]string{"ca.pem": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"})},
		"kubeconfig": {
			change: configMap(map[string]string{"config": kubeconfig}),
			want:   "ConfigMap istio-system/a: data.config holds a kubeconfig with a credential" + cureSecret,
		},
		"kubeconfig as JSON": {
			change: configMap(map[string]string{"config": `{"kind":"Config","users":[{"name":"a","user":{"token":"abc"}}]}`}),
			want:   "ConfigMap istio-system/a: data.config holds a kubeconfig with a credential" + cureSecret,
		},
		"kubeconfig without a credential": {change: configMap(map[string]string{"config": "kind: Config\nusers:\n- name: a\n  user:\n    tokenFile: /var/run/token\n"})},
		"a token that is none":            {change: configMap(map[string]string{"config": "audience: token\nusers: 3\n"})},
	})
}
