package overlay

import (
	"fmt"
	"path"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
)

// syncWave is Argo CD's annotation for the order within one sync.
const syncWave = "argocd.argoproj.io/sync-wave"

// Waves has Argo CD apply the objects of a cluster in the order of roll-out,
// through the built-in Component argocd. An object that has a wave already, from
// a user's overlay, keeps it.
func (o *Overlays) Waves(in []component.Component) ([]component.Component, error) {
	marked := mark(in, func(i, j int) (key, value string) {
		object := in[i].Objects[j]
		if object.Map("metadata", "annotations")[syncWave] != nil {
			return "", ""
		}
		return stage, waveOf(in[i].Stage, object)
	})
	out, err := o.build(marked, []string{path.Join(builtin, "argocd")})
	if err != nil {
		return nil, fmt.Errorf("sync waves: %w", err)
	}
	for _, object := range out {
		unmark(object, stage)
	}
	return sortOut(in, out)
}

// waveOf names the stage whose wave an object gets. CRDs and Namespaces get
// none, wherever they lie. Autoscalers and load balancers come last: Argo CD
// takes the one for Degraded without a metrics server, the other for Progressing
// without an address, and either would keep every later wave from starting.
func waveOf(s component.Stage, o manifest.Object) string {
	switch {
	case o.Kind() == "Namespace":
		return component.Namespaces.Name()
	case o.Kind() == "CustomResourceDefinition":
		return component.CRDs.Name()
	case o.Kind() == "HorizontalPodAutoscaler", o.Kind() == "Service" && o.Text("spec", "type") == "LoadBalancer":
		return "last"
	}
	return s.Name()
}
