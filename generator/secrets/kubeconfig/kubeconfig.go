// Package kubeconfig builds the Secrets with which a control plane reaches the
// API server of another cluster, as istioctl create-remote-secret does
// (istioctl/pkg/multicluster/remote_secret.go).
package kubeconfig

import (
	"bytes"
	"fmt"

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

// Access is what a control plane needs to reach a cluster.
type Access struct {
	// Server is the API server's URL.
	Server string
	// CA is the PEM bundle that the server's certificate is verified with.
	CA []byte
	// Token of the ServiceAccount that istiod comes as, "" with Exec.
	Token string
	// Exec is a program that gets istiod a credential, nil for a token.
	Exec *v1alpha1.ExecAuth
}

// Secret is the Secret that leads to a cluster, in clear, for the namespace of
// the control planes that observe it.
func Secret(cluster, namespace string, t plan.SecretType, a Access) (manifest.Object, error) {
	config, err := encode(cluster, a)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig of cluster %q: %w", cluster, err)
	}
	key := cluster
	if t == plan.ConfigSecret {
		key = configKey
	}
	return manifest.Object{
		"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": Metadata(cluster, namespace, t),
		"stringData": map[string]any{key: config},
	}, nil
}

// Metadata is what the Secret that leads to a cluster says in clear, also where it
// is encrypted.
func Metadata(cluster, namespace string, t plan.SecretType) map[string]any {
	out := map[string]any{
		"namespace":   namespace,
		"annotations": map[string]any{ClusterAnnotation: cluster},
	}
	if t == plan.ConfigSecret {
		// Without the label: with it, as istioctl writes it, istiod counts this
		// cluster a second time, under the name "config".
		out["name"] = configName
	} else {
		out["name"] = remotePrefix + cluster
		out["labels"] = map[string]any{MultiClusterLabel: "true"}
	}
	return out
}

func encode(cluster string, a Access) (string, error) {
	c := &api.Config{
		Clusters:       map[string]*api.Cluster{cluster: {Server: a.Server, CertificateAuthorityData: a.CA}},
		AuthInfos:      map[string]*api.AuthInfo{cluster: {Token: a.Token, Exec: exec(a.Exec)}},
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
