package render

import (
	"strings"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology"
)

// Where an external istiod's image has the system's roots (guide "Install Istio
// with an external control plane").
const systemRoots = "/etc/ssl/certs/ca-certificates.crt"

// release sets what every install has of its release: images, charts, the
// user's values and mesh configuration.
func release(iop manifest.Object, r topology.Release, platform string) {
	iop.Set(r.Hub, "spec", "hub")
	iop.Set(r.Version, "spec", "tag")
	if r.Manifests != "" {
		iop.Set(r.Manifests, "spec", "installPackagePath")
	}
	values := manifest.Object(r.Values).Clone()
	// Istio's own validation knows no value that is newer than its API; what
	// stands here passes by it.
	if raw, given := values["unvalidatedValues"]; given {
		iop.Set(raw, "spec", "unvalidatedValues")
		delete(values, "unvalidatedValues")
	}
	if len(values) > 0 {
		mergeInto(iop, values, "spec", "values")
	}
	if istioKnows(platform) {
		iop.Set(platform, "spec", "values", "global", "platform")
	}
}

// mergeInto merges a map into a field.
func mergeInto(o manifest.Object, over map[string]any, path ...string) {
	if o.Map(path...) == nil {
		o.Set(map[string]any{}, path...)
	}
	overlay(o.Map(path...), over)
}

// istioKnows: aks and eks are isthmus's own, Istio's charts refuse them.
func istioKnows(platform string) bool {
	return platform != "" && platform != "aks" && platform != "eks"
}

// installOperator is the IstioOperator of an install, without its chart base.
func installOperator(in plan.Install) (manifest.Object, error) {
	iop, err := skeleton("operator/" + string(in.Kind) + ".yaml")
	if err != nil {
		return nil, err
	}
	release(iop, in.Release, in.Platform)
	if len(in.Release.MeshConfig) > 0 && (in.Kind != plan.Served || in.MeshConfigMap) {
		mergeInto(iop, manifest.Object(in.Release.MeshConfig).Clone(), "spec", "meshConfig")
	}
	identity(iop, in)
	served(iop, in)
	if in.External != nil {
		external(iop, in)
	}
	if in.CustomHost != "" {
		addEnv(iop, "ISTIOD_CUSTOM_HOST", in.CustomHost)
	}
	trusted(iop, in)
	cni(iop, in)
	return iop, nil
}

// identity sets who the control plane is.
func identity(iop manifest.Object, in plan.Install) {
	global := func(value any, path ...string) {
		iop.Set(value, append([]string{"spec", "values", "global"}, path...)...)
	}
	if in.Revision != "" {
		iop.Set(in.Revision, "spec", "revision")
	}
	if len(in.Tags) > 0 {
		tags := make([]any, len(in.Tags))
		for i, t := range in.Tags {
			tags[i] = t
		}
		iop.Set(tags, "spec", "values", "revisionTags")
	}
	if in.Namespace != topology.SystemNamespace {
		global(in.Namespace, "istioNamespace")
	}
	if in.MeshID != "" {
		global(in.MeshID, "meshID")
	}
	if in.ClusterName != "" {
		global(in.ClusterName, "multiCluster", "clusterName")
	}
	if in.Network != "" {
		global(in.Network, "network")
	}
	if in.ServesRemotes {
		global(true, "externalIstiod")
	}
	if in.TrustDomain != "" {
		iop.Set(in.TrustDomain, "spec", "meshConfig", "trustDomain")
	}
	if in.DefaultRevision != "" {
		iop.Set(in.DefaultRevision, "spec", "values", "defaultRevision")
	}
}

// served sets how a cluster reaches the control plane elsewhere.
func served(iop manifest.Object, in plan.Install) {
	for _, f := range []struct {
		value string
		path  string
	}{
		{in.InjectionPath, "istiodRemote.injectionPath"},
		{in.InjectionURL, "istiodRemote.injectionURL"},
		{in.PilotAddress, "global.remotePilotAddress"},
		{in.ValidationURL, "base.validationURL"},
		{in.CABundle, "istiodRemote.injectionCABundle"},
		{in.CABundle, "base.validationCABundle"},
	} {
		if f.value != "" {
			iop.Set(f.value, append([]string{"spec", "values"}, strings.Split(f.path, ".")...)...)
		}
	}
	if in.ConfigCluster {
		iop.Set(true, "spec", "values", "global", "configCluster")
	}
	if in.MeshConfigMap {
		iop.Set(true, "spec", "values", "pilot", "configMap")
	}
}

// external sets what an external istiod needs to know of its mesh.
func external(iop manifest.Object, in plan.Install) {
	e := in.External
	iop.Set(in.Namespace, "metadata", "namespace")
	iop.Set(e.Address, "spec", "values", "global", "caAddress")
	iop.Set(e.Address, "spec", "meshConfig", "defaultConfig", "discoveryAddress")
	if iop.Get("spec", "meshConfig", "rootNamespace") == nil {
		iop.Set(in.Namespace, "spec", "meshConfig", "rootNamespace")
	}
	if e.Terminated {
		mergeInto(iop, map[string]any{"XDS_ROOT_CA": systemRoots, "CA_ROOT_CA": systemRoots}, "spec", "meshConfig", "defaultConfig", "proxyMetadata")
	}
	addEnv(iop, "INJECTION_WEBHOOK_CONFIG_NAME", e.InjectionWebhook)
	addEnv(iop, "VALIDATION_WEBHOOK_CONFIG_NAME", e.ValidationWebhook)
	addEnv(iop, "CLUSTER_ID", in.ClusterName)
	addEnv(iop, "SHARED_MESH_CONFIG", topology.Revised("istio", in.Revision))
	if in.Revision == "" {
		return
	}
	for _, overlay := range iop.Each("spec", "components", "pilot", "k8s", "overlays") {
		overlay["name"] = topology.Revised(overlay.Text("name"), in.Revision)
		for _, patch := range overlay.Each("patches") {
			if name := patch.Text("value", "configMap", "name"); name != "" {
				patch.Set(topology.Revised(name, in.Revision), "value", "configMap", "name")
			}
		}
	}
}

// addEnv sets a variable of istiod's environment as the guides do, by a patch of
// the Deployment.
func addEnv(iop manifest.Object, name string, value any) {
	path := []string{"spec", "components", "pilot", "k8s", "env"}
	for _, e := range iop.Each(path...) {
		if e["name"] == name {
			e["value"] = value
			return
		}
	}
	iop.Set(append(iop.List(path...), map[string]any{"name": name, "value": value}), path...)
}

// cni adds Istio's CNI plugin.
func cni(iop manifest.Object, in plan.Install) {
	if in.CNI == nil {
		return
	}
	iop.Set(true, "spec", "components", "cni", "enabled")
	if in.CNI.Namespace != "" {
		iop.Set(in.CNI.Namespace, "spec", "components", "cni", "namespace")
	}
}

// baseOperator is the IstioOperator of an install's chart base alone. It holds
// nothing that tells one cluster from another of its kind, so that many
// clusters share one rendering.
func baseOperator(in plan.Install) (manifest.Object, error) {
	iop, err := skeleton("operator/base.yaml")
	if err != nil {
		return nil, err
	}
	release(iop, in.Release, in.Platform)
	shared := plan.Install{
		Namespace: in.Namespace, DefaultRevision: in.DefaultRevision,
		ValidationURL: in.ValidationURL, CABundle: in.CABundle,
	}
	identity(iop, shared)
	served(iop, shared)
	return iop, nil
}
