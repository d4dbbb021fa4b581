package fleet

import (
	"context"
	"encoding/json"
	"fmt"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"isthmus.dev/isthmus/e2e/suite/istiod"
	"isthmus.dev/isthmus/e2e/suite/kube"
	"isthmus.dev/isthmus/e2e/suite/wire"
)

// istiodApp is the label app of istiod's pods.
const istiodApp = "istiod"

// Balance lets load balancers have addresses from now on. Until then they wait
// for one, as where no cloud gives any.
func (f *Fleet) Balance() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cloud = true
}

func (f *Fleet) balance(ctx context.Context, number int, c *kube.Cluster) error {
	f.mu.Lock()
	cloud := f.cloud
	f.mu.Unlock()
	if !cloud {
		return nil
	}
	services, err := c.Client.CoreV1().Services("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	patch, err := json.Marshal(map[string]any{"status": core.ServiceStatus{LoadBalancer: core.LoadBalancerStatus{
		Ingress: []core.LoadBalancerIngress{{IP: fmt.Sprintf("203.0.113.%d", 10+number)}},
	}}})
	if err != nil {
		return err
	}
	for _, s := range services.Items {
		if s.Spec.Type != core.ServiceTypeLoadBalancer || len(s.Status.LoadBalancer.Ingress) > 0 {
			continue
		}
		if _, err := c.Client.CoreV1().Services(s.Namespace).Patch(ctx, s.Name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: "cloud"}, "status"); err != nil {
			return err
		}
	}
	return nil
}

// run starts an istiod for the pod of each Deployment of istiod, and says that
// the pod is ready when the istiod is. Starting takes some seconds, in which
// load balancers are attended to.
func (f *Fleet) run(ctx context.Context, _ int, c *kube.Cluster) error {
	pods, err := c.Client.CoreV1().Pods("").List(ctx, metav1.ListOptions{LabelSelector: "app=" + istiodApp})
	if err != nil {
		return err
	}
	for _, pod := range pods.Items {
		if pod.DeletionTimestamp != nil || pod.Status.Phase != core.PodRunning || !f.claim(pod.UID) {
			continue
		}
		f.work.Go(func() {
			i, err := istiod.Start(ctx, c, istiod.Options{
				Bin: f.o.Bin, Dir: f.o.Dir, Namespace: pod.Namespace, Deployment: istiodApp, NameServer: wire.NameServer,
			})
			f.mu.Lock()
			f.istiods[pod.UID] = i
			f.mu.Unlock()
			if err == nil {
				err = c.Ready(ctx, &pod)
			}
			f.note(c.Name+": istiod", err)
		})
	}
	return nil
}

// claim says whether a pod is nobody's yet.
func (f *Fleet) claim(pod types.UID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.istiods[pod]; ok {
		return false
	}
	f.istiods[pod] = nil
	return true
}
