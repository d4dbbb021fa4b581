package kube

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"isthmus.dev/isthmus/e2e/suite/process"
)

// StagesEnv names the directory with kwok's stages, which come with its module.
const StagesEnv = "E2E_KWOK_STAGES"

// stages writes kwok's configuration: how nodes become ready, and pods run.
func (c *Cluster) stages(app string) (string, error) {
	var all bytes.Buffer
	for _, pattern := range []string{"node/fast/node-*.yaml", "node/heartbeat-with-lease/node-*.yaml", "pod/fast/pod-*.yaml"} {
		files, err := filepath.Glob(filepath.Join(os.Getenv(StagesEnv), pattern))
		if err != nil || len(files) == 0 {
			return "", fmt.Errorf("kwok's stages: nothing matches %s in %s=%q (%w)", pattern, StagesEnv, os.Getenv(StagesEnv), err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				return "", err
			}
			all.WriteString("---\n")
			all.Write(data)
		}
	}
	data, err := held(all.Bytes(), app)
	if err != nil {
		return "", err
	}
	file := c.file("kwok.yaml")
	return file, os.WriteFile(file, data, 0o600)
}

// node makes the one node, on which kwok lets everything run.
func (c *Cluster) node(ctx context.Context) error {
	node := &core.Node{
		ObjectMeta: metav1.ObjectMeta{Name: c.Name + "-node", Labels: map[string]string{"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}},
	}
	if _, err := c.Client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{}); err != nil && !errors.IsAlreadyExists(err) {
		return err
	}
	return process.Until(ctx, time.Minute, func(ctx context.Context) error {
		n, err := c.Client.CoreV1().Nodes().Get(ctx, node.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, condition := range n.Status.Conditions {
			if condition.Type == core.NodeReady && condition.Status == core.ConditionTrue {
				return nil
			}
		}
		return fmt.Errorf("node %s is not ready\n%s", node.Name, c.Log("kwok", 5))
	})
}

func writeKubeconfig(file, name string, c *rest.Config) error {
	return clientcmd.WriteToFile(api.Config{
		CurrentContext: name,
		Contexts:       map[string]*api.Context{name: {Cluster: name, AuthInfo: name}},
		Clusters:       map[string]*api.Cluster{name: {Server: c.Host, CertificateAuthorityData: c.CAData}},
		AuthInfos:      map[string]*api.AuthInfo{name: {ClientCertificateData: c.CertData, ClientKeyData: c.KeyData}},
	}, file)
}
