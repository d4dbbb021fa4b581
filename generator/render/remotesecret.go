package render

import (
	"fmt"
	"strings"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// remoteSecrets is the folder of the remote secrets that clusters share, and of
// what a cluster has of its own for them.
const remoteSecrets = "remote-secrets"

// RemoteSecrets renders the remote secrets that a mesh takes from a store, once
// for all of its control planes. The one with which an external istiod reaches
// its configuration comes before istiod, which without it would take the cluster
// that it runs in for the one with its configuration.
func RemoteSecrets(mesh string, r *plan.RemoteSecrets) ([]component.Component, error) {
	s := &folders{}
	if r == nil {
		return nil, nil
	}
	folder := "base/" + remoteSecrets + "/" + mesh
	for _, secret := range r.Secrets {
		o, err := remoteSecret(r, secret)
		if err != nil {
			return nil, fmt.Errorf("remote secret of cluster %q: %w", secret.Cluster, err)
		}
		if secret.Type == plan.ConfigSecret {
			s.add(folder+"/config", component.Trust, o)
		} else {
			s.add(folder, component.RemoteSecrets, o)
		}
	}
	out := s.components()
	for i := range out {
		out[i].Shared = true
	}
	return out, nil
}

// remoteSecret is the ExternalSecret of one observed cluster.
func remoteSecret(r *plan.RemoteSecrets, secret plan.StoredSecret) (manifest.Object, error) {
	o, err := skeleton("secrets/remote.yaml")
	if err != nil {
		return nil, err
	}
	kubeconfig, err := kubeconfig(secret)
	if err != nil {
		return nil, err
	}
	name, key := "istio-remote-secret-"+secret.Cluster, secret.Cluster
	if secret.Type == plan.ConfigSecret {
		name, key = "istio-kubeconfig", "config"
		delete(o.Map("spec", "target", "template", "metadata"), "labels")
	}
	o.Set(name, "metadata", "name")
	o.Set(r.Namespace, "metadata", "namespace")
	o.Set(r.Store.RefreshInterval, "spec", "refreshInterval")
	o.Set(ref(r.Store.StoreRef), "spec", "secretStoreRef")
	o.Set(name, "spec", "target", "name")
	o.Set(secret.Cluster, "spec", "target", "template", "metadata", "annotations", "networking.istio.io/cluster")
	o.Set(map[string]any{key: kubeconfig}, "spec", "target", "template", "data")
	fromStore(o, secret.Key)
	if secret.Exec != nil {
		o.Set(o.List("spec", "data")[:1], "spec", "data") // the certificate authority alone
	}
	return o, nil
}

// fromStore has each value of an ExternalSecret come from one key of the store.
func fromStore(o manifest.Object, key string) {
	for _, d := range o.List("spec", "data") {
		if m, ok := d.(map[string]any); ok {
			manifest.Object(m).Set(key, "remoteRef", "key")
		}
	}
}

func ref(r v1alpha1.Ref) map[string]any { return map[string]any{"kind": r.Kind, "name": r.Name} }

// kubeconfig is the template of a kubeconfig. It is data to isthmus: whatever
// comes from the topology is text to the engine that fills it in.
func kubeconfig(secret plan.StoredSecret) (string, error) {
	o, err := skeleton("secrets/kubeconfig.yaml")
	if err != nil {
		return "", err
	}
	o.Set(secret.Cluster, "current-context")
	for _, list := range []string{"clusters", "contexts", "users"} {
		for _, e := range o.List(list) {
			m, ok := e.(map[string]any)
			if !ok {
				continue
			}
			entry := manifest.Object(m)
			entry.Set(secret.Cluster, "name")
			switch list {
			case "clusters":
				entry.Set(literal(secret.APIServer), "cluster", "server")
			case "contexts":
				entry.Set(map[string]any{"cluster": secret.Cluster, "user": secret.Cluster}, "context")
			case "users":
				if secret.Exec != nil {
					entry.Set(map[string]any{"exec": exec(*secret.Exec)}, "user")
				}
			}
		}
	}
	data, err := manifest.Encode(map[string]any(o))
	return string(data), err
}

// exec is a credential plugin as kubeconfigs have it. istiod has no terminal.
func exec(e v1alpha1.ExecAuth) map[string]any {
	out := map[string]any{"apiVersion": e.APIVersion, "command": literal(e.Command), "interactiveMode": "Never"}
	if len(e.Args) > 0 {
		args := make([]any, len(e.Args))
		for i, a := range e.Args {
			args[i] = literal(a)
		}
		out["args"] = args
	}
	if len(e.Env) > 0 {
		env := make([]any, len(e.Env))
		for i, v := range e.Env {
			env[i] = map[string]any{"name": v.Name, "value": literal(v.Value)}
		}
		out["env"] = env
	}
	return out
}

// literal keeps the template engine from reading a text. In backquotes, since
// YAML may have to escape quotes.
func literal(text string) string { return strings.ReplaceAll(text, "{{", "{{`{{`}}") }

// token renders the token of an observed cluster's reader, and what puts it into
// the store.
func token(t *plan.Token) ([]manifest.Object, error) {
	if t == nil {
		return nil, nil
	}
	secret, err := skeleton("secrets/token.yaml")
	if err != nil {
		return nil, err
	}
	name := t.ServiceAccount + "-istio-remote-secret-token"
	secret.Set(name, "metadata", "name")
	secret.Set(t.Namespace, "metadata", "namespace")
	secret.Set(t.ServiceAccount, "metadata", "annotations", "kubernetes.io/service-account.name")
	if t.Push == nil {
		return []manifest.Object{secret}, nil
	}
	push, err := skeleton("secrets/push.yaml")
	if err != nil {
		return nil, err
	}
	push.Set(t.Namespace, "metadata", "namespace")
	push.Set(t.Push.Interval, "spec", "refreshInterval")
	push.Set([]any{ref(t.Push.Store)}, "spec", "secretStoreRefs")
	push.Set(name, "spec", "selector", "secret", "name")
	for _, d := range push.List("spec", "data") {
		if m, ok := d.(map[string]any); ok {
			manifest.Object(m).Set(t.Push.Key, "match", "remoteRef", "remoteKey")
		}
	}
	return []manifest.Object{secret, push}, nil
}
