package operators

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
)

// Store is the secret store behind External Secrets: properties by key.
type Store map[string]map[string][]byte

// Put sets a property of a key.
func (s Store) Put(key, property string, value []byte) {
	if s[key] == nil {
		s[key] = map[string][]byte{}
	}
	s[key][property] = value
}

// reference is where a value lies in the store.
type reference struct {
	Key       string `json:"key"`
	RemoteKey string `json:"remoteKey"` // as a PushSecret spells it
	Property  string `json:"property"`
}

// pushSecret is what is used of a PushSecret's spec.
type pushSecret struct {
	Selector struct {
		Secret struct {
			Name string `json:"name"`
		} `json:"secret"`
	} `json:"selector"`
	Data []struct {
		Match struct {
			SecretKey string    `json:"secretKey"`
			RemoteRef reference `json:"remoteRef"`
		} `json:"match"`
	} `json:"data"`
}

// Push does what a PushSecret asks for. It fails while the Secret lacks a value.
func (s Store) Push(ctx context.Context, client kubernetes.Interface, o *unstructured.Unstructured) error {
	var spec pushSecret
	if err := specOf(o, &spec); err != nil {
		return err
	}
	secret, err := client.CoreV1().Secrets(o.GetNamespace()).Get(ctx, spec.Selector.Secret.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	for _, d := range spec.Data {
		value := secret.Data[d.Match.SecretKey]
		if len(value) == 0 {
			return fmt.Errorf("Secret %s/%s has no %q yet", secret.Namespace, secret.Name, d.Match.SecretKey)
		}
		s.Put(d.Match.RemoteRef.RemoteKey, d.Match.RemoteRef.Property, value)
	}
	return nil
}

// externalSecret is what is used of an ExternalSecret's spec.
type externalSecret struct {
	Data []struct {
		SecretKey string    `json:"secretKey"`
		RemoteRef reference `json:"remoteRef"`
	} `json:"data"`
	Target struct {
		Name     string `json:"name"`
		Template *struct {
			Data     map[string]string `json:"data"`
			Type     core.SecretType   `json:"type"`
			Metadata struct {
				Labels      map[string]string `json:"labels"`
				Annotations map[string]string `json:"annotations"`
			} `json:"metadata"`
		} `json:"template"`
	} `json:"target"`
}

// Keys are the keys of the store that an ExternalSecret reads.
func Keys(o *unstructured.Unstructured) ([]string, error) {
	var spec externalSecret
	if err := specOf(o, &spec); err != nil {
		return nil, err
	}
	var out []string
	for _, d := range spec.Data {
		out = append(out, d.RemoteRef.Key)
	}
	return out, nil
}

// Secret is what an ExternalSecret asks for. The functions of its template are
// sprig's, of which the engine of External Secrets has the same.
func (s Store) Secret(o *unstructured.Unstructured) (*core.Secret, error) {
	var spec externalSecret
	if err := specOf(o, &spec); err != nil {
		return nil, err
	}
	values := map[string]string{}
	out := &core.Secret{ObjectMeta: metav1.ObjectMeta{Name: spec.Target.Name, Namespace: o.GetNamespace()}, Data: map[string][]byte{}}
	for _, d := range spec.Data {
		value, ok := s[d.RemoteRef.Key][d.RemoteRef.Property]
		if !ok {
			return nil, fmt.Errorf("ExternalSecret %s/%s: the store has no %q of %q", o.GetNamespace(), o.GetName(), d.RemoteRef.Property, d.RemoteRef.Key)
		}
		values[d.SecretKey], out.Data[d.SecretKey] = string(value), value
	}
	if spec.Target.Template == nil {
		return out, nil
	}
	out.Data = map[string][]byte{}
	for key, text := range spec.Target.Template.Data {
		t, err := template.New(key).Option("missingkey=error").Funcs(sprig.TxtFuncMap()).Parse(text)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, values); err != nil {
			return nil, err
		}
		out.Data[key] = b.Bytes()
	}
	out.Type, out.Labels, out.Annotations = spec.Target.Template.Type, spec.Target.Template.Metadata.Labels, spec.Target.Template.Metadata.Annotations
	return out, nil
}

// Put makes a Secret, or brings it up to date.
func Put(ctx context.Context, client kubernetes.Interface, s *core.Secret) error {
	secrets := client.CoreV1().Secrets(s.Namespace)
	_, err := secrets.Create(ctx, s, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		_, err = secrets.Update(ctx, s, metav1.UpdateOptions{})
	}
	return err
}

func specOf(o *unstructured.Unstructured, into any) error {
	data, err := json.Marshal(o.Object["spec"])
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}
