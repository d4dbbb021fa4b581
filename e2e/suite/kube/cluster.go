// Package kube is a cluster: a real control plane, and kwok in place of nodes
// and of what runs on them.
package kube

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"

	"isthmus.dev/isthmus/e2e/suite/process"
	"isthmus.dev/isthmus/e2e/suite/wire"
)

// Cluster is one that runs.
type Cluster struct {
	Name string
	// Address of the API server, with which every cluster reaches every other.
	Address string
	// CA is the certificate that the API server's is signed by.
	CA []byte
	// Config and Client are the administrator's.
	Config  *rest.Config
	Client  kubernetes.Interface
	Dynamic dynamic.Interface
	// Kubeconfig is the administrator's too, as a file.
	Kubeconfig string

	dir       string
	mapper    *restmapper.DeferredDiscoveryRESTMapper
	processes []*process.Process
	mu        sync.Mutex
}

// Options of a cluster.
type Options struct {
	Name string
	// Number tells the addresses of clusters apart: API server 10.N.0.1, pods
	// 10.N.128.0/17, Services 10.N.64.0/18. All are local to this machine.
	Number int
	// Bin is where the components' binaries are, Dir takes files and logs.
	Bin, Dir string
	// Bare starts the API server alone, for objects that nobody acts on.
	Bare bool
	// Roots is a file of certificates that the API server trusts besides: the
	// system's bundle, in which a test has its own. "" leaves the system's.
	Roots string
	// Held is a label app: its pods are ready when Ready says so, not before.
	Held string
}

// Start brings a cluster up.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	c := &Cluster{Name: o.Name, Address: fmt.Sprintf("10.%d.0.1", o.Number), dir: filepath.Join(o.Dir, o.Name)}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return nil, err
	}
	if err := c.credentials(); err != nil {
		return nil, err
	}
	if err := c.start(ctx, o); err != nil {
		c.Stop()
		return nil, fmt.Errorf("cluster %s: %w", o.Name, err)
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, o Options) error {
	run := func(name string, args ...string) error {
		var env []string
		if o.Roots != "" {
			env = append(env, "SSL_CERT_FILE="+o.Roots)
		}
		path := filepath.Join(o.Bin, "kubernetes")
		if name == "kwok" {
			path = filepath.Join(o.Bin, "kwok")
		} else {
			args = append([]string{name}, args...)
		}
		p, err := process.Start(process.Spec{Name: name, Path: path, Args: args, Env: env, LogDir: c.dir})
		if err == nil {
			c.processes = append(c.processes, p)
		}
		return err
	}
	if err := run("etcd", c.etcd()...); err != nil {
		return err
	}
	if err := run("kube-apiserver", c.apiserver(o.Number)...); err != nil {
		return err
	}
	if err := c.ready(ctx); err != nil {
		return err
	}
	if o.Bare {
		return nil
	}
	stages, err := c.stages(o.Held)
	if err != nil {
		return err
	}
	for name, args := range map[string][]string{
		"kube-controller-manager": c.controllers(),
		"kube-scheduler":          {"--kubeconfig=" + c.Kubeconfig, "--bind-address=" + c.Address, "--leader-elect=false"},
		"kwok": {
			"--kubeconfig=" + c.Kubeconfig, "--config=" + stages, "--manage-all-nodes", "--server-address=" + c.Address + ":10247",
			fmt.Sprintf("--cidr=10.%d.128.0/17", o.Number), fmt.Sprintf("--node-ip=10.%d.0.2", o.Number), "--node-lease-duration-seconds=40",
		},
	} {
		if err := run(name, args...); err != nil {
			return err
		}
	}
	return c.node(ctx)
}

func (c *Cluster) file(name string) string { return filepath.Join(c.dir, name) }

// etcd keeps nothing that must survive: no fsync.
func (c *Cluster) etcd() []string {
	client, peer := "http://"+c.Address+":2379", "http://"+c.Address+":2380"
	return []string{
		"--data-dir=" + c.file("etcd"), "--unsafe-no-fsync", "--log-level=warn",
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer, "--initial-cluster=default=" + peer,
	}
}

