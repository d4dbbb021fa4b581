package sealed_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/secrets/sealed"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

const (
	caFile     = "secrets/m/ca/a/cacerts.sops.yaml"
	rootFile   = "secrets/m/root-ca.sops.yaml"
	remoteFile = "secrets/m/remote/c.sops.yaml"
	mine       = "age1mine"
)

func newPlan() *plan.Plan {
	observed := &plan.Observed{Mesh: "m", Type: plan.RemoteSecret, ServiceAccount: "reader"}
	return &plan.Plan{
		Meshes: []plan.Mesh{{
			Name: "m", Hosts: []plan.Host{{Cluster: "a", Namespace: "istio-system"}},
			SOPS: plan.SOPS{Trust: []string{mine}, RemoteSecrets: []string{mine}},
		}},
		Clusters: []plan.Cluster{
			{Name: "a", SystemNamespace: "istio-system"},
			{Name: "c", SystemNamespace: "istio-system", APIServer: "https://c:6443", Observed: observed},
		},
	}
}

// file is a Secret as SOPS leaves it.
func file(metadata string, recipients ...string) []byte {
	out := "apiVersion: v1\nkind: Secret\nmetadata: " + metadata + "\nstringData: {a: 'ENC[AES256_GCM,data:x]'}\nsops:\n  age:\n"
	for _, r := range recipients {
		out += "  - {recipient: " + r + ", enc: x}\n"
	}
	return []byte(out)
}

const (
	cacerts = "{name: cacerts, namespace: istio-system}"
	remote  = "{name: istio-remote-secret-c, namespace: istio-system, labels: {istio/multiCluster: 'true'}, annotations: {networking.istio.io/cluster: c}}"
)

// madeFor is the metadata of a remote secret that says what it was made for.
func madeFor(server, auth, account string) string {
	return strings.Replace(remote, "cluster: c}", fmt.Sprintf("cluster: c, isthmus.dev/api-server: '%s', isthmus.dev/auth: '%s', isthmus.dev/account: '%s'}", server, auth, account), 1)
}

