package workload

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	authentication "k8s.io/api/authentication/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"isthmus.dev/isthmus/e2e/suite/kube"
)

// Mount writes the volumes of a container under a root directory, as they are now.
func Mount(ctx context.Context, c *kube.Cluster, pod *core.Pod, container core.Container, root string) error {
	volumes := map[string]core.Volume{}
	for _, v := range pod.Spec.Volumes {
		volumes[v.Name] = v
	}
	for _, m := range container.VolumeMounts {
		files, err := files(ctx, c, pod, volumes[m.Name].VolumeSource)
		if err != nil {
			return fmt.Errorf("volume %s: %w", m.Name, err)
		}
		dir := filepath.Join(root, m.MountPath)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		for name, data := range files {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

func files(ctx context.Context, c *kube.Cluster, pod *core.Pod, from core.VolumeSource) (map[string][]byte, error) {
	out := map[string][]byte{}
	switch {
	case from.EmptyDir != nil:
	case from.ConfigMap != nil:
		m, err := c.Client.CoreV1().ConfigMaps(pod.Namespace).Get(ctx, from.ConfigMap.Name, metav1.GetOptions{})
		if err != nil {
			return out, allow(err, from.ConfigMap.Optional)
		}
		for k, v := range m.Data {
			out[k] = []byte(v)
		}
	case from.Secret != nil:
		s, err := c.Client.CoreV1().Secrets(pod.Namespace).Get(ctx, from.Secret.SecretName, metav1.GetOptions{})
		if err != nil {
			return out, allow(err, from.Secret.Optional)
		}
		return s.Data, nil
	case from.Projected != nil:
		for _, s := range from.Projected.Sources {
			switch {
			case s.ServiceAccountToken != nil:
				token, err := Token(ctx, c, pod, s.ServiceAccountToken.Audience)
				if err != nil {
					return nil, err
				}
				out[s.ServiceAccountToken.Path] = []byte(token)
			case s.ConfigMap != nil:
				inner, err := files(ctx, c, pod, core.VolumeSource{ConfigMap: &core.ConfigMapVolumeSource{
					LocalObjectReference: s.ConfigMap.LocalObjectReference, Optional: s.ConfigMap.Optional,
				}})
				if err != nil {
					return nil, err
				}
				for k, v := range inner {
					out[k] = v
				}
			case s.DownwardAPI != nil:
				for _, item := range s.DownwardAPI.Items {
					v, err := field(pod, item.FieldRef.FieldPath)
					if err != nil {
						return nil, err
					}
					out[item.Path] = []byte(v)
				}
			}
		}
	default:
		return nil, fmt.Errorf("%+v: not known here", from)
	}
	return out, nil
}

func allow(err error, optional *bool) error {
	if errors.IsNotFound(err) && optional != nil && *optional {
		return nil
	}
	return err
}

// Token asks for a token of the pod's account, "" is the API server's audience.
func Token(ctx context.Context, c *kube.Cluster, pod *core.Pod, audience string) (string, error) {
	hour := int64(3600)
	request := &authentication.TokenRequest{Spec: authentication.TokenRequestSpec{
		ExpirationSeconds: &hour,
		BoundObjectRef:    &authentication.BoundObjectReference{Kind: "Pod", APIVersion: "v1", Name: pod.Name, UID: pod.UID},
	}}
	if audience != "" {
		request.Spec.Audiences = []string{audience}
	}
	out, err := c.Client.CoreV1().ServiceAccounts(pod.Namespace).CreateToken(ctx, pod.Spec.ServiceAccountName, request, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("token of %s/%s: %w", pod.Namespace, pod.Spec.ServiceAccountName, err)
	}
	return out.Status.Token, nil
}
