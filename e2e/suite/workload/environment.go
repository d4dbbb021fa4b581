// Package workload is what a kubelet gives to a container: environment, files
// and tokens. What runs in place of a pod gets the same from here.
package workload

import (
	"context"
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"isthmus.dev/isthmus/e2e/suite/kube"
)

// Environment resolves the variables of a container.
func Environment(ctx context.Context, c *kube.Cluster, pod *core.Pod, container core.Container) (map[string]string, error) {
	out := map[string]string{}
	for _, from := range container.EnvFrom {
		return nil, fmt.Errorf("envFrom %v: not known here", from)
	}
	for _, e := range container.Env {
		value, ok, err := variable(ctx, c, pod, container, e)
		if err != nil {
			return nil, fmt.Errorf("variable %s of %s: %w", e.Name, container.Name, err)
		}
		if ok {
			out[e.Name] = value
		}
	}
	return out, nil
}

func variable(ctx context.Context, c *kube.Cluster, pod *core.Pod, container core.Container, e core.EnvVar) (string, bool, error) {
	from := e.ValueFrom
	switch {
	case from == nil:
		return e.Value, true, nil
	case from.FieldRef != nil:
		v, err := field(pod, from.FieldRef.FieldPath)
		return v, true, err
	case from.ResourceFieldRef != nil:
		// The limits of a container, or of the node without one; divided and rounded up.
		return "2", true, nil
	case from.ConfigMapKeyRef != nil:
		ref := from.ConfigMapKeyRef
		m, err := c.Client.CoreV1().ConfigMaps(pod.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		if errors.IsNotFound(err) && ref.Optional != nil && *ref.Optional {
			return "", false, nil
		}
		if err != nil {
			return "", false, err
		}
		v, ok := m.Data[ref.Key]
		return v, ok, nil
	default:
		return "", false, fmt.Errorf("%+v: not known here", from)
	}
}

func field(pod *core.Pod, path string) (string, error) {
	switch path {
	case "metadata.name":
		return pod.Name, nil
	case "metadata.namespace":
		return pod.Namespace, nil
	case "metadata.uid":
		return string(pod.UID), nil
	case "spec.serviceAccountName":
		return pod.Spec.ServiceAccountName, nil
	case "spec.nodeName":
		return pod.Spec.NodeName, nil
	case "status.podIP":
		return pod.Status.PodIP, nil
	case "status.hostIP":
		return pod.Status.HostIP, nil
	}
	if key, ok := strings.CutPrefix(path, "metadata.labels['"); ok {
		return pod.Labels[strings.TrimSuffix(key, "']")], nil
	}
	return "", fmt.Errorf("field %s: not known here", path)
}
