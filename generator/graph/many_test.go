package graph_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// many is a topology of many clusters, and how many of what it has.
type many struct {
	strings.Builder
	meshes, networks, clusters int
	seen                       map[string]bool
}

func (m *many) mesh(name string) {
	if m.meshes++; m.meshes > 1 {
		m.WriteString("---\n")
	}
	m.WriteString(topologyOf(name, ""))
}

func (m *many) cluster(name, role, network, more string) {
	if m.new(name) {
		m.clusters++
	}
	if network != "" && m.new(fmt.Sprint(m.meshes, " ", network)) {
		m.networks++
	}
	fmt.Fprintf(m, "  - {name: %s, role: %s, network: %q%s}\n", name, role, network, more)
}

func (m *many) new(what string) bool {
	if m.seen == nil {
		m.seen = map[string]bool{}
	}
	was := m.seen[what]
	m.seen[what] = true
	return !was
}

const address = ", eastWestGateway: {address: 192.0.2.1}"

// primary adds a primary and the remotes that it serves.
func (m *many) primary(name, network string, remotes int, remotesOn string) {
	m.cluster(name, "primary", network, address)
	for i := range remotes {
		m.cluster(fmt.Sprintf("%s-r%d", name, i+1), "remote", remotesOn, ", controlPlane: "+name)
	}
}

func (m *many) external(hub, more string, remotes int, prefix string) {
	m.cluster(hub, "external", "", more)
	for i := range remotes {
		role := "remote"
		if i == 0 {
			role = "config"
		}
		m.cluster(fmt.Sprintf("%s%d", prefix, i+1), role, "", ", controlPlane: "+hub)
	}
}

const hubAt = ", externalControlPlane: {address: istiod.example.com, tlsSecretName: tls%s}"

// manyClusters are meshes of a thousand clusters, with what their picture says.
func manyClusters() map[string]struct {
	describe func(*many)
	want     []string
} {
	return map[string]struct {
		describe func(*many)
		want     []string
	}{
		"multi-primary, one network": {
			func(m *many) {
				m.mesh("mesh1")
				for i := range 1000 {
					m.cluster(fmt.Sprintf("c%d", i+1), "primary", "n1", "")
				}
			},
			[]string{`["network n1"]`, `["c1 … c1000<br/>1000 × primary"]`, "1000 control planes of mesh1:"},
		},
		"multi-primary, a network each": {
			func(m *many) {
				m.mesh("mesh1")
				for i := range 1000 {
					m.cluster(fmt.Sprintf("c%d", i+1), "primary", fmt.Sprintf("n%d", i+1), "")
				}
			},
			[]string{
				`n_n1["1000 networks: n1 … n1000"]`, `["c1 … c1000<br/>1000 × primary, 1 per network<br/>east-west gateway"]`,
				"\n  observers -. observe .-> n_n1\n",
			},
		},
		"primary-remote, one primary": {
			func(m *many) { m.mesh("mesh1"); m.primary("p", "n1", 999, "n1") },
			[]string{`["p-r1 … p-r999<br/>999 × remote"]`, "c_p -- serves --> c_p__r1\n"},
		},
		"primary-remote, many primaries": {
			func(m *many) {
				m.mesh("mesh1")
				for i := range 300 {
					m.primary(fmt.Sprintf("p%d", i+1), "n1", 2+i%2, "n1")
				}
			},
			[]string{
				"p1, p3, p5 and 147 more<br/>150 × primary", "300 × remote", "c_p1 -- each serves 2 --> c_p1__r1\n",
				"p2, p4, p6 and 147 more<br/>150 × primary", "450 × remote", "c_p10 -- each serves 3 --> c_p10__r1\n",
			},
		},
		"primary-remote, many primaries, remotes on other networks": {
			func(m *many) {
				m.mesh("mesh1")
				for i := range 250 {
					m.primary(fmt.Sprintf("p%d", i+1), fmt.Sprintf("n%d", i+1), 3, fmt.Sprintf("edge%d", i+1))
				}
			},
			[]string{
				`["250 networks: edge1 … edge250"]`, "750 × remote, 3 per network", `["250 networks: n1 … n250"]`,
				"250 × primary, 1 per network", "c_p1 -- each serves 3 --> c_p1__r1\n",
			},
		},
		"external, one control plane": {
			func(m *many) { m.mesh("mesh1"); m.external("hub", fmt.Sprintf(hubAt, ""), 999, "c") },
			[]string{"c_hub -- serves --> c_c1\n", "998 × remote", "control plane of mesh1:"},
		},
		"external, a mesh each": {
			func(m *many) {
				for i := range 250 {
					m.mesh(fmt.Sprintf("mesh%d", i+1))
					m.external(fmt.Sprintf("hub%d", i+1), fmt.Sprintf(hubAt, ""), 3, fmt.Sprintf("c%d-", i+1))
				}
			},
			[]string{
				`subgraph m_mesh1["250 meshes: mesh1 … mesh250"]`, "250 × external, 1 per mesh", "500 × remote, 2 per mesh",
				"mesh1_c_hub1 -- each serves 2 --> mesh1_c_c1__2\n", "250 control planes of mesh1 … mesh250:",
			},
		},
		"external, one cluster for many meshes": {
			func(m *many) {
				for i := range 333 {
					m.mesh(fmt.Sprintf("mesh%d", i+1))
					at := fmt.Sprintf(", owner: %t, externalControlPlane: {namespace: m%d, address: m%d.example.com, tlsSecretName: tls%d}", i == 0, i, i, i)
					m.external("hub", at, 3, fmt.Sprintf("c%d-", i+1))
				}
			},
			[]string{`["333 meshes: mesh1 … mesh333"]`, `["hub<br/>external<br/>`, "mesh1_c_hub -- serves --> mesh1_c_c1__2\n"},
		},
		"a mix": {
			func(m *many) {
				m.mesh("mesh1")
				for i := range 200 {
					m.primary(fmt.Sprintf("p%d", i+1), fmt.Sprintf("n%d", i+1), i%5, fmt.Sprintf("n%d", (i+i%2)%200+1))
				}
				for i := range 400 {
					m.cluster(fmt.Sprintf("c%d", i+1), "primary", fmt.Sprintf("m%d", i%90+1), "")
				}
			},
			[]string{`["50 networks: m41 … m90"]`, "200 × primary, 4 per network", `["40 networks: m1 … m40"]`, "200 × primary, 5 per network"},
		},
		// Where too little is alike, in what clusters differ is left out.
		"gateways of their own": {
			func(m *many) {
				m.mesh("mesh1")
				for i := range 1000 {
					m.cluster(fmt.Sprintf("c%d", i+1), "primary", fmt.Sprintf("n%d", i%2), fmt.Sprintf(", gateways: [{name: gateway-%d}]", i))
				}
			},
			[]string{`["network n0"]`, `["network n1"]`, "500 × primary<br/>different gateways"},
		},
		"networks in all sizes": {
			func(m *many) {
				m.mesh("mesh1")
				for i := range 400 {
					m.primary(fmt.Sprintf("p%d", i+1), fmt.Sprintf("n%d", (i+1)*(i+2)/31%120), i%7*(i%3)/2, fmt.Sprintf("n%d", i*i/17%110))
				}
			},
			nil,
		},
		"networks in a chain": {
			func(m *many) {
				m.mesh("mesh1")
				for i := range 500 {
					m.primary(fmt.Sprintf("p%d", i+1), fmt.Sprintf("n%d", i+1), 1, fmt.Sprintf("n%d", i+2))
				}
			},
			[]string{"491 × primary, 1 per network", "c_p10 -- each serves up to 1 --> c_p10__r1"},
		},
		"meshes of all shapes": {
			func(m *many) {
				for i := range 200 {
					m.mesh(fmt.Sprintf("mesh%d", i+1))
					for j := range 5 {
						gateway := fmt.Sprintf(", gateways: [{name: gateway-%d-%d}]", i, j)
						m.cluster(fmt.Sprintf("c%d-%d", i+1, j+1), "primary", fmt.Sprintf("n%d", i>>j%2), gateway)
					}
				}
			},
			nil,
		},
	}
}