func TestCompare(t *testing.T) {
	for name, c := range map[string]struct {
		change      func(*plan.Plan)
		ca, remote  []byte
		root        []byte
		clusters    []string
		wrong, warn string
		state       string // of the first file that has one
	}{
		"as they are to be":     {ca: file(cacerts, mine), remote: file(remote, mine)},
		"none":                  {},
		"no YAML":               {ca: []byte("\t"), remote: []byte("- a")},
		"another kind":          {ca: []byte("kind: SopsSecret\nmetadata: {name: x, namespace: y}\n")},
		"all of it encrypted":   {ca: file("{name: 'ENC[AES256_GCM,data:x]', namespace: 'ENC[AES256_GCM,data:x]'}", mine)},
		"labels of one's own":   {ca: file("{name: cacerts, namespace: istio-system, labels: {team: x}, annotations: {a: b}}", mine)},
		"another provider":      {ca: file("{name: x, namespace: y}"), change: func(p *plan.Plan) { p.Meshes[0].SOPS = plan.SOPS{} }},
		"of clusters not asked": {ca: file("{name: x, namespace: y}"), remote: file("{name: x, namespace: y}"), clusters: []string{"c"}},
		"cacerts elsewhere": {
			ca: file("{name: cacerts, namespace: old}", mine), remote: file(remote, mine), state: "for another namespace: rotate it",
			wrong: `mesh "m": "` + caFile + `": metadata.namespace is "old" and is to be "istio-system"; run "isthmus secrets ca --rotate a" with the same -f and -o`,
		},
		"one mesh of two": {
			change: func(p *plan.Plan) { p.Meshes = append(p.Meshes, plan.Mesh{Name: "n"}) },
			ca:     file("{name: mine, namespace: istio-system}", mine), state: "under another name: rotate it",
			wrong: `mesh "m": "` + caFile + `": metadata.name is "mine" and is to be "cacerts"; run "isthmus secrets ca --mesh m --rotate a" with the same -f and -o`,
		},
		"of another type": {
			change: func(p *plan.Plan) { p.Clusters[1].Observed.Type = plan.ConfigSecret },
			remote: file(remote, mine), state: "under another name: rotate it",
			wrong: `mesh "m": "` + remoteFile + `": metadata.name is "istio-remote-secret-c" and is to be "istio-kubeconfig"; run "isthmus secrets remote --rotate --cluster c" with the same -f and -o; if the clusters have no such account yet, remove the folder "secrets/m/remote", generate and apply first`,
		},
		"without the label": {
			remote: file("{name: istio-remote-secret-c, namespace: istio-system, annotations: {networking.istio.io/cluster: d}}", mine), state: "labels or annotations differ: rotate it",
			warn: `mesh "m": "` + remoteFile + `": metadata.labels["istio/multiCluster"] is "" and is to be "true", metadata.annotations["networking.istio.io/cluster"] is "d" and is to be "c"; run "isthmus secrets remote --rotate --cluster c" with the same -f and -o`,
		},
		"made for what it is for": {remote: file(madeFor("https://c:6443", "token", "istio-system/reader"), mine)},
		"made for another API server": {
			remote: file(madeFor("https://old:6443", "token", "istio-system/reader"), mine), state: "made for another API server: rotate it",
			warn: `mesh "m": "` + remoteFile + `": was made for the API server "https://old:6443" and is to be for "https://c:6443"; run "isthmus secrets remote --rotate --cluster c" with the same -f and -o`,
		},
		"the context's API server": {
			change: func(p *plan.Plan) { p.Clusters[1].APIServer = "" },
			remote: file(madeFor("https://old:6443", "token", "istio-system/reader"), mine),
		},
		"made for another account": {
			remote: file(madeFor("https://c:6443", "token", "istio-system/reader-1"), mine), state: "made for another account: rotate it",
			warn: `mesh "m": "` + remoteFile + `": was made for the account "istio-system/reader-1" and is to be for "istio-system/reader"; run "isthmus secrets remote --rotate --cluster c" with the same -f and -o`,
		},
		"made with a token": {
			change: func(p *plan.Plan) {
				p.Clusters[1].APIServer, p.Clusters[1].Observed.Exec = "https://new:6443", &v1alpha1.ExecAuth{Command: "aws"}
			},
			remote: file(madeFor("https://c:6443", "token", "istio-system/reader"), mine), state: "made for another API server: rotate it",
			warn: `mesh "m": "` + remoteFile + `": was made for the API server "https://c:6443" and is to be for "https://new:6443", was made for the authentication "token" and is to be for "exec aws"; run "isthmus secrets remote --rotate --cluster c" with the same -f and -o`,
		},
		"made with a program": {
			remote: file(strings.Replace(madeFor("https://c:6443", "exec aws", ""), ", isthmus.dev/account: ''", "", 1), mine), state: "made for another authentication: rotate it",
			warn: `mesh "m": "` + remoteFile + `": was made for the authentication "exec aws" and is to be for "token"; run "isthmus secrets remote --rotate --cluster c" with the same -f and -o`,
		},
		"other recipients": {
			ca: file(cacerts, "age1old", "age1older"), remote: file(remote, mine), root: file("{name: m}", mine, "age1old"), state: "for other recipients: change them",
			warn: `mesh "m": "` + caFile + `": sops.age lacks age1mine of the topology's ageRecipients, sops.age has age1old, age1older, which the topology's ageRecipients do not; run "sops rotate --in-place --add-age age1mine --rm-age age1old,age1older FILE" on each; "Changing recipients" in docs/trust.md of isthmus says what else is to be done` + "\n" +
				`mesh "m": "` + rootFile + `": sops.age has age1old, which the topology's ageRecipients do not; run "sops rotate --in-place --rm-age age1old FILE" on each; "Changing recipients" in docs/trust.md of isthmus says what else is to be done`,
		},
		"one more recipient, in all files": {
			change: func(p *plan.Plan) {
				p.Meshes[0].SOPS = plan.SOPS{Trust: []string{"age1new", mine}, RemoteSecrets: []string{mine, "age1new"}}
			},
			ca: file(cacerts, mine), remote: file(remote, mine), state: "for other recipients: change them",
			warn: `mesh "m": "` + caFile + `", "` + remoteFile + `": sops.age lacks age1new of the topology's ageRecipients; run "sops rotate --in-place --add-age age1new FILE" on each; "Changing recipients" in docs/trust.md of isthmus says what else is to be done`,
		},
		"key groups": {ca: []byte(strings.Replace(string(file(cacerts, mine)), "  age:\n  - ", "  key_groups:\n  - age:\n    - ", 1))},
	} {
		t.Run(name, func(t *testing.T) {
			p, files := newPlan(), map[string][]byte{}
			if c.change != nil {
				c.change(p)
			}
			if c.ca != nil {
				files[caFile] = c.ca
			}
			if c.root != nil {
				files[rootFile] = c.root
			}
			if c.remote != nil {
				files[remoteFile] = c.remote
			}
			clusters := slices.DeleteFunc(slices.Clone(p.Clusters), func(k plan.Cluster) bool {
				return c.clusters != nil && !slices.Contains(c.clusters, k.Name)
			})
			found := sealed.Compare(p, clusters, files)
			if err := sealed.Wrong(found); fmt.Sprint(err) != c.wrong && (err != nil || c.wrong != "") {
				t.Errorf("wrong is\n%v\nwant\n%s", err, c.wrong)
			}
			if got := strings.Join(sealed.Warnings(found), "\n"); got != c.warn {
				t.Errorf("warns of\n%s\nwant\n%s", got, c.warn)
			}
			state := sealed.State(found, caFile)
			if state == "" {
				state = sealed.State(found, remoteFile)
			}
			if state != c.state {
				t.Errorf("the state is %q", state)
			}
		})
	}
}

// TestMany: the same is said once of all files.
func TestMany(t *testing.T) {
	p, files := newPlan(), map[string][]byte{}
	for i := range 12 {
		c := p.Clusters[1]
		c.Name = fmt.Sprintf("c%02d", i)
		p.Clusters = append(p.Clusters, c)
		files["secrets/m/remote/"+c.Name+".sops.yaml"] = file(strings.NewReplacer("secret-c", "secret-"+c.Name, "cluster: c", "cluster: "+c.Name, "istio-system", "old").Replace(remote), mine)
	}
	got := strings.Split(fmt.Sprint(sealed.Wrong(sealed.Compare(p, p.Clusters, files))), "\n")
	if len(got) != 1 || !strings.Contains(got[0], `remote/c09.sops.yaml" and 2 more: metadata.namespace is "old"`) ||
		!strings.Contains(got[0], `run "isthmus secrets remote --rotate --cluster CLUSTER" with the same -f and -o, for the cluster of each`) {
		t.Errorf("got %s", strings.Join(got, "\n"))
	}
}
