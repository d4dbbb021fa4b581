package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
)

// apiServer answers as an API server with every namespace does, and makes a token
// for every Secret.
type apiServer struct {
	*httptest.Server
	secrets []corev1.Secret
	tokens  []string
}

func newAPIServer(t *testing.T) *apiServer {
	t.Helper()
	s := &apiServer{}
	const core = "/api/v1/namespaces/{namespace}"
	mux := http.NewServeMux()
	reply := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("GET "+core+"/serviceaccounts/{name}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, map[string]any{"kind": "ServiceAccount", "apiVersion": "v1", "metadata": map[string]any{"name": r.PathValue("name")}})
	})
	mux.HandleFunc("GET "+core+"/configmaps/kube-root-ca.crt", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, corev1.ConfigMap{TypeMeta: metav1.TypeMeta{Kind: "ConfigMap", APIVersion: "v1"}, Data: map[string]string{"ca.crt": "CA"}})
	})
	mux.HandleFunc("GET "+core+"/secrets", func(w http.ResponseWriter, r *http.Request) {
		list := corev1.SecretList{TypeMeta: metav1.TypeMeta{Kind: "SecretList", APIVersion: "v1"}}
		for _, secret := range s.secrets {
			if secret.Namespace == r.PathValue("namespace") {
				list.Items = append(list.Items, secret)
			}
		}
		reply(w, list)
	})
	mux.HandleFunc("POST "+core+"/secrets", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		o, _, err := scheme.Codecs.UniversalDeserializer().Decode(body, nil, nil)
		in, ok := o.(*corev1.Secret)
		if err != nil || !ok {
			t.Errorf("got %T, %v", o, err)
			return
		}
		token := fmt.Sprintf("token-%d of %s", len(s.tokens)+1, s.URL)
		s.tokens = append(s.tokens, token)
		in.TypeMeta = metav1.TypeMeta{Kind: "Secret", APIVersion: "v1"}
		in.CreationTimestamp, in.Namespace = metav1.Now(), r.PathValue("namespace")
		in.Data = map[string][]byte{"token": []byte(token), "ca.crt": []byte("CA")}
		s.secrets = append(s.secrets, *in)
		reply(w, in)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}
