package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/secrets/remote"
	"isthmus.dev/isthmus/generator/secrets/sealed"
	"isthmus.dev/isthmus/generator/secrets/token"
)

type secretsRemoteOptions struct {
	keptOptions
	kubeconfig         string
	contexts, clusters []string
	rotate             bool
	// source reads the tokens of a cluster that a context leads to.
	source func(*rest.Config) (token.Source, error)
}

func newSecretsRemote(s streams, m *messages) *cobra.Command {
	o := secretsRemoteOptions{source: liveCluster}
	cmd := &cobra.Command{
		Use:   "remote -f TOPOLOGY -o DIR [--kubeconfig FILE]",
		Short: "Make the remote secrets of a mesh from kubeconfig contexts",
		Long: `Makes the secrets with which control planes reach the API servers of other
clusters, one for each cluster that is observed, encrypted into
secrets/<mesh>/remote. The token is the long-lived one that istioctl uses; it is
made in the cluster if there is none. Secrets that are there already are kept:
--rotate makes new tokens for them, and without a kubeconfig nothing is done but
to list those that are there. A cluster's context is the one of its name unless
--context says otherwise.`,
		Example: `  isthmus secrets remote -f topology.yaml -o . --kubeconfig ~/.kube/config
  isthmus secrets remote -f topology.yaml -o . --kubeconfig ~/.kube/config --context cluster1=admin@cluster1
  isthmus secrets remote -f topology.yaml -o . --kubeconfig ~/.kube/config --cluster cluster2 --rotate`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd, s, m) },
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&o.kubeconfig, "kubeconfig", "", "kubeconfig with a context for each cluster that has to be asked")
	cmd.Flags().StringArrayVar(&o.contexts, "context", nil, "CLUSTER=CONTEXT, where a context is not named as its cluster; may repeat")
	cmd.Flags().StringArrayVar(&o.clusters, "cluster", nil, "only clusters whose name matches this glob; may repeat")
	cmd.Flags().BoolVar(&o.rotate, "rotate", false, "make new tokens for clusters that have a remote secret already")
	return cmd
}

func (o *secretsRemoteOptions) run(cmd *cobra.Command, s streams, m *messages) error {
	t, p, files, err := o.change(cmd.Context(), s, m)
	if err != nil {
		return err
	}
	names, err := match(t, o.clusters)
	if err != nil {
		return err
	}
	run := remote.Options{Plan: p, Files: files, Clusters: names, Rotate: o.rotate, Now: time.Now()}
	asked, kept := remote.Clusters(run)
	if run.Open, err = o.opener(t, asked, kept); err != nil {
		return err
	}
	made, err := remote.Make(cmd.Context(), run)
	if err != nil {
		return err
	}
	changes, err := repo.WriteBeside(cmd.Context(), o.dir, made.Files)
	if err != nil {
		return err
	}
	printChanges(s.out, changes)
	if len(made.Kept) > 0 {
		m.say("Remote secrets that were there and are kept: %d; --rotate makes them anew.", len(made.Kept))
	}
	for _, x := range made.Made {
		if o.rotate && len(x.Older) > 0 {
			m.say("Cluster %s has older tokens, valid until you remove them once the new one is applied: kubectl --context %s -n %s delete secret %s",
				x.Cluster, o.contextOf(x.Cluster), x.Namespace, strings.Join(x.Older, " "))
		}
	}
	unlike(p, files, made.Files, func(f sealed.Finding) bool { return f.Remote }, m)
	generateAgain(m, changes)
	return nil
}

const (
	// requestTimeout bounds the wait for an API server that is not there.
	requestTimeout = 20 * time.Second
	// tokenInterval is how long Kubernetes gets between two looks for a token.
	tokenInterval = 500 * time.Millisecond
)

func liveCluster(r *rest.Config) (token.Source, error) {
	r.Timeout = requestTimeout
	client, err := kubernetes.NewForConfig(r)
	if err != nil {
		return nil, err
	}
	return token.Cluster{Core: client.CoreV1(), Interval: tokenInterval, Now: time.Now()}, nil
}
