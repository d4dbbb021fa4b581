// Package remote makes the encrypted remote secrets of meshes from the tokens of
// their clusters.
package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/secrets/encrypt"
	"isthmus.dev/isthmus/generator/secrets/kubeconfig"
	"isthmus.dev/isthmus/generator/secrets/layout"
	"isthmus.dev/isthmus/generator/secrets/token"
)

// Options of a run.
type Options struct {
	Plan *plan.Plan
	// Files are the secrets that are there, by path.
	Files map[string][]byte
	// Clusters to make the remote secrets of, by name; none for all.
	Clusters []string
	// Rotate makes new tokens for clusters that have a remote secret already;
	// without it those are kept.
	Rotate bool
	Now    time.Time
	// Open finds the way to a live cluster. It may be called by several goroutines.
	Open func(cluster string) (Access, error)
}

// Access is the way to a live cluster.
type Access struct {
	Source token.Source
	// Server is the API server's URL as the context has it.
	Server string
}

// Made is one remote secret that was made.
type Made struct {
	Mesh, Cluster, Namespace, File string
	token.Token
}

// Result of a run. Nothing is written yet.
type Result struct {
	// Files to write, by path.
	Files map[string][]byte
	Made  []Made
	// Kept are the files that were there and stay as they are.
	Kept []string
}

// atOnce is how many clusters are asked at a time.
const atOnce = 8

// Make makes the remote secrets that are asked for, all of them or none. It fails
// if no mesh of the plan keeps its remote secrets with SOPS.
func Make(ctx context.Context, o Options) (Result, error) {
	if !slices.ContainsFunc(o.Plan.Meshes, func(m plan.Mesh) bool { return len(m.SOPS.RemoteSecrets) > 0 }) {
		return Result{}, errors.New("no mesh keeps its remote secrets in Git: set spec.remoteSecrets.provider to sops and list ageRecipients")
	}
	out := Result{Files: map[string][]byte{}}
	todo, kept := o.jobs()
	for _, j := range kept {
		out.Kept = append(out.Kept, j.file)
	}
	if err := o.each(ctx, todo, &out); err != nil {
		return Result{}, err
	}
	for _, m := range o.Plan.Meshes {
		if err := o.list(m, &out); err != nil {
			return Result{}, err
		}
	}
	return out, nil
}

// Clusters are those whose API servers Make asks, and those whose remote secrets
// are there and stay as they are.
func Clusters(o Options) (asked, kept []string) {
	names := func(jobs []job) []string {
		var out []string
		for _, j := range jobs {
			out = append(out, j.cluster.Name)
		}
		return out
	}
	todo, stay := o.jobs()
	return names(todo), names(stay)
}

// job is one remote secret.
type job struct {
	mesh    plan.Mesh
	cluster plan.Cluster
	file    string
}

// jobs are the remote secrets to make, and those to keep.
func (o Options) jobs() (todo, kept []job) {
	for _, m := range o.Plan.Meshes {
		if len(m.SOPS.RemoteSecrets) == 0 {
			continue
		}
		for _, c := range layout.Observed(o.Plan, m) {
			j := job{mesh: m, cluster: c, file: layout.RemoteFile(m.Name, c.Name)}
			_, there := o.Files[j.file]
			asked := len(o.Clusters) == 0 || slices.Contains(o.Clusters, c.Name)
			switch {
			case asked && (!there || o.Rotate):
				todo = append(todo, j)
			case there:
				kept = append(kept, j)
			}
		}
	}
	return todo, kept
}

// each does all jobs and collects all that fails.
func (o Options) each(ctx context.Context, todo []job, out *Result) error {
	var (
		data  = make([][]byte, len(todo))
		made  = make([]Made, len(todo))
		errs  = make([]error, len(todo))
		slots = make(chan struct{}, atOnce)
		wg    sync.WaitGroup
	)
	for i, j := range todo {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if made[i], data[i], errs[i] = o.make(ctx, j); errs[i] != nil {
				errs[i] = fmt.Errorf("cluster %q: %w", j.cluster.Name, errs[i])
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	of := map[string]string{}
	for _, x := range made {
		if other, taken := of[x.Value]; taken && x.Value != "" {
			return fmt.Errorf("clusters %q and %q gave the same token, so their contexts lead to one API server: name for each of them a context of its own with --context CLUSTER=CONTEXT", other, x.Cluster)
		}
		of[x.Value] = x.Cluster
	}
	for i, j := range todo {
		out.Files[j.file] = data[i]
		out.Made = append(out.Made, made[i])
	}
	return nil
}

func (o Options) make(ctx context.Context, j job) (Made, []byte, error) {
	access, err := o.Open(j.cluster.Name)
	if err != nil {
		return Made{}, nil, err
	}
	server := j.cluster.APIServer
	if server == "" {
		server = access.Server
		if local(server) {
			return Made{}, nil, fmt.Errorf("the context's API server is %q, which no other cluster reaches: set the cluster's apiServer in the topology", server)
		}
	}
	t, err := o.token(ctx, j, access.Source)
	if err != nil {
		return Made{}, nil, err
	}
	namespace := j.mesh.Hosts[0].Namespace // the same for all hosts of a mesh
	secret, err := kubeconfig.Secret(j.cluster, namespace, kubeconfig.Access{Server: server, CA: t.CA, Token: t.Value})
	if err != nil {
		return Made{}, nil, err
	}
	clear, err := manifest.Encode(map[string]any(secret))
	if err != nil {
		return Made{}, nil, err
	}
	data, err := encrypt.Encrypt(clear, j.mesh.SOPS.RemoteSecrets, o.Now)
	return Made{Mesh: j.mesh.Name, Cluster: j.cluster.Name, Namespace: j.cluster.SystemNamespace, File: j.file, Token: t}, data, err
}

// token gets what the kubeconfig holds: of a cluster whose observers have an
// identity of their own the certificate authority alone.
func (o Options) token(ctx context.Context, j job, from token.Source) (token.Token, error) {
	if j.cluster.Observed.Exec == nil {
		return from.Token(ctx, j.cluster.SystemNamespace, j.cluster.Observed.ServiceAccount, o.Rotate)
	}
	ca, err := from.CA(ctx, j.cluster.SystemNamespace)
	return token.Token{CA: ca}, err
}

// local says whether a URL leads to the machine that it is used on.
func local(server string) bool {
	for _, host := range []string{"//127.", "//localhost", "//[::1]", "//0.0.0.0"} {
		if strings.Contains(server, host) {
			return true
		}
	}
	return false
}

// list has the kustomization of a mesh's folder list every file that is or will
// be there.
func (o Options) list(m plan.Mesh, out *Result) error {
	var files []string
	for _, set := range []map[string][]byte{o.Files, out.Files} {
		for name := range set {
			if layout.RemoteCluster(m.Name, name) != "" && !slices.Contains(files, name) {
				files = append(files, name)
			}
		}
	}
	if len(files) == 0 {
		return nil
	}
	name := path.Join(layout.Remote(m.Name), layout.Kustomization)
	data, err := layout.KustomizationOf(files)
	if err == nil && !bytes.Equal(o.Files[name], data) {
		out.Files[name] = data
	}
	return err
}
