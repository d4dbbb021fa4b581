package wire

import (
	"io"
	"net"
	"sync"
)

// Relay accepts connections on an address and passes their bytes to another:
// what a gateway's PASSTHROUGH listener does. That istiod tells the gateway to
// do so is asserted on the gateway's own listeners.
type Relay struct {
	listener net.Listener
	mu       sync.Mutex
	open     map[net.Conn]bool
}

// Pass relays from an address to another until it is closed.
func Pass(from, to string) (*Relay, error) {
	l, err := net.Listen("tcp", from)
	if err != nil {
		return nil, err
	}
	r := &Relay{listener: l, open: map[net.Conn]bool{}}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go r.pass(in, to)
		}
	}()
	return r, nil
}

func (r *Relay) pass(in net.Conn, to string) {
	out, err := net.Dial("tcp", to)
	if err != nil {
		_ = in.Close()
		return
	}
	r.keep(in, out)
	var wg sync.WaitGroup
	copyTo := func(a, b net.Conn) {
		_, _ = io.Copy(a, b)
		_ = a.Close()
		_ = b.Close()
	}
	wg.Go(func() { copyTo(in, out) })
	wg.Go(func() { copyTo(out, in) })
	wg.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, in)
	delete(r.open, out)
}

func (r *Relay) keep(conns ...net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range conns {
		r.open[c] = true
	}
}

// Close ends the listener and all connections.
func (r *Relay) Close() {
	_ = r.listener.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.open {
		_ = c.Close()
	}
}
