package topology

import (
	"fmt"
	"net"
	"net/netip"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// Address is an IP address or a DNS name. The zero value is no address.
type Address struct {
	ip   netip.Addr
	name string
}

// ParseAddress reads an IP address or a DNS name, and says of anything else
// what it is instead and what to do. Addresses end up in Service names, URLs
// and certificates, so that only one spelling of each is let in.
func ParseAddress(s string) (a Address, what, cure string) {
	const want = "write an IP address or a DNS name, with nothing around it"
	ip, err := netip.ParseAddr(s)
	switch {
	case err == nil && ip.Zone() != "":
		return a, "has a zone, which means nothing to other machines", "remove the part from % on"
	case err == nil && ip.Is4In6():
		return a, "is an IPv4 address written as IPv6", fmt.Sprintf("write %s", ip.Unmap())
	case err == nil && (ip.IsUnspecified() || ip.IsMulticast() || ip.IsLoopback() || ip.IsLinkLocalUnicast()):
		return a, "is an address that other clusters cannot reach", "write the address of the load balancer"
	case err == nil:
		return Address{ip: ip}, "", ""
	case strings.ContainsAny(s, "[]"):
		return a, "has brackets", want
	case strings.Contains(s, "/"):
		return a, "is a prefix or a URL", want
	case strings.Contains(s, ":"):
		return a, "has a port, or is no valid IPv6 address", want
	}
	name := strings.ToLower(s)
	if problems := validation.IsDNS1123Subdomain(name); len(problems) > 0 {
		return a, "is neither an IP address nor a DNS name", want
	}
	labels := strings.Split(name, ".")
	for _, l := range labels {
		if len(l) > validation.DNS1123LabelMaxLength {
			return a, "has a part of more than 63 characters, which no DNS name has", want
		}
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" {
		return a, "is neither an IP address nor a DNS name (a name does not end in a number)", want
	}
	return Address{name: name}, "", ""
}

// IsZero says whether there is no address.
func (a Address) IsZero() bool { return !a.ip.IsValid() && a.name == "" }

// IsIP says whether the address is an IP address.
func (a Address) IsIP() bool { return a.ip.IsValid() }

// String is the canonical spelling: RFC 5952 for IPv6, lower case for names.
func (a Address) String() string {
	if a.IsIP() {
		return a.ip.String()
	}
	return a.name
}

// HostPort is the address with a port, with brackets around IPv6.
func (a Address) HostPort(port string) string { return net.JoinHostPort(a.String(), port) }
