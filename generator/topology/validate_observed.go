package topology

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"isthmus.dev/isthmus/generator/several"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// observed checks how control planes elsewhere reach each cluster.
func (v *validator) observed(d *document) {
	var hosts []string
	for _, c := range d.top.Spec.Clusters {
		if Role(c.Role) == Primary || Role(c.Role) == External {
			hosts = append(hosts, c.Name)
		}
	}
	fromStore := d.top.Spec.RemoteSecrets.Provider == externalSecrets
	for i, c := range d.top.Spec.Clusters {
		if c.Auth != nil {
			v.auth(d, i, c)
		}
		by := others(hosts, c.Name)
		if Role(c.Role) == External || len(by) == 0 {
			continue
		}
		needs := ""
		switch {
		case fromStore:
			needs = "and the remote secret that External Secrets makes holds its address beside what the store has"
		case c.Auth != nil:
			needs = "and a kubeconfig with a credential plugin holds its address"
		}
		if needs != "" && c.APIServer == "" {
			d.missing(at(i, "apiServer"), fmt.Sprintf("control planes elsewhere (%s) observe cluster %q, %s", several.Names(by, few), c.Name, needs),
				fmt.Sprintf("write the URL under which they reach its API server, such as https://%s.example.com:6443", c.Name))
		}
		switch {
		case c.Auth == nil || c.Auth.Exec.Command == "":
		case Role(c.Role) == Config: // the kubeconfig that istiod starts with, which it trusts
			v.warnings = append(v.warnings, fmt.Sprintf("%s: the image of istiod of %s must have %q, which Istio's own has not", d.At(at(i, "auth")), several.Names(by, few), c.Auth.Exec.Command))
		default:
			v.warnings = append(v.warnings, fmt.Sprintf("%s: istiod of %s gets %s=exec: whoever may write Secrets with the label istio/multiCluster there can have istiod run any program of its image, with its rights; that image must also have %q, which Istio's own has not",
				d.At(at(i, "auth")), several.Names(by, few), ExecEnv, c.Auth.Exec.Command))
		}
	}
}

// ExecEnv is the variable of istiod's environment that permits credential plugins
// in remote secrets (pilot/pkg/features/pilot.go, InsecureKubeConfigOptions;
// pkg/kube/util.go, sanitizeKubeConfig, refuses them without it).
const ExecEnv = "PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS"

func others(names []string, but string) []string {
	var out []string
	for _, n := range names {
		if n != but {
			out = append(out, n)
		}
	}
	return out
}

// few is how many names a message lists in passing.
const few = 3

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// credentialName is what variables are called that hold a credential. Those that
// say where one is do not.
var credentialName = regexp.MustCompile(`(?i)(token|password|passwd|secret|secret_?key|access_?key|api_?key|credentials?)$`)

// credentialText is what a private key and a token look like.
var credentialText = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.`)

// plain: what a command is given is committed, in the tree and in its READMEs.
// The text is not quoted, lest a secret be repeated where errors are kept.
func (v *validator) plain(d *document, path, value string) {
	switch {
	case credentialText.MatchString(value):
		d.missing(path, "there is a credential in it, and what is written here is committed in clear", "have the identity of istiod's pod bring the credential, or name the file that holds it")
	case strings.ContainsFunc(value, unicode.IsControl):
		d.missing(path, "there is more than one line in it, or a control character", "write one line of text")
	}
}

func (v *validator) auth(d *document, i int, c v1alpha1.Cluster) {
	path := at(i, "auth")
	if Role(c.Role) == External {
		if d.explicit(i, "auth") {
			d.missing(path, "an external cluster has no workloads, so no control plane observes it", "remove it")
		}
		return
	}
	e := c.Auth.Exec
	if d.Has(path+".exec.command") && strings.TrimSpace(e.Command) == "" {
		d.wrong(path+".exec.command", e.Command, "is no command", "write the name or the path of a program in istiod's image")
	}
	v.plain(d, path+".exec.command", e.Command)
	for j, a := range e.Args {
		v.plain(d, fmt.Sprintf("%s.exec.args[%d]", path, j), a)
	}
	d.oneOf(path+".exec.apiVersion", e.APIVersion, "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
	seen := map[string]bool{}
	for j, env := range e.Env {
		p := fmt.Sprintf("%s.exec.env[%d].name", path, j)
		v.plain(d, fmt.Sprintf("%s.exec.env[%d].value", path, j), env.Value)
		switch {
		case !envName.MatchString(env.Name):
			if d.Has(p) {
				d.wrong(p, env.Name, "is no name of a variable", "write letters, digits and underscores, with no digit first")
			}
		case credentialName.MatchString(env.Name):
			d.wrong(p, env.Name, "looks like a credential, and what is written here is committed in clear", "have the identity of istiod's pod bring the credential, or name the file that holds it")
		case seen[env.Name]:
			d.wrong(p, env.Name, "is set twice", "remove one of the two")
		}
		seen[env.Name] = true
	}
}
