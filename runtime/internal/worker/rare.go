package worker

import (
	"net"
	"net/netip"
	"sync/atomic"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// rare is what most connections do without, so that one that is idle is small.
type rare struct {
	reader atomic.Pointer[waiter] // valid while waitRead
	writer atomic.Pointer[waiter] // valid while waitWrite
	peer   loop.Addr              // where Conn.peer has no room for it; changed by Introduce alone
	addrs  atomic.Pointer[addrs]  // nil until asked for
	opener *opener                // owner: while it stands in line for Listener.Open
}

type addrs struct {
	local, remote net.Addr // local is nil until asked for
	told          bool     // by Introduce
	secure        bool     // likewise: the peer speaks TLS with whoever has connected
}

// more is the rare part of c, made by who needs it first. Any goroutine.
func (c *Conn) more() *rare {
	if r := c.rare.Load(); r != nil {
		return r
	}
	c.rare.CompareAndSwap(nil, new(rare))
	return c.rare.Load()
}

// peer4 is an address of IPv4; not there for the others.
type peer4 struct {
	ip    [4]byte
	port  uint16
	there bool
}

// setPeer keeps the address of the peer, before anybody else asks for it.
func (c *Conn) setPeer(a loop.Addr) {
	if ap := a.AddrPort(); ap.Addr().Is4() {
		c.peer = peer4{ip: ap.Addr().As4(), port: ap.Port(), there: true}
		return
	}
	c.peer = peer4{}
	c.more().peer = a
}

// peerAddr is what setPeer was given.
func (c *Conn) peerAddr() loop.Addr {
	if c.peer.there {
		return loop.AddrFrom(c.RemoteAddrPort())
	}
	return c.more().peer
}

// RemoteAddr is the peer, a *net.TCPAddr or *net.UnixAddr, known since the
// connection was accepted. Any goroutine.
func (c *Conn) RemoteAddr() net.Addr { return c.addresses().remote }

// RemoteAddrPort is the peer without an allocation, invalid for Unix sockets.
// Any goroutine.
func (c *Conn) RemoteAddrPort() netip.AddrPort {
	if c.peer.there {
		return netip.AddrPortFrom(netip.AddrFrom4(c.peer.ip), c.peer.port)
	}
	return c.more().peer.AddrPort()
}

// LocalAddr is this end, or the listener's address if that cannot be told any
// more. Not after Closed; else any goroutine that keeps the connection open.
func (c *Conn) LocalAddr() net.Addr {
	a := c.addresses()
	if a.local == nil {
		local := c.listener.Addr()
		if addr, errno := c.pool.sys.LocalAddr(int(c.fd)); errno == 0 && addr.AddrPort().IsValid() {
			local = addr.NetAddr()
		}
		a = &addrs{local: local, remote: a.remote, told: a.told, secure: a.secure}
		c.more().addrs.Store(a)
	}
	return a.local
}

func (c *Conn) addresses() *addrs {
	r := c.more()
	if a := r.addrs.Load(); a != nil {
		return a
	}
	r.addrs.CompareAndSwap(nil, &addrs{remote: c.peerAddr().NetAddr()})
	return r.addrs.Load()
}
