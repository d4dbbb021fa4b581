// Package flux runs Flux's kustomize-controller. Its source-controller is played:
// all that it does is fetch, and what it fetched is served here.
package flux

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"isthmus.dev/isthmus/e2e/suite/kube"
	"isthmus.dev/isthmus/e2e/suite/process"
)

// CRDsEnv names the directories with the CRDs of Flux, which come with its modules.
const CRDsEnv = "E2E_FLUX_CRDS"

// Namespace of Flux.
const Namespace = "flux-system"

// Manager is the field manager of what the controller applies.
const Manager = "kustomize-controller"

var (
	kustomizations = schema.GroupVersionResource{Group: "kustomize.toolkit.fluxcd.io", Version: "v1", Resource: "kustomizations"}
	repositories   = schema.GroupVersionResource{Group: "source.toolkit.fluxcd.io", Version: "v1", Resource: "gitrepositories"}
)

// Flux is one that runs.
type Flux struct {
	hub        *kube.Cluster
	controller *process.Process
	source     *source
}

// Start installs Flux in a cluster and runs it.
func Start(ctx context.Context, hub *kube.Cluster, bin, dir string) (*Flux, error) {
	f := &Flux{hub: hub}
	if err := f.install(ctx); err != nil {
		return nil, err
	}
	var err error
	if f.source, err = serve(hub, dir); err != nil {
		return nil, err
	}
	f.controller, err = process.Start(process.Spec{
		Name: Manager, Path: filepath.Join(bin, Manager), LogDir: dir,
		Env: []string{"KUBECONFIG=" + hub.Kubeconfig, "RUNTIME_NAMESPACE=" + Namespace, "HOME=" + dir, "TMPDIR=" + dir, "PATH=/usr/bin:/bin"},
		Args: []string{
			"--metrics-addr=127.0.0.1:0", "--health-addr=127.0.0.1:0",
			// Half a minute otherwise: who waits for another asks again that late.
			"--requeue-dependency=1s",
		},
	})
	if err != nil {
		f.Stop()
		return nil, err
	}
	return f, nil
}

// CRDs are those of Flux's controllers for Kustomizations and sources.
func CRDs() ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	for _, dir := range filepath.SplitList(os.Getenv(CRDsEnv)) {
		found, err := kube.ReadObjects(dir)
		if err != nil {
			return nil, err
		}
		objects = append(objects, found...)
	}
	if len(objects) == 0 {
		return nil, fmt.Errorf("no CRDs of Flux in %s=%q", CRDsEnv, os.Getenv(CRDsEnv))
	}
	return objects, nil
}

func (f *Flux) install(ctx context.Context) error {
	objects, err := CRDs()
	if err != nil {
		return err
	}
	for _, o := range objects {
		if _, err := f.hub.Apply(ctx, o); err != nil {
			return err
		}
	}
	for _, o := range objects {
		if err := f.hub.Established(ctx, o); err != nil {
			return err
		}
	}
	_, err = f.hub.Client.CoreV1().Namespaces().Create(ctx, &core.Namespace{ObjectMeta: metav1.ObjectMeta{Name: Namespace}}, metav1.CreateOptions{})
	return err
}

// Reach lets the hub's Flux reach a cluster through the Secret that a topology names.
func (f *Flux) Reach(ctx context.Context, c *kube.Cluster, secret string) error {
	data, err := os.ReadFile(c.Kubeconfig)
	if err != nil {
		return err
	}
	return f.Keep(ctx, secret, "value", data)
}

// Keep makes a Secret with one key, beside the Kustomizations that name it.
func (f *Flux) Keep(ctx context.Context, secret, key string, data []byte) error {
	_, err := f.hub.Client.CoreV1().Secrets(Namespace).Create(ctx, &core.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: secret, Namespace: Namespace}, Data: map[string][]byte{key: data},
	}, metav1.CreateOptions{})
	return err
}

// Include makes the hub's own Flux apply the entry point of a tree, from the
// repository that the hub was bootstrapped with.
func (f *Flux) Include(ctx context.Context, name, path string) error {
	head := func(apiVersion, kind, name string, spec map[string]any) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": apiVersion, "kind": kind,
			"metadata": map[string]any{"name": name, "namespace": Namespace}, "spec": spec,
		}}
	}
	for _, o := range []*unstructured.Unstructured{
		head("source.toolkit.fluxcd.io/v1", "GitRepository", "flux-system", map[string]any{"url": "https://git.example.com/hub.git", "interval": "1m"}),
		head("kustomize.toolkit.fluxcd.io/v1", "Kustomization", name, map[string]any{
			"sourceRef": map[string]any{"kind": "GitRepository", "name": "flux-system"},
			"path":      path, "prune": true, "interval": "10m",
		}),
	} {
		if _, err := f.hub.Apply(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// Push makes a tree the content of all repositories and returns its revision.
func (f *Flux) Push(tree string) (string, error) { return f.source.push(tree) }

// Kustomizations are all that the hub has, by name.
func (f *Flux) Kustomizations(ctx context.Context) (map[string]*unstructured.Unstructured, error) {
	list, err := f.hub.Dynamic.Resource(kustomizations).Namespace(Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	out := map[string]*unstructured.Unstructured{}
	for i := range list.Items {
		out[list.Items[i].GetName()] = &list.Items[i]
	}
	return out, nil
}

// Ready returns since when each of these Kustomizations is ready at a revision,
// and an error while one is not.
func (f *Flux) Ready(ctx context.Context, revision string, names []string) (map[string]time.Time, error) {
	if err := f.controller.Ended(); err != nil {
		return nil, err
	}
	all, err := f.Kustomizations(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]time.Time{}
	var errs []error
	for _, name := range names {
		k := all[name]
		if k == nil {
			errs = append(errs, fmt.Errorf("no Kustomization %s", name))
			continue
		}
		since, why := ready(k, revision)
		if why != "" {
			errs = append(errs, fmt.Errorf("Kustomization %s is not ready: %s", name, why))
			continue
		}
		out[name] = since
	}
	return out, errors.Join(errs...)
}

func ready(k *unstructured.Unstructured, revision string) (time.Time, string) {
	conditions, _, _ := unstructured.NestedSlice(k.Object, "status", "conditions")
	for _, c := range conditions {
		c, ok := c.(map[string]any)
		if !ok || c["type"] != "Ready" {
			continue
		}
		applied, _, _ := unstructured.NestedString(k.Object, "status", "lastAppliedRevision")
		if c["status"] != "True" || applied != revision || c["observedGeneration"] != k.GetGeneration() {
			return time.Time{}, fmt.Sprintf("%v: %v (at %s, wanted %s)", c["reason"], c["message"], applied, revision)
		}
		since, err := time.Parse(time.RFC3339, fmt.Sprint(c["lastTransitionTime"]))
		if err != nil {
			return since, err.Error()
		}
		return since, ""
	}
	return time.Time{}, "nothing is known of it yet"
}

// Logs is the end of the controller's log, what went wrong first.
func (f *Flux) Logs() string {
	var out []string
	for _, line := range strings.Split(f.controller.Tail(200), "\n") {
		if strings.Contains(line, `"level":"error"`) {
			out = append(out, line)
		}
	}
	return strings.Join(append(out, f.controller.Tail(5)), "\n")
}

// Stop ends it.
func (f *Flux) Stop() {
	if f.controller != nil {
		f.controller.Stop(0)
	}
	f.source.close()
}
