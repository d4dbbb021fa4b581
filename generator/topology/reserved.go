package topology

import (
	"fmt"
	"sort"
	"strings"
)

// reservedValues are Helm values that belong to the plan, with the topology
// field to use instead. Some of them drop objects silently.
func reservedValues() map[string]string {
	const (
		roles    = "set the role of the cluster and its controlPlane"
		always   = "remove it, isthmus needs those objects"
		gateways = "describe the gateway under spec.clusters[].gateways"
		revision = "use istio.revision or istio.revisions"
	)
	r := map[string]string{
		"global.resourceScope":                     always,
		"global.istioNamespace":                    "use externalControlPlane.namespace for an external control plane; elsewhere it is istio-system",
		"global.meshID":                            "use spec.meshID",
		"global.network":                           "use spec.clusters[].network",
		"global.multiCluster":                      "use spec.clusters[].name",
		"global.externalIstiod":                    roles,
		"global.configCluster":                     roles,
		"global.remotePilotAddress":                "use eastWestGateway.address of the primary",
		"global.caAddress":                         "use externalControlPlane.address",
		"global.operatorManageWebhooks":            roles,
		"global.omitSidecarInjectorConfigMap":      roles,
		"global.enableReaderRBAC":                  always,
		"global.platform":                          "use spec.clusters[].platform",
		"platform":                                 "use spec.clusters[].platform",
		"global.hub":                               "use istio.hub",
		"global.tag":                               "use istio.version",
		"global.profile":                           `remove it, the role decides the profile (the one that was "external" is "remote" today)`,
		"profile":                                  `remove it, the role decides the profile (the one that was "external" is "remote" today)`,
		"revision":                                 revision,
		"revisionTags":                             "use istio.tags",
		"defaultRevision":                          "use default: true of an entry of istio.revisions",
		"base.excludedCRDs":                        "use spec.clusters[].crds: external where another owner installs the CRDs",
		"base.enableCRDTemplates":                  "use spec.clusters[].crds: external where another owner installs the CRDs",
		"base.enableIstioConfigCRDs":               "use spec.clusters[].crds: external where another owner installs the CRDs",
		"base.validationURL":                       "use externalControlPlane.address",
		"istiodRemote":                             roles,
		"meshConfig":                               "use istio.meshConfig",
		"pilot.enabled":                            roles,
		"pilot.configMap":                          roles,
		"pilot.hub":                                "use istio.hub",
		"pilot.tag":                                "use istio.version",
		"pilot.env.CLUSTER_ID":                     "use spec.clusters[].name",
		"pilot.env.EXTERNAL_ISTIOD":                roles,
		"pilot.env.REVISION":                       revision,
		"pilot.env.SHARED_MESH_CONFIG":             roles,
		"pilot.env.LOCAL_CLUSTER_SECRET_WATCHER":   roles,
		"pilot.env.INJECTION_WEBHOOK_CONFIG_NAME":  roles,
		"pilot.env.VALIDATION_WEBHOOK_CONFIG_NAME": roles,
		"pilot.env.ISTIOD_CUSTOM_HOST":             "use eastWestGateway.address or externalControlPlane.address",
	}
	for _, g := range []string{"istio-ingressgateway", "istio-egressgateway"} {
		for _, k := range []string{"autoscaleEnabled", "autoscaleMin", "autoscaleMax"} {
			r["gateways."+g+"."+k] = "use eastWestGateway.replicas, or an overlay for an ordinary gateway: this key would steer all gateways alike"
		}
		for _, k := range []string{"enabled", "name", "labels", "injectionTemplate", "ports", "type", "customService"} {
			r["gateways."+g+"."+k] = gateways
		}
	}
	return r
}

// unreadValues are values that Istio's schema has (operator/pkg/apis/values_types.proto)
// and no chart reads, each with the one that the charts read instead.
func unreadValues() map[string]string {
	return map[string]string{
		"istioCni":                   "pilot.cni",
		"istio_cni":                  "pilot.cni",
		"global.waypoint.toleration": "unvalidatedValues.global.waypoint.tolerations", // files/waypoint.yaml of the chart istiod
	}
}

// reservedMeshKeys are fields of MeshConfig that belong to the plan. The trust
// domain is compared on its own, since naming the same one twice does no harm.
func reservedMeshKeys() map[string]string {
	return map[string]string{
		"defaultConfig.discoveryAddress": "remove it, it follows from the roles and addresses of the clusters",
		"defaultConfig.meshId":           "use spec.meshID",
	}
}

// reserved finds reserved keys in Helm values, also in those that pass by
// Istio's validation, however deep the user wrote them, and old spellings.
func (v *validator) reserved(d *document, path string, values map[string]any) {
	v.reservedIn(d, path, values, reservedValues())
	if raw, ok := values["unvalidatedValues"].(map[string]any); ok {
		v.reservedIn(d, path+".unvalidatedValues", raw, reservedValues())
	}
	oldSpellings(d, path, values)
}

func (v *validator) reservedIn(d *document, path string, values map[string]any, keys map[string]string) {
	names := make([]string, 0, len(keys))
	for k := range keys {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, name := range names {
		if _, found := lookup(values, name); found {
			d.missing(path+"."+name, "this key is reserved: it belongs to the plan", keys[name])
		}
	}
}

func (v *validator) reservedMeshConfig(d *document, path string, meshConfig map[string]any) {
	v.reservedIn(d, path, meshConfig, reservedMeshKeys())
	td, given := meshConfig["trustDomain"]
	if !given {
		return
	}
	if want := d.trustDomain(); td != want {
		value, _ := td.(string) // anything else is no trust domain either
		d.wrong(path+".trustDomain", value, "conflicts with spec.trustDomain, which is "+want, "remove it here and set spec.trustDomain")
	}
}

func (d *document) trustDomain() string {
	if td := d.top.Spec.TrustDomain; td != "" {
		return td
	}
	return DefaultTrustDomain
}

// oldSpellings finds what older releases of Istio took and this one does not.
func oldSpellings(d *document, path string, value any) {
	switch x := value.(type) {
	case map[string]any:
		keys := make([]string, 0, len(x))
		for k := range x {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			oldSpellings(d, path+"."+k, x[k])
		}
	case []any:
		for i, item := range x {
			oldSpellings(d, fmt.Sprintf("%s[%d]", path, i), item)
		}
	case string:
		if strings.Contains(x, ":ENV:cluster=") {
			d.wrong(path, x, "is the old spelling of an injection path", "the new one is /inject/cluster/<cluster>/net/<network>, and isthmus writes it from the names of cluster and network; remove it")
		}
	}
}

// lookup finds a value by its dotted path.
func lookup(m map[string]any, path string) (any, bool) {
	key, rest, nested := strings.Cut(path, ".")
	v, found := m[key]
	if !found || !nested {
		return v, found
	}
	inner, ok := v.(map[string]any)
	if !ok {
		return nil, false
	}
	return lookup(inner, rest)
}
