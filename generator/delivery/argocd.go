package delivery

import (
	"errors"
	"path"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/secrets/layout"
	"isthmus.dev/isthmus/generator/tree"
	"isthmus.dev/isthmus/templates"
)

// The finalizer with which Argo CD deletes what an Application installed.
const resourcesFinalizer = "resources-finalizer.argocd.argoproj.io"

func skeleton(name string) (manifest.Object, error) {
	return manifest.Skeleton(templates.FS, path.Join("argocd", name+".yaml"))
}

// addArgoCD adds what the clusters of a mesh share: the project, the
// ApplicationSet where it is preferred, and the entry point.
func addArgoCD(t *tree.Tree, p *plan.Plan, overlays map[string][]byte) error {
	var (
		resources, applications []string
		errs                    []error
	)
	for _, m := range p.Meshes {
		a := m.Delivery.ArgoCD
		if a == nil {
			continue
		}
		project, err := appProject(p, m, overlays)
		if err == nil {
			var name string
			name, err = addObject(t, tree.Shared, argocdFolder, project)
			resources = append(resources, name)
		}
		errs = append(errs, err)
		if a.ApplicationSet {
			set, err := applicationSet(p, m)
			if err == nil {
				var name string
				name, err = addObject(t, tree.Shared, argocdFolder, set)
				resources = append(resources, name)
			}
			errs = append(errs, err)
		} else {
			for _, c := range owned(p, m) {
				applications = append(applications, applicationFile(m, c))
			}
		}
		errs = append(errs, addEntryPoint(t, m))
	}
	if len(resources) == 0 {
		return errors.Join(errs...)
	}
	if len(applications) > 0 {
		resources = append(resources, "applications")
		errs = append(errs, t.AddKustomization(tree.Shared, path.Join(argocdFolder, "applications"), applications))
	}
	return errors.Join(append(errs, t.AddKustomization(tree.Shared, argocdFolder, resources))...)
}

// addEntryPoint adds the app of apps, in a folder that the one it applies does
// not include.
func addEntryPoint(t *tree.Tree, m plan.Mesh) error {
	a := m.Delivery.ArgoCD
	o, err := skeleton("app-of-apps")
	if err != nil {
		return err
	}
	o.Set(m.Name, "metadata", "name")
	o.Set(a.Namespace, "metadata", "namespace")
	o.Set(a.Namespace, "spec", "destination", "namespace")
	o.Set(source(m, argocdFolder), "spec", "source")
	folder := path.Join(argocdFolder, "app-of-apps", m.Name)
	name, err := addObject(t, tree.Shared, folder, o)
	if err != nil {
		return err
	}
	return t.AddKustomization(tree.Shared, folder, []string{name})
}

func applicationName(m plan.Mesh, c plan.Cluster) string { return m.Name + "-" + c.Name }

func applicationFile(m plan.Mesh, c plan.Cluster) string {
	return manifest.FileName(manifest.ID{Group: "argoproj.io", Kind: "Application", Namespace: m.Delivery.ArgoCD.Namespace, Name: applicationName(m, c)})
}

func addApplication(t *tree.Tree, m plan.Mesh, c Cluster) error {
	o, err := application(m)
	if err != nil {
		return err
	}
	o.Set(applicationName(m, c.Cluster), "metadata", "name")
	o.Set(generatePaths(c), "metadata", "annotations", "argocd.argoproj.io/manifest-generate-paths")
	o.Set(source(m, tree.ClusterFolder(c.Name)), "spec", "source")
	o.Set(destination(c.Cluster, c.SystemNamespace), "spec", "destination")
	_, err = addObject(t, c.Name, path.Join(argocdFolder, "applications"), o)
	return err
}

// application is what all Applications of a mesh have in common.
func application(m plan.Mesh) (manifest.Object, error) {
	o, err := skeleton("application")
	if err != nil {
		return nil, err
	}
	o.Set(m.Delivery.ArgoCD.Namespace, "metadata", "namespace")
	o.Set(m.Delivery.ArgoCD.Project, "spec", "project")
	if m.Delivery.Delete {
		o.Set([]any{resourcesFinalizer}, "metadata", "finalizers")
	}
	return o, nil
}

func source(m plan.Mesh, folder string) map[string]any {
	a := m.Delivery.ArgoCD
	return map[string]any{"repoURL": a.RepoURL, "targetRevision": a.TargetRevision, "path": path.Join(a.Path, folder)}
}

