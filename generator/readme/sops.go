package readme

import (
	"slices"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/secrets/layout"
)

// command makes secrets again; -f is whatever the user's topology is called.
func command(what string) string { return "isthmus secrets " + what + " -f topology.yaml -o ." }

// kept says how the remote secret of a cluster gets into Git.
func kept(b *page, c plan.Cluster, m plan.Mesh, observers string) {
	b.line("%s. The secret is kept encrypted in", observers)
	b.line("`%s`. Make it once this folder is applied, then generate again; add", layout.RemoteFile(m.Name, c.Name))
	b.line("`--context %s=CONTEXT` where the context is not named as the cluster, `--rotate` for a new token:\n", c.Name)
	b.fence("sh", command("remote")+" \\\n    --kubeconfig ~/.kube/config --cluster "+c.Name)
	if c.Observed.Exec != nil {
		b.line("\nControl planes authenticate by running `%s`, so there is no token in it.", c.Observed.Exec.Command)
	}
	if c.Observed.Type == plan.ConfigSecret {
		b.line("\nIt is the Secret `istio-kubeconfig`, with which the external istiod reaches its configuration; istiod")
		b.line("reads it as it starts, so restart it after a rotation.")
	}
}

// keptSigning says how the signing certificates of a cluster's control planes get
// into Git.
func keptSigning(b *page, p *plan.Plan, c plan.Cluster) {
	for _, m := range p.Meshes {
		if len(m.SOPS.Trust) == 0 || !slices.ContainsFunc(m.Hosts, func(h plan.Host) bool { return h.Cluster == c.Name }) {
			continue
		}
		b.heading(2, "Signing certificate for mesh "+m.Name)
		b.line("It is kept encrypted in `%s`, as the Secret `cacerts`. When it ends, and how to make it", layout.CA(m.Name, c.Name))
		b.line("anew, which istiod takes up without a restart:\n")
		b.fence("sh", command("status")+"\n"+command("ca")+" --rotate "+c.Name)
	}
}

// encrypted says of a repository what those need who apply what SOPS encrypted.
func encrypted(b *page, p *plan.Plan) {
	uses := func(m plan.Mesh) bool { return m.SOPS.Used() }
	any := func(has func(plan.Mesh) bool) bool { return slices.ContainsFunc(p.Meshes, has) }
	if !any(uses) {
		return
	}
	b.line("- **Encrypted secrets**: the age identity of one recipient, with whoever applies clusters with control")
	b.line("  planes. The files lie in `%s/` and are yours: isthmus refers to them and never changes them.", layout.Root)
	if any(func(m plan.Mesh) bool { return len(m.SOPS.Trust) > 0 }) {
		b.line("  `%s` makes the signing certificates; the key of the root is in no", command("ca"))
		b.line("  folder that is applied. istiod waits for the Secret `cacerts`.")
	}
	if any(func(m plan.Mesh) bool { return len(m.SOPS.RemoteSecrets) > 0 }) {
		b.line("  `%s --kubeconfig FILE` makes the remote secrets, of clusters that", command("remote"))
		b.line("  are applied already.")
	}
}

// decryption says what an engine needs to apply what SOPS encrypted.
func decryption(b *page, m plan.Mesh, sops bool) {
	if !sops {
		return
	}
	if m.Delivery.Flux != nil {
		b.heading(3, "Encrypted secrets with Flux")
		b.line("Flux decrypts them itself: the Kustomizations bear the cluster's `decryption`. The Secret that it names")
		b.line("holds the age identity under a key that ends in `.agekey`, in the namespace of the Kustomizations:\n")
		b.fence("sh", "kubectl create secret generic sops-age --namespace="+m.Delivery.Flux.Namespace+" --from-file=age.agekey=keys.txt")
	}
	if m.Delivery.ArgoCD != nil {
		b.heading(3, "Encrypted secrets with Argo CD")
		b.line("Argo CD decrypts nothing by itself, and a cluster's API server refuses what is still encrypted. Give")
		b.line("its repo-server a config management plugin: a sidecar with `sops` and `kustomize` in its image, the age")
		b.line("identity mounted and named by `SOPS_AGE_KEY_FILE`, and this as its `plugin.yaml`. It finds the")
		b.line("clusters' folders by itself, so no Application changes, and decrypts in the copy of the repository that")
		b.line("the sidecar gets for each rendering and drops after it:\n")
		b.fence("yaml", plugin)
		b.line("\nPlugins that decrypt through generators of a kustomization, such as KSOPS, or for Helm, such as")
		b.line("helm-secrets, do not see these files, which kustomizations list as plain resources.")
	}
}

// plugin decrypts before kustomize builds. The sidecar has a copy of the
// repository of its own for each rendering.
const plugin = `apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata:
  name: kustomize-sops
spec:
  discover:
    find:
      command: [sh, -c, "test -d ../../secrets && ls kustomization.yaml"]
  generate:
    command: [sh, -ec]
    args:
    - |
      find ../../secrets -name '*.sops.yaml' ! -name root-ca.sops.yaml -print0 |
        xargs -0 -n1 sops decrypt --in-place >&2
      kustomize build .`

// delivers says whether what a mesh delivers holds encrypted secrets: its own, or
// those of a mesh that shares one of its clusters.
func delivers(p *plan.Plan, m plan.Mesh) bool {
	return slices.ContainsFunc(p.Clusters, func(c plan.Cluster) bool {
		return c.Owner == m.Name && len(layout.Expected(p, c)) > 0
	})
}
