package readme

import (
	"fmt"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// stored says how the remote secret of a cluster comes out of a store.
func stored(b *page, c plan.Cluster, m plan.Mesh, others []plan.Host) {
	i := slices.IndexFunc(m.RemoteSecrets.Secrets, func(s plan.StoredSecret) bool { return s.Cluster == c.Name })
	s := m.RemoteSecrets.Secrets[i] // observed from elsewhere, so it is there
	b.line("%s. External Secrets makes the secret there, of", observersOf(m, others))
	b.line("what the store has under `%s`, and makes it anew when that changes", s.Key)
	b.line("([`base/remote-secrets/%s`](../../base/remote-secrets/%s)).", m.Name, m.Name)
	t := c.Observed.Token
	switch {
	case s.Exec != nil:
		b.line("\nControl planes authenticate by running `%s`, so there is no token. The store has the certificate", s.Exec.Command)
		b.line("authority of the API server as the property `ca`:\n")
		b.fence("sh", fmt.Sprintf("kubectl get configmap kube-root-ca.crt --context=%s --namespace=%s \\\n    -o go-template='{{index .data \"ca.crt\"}}'", c.Name, c.SystemNamespace))
	case t.Push != nil:
		b.line("\nA PushSecret of this cluster puts its token and certificate authority there. To rotate, delete the")
		b.line("Secret that holds the token; it is made again:\n")
		b.fence("sh", fmt.Sprintf("kubectl delete secret %s \\\n    --context=%s --namespace=%s", tokenName(t), c.Name, t.Namespace))
		b.line("\nFrom then on observers are cut off, until the PushSecret and after it their ExternalSecrets have")
		b.line("refreshed, each within `%s`. Once the new token is there, have them refresh at once:\n", t.Push.Interval)
		b.fence("sh", refreshed(c, m, s, targetOf(others)))
	default:
		b.line("\nPut the token there as the property `token` and the certificate authority as `ca`:\n")
		b.fence("sh", printed(c, t, "token")+"\n"+printed(c, t, "ca.crt"))
	}
	if s.Type == plan.ConfigSecret {
		b.line("\nIt is the Secret `istio-kubeconfig`, with which the external istiod reaches its configuration; istiod")
		b.line("reads it as it starts, so restart it after a rotation.")
	}
}

// refreshed has what brings a token to its observers do so at once: External Secrets
// refreshes what gets another annotation.
func refreshed(c plan.Cluster, m plan.Mesh, s plan.StoredSecret, target string) string {
	const sync = "force-sync=$(date +%s) --overwrite"
	name := "istio-remote-secret-" + s.Cluster
	if s.Type == plan.ConfigSecret {
		name = "istio-kubeconfig"
	}
	return "kubectl annotate pushsecret istio-remote-secret " + sync + " \\\n    --context=" + c.Name + " --namespace=" + c.Observed.Token.Namespace + "\n" +
		"kubectl annotate externalsecret " + name + " " + sync + " \\\n    --context=" + target + " --namespace=" + m.RemoteSecrets.Namespace
}

func tokenName(t *plan.Token) string { return t.ServiceAccount + "-istio-remote-secret-token" }

// printed prints a value of the token's Secret.
func printed(c plan.Cluster, t *plan.Token, key string) string {
	return fmt.Sprintf("kubectl get secret %s \\\n    --context=%s --namespace=%s -o go-template='{{index .data \"%s\" | base64decode}}'", tokenName(t), c.Name, t.Namespace, key)
}

// execCommand makes the remote secret of a cluster that is read with a credential
// plugin, for which istioctl has no command.
func execCommand(c plan.Cluster, hostNamespace, target string) string {
	file := c.Name + ".kubeconfig"
	e := c.Observed.Exec
	user := []string{
		"kubectl config set-credentials " + c.Name, "--kubeconfig=" + file,
		"--exec-command=" + quote(e.Command), "--exec-api-version=" + e.APIVersion, "--exec-interactive-mode=Never",
	}
	for _, a := range e.Args {
		user = append(user, "--exec-arg="+quote(a))
	}
	for _, v := range e.Env {
		user = append(user, "--exec-env="+quote(v.Name+"="+v.Value))
	}
	name, key, label := "istio-remote-secret-"+c.Name, c.Name, "istio/multiCluster=true"
	if c.Observed.Type == plan.ConfigSecret {
		name, key, label = "istio-kubeconfig", "config", ""
	}
	lines := []string{
		fmt.Sprintf("kubectl get configmap kube-root-ca.crt --context=%s --namespace=%s \\\n    -o go-template='{{index .data \"ca.crt\"}}' > %s.crt", c.Name, c.SystemNamespace, c.Name),
		fmt.Sprintf("kubectl config set-cluster %s --kubeconfig=%s \\\n    --server=%s --certificate-authority=%s.crt --embed-certs", c.Name, file, c.APIServer, c.Name),
		strings.Join(user, " \\\n    "),
		fmt.Sprintf("kubectl config set-context %s --kubeconfig=%s --cluster=%s --user=%s", c.Name, file, c.Name, c.Name),
		fmt.Sprintf("kubectl config use-context %s --kubeconfig=%s", c.Name, file),
	}
	apply := []string{
		fmt.Sprintf("kubectl create secret generic %s --from-file=%s=%s --dry-run=client -o yaml", name, key, file),
		fmt.Sprintf("kubectl annotate --local -f - -o yaml networking.istio.io/cluster=%s", c.Name),
	}
	if label != "" {
		apply = append(apply, "kubectl label --local -f - -o yaml "+label)
	}
	apply = append(apply, fmt.Sprintf("kubectl apply --context=%s --namespace=%s -f -", target, hostNamespace))
	return strings.Join(append(lines, strings.Join(apply, " |\n  ")), "\n")
}

// quote writes a word of a shell's.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// signing says what a controller needs to make cacerts.
func signing(c plan.CACerts) string {
	if cm := c.CertManager; cm != nil {
		return fmt.Sprintf("cert-manager with its %s, of the root that all control planes of mesh %s share: what it issues must have that root in `ca.crt`, and in `tls.crt` what lies between.", object(cm.IssuerRef, c.Namespace), c.Mesh)
	}
	return fmt.Sprintf("External Secrets with its %s, and in the store under `%s` the properties `ca-cert.pem`, `ca-key.pem`, `cert-chain.pem` and `root-cert.pem`, of the root that all control planes of mesh %s share.", object(c.ExternalSecrets.StoreRef, c.Namespace), c.Key, c.Mesh)
}

// object names an object that something of a namespace refers to.
func object(r v1alpha1.Ref, namespace string) string {
	if strings.HasPrefix(r.Kind, "Cluster") {
		return fmt.Sprintf("%s `%s`", r.Kind, r.Name)
	}
	return fmt.Sprintf("%s `%s` in `%s`", r.Kind, r.Name, namespace)
}

// stores says what the cluster's part in remote secrets from a store needs.
func stores(p *plan.Plan, c plan.Cluster) []string {
	var lines []string
	if c.Observed != nil && c.Observed.Token != nil && c.Observed.Token.Push != nil {
		t := c.Observed.Token
		lines = append(lines, fmt.Sprintf("External Secrets with its %s, which may write `%s`.", object(t.Push.Store, t.Namespace), t.Push.Key))
	}
	for _, m := range p.Meshes {
		if r := m.RemoteSecrets; r != nil && slices.Contains(c.RemoteSecrets, m.Name) {
			prefix := "what is named after each cluster of mesh " + m.Name
			if r.Store.KeyPrefix != "" {
				prefix = code(r.Store.KeyPrefix + "*")
			}
			lines = append(lines, fmt.Sprintf("External Secrets with its %s, which may read %s.", object(r.Store.StoreRef, r.Namespace), prefix))
		}
	}
	return lines
}

// provided says of a repository what its meshes' providers need.
func provided(b *page, p *plan.Plan) {
	any := func(has func(plan.Mesh) bool) bool { return slices.ContainsFunc(p.Meshes, has) }
	if any(func(m plan.Mesh) bool { return m.TrustProvider == "self-signed" || m.TrustProvider == "manual" }) {
		b.line("- **Trust**: in each namespace with a control plane a Secret `cacerts` of one common root, where a")
		b.line("  mesh has more than one control plane. A single control plane may sign for itself.")
	}
	if any(func(m plan.Mesh) bool { return m.TrustProvider == "cert-manager" }) {
		b.line("- **Trust from cert-manager**: the issuer that the README of each cluster with a control plane names, of")
		b.line("  one common root. istiod waits for the Secret `cacerts` that cert-manager makes.")
	}
	if any(func(m plan.Mesh) bool { return m.TrustProvider == "external-secrets" }) {
		b.line("- **Trust from a secret store**: External Secrets and its store, and in it a signing certificate for each")
		b.line("  cluster with a control plane, of one common root. istiod waits for the Secret `cacerts`.")
	}
	if any(func(m plan.Mesh) bool { return len(m.AdditionalRoots) > 0 }) {
		b.line("- **Two roots**: workloads trust additional roots once they have been restarted, so that their agents")
		b.line("  listen for them. Move the signing certificates after that, and drop the old root last.")
	}
	encrypted(b, p)
	if any(func(m plan.Mesh) bool { return m.RemoteSecrets == nil && len(m.SOPS.RemoteSecrets) == 0 }) {
		b.line("- **Remote secrets**: the README of each cluster has the one command that makes its secret.")
	}
	if any(func(m plan.Mesh) bool { return m.RemoteSecrets != nil }) {
		b.line("- **Remote secrets from a secret store**: External Secrets and its store in each cluster whose README")
		b.line("  names them. Nothing is made by hand that a README does not show a command for.")
	}
}
