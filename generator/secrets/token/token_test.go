package token_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"

	"isthmus.dev/isthmus/generator/secrets/token"
)

const (
	namespace = "istio-system"
	reader    = "istio-reader-service-account"
	standard  = reader + "-istio-remote-secret-token"
)

func account() *corev1.ServiceAccount {
	return &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: reader, Namespace: namespace}}
}

func tokenSecret(name, value string, age time.Duration) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: namespace, Annotations: map[string]string{corev1.ServiceAccountNameKey: reader},
			CreationTimestamp: metav1.NewTime(now().Add(-age)),
		},
		Type: corev1.SecretTypeServiceAccountToken,
		Data: map[string][]byte{"token": []byte(value), "ca.crt": []byte("CA")},
	}
}

func now() time.Time { return time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC) }

// cluster fills the token Secrets that are made in it, as Kubernetes does.
func cluster(fills bool, objects ...runtime.Object) (token.Cluster, *fake.Clientset) {
	client := fake.NewClientset(objects...)
	client.PrependReactor("create", "secrets", func(a k8stesting.Action) (bool, runtime.Object, error) {
		c, ok := a.(k8stesting.CreateAction)
		if !ok || !fills {
			return false, nil, nil
		}
		s, ok := c.GetObject().(*corev1.Secret)
		if !ok {
			return false, nil, nil
		}
		s.Data = map[string][]byte{"token": []byte("made"), "ca.crt": []byte("CA")}
		return false, nil, nil
	})
	return token.Cluster{Core: client.CoreV1(), Interval: time.Millisecond, Now: now()}, client
}

func TestToken(t *testing.T) {
	other := tokenSecret("other", "other", 0)
	other.Annotations[corev1.ServiceAccountNameKey] = "other"
	for name, c := range map[string]struct {
		objects      []runtime.Object
		fresh        bool
		value, named string
		older        int
	}{
		"made":              {value: "made", named: standard},
		"that of istioctl":  {objects: []runtime.Object{tokenSecret(standard, "there", 0), other}, value: "there", named: standard},
		"the newest":        {objects: []runtime.Object{tokenSecret(standard, "there", time.Hour), tokenSecret("b", "newer", time.Minute)}, value: "newer", named: "b", older: 1},
		"rotated":           {objects: []runtime.Object{tokenSecret(standard, "there", 0)}, fresh: true, value: "made", named: standard + "-20260901120000", older: 1},
		"rotated back":      {objects: []runtime.Object{tokenSecret("b", "there", 0)}, fresh: true, value: "made", named: standard, older: 1},
		"rotated for first": {fresh: true, value: "made", named: standard},
	} {
		t.Run(name, func(t *testing.T) {
			from, _ := cluster(true, append(c.objects, account())...)
			got, err := from.Token(t.Context(), namespace, reader, c.fresh)
			if err != nil {
				t.Fatal(err)
			}
			if got.Value != c.value || got.Secret != c.named || string(got.CA) != "CA" || len(got.Older) != c.older {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestTokenErrors(t *testing.T) {
	from, _ := cluster(true)
	_, err := from.Token(t.Context(), namespace, reader, false)
	want(t, err, "there is no ServiceAccount istio-system/istio-reader-service-account: apply the cluster's folder first")

	from, _ = cluster(false, account())
	_, err = from.Token(t.Context(), namespace, reader, false)
	want(t, err, "stays without a token")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	from, _ = cluster(false, account())
	from.Interval = time.Hour
	if _, err = from.Token(ctx, namespace, reader, false); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}

	for text, fault := range map[string]error{
		"use a context that may read and create Secrets there": apierrors.NewForbidden(schema.GroupResource{Resource: "secrets"}, "", errors.New("no")),
		"log in again": apierrors.NewUnauthorized("no"),
		"the API server cannot be reached: dial tcp: no route to host; check the context's server and credentials": errors.New("dial tcp: no route to host"),
	} {
		from, client := cluster(true, account())
		client.PrependReactor("list", "secrets", func(k8stesting.Action) (bool, runtime.Object, error) { return true, nil, fault })
		_, err := from.Token(t.Context(), namespace, reader, false)
		want(t, err, text)
	}
}

func TestCA(t *testing.T) {
	from, _ := cluster(true, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "kube-root-ca.crt", Namespace: namespace}, Data: map[string]string{"ca.crt": "CA"}})
	if got, err := from.CA(t.Context(), namespace); err != nil || string(got) != "CA" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := from.CA(t.Context(), "elsewhere"); err == nil {
		t.Error("there is none elsewhere")
	}
}

func want(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v\nwant %s", err, text)
	}
}
