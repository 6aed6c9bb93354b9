package worker

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// peers counts the connections of each peer: of an IPv4 address, or of an IPv6
// network of 64 bits, which one client has to itself. Any goroutine.
type peers struct {
	most int // immutable; 0: nobody counts

	mu   sync.Mutex
	open map[netip.Addr]int // guarded by mu
}

// key is what a peer is counted by; invalid if it is not counted.
func (p *peers) key(l *Listener, peer loop.Addr) netip.Addr {
	if p.most <= 0 {
		return netip.Addr{}
	}
	return peerOf(l, peer)
}

// peerOf is what tells a peer from others; invalid if it stands for many.
func peerOf(l *Listener, peer loop.Addr) netip.Addr {
	ip := peer.AddrPort().Addr()
	if !ip.IsValid() || l != nil && l.Shared != nil && l.Shared(ip) {
		return netip.Addr{}
	}
	if ip.Is4() {
		return ip
	}
	network, _ := ip.WithZone("").Prefix(64) // which it has
	return network.Addr()
}

// enter counts a connection, unless there are too many; with always, even then.
func (p *peers) enter(l *Listener, peer loop.Addr, always bool) bool {
	key := p.key(l, peer)
	if !key.IsValid() {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[key] >= p.most && !always {
		return false
	}
	if p.open == nil {
		p.open = map[netip.Addr]int{}
	}
	p.open[key]++
	return true
}

func (p *peers) leave(l *Listener, peer loop.Addr) {
	key := p.key(l, peer)
	if !key.IsValid() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[key]--; p.open[key] == 0 {
		delete(p.open, key)
	}
}

// Introduce tells c, in Listener.Open, who is at its other end: whoever has
// connected is a proxy. secure says that the peer speaks TLS with it. It returns
// false if that peer has too many connections: c must be closed.
func (c *Conn) Introduce(peer, local netip.AddrPort, secure bool) bool {
	to := loop.AddrFrom(peer)
	e := c.pool.engine
	if !e.peers.enter(c.listener, to, false) {
		e.stats.FullOfPeer.Add(1)
		e.full("of one peer", to)
		return false
	}
	e.peers.leave(c.listener, c.peerAddr())
	c.setPeer(to)
	c.more().addrs.Store(&addrs{net.TCPAddrFromAddrPort(local), to.NetAddr(), true, secure})
	return true
}

// Secure reports whether Introduce has told so. Any goroutine, from the first
// Serve on.
func (c *Conn) Secure() bool { return c.addresses().secure }

// Ahead reads the first bytes of a connection, in Listener.Open, without taking
// more than it should: look is called with what has come, up to len(buf), each
// time that more has, and returns how many bytes to take; 0 waits for more.
func (r *Raw) Ahead(buf []byte, deadline time.Time, look func([]byte) (int, error)) error {
	c := (*Conn)(r)
	for {
		c.state.And(^readable)
		n, errno := c.pool.sys.Peek(int(c.fd), buf)
		if errno == syscall.EINTR {
			continue
		}
		if errno != 0 && errno != syscall.EAGAIN {
			return errno
		}
		if take, err := look(buf[:n]); err != nil {
			return err
		} else if take > 0 {
			return r.take(buf[:take])
		}
		if errno == 0 && n == 0 || c.HalfClosed() {
			return io.ErrUnexpectedEOF
		}
		if err := c.wait(waitRead, c.until(deadline)); err != nil {
			return err
		}
	}
}

// Peer is what tells the peer from others: its IPv4 address, or its IPv6 network of
// 64 bits. It is invalid where that stands for many, or is not known: see
// Listener.Shared.
func (r *Raw) Peer() netip.Addr {
	c := (*Conn)(r)
	return peerOf(c.listener, c.peerAddr())
}

// take reads what was peeked at.
func (r *Raw) take(p []byte) error {
	c := (*Conn)(r)
	for len(p) > 0 {
		c.state.Or(readable)
		n, err := c.read(p)
		if err != nil && !errors.Is(err, ErrWouldBlock) {
			return err
		}
		p = p[n:]
	}
	return nil
}

// toldConn is a connection that was handed out, and whose ends are what
// Introduce has told.
type toldConn struct {
	net.Conn
	local, remote net.Addr
}

func (t *toldConn) LocalAddr() net.Addr  { return t.local }
func (t *toldConn) RemoteAddr() net.Addr { return t.remote }

// NetConn is the connection that was handed out.
func (t *toldConn) NetConn() net.Conn { return t.Conn }

// CloseWrite ends the sending direction.
func (t *toldConn) CloseWrite() error {
	if half, ok := t.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}
