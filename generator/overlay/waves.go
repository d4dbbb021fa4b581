package overlay

import (
	"fmt"
	"path"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
)

// syncWave is Argo CD's annotation for the order within one sync.
const syncWave = "argocd.argoproj.io/sync-wave"

// Waves has Argo CD apply the objects of a cluster, which it annotates, in the
// order of roll-out, through the built-in Component argocd. An object that has a wave already, from
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
	// Only the annotation is taken over: a build also completes references, such as
	// the namespace of a RoleBinding's subject, and that would be a trace of the
	// engine in the objects.
	waves := map[manifest.ID]string{}
	for _, object := range out {
		waves[object.ID()] = object.Text("metadata", "annotations", syncWave)
	}
	for _, c := range in {
		for _, object := range c.Objects {
			if wave := waves[object.ID()]; wave != "" {
				object.Set(wave, "metadata", "annotations", syncWave)
			}
		}
	}
	return in, nil
}

// waveOf names the stage whose wave an object gets. CRDs and Namespaces get
// none, wherever they lie. Autoscalers and load balancers come last: Argo CD
// takes the one for Degraded without a metrics server, the other for Progressing
// without an address, and either would keep every later wave from starting. So
// would remote secrets of clusters that have not put theirs into the store.
func waveOf(s component.Stage, o manifest.Object) string {
	switch {
	case o.Kind() == "Namespace":
		return component.Namespaces.Name()
	case o.Kind() == "CustomResourceDefinition":
		return component.CRDs.Name()
	case s == component.RemoteSecrets && o.Kind() == "ExternalSecret":
		return "last"
	case o.Kind() == "HorizontalPodAutoscaler", o.Kind() == "Service" && o.Text("spec", "type") == "LoadBalancer":
		return "last"
	}
	return s.Name()
}
