// Package argocd runs Argo CD's application-controller and repo-server.
package argocd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"

	"isthmus.dev/isthmus/e2e/suite/kube"
	"isthmus.dev/isthmus/e2e/suite/process"
)

// ModuleEnv names the directory of Argo CD's module, with its manifests and what
// an image of it is made of.
const ModuleEnv = "E2E_ARGOCD"

// Namespace of Argo CD.
const Namespace = "argocd"

// Manager is the field manager of what the controller applies.
const Manager = "argocd-controller"

// Where the components listen, all on loopback.
const (
	redisAddress = "127.0.0.1:6379"
	repoServer   = "127.0.0.1:8081"
)

// ArgoCD is one that runs.
type ArgoCD struct {
	home       *kube.Cluster
	repository *repository
	processes  []*process.Process
}

// Options of an Argo CD.
type Options struct {
	// Bin is where the binaries are, Dir takes what Argo CD writes.
	Bin, Dir string
	// README of the tree brings the config management plugin.
	README []byte
	// Identity is the age identity that the plugin decrypts with.
	Identity string
}

// Start installs Argo CD in a cluster and runs it.
func Start(ctx context.Context, home *kube.Cluster, o Options) (*ArgoCD, error) {
	a := &ArgoCD{home: home}
	if err := a.start(ctx, o); err != nil {
		a.Stop()
		return nil, err
	}
	return a, nil
}

func (a *ArgoCD) start(ctx context.Context, o Options) error {
	if err := a.install(ctx); err != nil {
		return fmt.Errorf("installing Argo CD: %w", err)
	}
	tmp := filepath.Join(o.Dir, "tmp")
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return err
	}
	repository, err := serve(o.Dir)
	a.repository = repository
	if err != nil {
		return err
	}
	tools, err := tools(o.Dir)
	if err != nil {
		return err
	}
	env := []string{
		"PATH=" + tools + ":" + o.Bin + ":/usr/bin:/bin", "HOME=" + o.Dir, "TMPDIR=" + tmp, "KUBECONFIG=" + a.home.Kubeconfig,
		// https://kubernetes.default.svc is where the kubeconfig leads.
		"ARGOCD_FAKE_IN_CLUSTER=true", "ARGOCD_GPG_ENABLED=false",
	}
	plugin, own, err := plugin(o)
	if err != nil {
		return err
	}
	env = append(env, own...)
	for _, c := range []struct {
		name string
		args []string
	}{
		{"redis", []string{redisAddress}},
		{"cmp-server", []string{"--config-dir-path=" + plugin, "--logformat=text"}},
		{"repo-server", []string{
			"--redis=" + redisAddress, "--address=127.0.0.1", "--port=8081", "--metrics-address=127.0.0.1", "--disable-tls", "--client-ca-path=",
		}},
		{"application-controller", []string{
			"--kubeconfig=" + a.home.Kubeconfig, "--namespace=" + Namespace, "--redis=" + redisAddress,
			"--repo-server=" + repoServer, "--repo-server-plaintext", "--logformat=text",
			// The suite reads the health of each object, which only the cache has otherwise.
			"--persist-resource-health",
		}},
	} {
		p, err := process.Start(process.Spec{
			Name: "argocd-" + c.name, Path: filepath.Join(o.Bin, "argocd"), Args: append([]string{c.name}, c.args...), Env: env, LogDir: o.Dir,
		})
		if err != nil {
			return err
		}
		a.processes = append(a.processes, p)
	}
	return process.Until(ctx, 30*time.Second, func(ctx context.Context) error {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", repoServer)
		if err != nil {
			return errors.Join(a.ended(), err)
		}
		return conn.Close()
	})
}

// tools makes a directory with what an image of Argo CD has on its PATH besides
// git and kustomize. The module's files cannot be executed where they lie.
func tools(dir string) (string, error) {
	const wrapper = "git-verify-wrapper.sh"
	data, err := os.ReadFile(filepath.Join(os.Getenv(ModuleEnv), "hack", wrapper))
	if err != nil {
		return "", fmt.Errorf("%s=%q: %w", ModuleEnv, os.Getenv(ModuleEnv), err)
	}
	tools := filepath.Join(dir, "tools")
	if err := os.MkdirAll(tools, 0o700); err != nil {
		return "", err
	}
	return tools, os.WriteFile(filepath.Join(tools, wrapper), data, 0o700)
}

