package stamp

import (
	"encoding/json"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// The identity strings of a cluster: what it may have of its own and still be
// like others. Everything else of its plan must be the very same.
const (
	name         = iota // of the cluster
	network             // that it is on
	controlPlane        // the cluster that serves it
	pilot               // the address of that cluster, as an IP or a DNS name
	custom              // its own address, where istiod's certificate bears that
	slots               // how many there are
)

// identity of a cluster, "" for what it has not.
type identity [slots]string

// networkLabel on gateways names their network.
const networkLabel = "topology.istio.io/network"

// identify reads the identity of a planned cluster.
func identify(c plan.Cluster) identity {
	id := identity{name: c.Name, network: c.Network, controlPlane: c.ControlPlane}
	for _, in := range c.Installs {
		if in.PilotAddress != "" {
			id[pilot] = in.PilotAddress
		}
		if in.CustomHost != "" {
			id[custom] = in.CustomHost
		}
	}
	return id
}

// rebind returns a plan in which one identity takes the place of another. It is
// the one list of fields that identities appear in: a field that is not here, or
// holds something else, stays, and so keeps clusters apart that differ in it.
func rebind(c plan.Cluster, from, to identity) plan.Cluster {
	is := func(slot int, s string) string {
		if s != "" && s == from[slot] {
			return to[slot]
		}
		return s
	}
	// A key in a store is a prefix and a name; a slash keeps YAML from reading it as
	// anything but a string, whatever the name.
	key := func(s string) string {
		if prefix, ok := strings.CutSuffix(s, from[name]); ok && (prefix == "" || strings.Contains(prefix, "/")) {
			return prefix + to[name]
		}
		return s
	}
	path := func(id identity) string {
		p := "/inject/cluster/" + id[name]
		if id[network] != "" {
			p += "/net/" + id[network]
		}
		return p
	}
	c.Name, c.Network, c.ControlPlane = is(name, c.Name), is(network, c.Network), is(controlPlane, c.ControlPlane)
	c.Namespaces = slices.Clone(c.Namespaces)
	for i := range c.Namespaces {
		n := &c.Namespaces[i]
		n.Network, n.ControlPlaneClusters = is(network, n.Network), is(controlPlane, n.ControlPlaneClusters)
	}
	c.CACerts = slices.Clone(c.CACerts)
	for i := range c.CACerts {
		a := &c.CACerts[i]
		a.Cluster, a.Key = is(name, a.Cluster), key(a.Key)
	}
	if c.Observed != nil && c.Observed.Token != nil && c.Observed.Token.Push != nil {
		o := *c.Observed
		t, p := *o.Token, *o.Token.Push
		p.Key = key(p.Key)
		t.Push, o.Token, c.Observed = &p, &t, &o
	}
	c.Installs = slices.Clone(c.Installs)
	for i := range c.Installs {
		in := &c.Installs[i]
		in.ClusterName, in.Network = is(name, in.ClusterName), is(network, in.Network)
		in.PilotAddress, in.CustomHost = is(pilot, in.PilotAddress), is(custom, in.CustomHost)
		if in.InjectionPath == path(from) {
			in.InjectionPath = path(to)
		}
		if server, ok := strings.CutSuffix(in.InjectionURL, path(from)); ok {
			if from[pilot] != "" && server == "https://"+from[pilot]+":15017" {
				server = "https://" + to[pilot] + ":15017"
			}
			in.InjectionURL = server + path(to)
		}
	}
	c.Gateways = slices.Clone(c.Gateways)
	for i := range c.Gateways {
		g := &c.Gateways[i]
		g.Network = is(network, g.Network)
		if g.Labels[networkLabel] != "" {
			g.Labels = maps.Clone(g.Labels)
			g.Labels[networkLabel] = is(network, g.Labels[networkLabel])
		}
	}
	c.Exposures = slices.Clone(c.Exposures)
	for i := range c.Exposures {
		hosts := slices.Clone(c.Exposures[i].SNIHosts)
		for j := range hosts {
			hosts[j] = is(custom, hosts[j])
		}
		c.Exposures[i].SNIHosts = hosts
	}
	return c
}

// shape is what is left of a plan without its identity: equal for clusters of one
// kind. The second result is false for an identity that cannot be filled in.
func shape(c plan.Cluster) (string, bool) {
	id := identify(c)
	var blank identity
	for i, s := range id {
		if s == "" {
			continue
		}
		class := classify(i, s)
		if class == "" {
			return "", false
		}
		blank[i] = "\x00" + class
	}
	c = rebind(c, id, blank)
	c.APIServer, c.Delivery = "", v1alpha1.ClusterDelivery{} // rendering does not see them
	key, err := json.Marshal(c)
	return string(key), err == nil
}

// plain are strings that are the same in every context: YAML never reads them as
// anything else than a string and so never quotes them, they need no escape in
// JSON or in a URL, and no built-in chart treats them apart.
var plain = regexp.MustCompile(`^[a-z]([a-z0-9-]*[a-z0-9])$`)

// host is the same for DNS names of two parts or more, which begin with a letter.
var host = regexp.MustCompile(`^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$`)

// longest is up to what length a name is filled in. A render with names of that
// length is checked, so what fits there fits for all shorter ones.
const (
	longest     = 40
	longestHost = 120 // names of cloud load balancers take some 80
)

// classify says in which class of strings an identity is, "" for none: charts may
// render a name and an IP address differently, YAML may quote.
func classify(slot int, s string) string {
	if slot != pilot && slot != custom {
		if len(s) <= longest && plain.MatchString(s) && !keyword(s) {
			return "label"
		}
		return ""
	}
	if ip, err := netip.ParseAddr(s); err == nil {
		if ip.Is4() {
			return "IPv4"
		}
		return "" // colons: YAML quotes some
	}
	if len(s) <= longestHost && host.MatchString(s) {
		return "DNS"
	}
	return ""
}

// keyword says whether YAML 1.1 or 1.2 has another meaning for a word.
func keyword(s string) bool {
	switch s {
	case "true", "false", "yes", "no", "on", "off", "null", "nan", "inf":
		return true
	}
	return false
}

// marks is an identity of the same classes that appears nowhere else, as long as
// an identity may be.
func marks(id identity) identity {
	var out identity
	for i, s := range id {
		if s == "" {
			continue
		}
		switch classify(i, s) {
		case "label":
			out[i] = long("zq"+string(rune('a'+i))+"x", longest)
		case "DNS":
			begin := "zq" + string(rune('a'+i)) + "x"
			end := ".example.com"
			half := (longestHost - len(end) - 1) / 2
			out[i] = long(begin, half) + "." + long("w", longestHost-len(end)-1-half) + end
		case "IPv4":
			out[i] = netip.AddrFrom4([4]byte{198, 19, 251, byte(191 + i)}).String()
		}
	}
	return out
}

func long(begin string, length int) string {
	return begin + strings.Repeat("w", length-len(begin))
}
