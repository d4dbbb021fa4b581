package kube

import (
	"bytes"
	"context"
	"fmt"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// In kwok's stage a pod is ready as soon as it runs. One whose container really
// runs here, a moment later, must not be: an engine would go on too early.
var (
	readyAlways = []byte("status: \"True\"\n        type: Ready\n")
	readyLater  = "status: '{{ if eq (get (default dict .metadata.labels) \"app\") %q }}False{{ else }}True{{ end }}'\n        type: Ready\n"
)

// held changes the stages so that pods of an app become ready through Ready alone.
func held(stages []byte, app string) ([]byte, error) {
	if app == "" {
		return stages, nil
	}
	if bytes.Count(stages, readyAlways) != 1 {
		return nil, fmt.Errorf("kwok's stages do not have pods become ready in the one place where %q can be held", app)
	}
	return bytes.Replace(stages, readyAlways, fmt.Appendf(nil, readyLater, app), 1), nil
}

// Ready says of a pod that it is ready, as its kubelet does.
func (c *Cluster) Ready(ctx context.Context, pod *core.Pod) error {
	_, err := c.Client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType,
		[]byte(`{"status": {"conditions": [{"type": "Ready", "status": "True"}]}}`),
		metav1.PatchOptions{FieldManager: "kubelet"}, "status")
	return err
}
