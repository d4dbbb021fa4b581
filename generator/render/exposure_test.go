package render

import (
	"fmt"
	"testing"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
)

func TestExposure(t *testing.T) {
	for name, c := range map[string]struct {
		in   plan.Exposure
		want []string // kind, name, namespace, hosts of the first server or route
	}{
		"services":                 {plan.Exposure{Kind: plan.ExposeServices, Namespace: "n", ClusterDomain: "cluster.local"}, []string{"Gateway n/cross-network-gateway [*.local]"}},
		"services of a domain":     {plan.Exposure{Kind: plan.ExposeServices, Namespace: "n", ClusterDomain: "foo.bar"}, []string{"Gateway n/cross-network-gateway [*.foo.bar]"}},
		"istiod":                   {plan.Exposure{Kind: plan.ExposeIstiod, Namespace: "n", ClusterDomain: "d", SNIHosts: []string{"*"}}, []string{"Gateway n/istiod-gateway [*]", "VirtualService n/istiod-vs istiod.n.svc.d"}},
		"istiod of a revision":     {plan.Exposure{Kind: plan.ExposeIstiod, Namespace: "n", Revision: "r", ClusterDomain: "d", SNIHosts: []string{"a"}}, []string{"Gateway n/istiod-gateway [*]", "VirtualService n/istiod-vs-r istiod-r.n.svc.d"}},
		"external, terminated":     {plan.Exposure{Kind: plan.ExposeExternalIstiod, Namespace: "n", ClusterDomain: "d", Host: "h", TLSSecretName: "s"}, []string{"Gateway n/external-istiod-gw [h]", "VirtualService n/external-istiod-vs istiod.n.svc.d", "DestinationRule n/external-istiod-dr istiod.n.svc.d"}},
		"external, passed through": {plan.Exposure{Kind: plan.ExposeExternalIstiod, Namespace: "n", ClusterDomain: "d", Host: "*", SNIHosts: []string{"*"}}, []string{"Gateway n/external-istiod-gw [*]", "VirtualService n/external-istiod-vs istiod.n.svc.d"}},
	} {
		t.Run(name, func(t *testing.T) {
			objects, err := exposure(c.in)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range objects {
				got = append(got, fmt.Sprintf("%s %s/%s %v", o.Kind(), o.Namespace(), o.Name(), first(o)))
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func first(o manifest.Object) any {
	switch o.Kind() {
	case "Gateway":
		return o.Each("spec", "servers")[0]["hosts"]
	case "VirtualService":
		for _, protocol := range []string{"tls", "http"} {
			for _, route := range o.Each("spec", protocol) {
				return route.Each("route")[0].Text("destination", "host")
			}
		}
	}
	return o.Text("spec", "host")
}
