// Package token reads from a live cluster the token that control planes elsewhere
// observe it with.
package token

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	client "k8s.io/client-go/kubernetes/typed/core/v1"
)

// suffix of the Secret's name is istioctl's (tokenSecretName in
// istioctl/pkg/multicluster/remote_secret.go), so that both find the other's.
const suffix = "-istio-remote-secret-token"

// Token of a ServiceAccount.
type Token struct {
	// Secret that holds it, in the namespace of the ServiceAccount.
	Secret string
	// Value is the bearer token.
	Value string
	// CA of the cluster's API server, in PEM.
	CA []byte
	// Older are other Secrets with tokens of the same ServiceAccount.
	Older []string
}

// Source gives the tokens of ServiceAccounts in one cluster.
type Source interface {
	// Token returns the newest long-lived token of a ServiceAccount and makes one
	// if there is none, or if fresh is asked for.
	Token(ctx context.Context, namespace, serviceAccount string, fresh bool) (Token, error)
	// CA returns the PEM bundle that the API server's certificate is verified with.
	CA(ctx context.Context, namespace string) ([]byte, error)
}

// Cluster reads from an API server.
type Cluster struct {
	Core client.CoreV1Interface
	// Interval between two looks at a Secret that Kubernetes has yet to fill.
	Interval time.Duration
	// Now names tokens that are made beside older ones.
	Now time.Time
}

// looks is how often a new Secret is looked at before giving up.
const looks = 20

// Token implements Source. A token that is made beside an older one leaves that
// valid: control planes use it until the new one has reached them.
func (c Cluster) Token(ctx context.Context, namespace, serviceAccount string, fresh bool) (Token, error) {
	if _, err := c.Core.ServiceAccounts(namespace).Get(ctx, serviceAccount, metav1.GetOptions{}); err != nil {
		if apierrors.IsNotFound(err) {
			return Token{}, fmt.Errorf("there is no ServiceAccount %s/%s: apply the cluster's folder first", namespace, serviceAccount)
		}
		return Token{}, unreachable(err)
	}
	found, err := c.list(ctx, namespace, serviceAccount)
	if err != nil {
		return Token{}, err
	}
	var older []string
	for _, s := range found {
		older = append(older, s.Name)
	}
	if len(found) > 0 && !fresh {
		s, err := c.filled(ctx, found[0])
		return tokenOf(s, older[1:]), err
	}
	name := serviceAccount + suffix
	if slices.Contains(older, name) {
		name += "-" + c.Now.UTC().Format("20060102150405")
	}
	made, err := c.Core.Secrets(namespace).Create(ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{corev1.ServiceAccountNameKey: serviceAccount}},
		Type:       corev1.SecretTypeServiceAccountToken,
	}, metav1.CreateOptions{})
	if err != nil {
		return Token{}, fmt.Errorf("making the token Secret %s/%s: %w", namespace, name, unreachable(err))
	}
	s, err := c.filled(ctx, *made)
	return tokenOf(s, older), err
}

// rootCA is the ConfigMap that Kubernetes puts into every namespace.
const rootCA = "kube-root-ca.crt"

// CA implements Source.
func (c Cluster) CA(ctx context.Context, namespace string) ([]byte, error) {
	m, err := c.Core.ConfigMaps(namespace).Get(ctx, rootCA, metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("reading ConfigMap %s/%s: %w", namespace, rootCA, unreachable(err))
	}
	return []byte(m.Data[corev1.ServiceAccountRootCAKey]), nil
}

// list returns the token Secrets of a ServiceAccount, newest first.
func (c Cluster) list(ctx context.Context, namespace, serviceAccount string) ([]corev1.Secret, error) {
	all, err := c.Core.Secrets(namespace).List(ctx, metav1.ListOptions{FieldSelector: "type=" + string(corev1.SecretTypeServiceAccountToken)})
	if err != nil {
		return nil, fmt.Errorf("listing Secrets of %s: %w", namespace, unreachable(err))
	}
	var out []corev1.Secret
	for _, s := range all.Items {
		if s.Type == corev1.SecretTypeServiceAccountToken && s.Annotations[corev1.ServiceAccountNameKey] == serviceAccount {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b corev1.Secret) int { return b.CreationTimestamp.Compare(a.CreationTimestamp.Time) })
	return out, nil
}

// filled waits until Kubernetes has put the token into a Secret.
func (c Cluster) filled(ctx context.Context, s corev1.Secret) (corev1.Secret, error) {
	for range looks {
		if len(s.Data[corev1.ServiceAccountTokenKey]) > 0 && len(s.Data[corev1.ServiceAccountRootCAKey]) > 0 {
			return s, nil
		}
		select {
		case <-ctx.Done():
			return s, ctx.Err()
		case <-time.After(c.Interval):
		}
		got, err := c.Core.Secrets(s.Namespace).Get(ctx, s.Name, metav1.GetOptions{})
		if err != nil {
			return s, fmt.Errorf("reading the token Secret %s/%s: %w", s.Namespace, s.Name, unreachable(err))
		}
		s = *got
	}
	return s, fmt.Errorf("the Secret %s/%s stays without a token: look whether the cluster's token controller runs, and run this again", s.Namespace, s.Name)
}

func tokenOf(s corev1.Secret, older []string) Token {
	return Token{
		Secret: s.Name, Value: string(s.Data[corev1.ServiceAccountTokenKey]), CA: s.Data[corev1.ServiceAccountRootCAKey], Older: older,
	}
}

// unreachable adds what to do to errors of the API server and of the way to it.
func unreachable(err error) error {
	var status apierrors.APIStatus
	switch {
	case apierrors.IsForbidden(err):
		return fmt.Errorf("%w; use a context that may read and create Secrets there", err)
	case apierrors.IsUnauthorized(err):
		return fmt.Errorf("%w; log in again, the context's credentials are not accepted", err)
	case errors.As(err, &status):
		return err
	}
	return fmt.Errorf("the API server cannot be reached: %w; check the context's server and credentials", err)
}