// install applies Argo CD's CRDs, its default configuration and the project
// default, which its API server would make.
func (a *ArgoCD) install(ctx context.Context) error {
	if _, err := a.home.Client.CoreV1().Namespaces().Create(ctx, &core.Namespace{ObjectMeta: metav1.ObjectMeta{Name: Namespace}}, metav1.CreateOptions{}); err != nil {
		return err
	}
	crds, err := CRDs()
	if err != nil {
		return err
	}
	config, err := manifests("base/config")
	if err != nil {
		return err
	}
	for _, o := range append(crds, config...) {
		if !kube.IsCRD(o) {
			o.SetNamespace(Namespace)
		}
		if _, err := a.home.Apply(ctx, o); err != nil {
			return err
		}
		if kube.IsCRD(o) {
			if err := a.home.Established(ctx, o); err != nil {
				return err
			}
		}
	}
	all := []any{map[string]any{"group": "*", "kind": "*"}}
	_, err = a.home.Apply(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject",
		"metadata": map[string]any{"name": "default", "namespace": Namespace},
		"spec": map[string]any{
			"sourceRepos": []any{"*"}, "clusterResourceWhitelist": all,
			"destinations": []any{map[string]any{"namespace": "*", "server": "*"}},
		},
	}})
	return err
}

// CRDs are those of Argo CD.
func CRDs() ([]*unstructured.Unstructured, error) { return manifests("crds") }

// manifests reads a folder of those with which Argo CD is installed.
func manifests(folder string) ([]*unstructured.Unstructured, error) {
	dir := filepath.Join(os.Getenv(ModuleEnv), "manifests", folder)
	objects, err := kube.ReadObjects(dir)
	if err == nil && len(objects) == 0 {
		err = fmt.Errorf("nothing of Argo CD in %s", dir)
	}
	return objects, err
}

// Reach makes a cluster known by its name, as `argocd cluster add` does; Argo CD's
// own under the address by which the entry point knows it.
func (a *ArgoCD) Reach(ctx context.Context, c *kube.Cluster) error {
	server := c.Server()
	if c == a.home {
		server = "https://kubernetes.default.svc"
	}
	config, err := json.Marshal(map[string]any{"tlsClientConfig": tls(c.Config)})
	if err != nil {
		return err
	}
	_, err = a.home.Client.CoreV1().Secrets(Namespace).Create(ctx, &core.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Name: "cluster-" + c.Name, Namespace: Namespace,
			Labels: map[string]string{"argocd.argoproj.io/secret-type": "cluster"},
		},
		StringData: map[string]string{"name": c.Name, "server": server, "config": string(config)},
	}, metav1.CreateOptions{})
	return err
}

func tls(c *rest.Config) map[string]any {
	return map[string]any{"caData": c.CAData, "certData": c.CertData, "keyData": c.KeyData}
}

// Push makes a tree the head of the repository.
func (a *ArgoCD) Push(ctx context.Context, tree string) (string, error) {
	return a.repository.push(ctx, tree)
}

func (a *ArgoCD) ended() error {
	var errs []error
	for _, p := range a.processes {
		errs = append(errs, p.Ended())
	}
	return errors.Join(errs...)
}

// Logs is the end of each component's log, without what is only said.
func (a *ArgoCD) Logs() string {
	var out strings.Builder
	for _, p := range a.processes {
		for _, line := range strings.Split(p.Tail(2000), "\n") {
			if !strings.Contains(line, "level=info") && !strings.Contains(line, `"level":"info"`) {
				out.WriteString(line + "\n")
			}
		}
	}
	return out.String()
}

// Stop ends it.
func (a *ArgoCD) Stop() {
	for _, p := range a.processes {
		p.Stop(0)
	}
	if a.repository != nil {
		a.repository.stop()
	}
}
