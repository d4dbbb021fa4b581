package topology_test

import (
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/topology"
)

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]struct {
		canonical, hostPort string
		ip                  bool
	}{
		"203.0.113.10":             {"203.0.113.10", "203.0.113.10:15012", true},
		"10.0.0.1":                 {"10.0.0.1", "10.0.0.1:15012", true},
		"2001:db8::1":              {"2001:db8::1", "[2001:db8::1]:15012", true},
		"2001:0DB8:0:0:0:0:0:0001": {"2001:db8::1", "[2001:db8::1]:15012", true},
		"2001:db8:0:0:1:0:0:1":     {"2001:db8::1:0:0:1", "[2001:db8::1:0:0:1]:15012", true},
		"fd00::a:B":                {"fd00::a:b", "[fd00::a:b]:15012", true},
		"gw.example.com":           {"gw.example.com", "gw.example.com:15012", false},
		"GW.Example.COM":           {"gw.example.com", "gw.example.com:15012", false},
		"gateway":                  {"gateway", "gateway:15012", false},
		"1.gw-2.example.com":       {"1.gw-2.example.com", "1.gw-2.example.com:15012", false},
		"xn--mnchen-3ya.example":   {"xn--mnchen-3ya.example", "xn--mnchen-3ya.example:15012", false},
	} {
		a, what, cure := topology.ParseAddress(in)
		if what != "" || cure != "" {
			t.Errorf("%s: %s; %s", in, what, cure)
			continue
		}
		if a.String() != want.canonical || a.HostPort("15012") != want.hostPort || a.IsIP() != want.ip || a.IsZero() {
			t.Errorf("%s: got %s, %s, IP %v, zero %v", in, a, a.HostPort("15012"), a.IsIP(), a.IsZero())
		}
		again, what, _ := topology.ParseAddress(a.String())
		if what != "" || again != a {
			t.Errorf("%s: its canonical spelling %s is read as %s %s", in, a, again, what)
		}
	}
}

func TestParseAddressRefuses(t *testing.T) {
	const (
		want    = "; write an IP address or a DNS name, with nothing around it"
		neither = "is neither an IP address nor a DNS name" + want
		number  = "is neither an IP address nor a DNS name (a name does not end in a number)" + want
		far     = "is an address that other clusters cannot reach; write the address of the load balancer"
		prefix  = "is a prefix or a URL" + want
		port    = "has a port, or is no valid IPv6 address" + want
	)
	for in, want := range map[string]string{
		"":                                neither,
		" ":                               neither,
		"[2001:db8::1]":                   "has brackets" + want,
		"[2001:db8::1]:443":               "has brackets" + want,
		"fe80::1%eth0":                    "has a zone, which means nothing to other machines; remove the part from % on",
		"2001:db8::1%1":                   "has a zone, which means nothing to other machines; remove the part from % on",
		"::ffff:203.0.113.10":             "is an IPv4 address written as IPv6; write 203.0.113.10",
		"::ffff:cb00:710a":                "is an IPv4 address written as IPv6; write 203.0.113.10",
		"203.0.113.0/24":                  prefix,
		"2001:db8::/32":                   prefix,
		"https://gw.example.com":          prefix,
		"203.0.113.10:443":                port,
		"gw.example.com:443":              port,
		"2001:db8::g":                     port,
		"203.0.113":                       number,
		"203.0.113.256":                   number,
		"203.0.113.010":                   number,
		"3405803786":                      number,
		"gw_1.example.com":                neither,
		"-gw.example.com":                 neither,
		"gw..example.com":                 neither,
		"gw.example.com.":                 neither,
		"*.example.com":                   neither,
		"münchen.example":                 neither,
		"gw.example.com ":                 neither,
		strings.Repeat("a", 64) + ".com":  "has a part of more than 63 characters, which no DNS name has" + want,
		strings.Repeat("a.", 130) + "com": neither,
		"0.0.0.0":                         far,
		"::":                              far,
		"127.0.0.1":                       far,
		"::1":                             far,
		"169.254.1.1":                     far,
		"fe80::1":                         far,
		"224.0.0.1":                       far,
		"ff02::1":                         far,
	} {
		a, what, cure := topology.ParseAddress(in)
		if got := what + "; " + cure; got != want {
			t.Errorf("%q:\n got %s\nwant %s", in, got, want)
		}
		if !a.IsZero() {
			t.Errorf("%q: got the address %s with the message", in, a)
		}
	}
}
