package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"isthmus.dev/isthmus/generator/secrets/remote"
	"isthmus.dev/isthmus/generator/several"
	"isthmus.dev/isthmus/generator/topology"
)

// contextOf is the context of a cluster.
func (o *secretsRemoteOptions) contextOf(cluster string) string {
	for _, c := range o.contexts {
		if name, context, _ := strings.Cut(c, "="); name == cluster {
			return context
		}
	}
	return cluster
}

// opener reads the kubeconfig and returns what finds the way by it to the clusters
// that are asked. It is nil where there are none and no kubeconfig is given.
func (o *secretsRemoteOptions) opener(t *topology.Topology, asked, kept []string) (func(string) (remote.Access, error), error) {
	for _, c := range o.contexts {
		name, context, ok := strings.Cut(c, "=")
		known := slices.ContainsFunc(t.Meshes, func(m topology.Mesh) bool { _, is := m.Cluster(name); return is })
		if !ok || context == "" || !known {
			return nil, fmt.Errorf("--context %q names no cluster of the topology; write CLUSTER=CONTEXT", c)
		}
	}
	if o.kubeconfig == "" {
		if len(asked) > 0 {
			return nil, fmt.Errorf("the tokens of %s are to be read from their API servers: name a kubeconfig with a context for each of them with --kubeconfig", several.Some(asked))
		}
		return nil, nil
	}
	config, err := clientcmd.LoadFromFile(o.kubeconfig)
	if unread := (*fs.PathError)(nil); errors.As(err, &unread) {
		return nil, fmt.Errorf("cannot read the kubeconfig: %w; name one with --kubeconfig", err)
	}
	if err != nil {
		return nil, fmt.Errorf("%q is no kubeconfig: %s; name one with --kubeconfig", o.kubeconfig, unregistered(err))
	}
	if err := clientcmd.ResolveLocalPaths(config); err != nil {
		return nil, fmt.Errorf("kubeconfig %q: %w", o.kubeconfig, err)
	}
	if err := o.distinct(config, asked, kept); err != nil {
		return nil, err
	}
	return func(cluster string) (remote.Access, error) { return o.open(config, cluster) }, nil
}

func (o *secretsRemoteOptions) open(config *api.Config, cluster string) (remote.Access, error) {
	context := o.contextOf(cluster)
	if config.Contexts[context] == nil {
		return remote.Access{}, fmt.Errorf("kubeconfig %q has no context %q; write --context %s=CONTEXT with one of %s",
			o.kubeconfig, context, cluster, several.Some(slices.Sorted(maps.Keys(config.Contexts))))
	}
	r, err := clientcmd.NewNonInteractiveClientConfig(*config, context, &clientcmd.ConfigOverrides{}, nil).ClientConfig()
	if err != nil {
		return remote.Access{}, fmt.Errorf("context %q: %w", context, err)
	}
	source, err := o.source(r)
	if err != nil {
		return remote.Access{}, fmt.Errorf("context %q: %w", context, err)
	}
	return remote.Access{Source: source, Server: r.Host}, nil
}

// unregistered says what of a file that is of another kind, without the source file
// that Kubernetes names.
func unregistered(err error) string {
	what, _, _ := strings.Cut(err.Error(), " in scheme ")
	return what
}

// endpoint is what tells API servers apart: the way to one, and whom to meet there.
type endpoint struct{ server, name, proxy, ca string }

// distinct refuses two clusters whose contexts lead to one API server: one of them
// would get the token of the other. Those whose secrets are kept count too, where
// the kubeconfig has a context for them.
func (o *secretsRemoteOptions) distinct(config *api.Config, asked, kept []string) error {
	var order []endpoint
	clusters := map[endpoint][]string{}
	for _, name := range slices.Concat(asked, kept) {
		context := config.Contexts[o.contextOf(name)]
		if context == nil || config.Clusters[context.Cluster] == nil {
			continue // told when it is to be opened
		}
		e := endpointOf(config.Clusters[context.Cluster])
		if clusters[e] == nil && slices.Contains(asked, name) {
			order = append(order, e)
		}
		clusters[e] = append(clusters[e], fmt.Sprintf("%q by context %q", name, o.contextOf(name)))
	}
	var errs []error
	for _, e := range order {
		if len(clusters[e]) > 1 {
			errs = append(errs, fmt.Errorf("kubeconfig %q leads to one API server, %q, for several clusters: %s; name for each of them a context of its own with --context CLUSTER=CONTEXT",
				o.kubeconfig, e.server, several.Some(clusters[e])))
		}
	}
	return errors.Join(errs...)
}

func endpointOf(c *api.Cluster) endpoint {
	e := endpoint{server: strings.TrimRight(c.Server, "/"), name: c.TLSServerName, proxy: c.ProxyURL, ca: string(c.CertificateAuthorityData)}
	if u, err := url.Parse(e.server); err == nil && u.Host != "" {
		u.Host = strings.ToLower(u.Host)
		if u.Scheme == "https" {
			u.Host = strings.TrimSuffix(u.Host, ":443")
		}
		e.server = u.String()
	}
	if e.ca == "" && c.CertificateAuthority != "" {
		e.ca = c.CertificateAuthority
		if data, err := os.ReadFile(c.CertificateAuthority); err == nil {
			e.ca = string(data)
		}
	}
	return e
}
