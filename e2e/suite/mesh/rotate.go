package mesh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"isthmus.dev/isthmus/e2e/suite/process"
)

// Rotate replaces the token with which control planes read a cluster, and carries
// the new one to them through the store. The tree stays as it is. From then on the
// API server refuses the old token, and what istiod knew of pods is out of date.
func (m *Mesh) Rotate(ctx context.Context, cluster string) error {
	k := m.Clusters[cluster]
	for _, o := range m.Objects[cluster] {
		if kind, _, _ := unstructured.NestedString(o.Object, "type"); o.GetKind() != "Secret" || kind != string(core.SecretTypeServiceAccountToken) {
			continue
		}
		secrets := k.Client.CoreV1().Secrets(o.GetNamespace())
		old, err := secrets.Get(ctx, o.GetName(), metav1.GetOptions{})
		if err != nil {
			return err
		}
		if err := secrets.Delete(ctx, o.GetName(), metav1.DeleteOptions{}); err != nil {
			return err
		}
		if err := process.Until(ctx, time.Minute, func(ctx context.Context) error { return m.refused(ctx, cluster, old.Data["token"]) }); err != nil {
			return err
		}
		if err := m.apply(ctx, cluster, []*unstructured.Unstructured{o}); err != nil {
			return err
		}
		if err := process.Until(ctx, time.Minute, func(ctx context.Context) error {
			now, err := secrets.Get(ctx, o.GetName(), metav1.GetOptions{})
			if err == nil && (len(now.Data["token"]) == 0 || bytes.Equal(now.Data["token"], old.Data["token"])) {
				err = errors.New("there is no new token yet")
			}
			return err
		}); err != nil {
			return err
		}
	}
	if err := k.Client.CoreV1().Pods(appNamespace).DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "app=" + appName}); err != nil {
		return err
	}
	return m.carry(ctx)
}

// refused says that an API server does not know a token any more.
func (m *Mesh) refused(ctx context.Context, cluster string, token []byte) error {
	config := rest.AnonymousClientConfig(m.Clusters[cluster].Config)
	config.BearerToken = string(token)
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	_, err = client.CoreV1().Services("").List(ctx, metav1.ListOptions{Limit: 1})
	if apierrors.IsUnauthorized(err) {
		return nil
	}
	return errors.Join(err, errors.New("the old token is not refused"))
}

// carry brings all tokens to the store, and from there to the control planes.
func (m *Mesh) carry(ctx context.Context) error {
	for _, step := range []struct {
		kind string
		do   func(context.Context, string, *unstructured.Unstructured) error
	}{{"PushSecret", m.push}, {"ExternalSecret", m.operate}} {
		for cluster, objects := range m.Objects {
			for _, o := range objects {
				if o.GetKind() != step.kind {
					continue
				}
				if err := step.do(ctx, cluster, o); err != nil {
					return fmt.Errorf("cluster %s: %w", cluster, err)
				}
			}
		}
	}
	return nil
}

// Rotated holds when the istiod of a host has replaced the client with which it
// reads a cluster, and sees that and its new pods with the new one. Of its own
// cluster it has a secret too, which it must have refused.
func (m *Mesh) Rotated(ctx context.Context, host, cluster string) error {
	log := m.Istiods[host].Log(100_000)
	// From Istio's pkg/kube/multicluster, clusterstore.go and secretcontroller.go.
	for _, line := range []string{
		"stopping previous cluster " + cluster + " after new cluster synced",
		"ignoring cluster as it would overwrite the config cluster",
	} {
		if !strings.Contains(log, line) {
			return fmt.Errorf("the istiod of %s has not said %q", host, line)
		}
	}
	return errors.Join(m.Observed(ctx), m.Endpoints(ctx))
}