// apiserver routes to endpoints, because nobody serves the addresses of Services
// here: a webhook's Service is then reached as in a cluster with kube-proxy.
func (c *Cluster) apiserver(number int) []string {
	return []string{
		"--etcd-servers=http://" + c.Address + ":2379",
		"--bind-address=" + c.Address, "--secure-port=6443", "--advertise-address=" + c.Address,
		fmt.Sprintf("--service-cluster-ip-range=10.%d.64.0/18", number),
		"--tls-cert-file=" + c.file("server.crt"), "--tls-private-key-file=" + c.file("server.key"),
		"--client-ca-file=" + c.file("ca.crt"), "--cert-dir=" + c.dir,
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + c.file("ca.crt"), "--service-account-signing-key-file=" + c.file("ca.key"),
		"--authorization-mode=Node,RBAC", "--enable-aggregator-routing=true", "--allow-privileged=true",
		"--profiling=false",
	}
}

func (c *Cluster) controllers() []string {
	return []string{
		"--kubeconfig=" + c.Kubeconfig, "--bind-address=" + c.Address, "--leader-elect=false",
		"--root-ca-file=" + c.file("ca.crt"), "--service-account-private-key-file=" + c.file("ca.key"),
		"--cluster-signing-cert-file=" + c.file("ca.crt"), "--cluster-signing-key-file=" + c.file("ca.key"),
		"--use-service-account-credentials=true",
		// 15 s otherwise, until an autoscaler does anything.
		"--horizontal-pod-autoscaler-sync-period=3s",
	}
}

// credentials makes the keys of the cluster, and the administrator's clients.
func (c *Cluster) credentials() error {
	ca, err := wire.NewAuthority(c.Name+"-ca", nil)
	if err != nil {
		return err
	}
	server, serverKey, err := ca.Issue("kube-apiserver", "", c.Address, "kubernetes.default.svc", "localhost")
	if err != nil {
		return err
	}
	admin, adminKey, err := ca.Issue("admin", "system:masters")
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		"ca.crt": ca.Cert, "ca.key": ca.Key, "server.crt": server, "server.key": serverKey,
	} {
		if err := os.WriteFile(c.file(name), data, 0o600); err != nil {
			return err
		}
	}
	c.CA = ca.Cert
	c.Config = &rest.Config{
		Host: "https://" + c.Address + ":6443", QPS: -1,
		TLSClientConfig: rest.TLSClientConfig{CAData: ca.Cert, CertData: admin, KeyData: adminKey},
		// Warnings of the API server are for people.
		WarningHandler: rest.NoWarnings{},
	}
	if c.Client, err = kubernetes.NewForConfig(c.Config); err != nil {
		return err
	}
	if c.Dynamic, err = dynamic.NewForConfig(c.Config); err != nil {
		return err
	}
	c.mapper = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(c.Client.Discovery()))
	c.Kubeconfig = c.file("kubeconfig")
	return writeKubeconfig(c.Kubeconfig, c.Name, c.Config)
}

func (c *Cluster) ready(ctx context.Context) error {
	return process.Until(ctx, time.Minute, func(ctx context.Context) error {
		for _, p := range c.processes {
			if err := p.Ended(); err != nil {
				return err
			}
		}
		if _, err := c.Client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx); err != nil {
			return fmt.Errorf("the API server is not ready: %w", err)
		}
		_, err := c.Client.CoreV1().Namespaces().Get(ctx, "default", metav1.GetOptions{})
		return err
	})
}

// Server is the URL under which other clusters reach the API server.
func (c *Cluster) Server() string { return c.Config.Host }

// Log returns the end of a component's log.
func (c *Cluster) Log(component string, lines int) string {
	data, err := os.ReadFile(c.file(component + ".log"))
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// Stop ends everything, the API server before etcd.
func (c *Cluster) Stop() {
	var wg sync.WaitGroup
	for _, p := range c.processes {
		// Nothing is kept, so nothing is waited for.
		wg.Go(func() { p.Stop(0) })
	}
	wg.Wait()
	_ = os.RemoveAll(c.file("etcd"))
}
