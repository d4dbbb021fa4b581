// Package istiod runs the real istiod in place of a pod that a generated
// Deployment has in a cluster: its arguments, its environment, its files. What
// is added are addresses: the pod's own, since all pods share one machine, and
// a loopback address for istiod's debug pages, which it shows there alone
// without credentials.
package istiod

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	core "k8s.io/api/core/v1"

	"isthmus.dev/isthmus/e2e/suite/kube"
	"isthmus.dev/isthmus/e2e/suite/process"
	"isthmus.dev/isthmus/e2e/suite/workload"
)

// Istiod is one that runs.
type Istiod struct {
	Cluster   *kube.Cluster
	Namespace string
	// Address of the pod, where it listens as in a cluster.
	Address string

	debug   string
	process *process.Process
}

// Options of a start.
type Options struct {
	Bin, Dir              string
	Namespace, Deployment string
	// NameServer for the names in the mesh.
	NameServer string
}

// Start waits for the Deployment's pod and starts istiod in its place.
func Start(ctx context.Context, c *kube.Cluster, o Options) (*Istiod, error) {
	pods, err := workload.Running(ctx, c, time.Minute, o.Namespace, o.Deployment)
	if err != nil {
		return nil, err
	}
	pod := pods[0]
	container, ok := workload.Container(&pod, "discovery")
	if !ok {
		return nil, fmt.Errorf("pod %s has no container discovery", pod.Name)
	}
	name := c.Name + "-" + o.Namespace + "-" + o.Deployment
	root := filepath.Join(o.Dir, name)
	if err := files(ctx, c, &pod, container, root, o); err != nil {
		return nil, fmt.Errorf("files of %s: %w", name, err)
	}
	env, err := environment(ctx, c, &pod, container)
	if err != nil {
		return nil, err
	}
	i := &Istiod{
		Cluster: c, Namespace: o.Namespace, Address: pod.Status.PodIP,
		// Pods have addresses in 10.0.0.0/8, so this one is the istiod's alone too.
		debug: "127." + strings.TrimPrefix(pod.Status.PodIP, "10.") + ":8080",
	}
	at := func(port string) string { return net.JoinHostPort(i.Address, port) }
	i.process, err = process.Start(process.Spec{
		Name: name, Path: "/pilot-discovery", Root: root, LogDir: o.Dir, Env: env,
		Args: append(container.Args,
			"--grpcAddr="+at("15010"), "--secureGRPCAddr="+at("15012"), "--httpsAddr="+at("15017"),
			"--monitoringAddr="+at("15014"), "--httpAddr="+i.debug, "--ctrlz_port=0"),
	})
	if err != nil {
		return nil, err
	}
	return i, i.ready(ctx)
}

// files lays out the file system of the container.
func files(ctx context.Context, c *kube.Cluster, pod *core.Pod, container core.Container, root string, o Options) error {
	if err := workload.Mount(ctx, c, pod, container, root); err != nil {
		return err
	}
	for _, dir := range []string{"/etc", "/tmp"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return err
		}
	}
	host, _, err := net.SplitHostPort(o.NameServer)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, "/etc/resolv.conf"), []byte("nameserver "+host+"\n"), 0o600); err != nil {
		return err
	}
	to := filepath.Join(root, "pilot-discovery")
	if err := os.Remove(to); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return link(filepath.Join(o.Bin, "pilot-discovery"), to)
}

// link makes a hard link, or a copy where the directories lie on two file systems.
func link(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// environment is the container's, and where every container finds its API server.
func environment(ctx context.Context, c *kube.Cluster, pod *core.Pod, container core.Container) ([]string, error) {
	env, err := workload.Environment(ctx, c, pod, container)
	if err != nil {
		return nil, err
	}
	env["KUBERNETES_SERVICE_HOST"], env["KUBERNETES_SERVICE_PORT"] = c.Address, "6443"
	out := make([]string, 0, len(env))
	for k, v := range env {
		out = append(out, k+"="+v)
	}
	return out, nil
}

func (i *Istiod) ready(ctx context.Context) error {
	return process.Until(ctx, time.Minute, func(ctx context.Context) error {
		if err := i.process.Ended(); err != nil {
			return err
		}
		_, err := i.get(ctx, "/ready")
		return err
	})
}

// Debug decodes a debug page.
func (i *Istiod) Debug(ctx context.Context, page string, into any) error {
	data, err := i.get(ctx, "/debug/"+page)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

func (i *Istiod) get(ctx context.Context, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+i.debug+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("istiod of %s says %s to %s: %s", i.Cluster.Name, response.Status, path, data)
	}
	return data, err
}

// Log returns the end of istiod's log.
func (i *Istiod) Log(lines int) string { return i.process.Tail(lines) }

// Stop ends it at once.
func (i *Istiod) Stop() { i.process.Stop(0) }
