package mesh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"isthmus.dev/isthmus/e2e/suite/operators"
	"isthmus.dev/isthmus/e2e/suite/process"
	"isthmus.dev/isthmus/e2e/suite/tree"
	"isthmus.dev/isthmus/e2e/suite/wire"
)

// provide has the providers of the topology make their Secrets.
func (m *Mesh) provide(ctx context.Context) error {
	switch m.Topology.Spec.Trust.Provider {
	case certManager, externalSecrets:
		m.trusted = m.root.Cert
	case encrypted:
		for _, host := range m.Topology.Hosts() {
			if err := m.trust(host.Name); err != nil {
				return err
			}
		}
	}
	if m.Topology.Spec.RemoteSecrets.Provider == encrypted {
		if err := m.remoteSecrets(ctx); err != nil {
			return err
		}
	}
	for _, do := range []func(context.Context, string, *unstructured.Unstructured) error{m.push, m.operate} {
		for cluster, objects := range m.Objects {
			for _, o := range objects {
				if err := do(ctx, cluster, o); err != nil {
					return fmt.Errorf("cluster %s: %w", cluster, err)
				}
			}
		}
	}
	return nil
}

// recipient puts somebody into a topology who can decrypt its Secrets, if it wants
// one, and has what decrypts in this process know the identity.
func (m *Mesh) recipient(topology []byte) ([]byte, error) {
	if !bytes.Contains(topology, []byte(ageRecipient)) {
		return topology, nil
	}
	to, err := operators.NewRecipient()
	return bytes.ReplaceAll(topology, []byte(ageRecipient), []byte(to.Name)), err
}

// trust takes the root from the decrypted Secret of a control plane.
func (m *Mesh) trust(cluster string) error {
	for _, o := range m.Objects[cluster] {
		if o.GetKind() != "Secret" || o.GetName() != "cacerts" {
			continue
		}
		root, _, err := unstructured.NestedString(o.Object, "stringData", "root-cert.pem")
		if err != nil || root == "" {
			return errors.Join(err, fmt.Errorf("cluster %s: the Secret cacerts has no root-cert.pem", cluster))
		}
		if m.trusted != nil && string(m.trusted) != root {
			return errors.New("the control planes have several roots")
		}
		m.trusted = []byte(root)
		return nil
	}
	return fmt.Errorf("cluster %s: the tree has no Secret cacerts", cluster)
}

// remoteSecrets runs isthmus secrets remote with a context for each cluster, and
// applies what the tree has then.
func (m *Mesh) remoteSecrets(ctx context.Context) error {
	all := clientcmdapi.NewConfig()
	for name, c := range m.Clusters {
		config, err := clientcmd.LoadFromFile(c.Kubeconfig)
		if err != nil {
			return err
		}
		own := config.Contexts[config.CurrentContext]
		all.Clusters[name], all.AuthInfos[name] = config.Clusters[own.Cluster], config.AuthInfos[own.AuthInfo]
		all.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	}
	file := m.tree() + ".kubeconfig"
	if err := clientcmd.WriteToFile(*all, file); err != nil {
		return err
	}
	if err := tree.Isthmus(m.program(), "secrets", "remote", "-f", m.topology(), "-o", m.tree(), "--kubeconfig", file); err != nil {
		return err
	}
	if err := m.read(); err != nil {
		return err
	}
	return m.each(func(_ int, c Cluster) error {
		var secrets []*unstructured.Unstructured
		for _, o := range m.Objects[c.Name] {
			if o.GetKind() == "Secret" {
				secrets = append(secrets, o)
			}
		}
		return m.apply(ctx, c.Name, secrets)
	})
}

// push puts into the store what a PushSecret, or who keeps certificates, puts there.
func (m *Mesh) push(ctx context.Context, cluster string, o *unstructured.Unstructured) error {
	switch {
	case o.GetKind() == "PushSecret":
		// The Secret's token is made by a controller.
		return process.Until(ctx, time.Minute, func(ctx context.Context) error {
			return m.store.Push(ctx, m.Clusters[cluster].Client, o)
		})
	case o.GetKind() == "ExternalSecret" && o.GetName() == "cacerts":
		keys, err := operators.Keys(o)
		if err != nil {
			return err
		}
		for property, value := range m.intermediate(cluster) {
			m.store.Put(keys[0], property, value)
		}
	}
	return nil
}

// intermediate is what a control plane signs with, as Istio's own tools keep it.
func (m *Mesh) intermediate(cluster string) map[string][]byte {
	ca, err := wire.NewAuthority("intermediate of "+cluster, m.root)
	if err != nil {
		panic(err) // with keys of its own making
	}
	return map[string][]byte{
		"root-cert.pem": m.root.Cert, "ca-cert.pem": ca.Cert, "ca-key.pem": ca.Key,
		"cert-chain.pem": append(bytes.Clone(ca.Cert), m.root.Cert...),
	}
}

// operate makes the Secret that an object asks for.
func (m *Mesh) operate(ctx context.Context, cluster string, o *unstructured.Unstructured) error {
	var (
		secret *core.Secret
		err    error
	)
	switch o.GetKind() {
	case "Certificate":
		secret, err = operators.Certificate(o, m.root)
	case "ExternalSecret":
		secret, err = m.store.Secret(o)
	default:
		return nil
	}
	if err != nil {
		return err
	}
	return operators.Put(ctx, m.Clusters[cluster].Client, secret)
}

// makesSecrets says whether an object has a controller make Secrets.
func makesSecrets(o *unstructured.Unstructured) bool {
	group := o.GroupVersionKind().Group
	return group == "external-secrets.io" || group == "cert-manager.io"
}

// applyFiles applies files with one object each.
func (m *Mesh) applyFiles(ctx context.Context, cluster string, files []string) error {
	var objects []*unstructured.Unstructured
	for _, f := range files {
		o, err := tree.File(f)
		if err != nil {
			return err
		}
		objects = append(objects, o)
	}
	return m.apply(ctx, cluster, objects)
}
