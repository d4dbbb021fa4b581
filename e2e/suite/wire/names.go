// Package wire is the network between the clusters: names, and the gateways'
// listeners that stand where no Envoy runs.
package wire

import (
	"net"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// NameServer is where the components ask for names, see e2e/run.
const NameServer = "127.0.0.53:53"

// Names is the DNS of the suite: it knows what a test has told it and nothing else.
type Names struct {
	mu      sync.Mutex
	address map[string]string
	server  *dns.Server
}

// ServeNames answers on NameServer.
func ServeNames() (*Names, error) {
	conn, err := net.ListenPacket("udp", NameServer)
	if err != nil {
		return nil, err
	}
	n := &Names{address: map[string]string{}}
	n.server = &dns.Server{PacketConn: conn, Handler: n}
	go n.server.ActivateAndServe() //nolint:errcheck // ends with Close
	return n, nil
}

// Set gives a name its address.
func (n *Names) Set(name, address string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.address[strings.ToLower(dns.Fqdn(name))] = address
}

// Lookup returns the address of a name, the name itself where it is an address.
func (n *Names) Lookup(name string) (string, bool) {
	if net.ParseIP(name) != nil {
		return name, true
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	a, ok := n.address[strings.ToLower(dns.Fqdn(name))]
	return a, ok
}

// ServeDNS implements dns.Handler.
func (n *Names) ServeDNS(w dns.ResponseWriter, in *dns.Msg) {
	out := new(dns.Msg).SetReply(in)
	out.Authoritative = true
	for _, q := range in.Question {
		address, ok := n.Lookup(q.Name)
		if !ok {
			out.Rcode = dns.RcodeNameError
			continue
		}
		header := dns.RR_Header{Name: q.Name, Rrtype: q.Qtype, Class: dns.ClassINET, Ttl: 5}
		ip := net.ParseIP(address)
		switch v4 := ip.To4(); {
		case q.Qtype == dns.TypeA && v4 != nil:
			out.Answer = append(out.Answer, &dns.A{Hdr: header, A: v4})
		case q.Qtype == dns.TypeAAAA && v4 == nil:
			out.Answer = append(out.Answer, &dns.AAAA{Hdr: header, AAAA: ip})
		}
	}
	_ = w.WriteMsg(out)
}

// Close stops answering.
func (n *Names) Close() { _ = n.server.Shutdown() }