// Mermaid's own limits, as its configuration documents them.
const (
	maxTextSize = 50_000
	maxEdges    = 500
)

func TestAThousandClustersOfEveryModel(t *testing.T) {
	arrow := regexp.MustCompile(` (-->|---|\.->|<-\.) `)
	for name, c := range manyClusters() {
		t.Run(name, func(t *testing.T) {
			m := &many{}
			c.describe(m)
			got := drawAll(t, m.String())
			if n := len(got); n >= maxTextSize {
				t.Errorf("%d bytes", n)
			}
			if n := len(arrow.FindAllString(got, -1)); n >= maxEdges {
				t.Errorf("%d arrows", n)
			}
			if n := counted(t, got, `\["[^"]*?<br/>(?:(\d+) × )?(?:primary|remote|config|external)[,<"]`); n != m.clusters {
				t.Errorf("%d of %d clusters", n, m.clusters)
			}
			if n := counted(t, got, `\["(?:(\d+) networks:?|network) [^"]*"\]`); n != m.networks {
				t.Errorf("%d of %d networks", n, m.networks)
			}
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %s in\n%s", want, got[:min(len(got), 5000)])
				}
			}
			if again := drawAll(t, m.String()); again != got {
				t.Error("drawn differently the second time")
			}
		})
	}
}

// counted adds up the numbers that a pattern finds, 1 where it finds none.
func counted(t *testing.T, text, pattern string) int {
	t.Helper()
	sum := 0
	for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		n := 1
		if found[1] != "" {
			var err error
			if n, err = strconv.Atoi(found[1]); err != nil {
				t.Fatal(err)
			}
		}
		sum += n
	}
	return sum
}

// Networks and servers of a large mesh stay apart as long as there are few.
func TestFewOfManyKeepTheirNames(t *testing.T) {
	for n, want := range map[int][]string{
		11: {`n_n1["network n1"]`, `n_n11["network n11"]`, `c_p11["p11<br/>primary<br/>`, "c_p11 -- serves --> c_p11__r1"},
		12: {`n_n1["12 networks: n1 … n12"]`, `["p1, p2, p3 and 9 more<br/>12 × primary, 1 per network<br/>`, "c_p1 -- each serves 3 --> c_p1__r1"},
	} {
		m := &many{}
		m.mesh("mesh1")
		for i := range n {
			m.primary(fmt.Sprintf("p%d", i+1), fmt.Sprintf("n%d", i+1), 3, fmt.Sprintf("n%d", i+1))
		}
		got := drawAll(t, m.String())
		for _, want := range want {
			if !strings.Contains(got, want) {
				t.Errorf("%d: no %s in\n%s", n, want, got)
			}
		}
	}
}
