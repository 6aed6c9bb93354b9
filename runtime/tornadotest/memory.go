package tornadotest

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// memoryWindow is how many bytes one side may write before the other one reads.
const memoryWindow = 64 << 10

// listener is a net.Listener in memory.
type listener struct {
	incoming chan net.Conn
	closed   chan struct{}
	once     sync.Once

	mu   sync.Mutex
	open map[*conn]bool // guarded by mu; the server's ends
	none chan struct{}  // guarded by mu; closed once none is open; nil while nobody waits
}

func newListener() *listener {
	return &listener{incoming: make(chan net.Conn), closed: make(chan struct{}), open: make(map[*conn]bool)}
}

// dial connects to l, whatever the address.
func (l *listener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	there, back := newPipe(), newPipe()
	near, far := &conn{in: back, out: there}, &conn{in: there, out: back, listener: l}
	l.mu.Lock()
	l.open[far] = true
	l.mu.Unlock()
	select {
	case l.incoming <- far:
		return near, nil
	case <-l.closed:
		l.forget(far)
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: net.ErrClosed}
	case <-ctx.Done():
		l.forget(far)
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.incoming:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return memoryAddr{} }

func (l *listener) forget(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, c)
	if len(l.open) == 0 && l.none != nil {
		close(l.none)
		l.none = nil
	}
}

// wait waits until the server has closed all connections, and reports whether it has before ctx ended.
func (l *listener) wait(ctx context.Context) bool {
	l.mu.Lock()
	if len(l.open) == 0 {
		l.mu.Unlock()
		return true
	}
	none := make(chan struct{})
	l.none = none
	l.mu.Unlock()
	select {
	case <-none:
		return true
	case <-ctx.Done():
		return false
	}
}

// cut closes what is open.
func (l *listener) cut() {
	l.mu.Lock()
	var all []*conn
	for c := range l.open {
		all = append(all, c)
	}
	l.mu.Unlock()
	for _, c := range all {
		_ = c.Close() // it cannot fail
	}
}

// memoryAddr is where everybody is: a host that no name server knows (RFC 6761), with a port, as those who read addresses expect one.
type memoryAddr struct{}

func (memoryAddr) Network() string { return "memory" }
func (memoryAddr) String() string  { return "memory.invalid:80" }

// conn is one end of a connection.
type conn struct {
	in, out  *pipe
	listener *listener // of the server's end, nil for the client's
}

func (c *conn) Read(p []byte) (int, error)         { return c.in.read(p) }
func (c *conn) Write(p []byte) (int, error)        { return c.out.write(p) }
func (c *conn) LocalAddr() net.Addr                { return memoryAddr{} }
func (c *conn) RemoteAddr() net.Addr               { return memoryAddr{} }
func (c *conn) SetReadDeadline(t time.Time) error  { return c.in.readBy.set(c.in, t) }
func (c *conn) SetWriteDeadline(t time.Time) error { return c.out.writeBy.set(c.out, t) }

func (c *conn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t) // it cannot fail
	return c.SetWriteDeadline(t)
}

// CloseWrite ends what the other side reads.
func (c *conn) CloseWrite() error {
	c.out.end(false)
	return nil
}

func (c *conn) Close() error {
	c.out.end(false)
	c.in.end(true)
	if c.listener != nil {
		c.listener.forget(c)
	}
	return nil
}

// pipe is one direction of a connection.
type pipe struct {
	mu              sync.Mutex
	moved           *sync.Cond
	buf             []byte // guarded by mu
	ended           bool   // guarded by mu; no more is written
	broken          bool   // guarded by mu; nobody reads
	readBy, writeBy deadline
}

func newPipe() *pipe {
	p := &pipe{}
	p.moved = sync.NewCond(&p.mu)
	return p
}

func (p *pipe) read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case p.broken:
			return 0, net.ErrClosed
		case p.readBy.passed():
			return 0, os.ErrDeadlineExceeded
		case len(b) == 0:
			return 0, nil
		case len(p.buf) > 0:
			n := copy(b, p.buf)
			p.buf = append(p.buf[:0], p.buf[n:]...)
			p.moved.Broadcast()
			return n, nil
		case p.ended:
			return 0, io.EOF
		}
		p.moved.Wait()
	}
}

func (p *pipe) write(b []byte) (n int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case p.ended:
			return n, net.ErrClosed
		case p.broken:
			return n, io.ErrClosedPipe
		case p.writeBy.passed():
			return n, os.ErrDeadlineExceeded
		case len(b) == 0:
			return n, nil
		}
		if room := min(memoryWindow-len(p.buf), len(b)); room > 0 {
			p.buf = append(p.buf, b[:room]...)
			n, b = n+room, b[room:]
			p.moved.Broadcast()
			continue
		}
		p.moved.Wait()
	}
}

// end is the end of what is written, or of who reads.
func (p *pipe) end(reader bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if reader {
		p.broken = true
	} else {
		p.ended = true
	}
	p.readBy.stop()
	p.writeBy.stop()
	p.moved.Broadcast()
}

// deadline is that of one side. guarded by the pipe's mu.
type deadline struct {
	at    time.Time // zero: none
	timer *time.Timer
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func (d *deadline) set(p *pipe, t time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	d.stop()
	d.at = t
	if wait := time.Until(t); !t.IsZero() && wait > 0 {
		d.timer = time.AfterFunc(wait, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.moved.Broadcast()
		})
	}
	p.moved.Broadcast()
	return nil
}
