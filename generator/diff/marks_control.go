package diff

import (
	"cmp"
	"fmt"
	"slices"

	"isthmus.dev/isthmus/generator/manifest"
)

const (
	revisionLabel = "istio.io/rev"
	tagLabel      = "istio.io/tag"
)

// controlPlaneMarks judges an object of istiod that goes while its cluster stays.
func controlPlaneMarks(old *object) []Mark {
	label := func(name string) string { return old.Text("metadata", "labels", name) }
	if label("app.kubernetes.io/name") != "istiod" && label("app") != "istiod" || old.id.Place != "" {
		return nil
	}
	of := "revision " + cmp.Or(label(revisionLabel), "default")
	if tag := label(tagLabel); tag != "" {
		of = "revision tag " + tag
	}
	switch old.Kind() {
	case "Deployment", "Service":
		return []Mark{markOf(RuleControlPlane, old, "the control plane of "+of+" goes",
			"Its proxies lose their control plane: they get no more configuration, and no certificate when theirs ends, 24 hours after it was issued by default. Restart them with another revision first.")}
	case "MutatingWebhookConfiguration":
		return []Mark{markOf(RuleControlPlane, old, "the injector of "+of+" goes",
			"Pods that ask for it start without a sidecar, and gateways that it injects do not start at all. Label their namespaces with another revision first, and restart them with it.")}
	}
	return nil
}

// The finalizer with which Argo CD deletes what an Application installed.
const resourcesFinalizer = "resources-finalizer.argocd.argoproj.io"

const whyOnRemove = "From now on a cluster that leaves the topology is uninstalled: the engine deletes control plane, gateways and whatever else it installed there, while workloads still use them."

// removalMarks looks for engines that delete from now on what they leave today.
func removalMarks(old, now *object) []Mark {
	what := ""
	switch now.id.Group + "/" + now.Kind() {
	case "argoproj.io/Application":
		if finalized(now.Object) && !finalized(old.Object) {
			what = "metadata.finalizers: " + resourcesFinalizer + " is new"
		}
	case "argoproj.io/ApplicationSet":
		const field = "preserveResourcesOnDeletion"
		if old.Get("spec", "syncPolicy", field) == true && now.Get("spec", "syncPolicy", field) != true {
			what = "spec.syncPolicy." + field + ": true → false"
		}
	case "kustomize.toolkit.fluxcd.io/Kustomization":
		const orphan = "Orphan"
		if a, b := old.Text("spec", "deletionPolicy"), now.Text("spec", "deletionPolicy"); a == orphan && b != orphan {
			what = fmt.Sprintf("spec.deletionPolicy: %s → %s", a, cmp.Or(b, "MirrorPrune"))
		}
	}
	if what == "" {
		return nil
	}
	return []Mark{markOf(RuleOnRemove, now, what, whyOnRemove)}
}

func finalized(o manifest.Object) bool {
	return slices.Contains(texts(o.List("metadata", "finalizers")), resourcesFinalizer)
}
