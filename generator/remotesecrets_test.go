package generator_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pkg/cluster"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/multicluster"
	"istio.io/istio/pkg/util/sets"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"isthmus.dev/isthmus/generator"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/tree"
)

const (
	apiServerCA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
	storedToken = "the.token.of-" // and the cluster's key
)

// storeOf is a store in which each key has a token and a certificate authority,
// the token with the line's end that people put there.
func storeOf(keys ...string) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, k := range keys {
		out[k] = map[string]string{"token": storedToken + k + "\n", "ca": apiServerCA}
	}
	return out
}

func inFolder(objects map[string]manifest.Object, folder string) []manifest.Object {
	var out []manifest.Object
	for _, p := range slices.Sorted(maps.Keys(objects)) {
		if dir, _ := splitPath(p); dir == folder && objects[p].Kind() == "ExternalSecret" {
			out = append(out, objects[p])
		}
	}
	return out
}

func splitPath(p string) (dir, file string) {
	i := strings.LastIndex(p, "/")
	return p[:i], p[i+1:]
}

// TestIstiodReadsRemoteSecrets puts the Secrets that the shared folder results in
// before Istio's own controller of remote secrets, as istiod of each primary: it
// takes every one of them but its own cluster's.
func TestIstiodReadsRemoteSecrets(t *testing.T) {
	objects := inFolder(ofGroup(t, generateCase(t, "remote-secrets-store"), "external-secrets.io"), "base/remote-secrets/blue")
	var secrets []runtime.Object
	for _, o := range objects {
		s := made(t, o, storeOf("blue/blue-1", "blue/blue-2", "blue/blue-3"))
		name := s.Annotations["networking.istio.io/cluster"]
		if s.Name != "istio-remote-secret-"+name || s.Namespace != "istio-system" || s.Labels["istio/multiCluster"] != "true" || len(s.Data) != 1 || s.Data[name] == nil {
			t.Errorf("%s is none that istioctl would write: %v %v", s.Name, s.ObjectMeta, slices.Collect(maps.Keys(s.Data)))
		}
		secrets = append(secrets, s)
	}
	for own, want := range map[string]string{
		"blue-1": "[blue-2 https://blue-2.example.com:6443 the.token.of-blue/blue-2 blue-3 https://[2001:db8::3]:6443 the.token.of-blue/blue-3]",
		"blue-2": "[blue-1 https://blue-1.example.com:6443 the.token.of-blue/blue-1 blue-3 https://[2001:db8::3]:6443 the.token.of-blue/blue-3]",
	} {
		if got := fmt.Sprint(registered(t, own, 2, secrets...)); got != want {
			t.Errorf("istiod of %s reads\n%s\nwant\n%s", own, got, want)
		}
	}
}

// registered runs Istio's controller until it knows n clusters.
func registered(t *testing.T, own string, n int, secrets ...runtime.Object) []string {
	t.Helper()
	var (
		mu  sync.Mutex
		got []string
	)
	client := kube.NewFakeClient(secrets...)
	c := multicluster.NewController(multicluster.ControllerOptions{
		Client: client, ClusterID: cluster.ID(own), SystemNamespace: "istio-system", MeshConfig: meshwatcher.NewTestWatcher(nil),
		ClientBuilder: func(kubeconfig []byte, id cluster.ID, overrides ...func(*rest.Config)) (kube.Client, error) {
			r, err := kube.NewUntrustedRestConfig(kubeconfig, overrides...)
			if err != nil {
				return nil, err
			}
			mu.Lock()
			defer mu.Unlock()
			if string(r.CAData) != apiServerCA {
				t.Errorf("%s: certificate authority %q", id, r.CAData)
			}
			got = append(got, strings.Join([]string{string(id), r.Host, r.BearerToken}, " "))
			return kube.NewFakeClient(), nil
		},
	})
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	client.RunAndWait(stop)
	if err := c.Run(stop); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); !c.HasSynced() && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(got)
	if len(got) != n {
		t.Errorf("istiod of %s knows %d clusters, want %d", own, len(got), n)
	}
	return got
}

// TestConfigSecret: the kubeconfig of the cluster with an external istiod's
// configuration bears no label by which istiod would count the cluster again.
func TestConfigSecret(t *testing.T) {
	objects := inFolder(ofGroup(t, generateCase(t, "remote-secrets-store"), "external-secrets.io"), "base/remote-secrets/green/config")
	if len(objects) != 1 {
		t.Fatalf("%d objects", len(objects))
	}
	s := made(t, objects[0], storeOf("green-1"))
	if s.Name != "istio-kubeconfig" || s.Namespace != "external-istiod" || len(s.Labels) != 0 {
		t.Errorf("it is %s/%s with labels %v", s.Namespace, s.Name, s.Labels)
	}
	r, err := clientcmd.RESTConfigFromKubeConfig(s.Data["config"])
	if err != nil || r.Host != "https://green-1.example.com:6443" || r.BearerToken != storedToken+"green-1" {
		t.Errorf("%v, %v", r, err)
	}
}

