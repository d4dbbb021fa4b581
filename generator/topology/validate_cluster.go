package topology

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/util/validation"

	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

func (v *validator) clusterFields(d *document) {
	for i, c := range d.top.Spec.Clusters {
		d.oneOf(at(i, "platform"), c.Platform, "gke", "openshift", "k3s", "k3d", "microk8s", "minikube", "aks", "eks")
		d.oneOf(at(i, "crds"), c.CRDs, "managed", "external")
		if c.APIServer != "" {
			v.apiServer(d, at(i, "apiServer"), c.APIServer)
		}
		v.eastWest(d, i, c)
	}
}

func (v *validator) apiServer(d *document, path, value string) {
	const cure = "write https://HOST:PORT, an IPv6 address in brackets"
	u, err := url.Parse(value)
	if strings.Contains(value, "@") { // not to be quoted, also where it is no URL
		d.missing(path, "there is a user or a password in it", "remove it, a remote secret brings the credentials")
		return
	}
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		d.wrong(path, value, "is no URL of an API server", cure)
		return
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			d.wrong(path, value, "its port is none", "write a port of 1 to 65535")
			return
		}
	}
	if _, what, _ := ParseAddress(u.Hostname()); what != "" && !isLoopback(u.Hostname()) {
		d.wrong(path, value, fmt.Sprintf("its host %s", what), cure)
	}
}

// isLoopback: an API server on loopback is what local clusters have.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func (v *validator) eastWest(d *document, i int, c v1alpha1.Cluster) {
	ew, path := c.EastWestGateway, at(i, "eastWestGateway")
	if ew == nil {
		return
	}
	if Role(c.Role) == External {
		if d.explicit(i, "eastWestGateway") {
			d.missing(path, "an external cluster has no east-west gateway", "remove it; its ingress gateway exposes the control plane at externalControlPlane.address")
		}
		return
	}
	if ew.Address != "" {
		if _, what, cure := ParseAddress(ew.Address); what != "" {
			d.wrong(path+".address", ew.Address, what, cure)
		}
	}
	if r := ew.Replicas; r != nil {
		if d.Has(path+".replicas.min") && r.Min < 1 {
			d.wrong(path+".replicas.min", fmt.Sprint(r.Min), "is less than 1", "write 1 or more")
		}
		if d.Has(path+".replicas.max") && r.Max < 1 {
			d.wrong(path+".replicas.max", fmt.Sprint(r.Max), "is less than 1", "write 1 or more")
		} else if d.Has(path+".replicas.max") && r.Max < r.Min {
			d.wrong(path+".replicas.max", fmt.Sprint(r.Max), "is less than min", "write as many as min or more")
		} else if r.Max == 0 && r.Min > chartMaxReplicas {
			d.wrong(path+".replicas.min", fmt.Sprint(r.Min), fmt.Sprintf("is more than the chart's max, %d", chartMaxReplicas), "set max too")
		}
	}
	if ew.Service != nil {
		v.service(d, path+".service", *ew.Service)
	}
}

// chartMaxReplicas is autoscaleMax in manifests/charts/gateways/istio-ingress/values.yaml.
const chartMaxReplicas = 5

func (v *validator) service(d *document, path string, s v1alpha1.Service) {
	d.oneOf(path+".type", s.Type, "LoadBalancer", "NodePort", "ClusterIP")
	d.oneOf(path+".externalTrafficPolicy", s.ExternalTrafficPolicy, "Cluster", "Local")
	balanced := s.Type == "" || s.Type == "LoadBalancer"
	if s.LoadBalancerClass != "" {
		if len(content.IsLabelKey(s.LoadBalancerClass)) > 0 {
			d.wrong(path+".loadBalancerClass", s.LoadBalancerClass, "is no load balancer class", "write a name with or without a prefix, such as example.com/internal")
		} else if !balanced {
			d.wrong(path+".loadBalancerClass", s.LoadBalancerClass, "needs a Service of type LoadBalancer", "remove it or the type")
		}
	}
	for j, r := range s.LoadBalancerSourceRanges {
		p, err := netip.ParsePrefix(r)
		rp := fmt.Sprintf("%s.loadBalancerSourceRanges[%d]", path, j)
		switch {
		case err != nil:
			d.wrong(rp, r, "is no CIDR", "write an address and a prefix length, such as 192.0.2.0/24")
		case p.Masked() != p:
			d.wrong(rp, r, "has bits set behind its prefix", "write "+p.Masked().String())
		case !balanced:
			d.wrong(rp, r, "needs a Service of type LoadBalancer", "remove it or the type")
		}
	}
	for k := range s.Annotations {
		if len(content.IsLabelKey(k)) > 0 {
			d.wrong(path+".annotations."+k, k, "is no annotation key", "write a name with or without a prefix, such as example.com/name")
		}
	}
	if s.ExternalTrafficPolicy != "" && s.Type == "ClusterIP" {
		d.wrong(path+".externalTrafficPolicy", s.ExternalTrafficPolicy, "means nothing to a Service of type ClusterIP", "remove it or the type")
	}
}

