package kubeconfig_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"istio.io/istio/pkg/cluster"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/krt"
	"istio.io/istio/pkg/kube/multicluster"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/secrets/kubeconfig"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

func access() kubeconfig.Access {
	return kubeconfig.Access{Server: "https://cluster2.example.com:6443", CA: []byte("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"), Token: "secret-token"}
}

func secret(t *testing.T, observed plan.Observed, a kubeconfig.Access) corev1.Secret {
	t.Helper()
	observed.ServiceAccount = "reader"
	o, err := kubeconfig.Secret(plan.Cluster{Name: "cluster2", SystemNamespace: "remote-ns", Observed: &observed}, "istio-system", a)
	if err != nil {
		t.Fatal(err)
	}
	data, err := manifest.Encode(map[string]any(o))
	if err != nil {
		t.Fatal(err)
	}
	var out corev1.Secret
	if err := yaml.UnmarshalStrict(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRemoteSecret(t *testing.T) {
	s := secret(t, plan.Observed{Type: plan.RemoteSecret}, access())
	if s.Name != "istio-remote-secret-cluster2" || s.Namespace != "istio-system" || s.Labels["istio/multiCluster"] != "true" || s.Annotations["networking.istio.io/cluster"] != "cluster2" {
		t.Errorf("got %+v", s.ObjectMeta)
	}
	if got := s.Annotations; got["isthmus.dev/api-server"] != access().Server || got["isthmus.dev/auth"] != "token" || got["isthmus.dev/account"] != "remote-ns/reader" {
		t.Errorf("got %v", got)
	}
	c, err := clientcmd.RESTConfigFromKubeConfig([]byte(s.StringData["cluster2"]))
	if err != nil {
		t.Fatal(err)
	}
	if c.Host != access().Server || c.BearerToken != "secret-token" || string(c.CAData) != string(access().CA) {
		t.Errorf("got %+v", c)
	}
}

func TestNoPasswordInClear(t *testing.T) {
	a := access()
	a.Server = "https://admin:password@cluster2.example.com:6443"
	if got := secret(t, plan.Observed{Type: plan.RemoteSecret}, a).Annotations["isthmus.dev/api-server"]; got != access().Server {
		t.Errorf("got %s", got)
	}
}

func TestConfigSecret(t *testing.T) {
	s := secret(t, plan.Observed{Type: plan.ConfigSecret}, access())
	if s.Name != "istio-kubeconfig" || len(s.Labels) != 0 || s.StringData["config"] == "" || len(s.StringData) != 1 {
		t.Errorf("got %+v, %v", s.ObjectMeta, s.StringData)
	}
}

func TestExec(t *testing.T) {
	a := access()
	a.Token = ""
	s := secret(t, plan.Observed{Type: plan.RemoteSecret, Exec: &v1alpha1.ExecAuth{Command: "login", Args: []string{"-x"}, APIVersion: "client.authentication.k8s.io/v1", Env: []v1alpha1.ExecEnv{{Name: "A", Value: "b"}}}}, a)
	if got := s.Annotations; got["isthmus.dev/auth"] != "exec login" || got["isthmus.dev/account"] != "" || strings.Contains(fmt.Sprint(got), "-x") {
		t.Errorf("got %v", got)
	}
	c, err := clientcmd.Load([]byte(s.StringData["cluster2"]))
	if err != nil {
		t.Fatal(err)
	}
	e := c.AuthInfos["cluster2"].Exec
	if e == nil || e.Command != "login" || e.InteractiveMode != "Never" || e.Env[0].Value != "b" || c.AuthInfos["cluster2"].Token != "" {
		t.Errorf("got %+v", e)
	}
}

// TestIstiodAccepts has the controller of istiod that reads remote secrets take
// the Secret, and ignore the one of its own cluster: one set serves all.
func TestIstiodAccepts(t *testing.T) {
	for own, want := range map[string]bool{"cluster1": true, "cluster2": false} {
		t.Run(own, func(t *testing.T) {
			stop := make(chan struct{})
			t.Cleanup(func() { close(stop) })
			s := secret(t, plan.Observed{Type: plan.RemoteSecret}, access())
			s.Data = map[string][]byte{}
			for k, v := range s.StringData { // as the API server does
				s.Data[k] = []byte(v)
			}
			client := kube.NewFakeClient(&s)
			asked := make(chan string, 1)
			controller := multicluster.NewController(multicluster.ControllerOptions{
				Client: client, ClusterID: cluster.ID(own), SystemNamespace: "istio-system", Debugger: krt.GlobalDebugHandler,
				MeshConfig: meshwatcher.NewTestWatcher(nil),
				ClientBuilder: func(data []byte, id cluster.ID, _ ...func(*rest.Config)) (kube.Client, error) {
					if _, err := kube.NewUntrustedRestConfig(data); err != nil {
						t.Error(err)
					}
					asked <- string(id)
					return kube.NewFakeClient(), nil
				},
			})
			client.RunAndWait(stop)
			if err := controller.Run(stop); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			for ctx.Err() == nil && !controller.HasSynced() {
				time.Sleep(10 * time.Millisecond)
			}
			select {
			case id := <-asked:
				if !want || id != "cluster2" {
					t.Errorf("istiod of %s observes %q", own, id)
				}
			default:
				if want {
					t.Errorf("istiod of %s observes nothing", own)
				}
			}
		})
	}
}
