package render

import (
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology"
)

// cacerts renders what a controller makes the Secret cacerts of.
func cacerts(c plan.CACerts) (manifest.Object, error) {
	if c.CertManager == nil {
		o, err := skeleton("secrets/cacerts.yaml")
		if err != nil {
			return nil, err
		}
		o.Set(c.Namespace, "metadata", "namespace")
		o.Set(c.ExternalSecrets.RefreshInterval, "spec", "refreshInterval")
		o.Set(ref(c.ExternalSecrets.StoreRef), "spec", "secretStoreRef")
		fromStore(o, c.Key)
		return o, nil
	}
	o, err := skeleton("secrets/certificate.yaml")
	if err != nil {
		return nil, err
	}
	cm := c.CertManager
	o.Set(c.Namespace, "metadata", "namespace")
	o.Set([]any{c.Cluster}, "spec", "subject", "localities")
	o.Set(cm.Duration, "spec", "duration")
	o.Set(cm.RenewBefore, "spec", "renewBefore")
	names := make([]any, len(c.Istiods))
	for i, istiod := range c.Istiods {
		names[i] = istiod + "." + c.Namespace + ".svc"
	}
	o.Set(names, "spec", "dnsNames")
	o.Set([]any{"spiffe://" + c.TrustDomain}, "spec", "uris")
	o.Set(cm.PrivateKey.Algorithm, "spec", "privateKey", "algorithm")
	o.Set(int64(cm.PrivateKey.Size), "spec", "privateKey", "size")
	issuer := ref(cm.IssuerRef)
	issuer["group"] = "cert-manager.io"
	o.Set(issuer, "spec", "issuerRef")
	return o, nil
}

// trusted sets what an install of a control plane needs of trust and of the
// clusters that it observes.
func trusted(iop manifest.Object, in plan.Install) {
	if in.ExecCredentials {
		options := []string{"exec"}
		given, _ := iop.Get("spec", "values", "pilot", "env", topology.ExecEnv).(string) // anything else permits nothing
		for o := range strings.SplitSeq(given, ",") {
			if o = strings.TrimSpace(o); o != "" && !slices.Contains(options, o) {
				options = append(options, o)
			}
		}
		slices.Sort(options)
		addEnv(iop, topology.ExecEnv, strings.Join(options, ","))
	}
	if len(in.AdditionalRoots) == 0 {
		return
	}
	// As Istio's own test of several roots has it: istiod tells the agents of all
	// of them, and the agents listen (tests/integration/security/ca_custom_root;
	// pilot/pkg/xds/pcds.go; pkg/istio-agent/xds_proxy.go).
	addEnv(iop, "ISTIO_MULTIROOT_MESH", "true")
	iop.Set("true", "spec", "meshConfig", "defaultConfig", "proxyMetadata", "PROXY_CONFIG_XDS_AGENT")
	roots := slices.Clone(iop.List("spec", "meshConfig", "caCertificates"))
	for _, root := range in.AdditionalRoots {
		roots = append(roots, map[string]any{"pem": root})
	}
	iop.Set(roots, "spec", "meshConfig", "caCertificates")
}

// waitForSecrets has istiod's pod wait for Secrets that controllers make, in
// whatever order an engine applies them. In the chart the volumes are optional:
// without cacerts istiod would make a root of its own, and an external one
// without istio-kubeconfig would take the cluster that it runs in for the one
// with its configuration. Neither looks again before it starts anew.
func waitForSecrets(objects []manifest.Object, in plan.Install) {
	for _, o := range objects {
		if o.Kind() != "Deployment" {
			continue
		}
		for _, v := range o.List("spec", "template", "spec", "volumes") {
			m, ok := v.(map[string]any)
			if !ok {
				continue
			}
			name := manifest.Object(m).Text("secret", "secretName")
			if in.NeedsCACerts && name == "cacerts" || in.NeedsKubeconfig && name == "istio-kubeconfig" {
				manifest.Object(m).Set(false, "secret", "optional")
			}
		}
	}
}
