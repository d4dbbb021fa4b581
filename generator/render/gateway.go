package render

import (
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology"
)

// gatewayOperator is the IstioOperator of one gateway.
func gatewayOperator(g plan.Gateway) (manifest.Object, error) {
	iop, err := skeleton("operator/gateway.yaml")
	if err != nil {
		return nil, err
	}
	release(iop, g.Release, g.Platform)
	if len(g.Release.MeshConfig) > 0 {
		mergeInto(iop, manifest.Object(g.Release.MeshConfig).Clone(), "spec", "meshConfig")
	}
	if g.Revision != "" {
		iop.Set(g.Revision, "spec", "revision")
	}
	if g.SystemNamespace != topology.SystemNamespace {
		iop.Set(g.SystemNamespace, "spec", "values", "global", "istioNamespace")
	}
	if g.Network != "" {
		iop.Set(g.Network, "spec", "values", "global", "network")
	}
	list, chart := "ingressGateways", "istio-ingressgateway"
	if g.Kind == topology.Egress {
		list, chart = "egressGateways", "istio-egressgateway"
	}
	if g.Injected {
		iop.Set("gateway", "spec", "values", "gateways", chart, "injectionTemplate")
	}
	iop.Set([]any{gatewayComponent(g)}, "spec", "components", list)
	return iop, nil
}

func gatewayComponent(g plan.Gateway) map[string]any {
	labels := map[string]any{}
	for k, v := range g.Labels {
		labels[k] = v
	}
	c := manifest.Object{"name": g.Name, "enabled": true, "label": labels}
	if g.Namespace != g.SystemNamespace {
		c["namespace"] = g.Namespace
	}
	if g.EastWest && g.Network != "" {
		// Traffic through this gateway stays inside its network.
		c.Set([]any{map[string]any{"name": "ISTIO_META_REQUESTED_NETWORK_VIEW", "value": g.Network}}, "k8s", "env")
	}
	hpa := map[string]any{}
	if g.MinReplicas > 0 {
		hpa["minReplicas"] = int64(g.MinReplicas)
	}
	if g.MaxReplicas > 0 {
		hpa["maxReplicas"] = int64(g.MaxReplicas)
	}
	if len(hpa) > 0 {
		c.Set(hpa, "k8s", "hpaSpec")
	}
	if len(g.Service.Annotations) > 0 {
		annotations := map[string]any{}
		for k, v := range g.Service.Annotations {
			annotations[k] = v
		}
		c.Set(annotations, "k8s", "serviceAnnotations")
	}
	if s := gatewayService(g.Service); len(s) > 0 {
		c.Set(s, "k8s", "service")
	}
	return c
}

func gatewayService(s plan.Service) map[string]any {
	out := map[string]any{}
	for field, value := range map[string]string{
		"type": s.Type, "loadBalancerClass": s.LoadBalancerClass, "externalTrafficPolicy": s.ExternalTrafficPolicy,
	} {
		if value != "" {
			out[field] = value
		}
	}
	if len(s.LoadBalancerSourceRanges) > 0 {
		ranges := make([]any, len(s.LoadBalancerSourceRanges))
		for i, r := range s.LoadBalancerSourceRanges {
			ranges[i] = r
		}
		out["loadBalancerSourceRanges"] = ranges
	}
	if len(s.Ports) > 0 {
		ports := make([]any, len(s.Ports))
		for i, p := range s.Ports {
			ports[i] = map[string]any{"name": p.Name, "port": int64(p.Port), "targetPort": int64(p.TargetPort)}
		}
		out["ports"] = ports
	}
	return out
}