// TestWorkloadIdentity: istiod refuses a credential plugin unless its environment
// permits it, and what is generated permits it on observers alone.
func TestWorkloadIdentity(t *testing.T) {
	out := generateCase(t, "workload-identity")
	objects := inFolder(ofGroup(t, out, "external-secrets.io"), "base/remote-secrets/stored")
	kubeconfig := made(t, objects[1], map[string]map[string]string{"stored/stored-2": {"ca": apiServerCA}}).Data["stored-2"]
	if _, err := kube.NewUntrustedRestConfig(kubeconfig); err == nil || !strings.Contains(err.Error(), "exec is not allowed") {
		t.Errorf("without permission: %v", err)
	}
	before := features.InsecureKubeConfigOptions
	t.Cleanup(func() { features.InsecureKubeConfigOptions = before })
	for _, host := range []string{"stored-1", "by-hand-1", "by-hand-2"} {
		features.InsecureKubeConfigOptions = sets.New(strings.Split(environment(t, out, host)["PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS"], ",")...)
		r, err := kube.NewUntrustedRestConfig(kubeconfig)
		if err != nil {
			t.Fatalf("%s: %v", host, err)
		}
		if p := r.ExecProvider; r.BearerToken != "" || p == nil || p.Command != "aws" || p.Args[3] != "{{stored-2}}" || len(p.Env) != 2 {
			t.Errorf("%s: %+v", host, r.ExecProvider)
		}
	}
	if !features.InsecureKubeConfigOptions.Contains("exec") || environment(t, out, "stored-1")["PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS"] != "exec,tokenFile" {
		t.Error("what the user permits is lost")
	}
	if _, set := environment(t, out, "stored-2")["PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS"]; set {
		t.Error("stored-2 observes no cluster with a plugin, and permits them")
	}
	warnings := strings.Join(loadCase(t, "workload-identity").Warnings, "\n")
	if n := strings.Count(warnings, "PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS=exec"); n != 3 || !strings.Contains(warnings, "run any program") {
		t.Errorf("warnings:\n%s", warnings)
	}
}

// environment of istiod's container in a cluster.
func environment(t *testing.T, out *tree.Tree, cluster string) map[string]string {
	t.Helper()
	data, ok := out.Get("clusters/" + cluster + "/istiod/deployment_istio-system_istiod.yaml")
	if !ok {
		t.Fatalf("%s has no istiod", cluster)
	}
	o, err := manifest.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for _, c := range o.List("spec", "template", "spec", "containers") {
		for _, e := range manifest.Object(as[m](t, c)).List("env") {
			v := manifest.Object(as[m](t, e))
			env[v.Text("name")] = v.Text("value")
		}
	}
	return env
}

// TestRemoteSecretsGrowWithClusters: one more cluster is one more object for all
// observers, and the shared folder is the same whichever clusters a run renders.
func TestRemoteSecretsGrowWithClusters(t *testing.T) {
	text := func(n int) string {
		s := "apiVersion: isthmus.dev/v1alpha1\nkind: Topology\nmetadata: {name: mesh1}\nspec:\n  trust: {provider: manual}\n" +
			"  remoteSecrets: {provider: external-secrets, externalSecrets: {storeRef: {kind: ClusterSecretStore, name: vault}, push: true}}\n  clusters:\n"
		for i := range n {
			s += fmt.Sprintf("  - {name: c%d, role: primary, crds: external, apiServer: \"https://c%d.example.com\"}\n", i, i)
		}
		return s
	}
	files := map[int]int{}
	for _, n := range []int{2, 3, 6} {
		out, err := generator.Generate(t.Context(), parse(t, text(n)), generator.Options{})
		if err != nil {
			t.Fatal(err)
		}
		files[n] = out.Len()
		if n != 6 {
			continue
		}
		part, err := generator.Generate(t.Context(), parse(t, text(n)), generator.Options{Clusters: []string{"c3"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range out.Files() {
			if data, ok := part.Get(f.Path); strings.HasPrefix(f.Path, "base/remote-secrets/") && (!ok || string(data) != string(f.Data())) {
				t.Errorf("%s is another one when c3 alone is rendered", f.Path)
			}
		}
	}
	if one := files[3] - files[2]; files[6] != files[3]+3*one {
		t.Errorf("files by clusters: %v", files)
	}
}