func (v *validator) gateways(d *document) {
	for i, c := range d.top.Spec.Clusters {
		names, labels := map[string]int{}, map[string]string{}
		for j, g := range c.Gateways {
			path := at(i, fmt.Sprintf("gateways[%d]", j))
			v.gateway(d, path, c, g)
			if k, taken := names[g.Name]; taken && g.Name != "" {
				d.wrong(path+".name", g.Name, "is the name of two gateways of the cluster",
					fmt.Sprintf("rename one of the two, the other is on line %d", d.At(at(i, fmt.Sprintf("gateways[%d].name", k))).Line))
				continue
			}
			names[g.Name] = j
			label := GatewayLabel(g.Name)
			if Role(c.Role) == External && label == GatewayLabel(IngressGatewayName) && g.Name != IngressGatewayName {
				labels[label] = IngressGatewayName // the install that exposes control planes brings it
			}
			if other, taken := labels[label]; taken {
				d.wrong(path+".name", g.Name, fmt.Sprintf("bears the label istio=%s, as gateway %q does: a Gateway that selects the one selects both", label, other),
					"rename one of the two so that the names differ in more than the prefix istio-")
			}
			labels[label] = g.Name
		}
	}
}

func (v *validator) gateway(d *document, path string, c v1alpha1.Cluster, g v1alpha1.Gateway) {
	d.oneOf(path+".kind", g.Kind, string(Ingress), string(Egress))
	switch {
	case g.Name == "":
	case len(validation.IsDNS1035Label(g.Name)) > 0 || len(g.Name) > maxGatewayName:
		d.wrong(path+".name", g.Name, "is no name for a gateway's Service", fmt.Sprintf("write lower-case letters, digits and hyphens, at most %d, with a letter first", maxGatewayName))
	case GatewayLabel(g.Name) == GatewayLabel(EastWestGatewayName):
		d.wrong(path+".name", g.Name, "is reserved for the gateway between clusters", "shape that one under eastWestGateway, or choose another name")
	case g.Name == "istiod" || len(g.Name) > 7 && g.Name[:7] == "istiod-":
		d.wrong(path+".name", g.Name, "is reserved for control planes", "choose another name")
	case Role(c.Role) == External && g.Name == IngressGatewayName && (g.Namespace != "" || GatewayKind(g.Kind) == Egress):
		d.wrong(path+".name", g.Name, "is the ingress gateway of istio-system through which an external cluster exposes control planes",
			"leave out namespace and kind, or choose another name")
	}
	if g.Namespace != "" && d.label(path+".namespace", g.Namespace) {
		switch g.Namespace {
		case "kube-system", "kube-public", "kube-node-lease", "default":
			d.wrong(path+".namespace", g.Namespace, "belongs to Kubernetes", "choose a namespace of the gateway's own")
		}
	}
	if g.Service == nil {
		return
	}
	s := g.Service.Service
	if s.Type == "" && GatewayKind(g.Kind) == Egress {
		s.Type = "ClusterIP" // the egress chart's default
	}
	v.service(d, path+".service", s)
	v.ports(d, path+".service.ports", g.Service.Ports)
	if Role(c.Role) == External && g.Name == IngressGatewayName {
		for i, p := range g.Service.Ports {
			if p.Port == 15012 || p.Port == 15017 || p.Port == 15021 {
				d.wrong(fmt.Sprintf("%s.service.ports[%d].port", path, i), fmt.Sprint(p.Port), "is a port that this gateway has already, for control planes and its status", "remove it")
			}
		}
	}
}

// maxGatewayName leaves room for the suffix of the ServiceAccount's name in the
// username that a workload certificate bears.
const maxGatewayName = 47

func (v *validator) ports(d *document, path string, ports []v1alpha1.Port) {
	names, numbers := map[string]bool{}, map[int]bool{}
	for i, p := range ports {
		at := fmt.Sprintf("%s[%d]", path, i)
		if d.label(at+".name", p.Name) && names[p.Name] {
			d.wrong(at+".name", p.Name, "is the name of two ports", "rename one of the two")
		}
		names[p.Name] = true
		for field, n := range map[string]int{"port": p.Port, "targetPort": p.TargetPort} {
			if d.Has(at+"."+field) && (n < 1 || n > 65535) {
				d.wrong(at+"."+field, fmt.Sprint(n), "is no port", "write 1 to 65535")
			}
		}
		if numbers[p.Port] && p.Port != 0 {
			d.wrong(at+".port", fmt.Sprint(p.Port), "is given twice", "remove one of the two")
		}
		numbers[p.Port] = true
	}
}
