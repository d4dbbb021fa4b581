package remote_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/secrets/encrypt"
	"isthmus.dev/isthmus/generator/secrets/remote"
	"isthmus.dev/isthmus/generator/secrets/token"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// source counts the tokens that it is asked for.
type source struct {
	cluster string
	asked   chan string
	err     error
}

func (s source) Token(_ context.Context, namespace, account string, fresh bool) (token.Token, error) {
	value := namespace + "/" + account + " of " + s.cluster
	if fresh {
		value = "fresh " + value
	}
	s.asked <- value
	return token.Token{Secret: "s", Value: value, CA: []byte("CA")}, s.err
}

func (s source) CA(context.Context, string) ([]byte, error) { return []byte("CA"), s.err }

type world struct {
	options  remote.Options
	identity *age.X25519Identity
	asked    chan string
	faults   map[string]error
}

func newWorld(t *testing.T) *world {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	cluster := func(name string) plan.Cluster {
		return plan.Cluster{
			Name: name, SystemNamespace: "istio-system", APIServer: "https://" + name + ":6443",
			Observed: &plan.Observed{Mesh: "m", Type: plan.RemoteSecret, ServiceAccount: "reader"},
		}
	}
	w := &world{identity: id, asked: make(chan string, 20), faults: map[string]error{}}
	w.options = remote.Options{
		Plan: &plan.Plan{
			Meshes:   []plan.Mesh{{Name: "m", Hosts: []plan.Host{{Cluster: "a", Namespace: "host-ns"}, {Cluster: "b", Namespace: "host-ns"}}, SOPS: plan.SOPS{RemoteSecrets: []string{id.Recipient().String()}}}},
			Clusters: []plan.Cluster{cluster("a"), cluster("b"), cluster("c")},
		},
		Now: time.Now(),
		Open: func(c string) (remote.Access, error) {
			return remote.Access{Source: source{c, w.asked, w.faults[c]}, Server: "https://127.0.0.1:6443"}, nil
		},
	}
	return w
}

func (w *world) make(t *testing.T) remote.Result {
	t.Helper()
	r, err := remote.Make(t.Context(), w.options)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func names(files map[string][]byte) string {
	return strings.Join(slices.Sorted(maps.Keys(files)), " ")
}

func (w *world) secret(t *testing.T, data []byte) manifest.Object {
	t.Helper()
	clear, err := encrypt.Decrypt(data, []age.Identity{w.identity})
	if err != nil {
		t.Fatal(err)
	}
	o, err := manifest.Decode(clear)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

const dir = "secrets/m/remote/"

func TestMake(t *testing.T) {
	w := newWorld(t)
	first := w.make(t)
	if got := names(first.Files); got != dir+"a.sops.yaml "+dir+"b.sops.yaml "+dir+"c.sops.yaml "+dir+"kustomization.yaml" {
		t.Fatalf("got %s", got)
	}
	o := w.secret(t, first.Files[dir+"c.sops.yaml"])
	if o.Namespace() != "host-ns" || !strings.Contains(o.Text("stringData", "c"), "token: istio-system/reader of c") || !strings.Contains(o.Text("stringData", "c"), "server: https://c:6443") {
		t.Errorf("got %v", o)
	}
	if k := string(first.Files[dir+"kustomization.yaml"]); !strings.Contains(k, "- a.sops.yaml\n- b.sops.yaml\n- c.sops.yaml\n") {
		t.Errorf("got %s", k)
	}

	// Again: nothing is asked for or made.
	w.options.Files = first.Files
	for len(w.asked) > 0 {
		<-w.asked
	}
	if again := w.make(t); len(again.Files) != 0 || len(again.Kept) != 3 || len(w.asked) != 0 {
		t.Errorf("made again %v, asked %d times", names(again.Files), len(w.asked))
	}

	// Only what is asked for is rotated.
	w.options.Clusters, w.options.Rotate = []string{"b"}, true
	rotated := w.make(t)
	if names(rotated.Files) != dir+"b.sops.yaml" || len(rotated.Kept) != 2 {
		t.Errorf("rotated %s, kept %v", names(rotated.Files), rotated.Kept)
	}
	if o := w.secret(t, rotated.Files[dir+"b.sops.yaml"]); !strings.Contains(o.Text("stringData", "b"), "token: fresh istio-system/reader of b") {
		t.Errorf("got %v", o)
	}

	// A file that is gone leaves the list.
	w = newWorld(t)
	w.options.Files = maps.Clone(first.Files)
	w.options.Plan.Clusters = w.options.Plan.Clusters[:2]
	delete(w.options.Files, dir+"c.sops.yaml")
	left := w.make(t)
	if names(left.Files) != dir+"kustomization.yaml" || strings.Contains(string(left.Files[dir+"kustomization.yaml"]), "c.sops") {
		t.Errorf("got %s", left.Files)
	}
}

func TestExec(t *testing.T) {
	w := newWorld(t)
	w.options.Plan.Clusters[2].Observed.Exec = &v1alpha1.ExecAuth{Command: "login", APIVersion: "client.authentication.k8s.io/v1"}
	w.options.Clusters = []string{"c"}
	o := w.secret(t, w.make(t).Files[dir+"c.sops.yaml"])
	if text := o.Text("stringData", "c"); !strings.Contains(text, "command: login") || strings.Contains(text, "token") || len(w.asked) != 0 {
		t.Errorf("got %s", text)
	}
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*world)
		want   string
	}{
		"all of them are told": {
			change: func(w *world) {
				w.faults["a"], w.faults["c"] = errors.New("no route to a"), errors.New("no route to c")
			},
			want: "cluster \"a\": no route to a\ncluster \"c\": no route to c",
		},
		"a local address": {
			change: func(w *world) { w.options.Plan.Clusters[0].APIServer = "" },
			want:   `cluster "a": the context's API server is "https://127.0.0.1:6443", which no other cluster reaches: set the cluster's apiServer in the topology`,
		},
		"one API server": {
			change: func(w *world) {
				w.options.Open = func(string) (remote.Access, error) {
					return remote.Access{Source: source{"a", w.asked, nil}}, nil
				}
			},
			want: `clusters "a" and "b" gave the same token, so their contexts lead to one API server: name for each of them a context of its own with --context CLUSTER=CONTEXT`,
		},
		"no context": {
			change: func(w *world) {
				w.options.Open = func(string) (remote.Access, error) { return remote.Access{}, errors.New("no context") }
			},
			want: `cluster "a": no context`,
		},
		"another provider": {
			change: func(w *world) { w.options.Plan.Meshes[0].SOPS = plan.SOPS{} },
			want:   "no mesh keeps its remote secrets in Git: set spec.remoteSecrets.provider to sops and list ageRecipients",
		},
		"no recipient": {
			change: func(w *world) { w.options.Plan.Meshes[0].SOPS.RemoteSecrets = []string{"age1x"} },
			want:   `recipient "age1x"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.change(w)
			r, err := remote.Make(t.Context(), w.options)
			if err == nil || !strings.Contains(err.Error(), c.want) || len(r.Files) > 0 {
				t.Errorf("got %v, %v", names(r.Files), err)
			}
		})
	}
}
