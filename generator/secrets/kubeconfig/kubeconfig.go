// Package kubeconfig builds the Secrets with which a control plane reaches the
// API server of another cluster, as istioctl create-remote-secret does
// (istioctl/pkg/multicluster/remote_secret.go).
package kubeconfig

import (
	"bytes"
	"fmt"
	"net/url"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/tools/clientcmd/api/latest"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

const (
	// MultiClusterLabel has istiod read a Secret as a kubeconfig.
	MultiClusterLabel = "istio/multiCluster"
	// ClusterAnnotation names the cluster that a Secret leads to.
	ClusterAnnotation = "networking.istio.io/cluster"

	remotePrefix = "istio-remote-secret-"
	configName   = "istio-kubeconfig"
	configKey    = "config"
)

// Annotations that say in clear what the encrypted kubeconfig leads to and as whom, so
// that it can be compared with the topology: never a credential.
const (
	ServerAnnotation  = "isthmus.dev/api-server"
	AuthAnnotation    = "isthmus.dev/auth"
	AccountAnnotation = "isthmus.dev/account"
)

// Access is what a control plane needs to reach a cluster.
type Access struct {
	// Server is the API server's URL.
	Server string
	// CA is the PEM bundle that the server's certificate is verified with.
	CA []byte
	// Token of the ServiceAccount that istiod comes as, "" where a program gets it a
	// credential.
	Token string
}

// Secret is the Secret that leads to a cluster that is observed, in clear, for the
// namespace of the control planes that observe it.
func Secret(c plan.Cluster, namespace string, a Access) (manifest.Object, error) {
	config, err := encode(c, a)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig of cluster %q: %w", c.Name, err)
	}
	key := c.Name
	if c.Observed.Type == plan.ConfigSecret {
		key = configKey
	}
	return manifest.Object{
		"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": Metadata(c, namespace, a.Server),
		"stringData": map[string]any{key: config},
	}, nil
}

// Metadata is what the Secret that leads to a cluster by a server's URL says in
// clear, also where it is encrypted.
func Metadata(c plan.Cluster, namespace, server string) map[string]any {
	annotations := map[string]any{ClusterAnnotation: c.Name, ServerAnnotation: plain(server), AuthAnnotation: "token"}
	if e := c.Observed.Exec; e != nil {
		annotations[AuthAnnotation] = "exec " + e.Command // arguments and environment may be a credential
	} else {
		annotations[AccountAnnotation] = c.SystemNamespace + "/" + c.Observed.ServiceAccount
	}
	out := map[string]any{"namespace": namespace, "annotations": annotations}
	if c.Observed.Type == plan.ConfigSecret {
		// Without the label: with it, as istioctl writes it, istiod counts this
		// cluster a second time, under the name "config".
		out["name"] = configName
	} else {
		out["name"] = remotePrefix + c.Name
		out["labels"] = map[string]any{MultiClusterLabel: "true"}
	}
	return out
}

// plain is a server's URL without a user and password, which a context's may have.
func plain(server string) string {
	u, err := url.Parse(server)
	if err != nil {
		return ""
	}
	u.User = nil
	return u.String()
}

func encode(in plan.Cluster, a Access) (string, error) {
	cluster := in.Name
	c := &api.Config{
		Clusters:       map[string]*api.Cluster{cluster: {Server: a.Server, CertificateAuthorityData: a.CA}},
		AuthInfos:      map[string]*api.AuthInfo{cluster: {Token: a.Token, Exec: exec(in.Observed.Exec)}},
		Contexts:       map[string]*api.Context{cluster: {Cluster: cluster, AuthInfo: cluster}},
		CurrentContext: cluster,
	}
	if err := clientcmd.Validate(*c); err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := latest.Codec.Encode(c, &out); err != nil {
		return "", err
	}
	return out.String(), nil
}

func exec(in *v1alpha1.ExecAuth) *api.ExecConfig {
	if in == nil {
		return nil
	}
	out := &api.ExecConfig{Command: in.Command, Args: in.Args, APIVersion: in.APIVersion, InteractiveMode: api.NeverExecInteractiveMode}
	for _, e := range in.Env {
		out.Env = append(out.Env, api.ExecEnvVar{Name: e.Name, Value: e.Value})
	}
	return out
}
