//go:build tornado_net || !(linux || darwin || freebsd || netbsd || openbsd)

package poll

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// Nobody waits to be accepted when lastCall has passed lastCalls times without a
// new connection. Once is not enough: a goroutine that was kept from running for
// so long has not even looked. After lastCallsEnd it is over in any case: who
// comes then comes to another process that has the socket, or too late.
const (
	lastCall     = 10 * time.Millisecond
	lastCalls    = 3
	lastCallsEnd = 250 * time.Millisecond
)

// netListener accepts one connection ahead, in a goroutine of its own.
type netListener struct {
	listener interface {
		net.Listener
		syscall.Conn
		SetDeadline(t time.Time) error
	}

	mu      sync.Mutex
	changed *sync.Cond

	// guarded by mu
	pollers   []*netPoller
	accepting bool      // the goroutine that accepts exists
	conn      netConn   // accepted, not asked for
	err       error     // of accepting, not asked for
	leaving   bool      // nobody hears of it any more: the last call
	closing   time.Time // leaving: when that is over
	idle      bool      // and nobody has answered
	closed    bool
}

func newListener(l net.Listener) (*Listener, error) {
	n := new(netListener)
	n.changed = sync.NewCond(&n.mu)
	switch l := l.(type) {
	case *net.TCPListener:
		n.listener = l
	case *net.UnixListener:
		l.SetUnlinkOnClose(false) // Listener does it
		n.listener = l
	default:
		return nil, errors.Join(fmt.Errorf("%s is neither TCP nor Unix", l.Addr()), l.Close())
	}
	return &Listener{FD: descriptors.add(n), Addr: l.Addr()}, nil
}

func listenTCP(network string, tcp *net.TCPAddr, _ int) ([]*Listener, error) {
	l, err := net.ListenTCP(network, tcp)
	if err != nil {
		return nil, err
	}
	ours, err := newListener(l)
	return []*Listener{ours}, err
}

func listenSocket(address string, mode os.FileMode) (*Listener, error) {
	l, err := net.Listen("unix", address)
	if err != nil {
		return nil, err
	}
	if mode != 0 {
		if err := os.Chmod(address, mode); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	return newListener(l)
}

// join has p hear of connections.
func (l *netListener) join(p *netPoller) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pollers = append(l.pollers, p)
	if l.leaving {
		l.leaving, l.idle = false, false
		_ = l.listener.SetDeadline(time.Time{}) // if it fails, so will accepting
		l.changed.Broadcast()
	}
	if !l.accepting {
		l.accepting = true
		go l.acceptOn()
	}
	if l.conn != nil || l.err != nil {
		p.Wake()
	}
}

func (l *netListener) leave(p *netPoller) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.pollers {
		if l.pollers[i] == p {
			l.pollers = append(l.pollers[:i:i], l.pollers[i+1:]...)
			return
		}
	}
}

// waiting reports whether accept has something to give.
func (l *netListener) waiting() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn != nil || l.err != nil
}

// acceptOn accepts until the listener is closed.
func (l *netListener) acceptOn() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for calls := 0; !l.closed; {
		var conn net.Conn
		err := os.ErrDeadlineExceeded
		if now := time.Now(); !l.leaving || now.Before(l.closing) {
			if l.leaving {
				_ = l.listener.SetDeadline(now.Add(lastCall)) // if it fails, so will accepting
			}
			l.mu.Unlock()
			conn, err = l.listener.Accept()
			l.mu.Lock()
		} else {
			calls = lastCalls
		}
		late := errors.Is(err, os.ErrDeadlineExceeded)
		if calls++; !late {
			calls = 0
		}
		switch {
		case late:
			l.idle = l.leaving && calls >= lastCalls
		case err != nil:
			l.err = err
		default:
			l.conn, _ = conn.(netConn) // TCP and Unix connections are
		}
		for _, p := range l.pollers {
			p.Wake()
		}
		l.changed.Broadcast()
		for (l.conn != nil || l.err != nil || l.idle) && !l.closed {
			l.changed.Wait()
		}
	}
	l.accepting = false
	if l.conn != nil {
		_ = l.conn.Close() // nobody has asked for it
	}
}

// accept gives what was accepted. When no poller hears of l any more, this is
// the last call: it waits until nobody comes.
func (l *netListener) accept() (netConn, syscall.Errno) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		conn, err := l.conn, l.err
		l.conn, l.err = nil, nil
		switch {
		case conn != nil:
			l.changed.Broadcast()
			return conn, 0
		case err != nil:
			l.changed.Broadcast()
			return nil, errnoOf(err)
		case len(l.pollers) > 0, l.idle, l.closed, !l.accepting:
			return nil, syscall.EAGAIN
		}
		if !l.leaving {
			l.leaving, l.closing = true, time.Now().Add(lastCallsEnd)
			_ = l.listener.SetDeadline(time.Unix(1, 0)) // ends the call of Accept under way
		}
		l.changed.Wait()
	}
}

func (l *netListener) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	_ = l.listener.Close() // it is gone in any case
	l.changed.Broadcast()
}
