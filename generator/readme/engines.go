package readme

import "isthmus.dev/isthmus/generator/plan"

// The lowest versions that have all fields that are emitted, by what each release
// brought: e2e runs later ones alone.
const (
	// retry.refresh of a sync policy.
	lowestArgoCD = "3.2"
	// deletionPolicy of a Kustomization (kustomize-controller 1.5), and for an
	// OCIRepository its API version v1 (source-controller 1.6).
	lowestFlux, lowestFluxOCI = "2.5", "2.6"
)

// engines says how the engines that a mesh asks for take over.
func engines(b *page, m plan.Mesh) {
	if a := m.Delivery.ArgoCD; a != nil {
		b.heading(2, "Argo CD, for mesh "+m.Name)
		b.line("Version %s or later. The entry point, once, in the cluster with Argo CD:\n", lowestArgoCD)
		b.fence("sh", "kubectl apply --server-side -k argocd/app-of-apps/"+m.Name)
		b.line("\nIt brings the AppProject `%s` and one Application for each cluster. Sync waves carry the order of", a.Project)
		b.line("roll-out within a cluster. Applications have no health of their own by default, so nothing orders")
		b.line("the clusters among each other: they retry until what they need is there.")
		b.line("%s", onRemove(m))
	}
	if f := m.Delivery.Flux; f != nil {
		lowest := lowestFlux
		if f.Source.Kind == "OCIRepository" {
			lowest = lowestFluxOCI
		}
		b.heading(2, "Flux, for mesh "+m.Name)
		if f.Mode == "hub" {
			b.line("Version %s or later. The entry point is `./flux`: include it in what the hub's Flux applies. It brings", lowest)
			b.line("the %s `%s` and, for each cluster, a Kustomization for each group of stages.", f.Source.Kind, f.Source.Name)
		} else {
			b.line("Version %s or later. The entry point is `./flux/clusters/<cluster>`: include it in what each cluster's", lowest)
			b.line("own Flux applies. It brings the %s `%s` and a Kustomization for each group of stages.", f.Source.Kind, f.Source.Name)
		}
		b.line("%s", onRemove(m))
	}
}

func onRemove(m plan.Mesh) string {
	if m.Delivery.Delete {
		return "A cluster that leaves the topology loses what was installed there (`onRemove: delete`)."
	}
	return "A cluster that leaves the topology keeps what was installed there (`onRemove: orphan`)."
}
