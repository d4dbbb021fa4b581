package generator_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"sigs.k8s.io/yaml"
)

type m = map[string]any

// randomTopology makes a valid topology of any model or mix: the property tests
// and the benchmarks of the checks draw from it.
func randomTopology(r *rand.Rand) string {
	if r.IntN(4) == 0 {
		return randomExternal(r)
	}
	return randomPrimaries(r)
}

func randomPrimaries(r *rand.Rand) string {
	networks := r.IntN(4) // 0: no networks at all
	primaries, remotes := 1+r.IntN(3), r.IntN(4)
	revision := pick(r, "", "", "default", "1-31-0", "canary")
	spec := m{"trust": m{"provider": "manual"}, "istio": m{}}
	if revision != "" {
		spec["istio"] = m{"revision": revision}
	}
	if r.IntN(3) == 0 {
		spec["trustDomain"] = "mesh.example.com"
	}
	var clusters []any
	for i := range primaries {
		c := m{"name": fmt.Sprintf("p%d", i), "role": "primary", "eastWestGateway": randomEastWest(r, i)}
		place(r, c, networks)
		c["gateways"] = randomGateways(r)
		if remotes == 0 && r.IntN(3) == 0 {
			c["istio"] = m{
				"revisions": []any{m{"name": "", "default": true}, m{"name": "next", "meshConfig": m{"accessLogFile": "/dev/stdout"}}},
				"tags":      []any{m{"name": "prod", "revision": "default"}, m{"name": "test", "revision": "next"}},
			}
		}
		clusters = append(clusters, c)
	}
	for i := range remotes {
		c := m{"name": fmt.Sprintf("r%d", i), "role": "remote", "controlPlane": fmt.Sprintf("p%d", r.IntN(primaries)), "gateways": randomGateways(r)}
		place(r, c, networks)
		if r.IntN(2) == 0 {
			c["apiServer"] = "https://api.example.com:6443"
		}
		clusters = append(clusters, c)
	}
	return encode("mesh1", spec, clusters, r)
}

func randomExternal(r *rand.Rand) string {
	meshes := 1 + r.IntN(2)
	var docs []string
	for k := range meshes {
		spec := m{}
		if r.IntN(2) == 0 {
			spec["istio"] = m{"revision": "1-31-0"}
		}
		networks := r.IntN(3)
		ecp := m{"namespace": fmt.Sprintf("istiod-%d", k), "address": fmt.Sprintf("istiod-%d.example.com", k)}
		if k == 0 && r.IntN(2) == 0 {
			ecp["address"] = pick(r, "203.0.113.30", "2001:db8::30")
		}
		if r.IntN(2) == 0 {
			ecp["tlsSecretName"] = fmt.Sprintf("tls-%d", k)
		}
		hub := m{"name": "hub", "role": "external", "externalControlPlane": ecp}
		if k == 0 {
			hub["owner"] = true
			hub["gateways"] = []any{m{"name": "hub-ingress", "namespace": "ingress"}}
		}
		clusters := []any{hub}
		for i := range 1 + r.IntN(3) {
			c := m{"name": fmt.Sprintf("m%d-%d", k, i), "role": "remote", "controlPlane": "hub", "gateways": randomGateways(r)}
			if i == 0 {
				c["role"] = "config"
			}
			place(r, c, networks)
			clusters = append(clusters, c)
		}
		docs = append(docs, encode(fmt.Sprintf("mesh%d", k), spec, clusters, r))
	}
	return strings.Join(docs, "---\n")
}

func randomEastWest(r *rand.Rand, i int) m {
	e := m{"address": pick(r, fmt.Sprintf("203.0.113.%d", 10+i), fmt.Sprintf("2001:db8::%d", 10+i), fmt.Sprintf("eastwest-%d.example.com", i))}
	if r.IntN(2) == 0 {
		e["replicas"] = m{"min": 1 + r.IntN(3), "max": 5}
	}
	if r.IntN(2) == 0 {
		e["service"] = m{"type": pick(r, "LoadBalancer", "NodePort"), "annotations": m{"example.com/a": "true"}}
	}
	return e
}

func randomGateways(r *rand.Rand) []any {
	all := []any{
		m{"name": "istio-ingressgateway"},
		m{"name": "istio-egressgateway", "kind": "egress"},
		m{"name": "partners", "namespace": "partners", "service": m{"ports": []any{m{"name": "https", "port": 443, "targetPort": 8443}}}},
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:r.IntN(len(all)+1)]
}

func place(r *rand.Rand, c m, networks int) {
	if networks > 0 {
		c["network"] = fmt.Sprintf("n%d", r.IntN(networks))
	}
	if p := pick(r, "", "", "aks", "k3s"); p != "" {
		c["platform"] = p
	}
	if r.IntN(6) == 0 {
		c["crds"] = "external"
	}
}

func encode(name string, spec m, clusters []any, r *rand.Rand) string {
	r.Shuffle(len(clusters), func(i, j int) { clusters[i], clusters[j] = clusters[j], clusters[i] })
	spec["clusters"] = clusters
	data, err := yaml.Marshal(m{"apiVersion": "isthmus.dev/v1alpha1", "kind": "Topology", "metadata": m{"name": name}, "spec": spec})
	if err != nil {
		panic(err) // plain maps: a mistake in this file
	}
	return string(data)
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }
