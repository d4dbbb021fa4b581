package workload

import (
	"context"
	"fmt"
	"strings"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"isthmus.dev/isthmus/e2e/suite/kube"
	"isthmus.dev/isthmus/e2e/suite/process"
)

// Running waits for the pods of a Deployment, at least one, all with addresses.
func Running(ctx context.Context, c *kube.Cluster, limit time.Duration, namespace, deployment string) ([]core.Pod, error) {
	var out []core.Pod
	err := process.Until(ctx, limit, func(ctx context.Context) error {
		d, err := c.Client.AppsV1().Deployments(namespace).Get(ctx, deployment, metav1.GetOptions{})
		if err != nil {
			return err
		}
		list, err := c.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(d.Spec.Selector)})
		if err != nil {
			return err
		}
		out = nil
		for _, p := range list.Items {
			if p.DeletionTimestamp == nil {
				out = append(out, p)
			}
		}
		if len(out) == 0 {
			return fmt.Errorf("cluster %s: Deployment %s/%s has no pods: %s", c.Name, namespace, deployment, conditions(d.Status.Conditions))
		}
		for _, p := range out {
			if p.Status.Phase != core.PodRunning || p.Status.PodIP == "" {
				return fmt.Errorf("cluster %s: pod %s/%s is %s", c.Name, namespace, p.Name, p.Status.Phase)
			}
		}
		return nil
	})
	return out, err
}

// Container returns a container of a pod, also one that starts before others
// and stays, as injected proxies do.
func Container(pod *core.Pod, name string) (core.Container, bool) {
	for _, list := range [][]core.Container{pod.Spec.Containers, pod.Spec.InitContainers} {
		for _, c := range list {
			if c.Name == name {
				return c, true
			}
		}
	}
	return core.Container{}, false
}

func conditions(in []apps.DeploymentCondition) string {
	var out []string
	for _, c := range in {
		if c.Message != "" {
			out = append(out, c.Message)
		}
	}
	return strings.Join(out, "; ")
}
