package wire

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
)

// Terminator ends TLS with a certificate of its own and passes the requests on
// inside TLS of its own: what a gateway does whose Gateway, VirtualService and
// DestinationRule terminate.
type Terminator struct{ server *http.Server }

// Terminate serves on an address and passes requests to another one.
func Terminate(from, to string, certificate tls.Certificate, upstream *tls.Config) (*Terminator, error) {
	l, err := net.Listen("tcp", from)
	if err != nil {
		return nil, err
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "https", Host: to})
	proxy.Transport = &http.Transport{TLSClientConfig: upstream, ForceAttemptHTTP2: true}
	proxy.FlushInterval = -1 // streams of discovery responses do not end
	t := &Terminator{server: &http.Server{
		Handler:   proxy,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2", "http/1.1"}},
	}}
	go t.server.ServeTLS(l, "", "") //nolint:errcheck // ends with Close
	return t, nil
}

// Close ends the listener and all connections.
func (t *Terminator) Close() { _ = t.server.Close() }