// destination is a namespace of the cluster as Argo CD knows it, by its own name
// unless said otherwise. Every object brings its namespace; that of an Application
// is where Argo CD looks first.
func destination(c plan.Cluster, namespace string) map[string]any {
	out := map[string]any{"name": c.Name, "namespace": namespace}
	if d := c.Delivery.ArgoCD; d != nil && d.Destination.Server != "" {
		out = map[string]any{"server": d.Destination.Server, "namespace": namespace}
	} else if d != nil && d.Destination.Name != "" {
		out["name"] = d.Destination.Name
	}
	return out
}

// generatePaths says which folders a cluster's manifests depend on, relative to
// its own, so that a commit elsewhere does not render it again.
func generatePaths(c Cluster) string {
	paths := []string{"."}
	for _, b := range basesOf(c.Cluster) {
		paths = append(paths, path.Join("..", "..", b))
	}
	for _, k := range c.Components {
		if k.Shared {
			paths = append(paths, path.Join("..", "..", k.Path))
		}
		for _, f := range k.Folders {
			paths = append(paths, path.Join("..", "..", f))
		}
	}
	return strings.Join(paths, ";")
}

// setPaths is generatePaths for all clusters of an ApplicationSet. It does not name
// the very folders of each: their versions would make two pull requests for two
// clusters meet in one file. The secrets of an external cluster may be those of
// another mesh.
func setPaths(p *plan.Plan) string {
	paths := ".;../../base"
	if slices.ContainsFunc(p.Meshes, func(m plan.Mesh) bool { return m.SOPS.Used() }) {
		paths += ";../../" + layout.Root
	}
	return paths
}

// applicationSet makes the Applications of a mesh from a list of its clusters.
func applicationSet(p *plan.Plan, m plan.Mesh) (manifest.Object, error) {
	o, err := skeleton("applicationset")
	if err != nil {
		return nil, err
	}
	template, err := application(m)
	if err != nil {
		return nil, err
	}
	var elements []any
	for _, c := range owned(p, m) {
		d := destination(c, c.SystemNamespace)
		name, _ := d["name"].(string)     // one of the two
		server, _ := d["server"].(string) // is there
		elements = append(elements, map[string]any{
			"application": applicationName(m, c), "cluster": c.Name, "name": name, "server": server, "namespace": c.SystemNamespace,
		})
	}
	template.Set("{{ .application }}", "metadata", "name")
	template.Set(setPaths(p), "metadata", "annotations", "argocd.argoproj.io/manifest-generate-paths")
	src := source(m, tree.ClusterFolder("CLUSTER"))
	src["path"] = strings.TrimSuffix(manifest.Object(src).Text("path"), "CLUSTER") + "{{ .cluster }}"
	template.Set(src, "spec", "source")
	template.Set(map[string]any{"name": "{{ .name }}", "server": "{{ .server }}", "namespace": "{{ .namespace }}"}, "spec", "destination")
	delete(template.Map("metadata"), "namespace")
	delete(template, "apiVersion")
	delete(template, "kind")

	o.Set(m.Name, "metadata", "name")
	o.Set(m.Delivery.ArgoCD.Namespace, "metadata", "namespace")
	o.Set([]any{map[string]any{"list": map[string]any{"elements": elements}}}, "spec", "generators")
	o.Set(map[string]any(template), "spec", "template")
	if !m.Delivery.Delete {
		o.Set(true, "spec", "syncPolicy", "preserveResourcesOnDeletion")
	}
	return o, nil
}

// appProject limits sources, destinations and cluster-scoped kinds to what the
// mesh needs.
func appProject(p *plan.Plan, m plan.Mesh, overlays map[string][]byte) (manifest.Object, error) {
	o, err := skeleton("project")
	if err != nil {
		return nil, err
	}
	a := m.Delivery.ArgoCD
	added, err := addedBy(overlays)
	if err != nil {
		return nil, err
	}
	kinds := slices.Concat(clusterKinds(), added)
	var destinations []any
	for _, c := range owned(p, m) {
		// Not namespace by namespace: one that leaves the topology would leave the
		// project in the same commit, and Argo CD no longer sees, so never prunes,
		// what its project does not permit (controller/state.go, IsLiveResourcePermitted).
		destinations = append(destinations, destination(c, "*"))
	}
	slices.SortFunc(kinds, func(x, y kind) int { return strings.Compare(x.group+"/"+x.kind, y.group+"/"+y.kind) })
	var allowed []any
	for _, k := range slices.Compact(kinds) {
		allowed = append(allowed, map[string]any{"group": k.group, "kind": k.kind})
	}
	o.Set(a.Project, "metadata", "name")
	o.Set(a.Namespace, "metadata", "namespace")
	o.Set([]any{a.RepoURL}, "spec", "sourceRepos")
	o.Set(destinations, "spec", "destinations")
	o.Set(allowed, "spec", "clusterResourceWhitelist")
	return o, nil
}
