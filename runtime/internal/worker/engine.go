package worker

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// Errors of an Engine.
var (
	ErrDraining = errors.New("worker: the engine drains")
	ErrStarted  = errors.New("worker: the engine runs already")
)

// Listener is one address that connections are accepted at: a socket, or
// several that share it.
type Listener struct {
	// Tag is the handler's, see Conn.Listener. Set it before AddListener.
	Tag any
	// Open, if it is set, makes a connection ready before it is first served:
	// a TLS handshake. It is called once the peer has sent something, in a
	// goroutine of its own, which owns c until it returns, and may wait. With
	// Idle c is served from then on, also if nothing more arrives; Close,
	// Linger and Detached mean what they do after Serve. A panic in it closes
	// c, and is logged. Set it before AddListener.
	Open func(c *Conn) Next
	// Enough, if it is set, says whether what the peer has sent first is enough to
	// call Open: until then c waits as one that is idle does, and costs as little.
	// It is asked on the loop with the first of what has come, some 4 KiB at most,
	// and not if nothing more will come.
	Enough func(first []byte) bool
	// Patience is how long c may wait before it is opened, from the first byte on,
	// for what is Enough and for a place; what is left of it Open finds as
	// Conn.Deadline, which is zero where there was nothing to wait for. Without Enough
	// it begins when there is no place. Who sets Open sets it.
	Patience time.Duration
	// Shared says of an address that many clients come from it: a proxy. Its
	// connections are not counted by MaxPerPeer, and each stands for itself where
	// there is no place for Open. Set it before AddListener; nil means none.
	Shared  func(netip.Addr) bool
	sockets []*loop.Listener
	users   []atomic.Int32 // users[i]: loops that accept from sockets[i]
}

// NewListener makes a Listener of listening sockets, which belong to it from
// then on.
func NewListener(sockets ...*loop.Listener) *Listener {
	return &Listener{sockets: sockets, users: make([]atomic.Int32, len(sockets))}
}

// Listen binds address on network: "tcp", "tcp4", "tcp6" or "unix". n sockets
// share a TCP address, so that each of n loops has its own.
func Listen(network, address string, n int) (*Listener, error) {
	sockets, err := loop.Listen(network, address, n)
	if err != nil {
		return nil, err
	}
	return NewListener(sockets...), nil
}

// ListenUnix binds a Unix socket. Its file has mode before anybody can connect.
func ListenUnix(address string, mode os.FileMode) (*Listener, error) {
	socket, err := loop.ListenUnix(address, mode)
	if err != nil {
		return nil, err
	}
	return NewListener(socket), nil
}

// AdoptListener makes a Listener of listening sockets bound elsewhere, all to
// one address. The descriptors are closed if that fails.
func AdoptListener(fds ...int) (*Listener, error) {
	l := NewListener()
	var errs error
	for _, fd := range fds {
		socket, err := loop.AdoptListener(fd)
		if err == nil {
			l.sockets = append(l.sockets, socket)
		}
		errs = errors.Join(errs, err)
	}
	if errs != nil {
		return nil, errors.Join(errs, l.Close())
	}
	return NewListener(l.sockets...), nil
}

// Addr is the address that is listened at.
func (l *Listener) Addr() net.Addr { return l.sockets[0].Addr }

// Files are copies of the sockets. They are the caller's to close. Before Close
// alone, and not of a listener that an Engine has.
func (l *Listener) Files() ([]*os.File, error) { return l.each((*loop.Listener).File) }

// Lend gives copies of the sockets, for a process that may go on listening here;
// they are the caller's to close. Until Keep or Reclaim tells whether it does,
// the file of a Unix socket stays. It fails with net.ErrClosed once a socket was
// closed. Any goroutine, as they.
func (l *Listener) Lend() ([]*os.File, error) {
	files, err := l.each((*loop.Listener).Lend)
	if err != nil {
		return nil, errors.Join(err, l.Reclaim())
	}
	return files, nil
}

// each is a copy of each socket.
func (l *Listener) each(copied func(*loop.Listener) (*os.File, error)) ([]*os.File, error) {
	files := make([]*os.File, 0, len(l.sockets))
	for _, s := range l.sockets {
		file, err := copied(s)
		if err != nil {
			for _, f := range files {
				err = errors.Join(err, f.Close())
			}
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// Keep leaves the file of a Unix socket: another process goes on listening
// there.
func (l *Listener) Keep() {
	for _, s := range l.sockets {
		s.Keep()
	}
}

// Reclaim ends what Lend has begun: nobody else listens. If l was closed
// meanwhile, the file of a Unix socket is removed now, unless somebody has begun
// to listen at its path since.
func (l *Listener) Reclaim() error {
	var err error
	for _, s := range l.sockets {
		err = errors.Join(err, s.Reclaim())
	}
	return err
}

// Own makes Close remove the file of a Unix socket that was adopted.
func (l *Listener) Own() {
	for _, s := range l.sockets {
		s.Own()
	}
}

// Owned reports whether Close removes the file of a Unix socket.
func (l *Listener) Owned() bool { return l.sockets[0].Owned() }

// BoundAddr is the address of a socket bound elsewhere.
func BoundAddr(fd int) (net.Addr, error) { return loop.BoundAddr(fd) }

// leave takes one from the loops that accept from a socket. The last one closes
// it.
func (l *Listener) leave(socket int, sys loop.Sys) error {
	if l.users[socket].Add(-1) > 0 {
		return nil
	}
	return l.sockets[socket].Close(sys)
}

// Close closes a listener that was not given to an Engine.
func (l *Listener) Close() error {
	var err error
	for _, s := range l.sockets {
		err = errors.Join(err, s.Close(loop.PlainSys()))
	}
	return err
}

// Engine is a set of loops with their workers. Its methods are safe from any
// goroutine.
type Engine struct {
	opts       Options       // immutable
	loops      loop.Group    // immutable
	pools      []*pool       // immutable; pools[i] belongs to loops[i]
	prodded    atomic.Uint32 // pools whose loops were prodded for others
	queueLimit int           // immutable; of one pool
	frames     sync.Pool     // of Frame: those beyond what the pools keep

	lastID   atomic.Uint64
	workers  atomic.Int64 // of all pools, and one for each that has none
	openings openings
	peers    peers
	stats    engineStats
	begun    time.Time    // immutable
	moaned   atomic.Int64 // when full has logged last, in seconds since begun; 0 for never
	draining atomic.Bool
	cutting  atomic.Bool // the time to drain is up
	// open counts the connections, and one more while any may be accepted.
	// When it falls to zero the engine ends.
	open       atomic.Int64
	goroutines sync.WaitGroup // workers and shedders
	ended      chan struct{}  // closed when all goroutines have ended
	abandoned  chan struct{}  // closed when a drain has given up on some

	mu         sync.Mutex
	started    bool        // guarded by mu
	running    bool        // guarded by mu; Run was called
	drainBegun bool        // guarded by mu
	accepting  int         // guarded by mu; loops that still accept, while draining
	givenUp    bool        // guarded by mu; abandoned is closed
	listeners  []*Listener // guarded by mu
}

// New makes an Engine, which is to be ended by Drain even if it never ran.
func New(opts Options) (*Engine, error) {
	if err := opts.setDefaults(); err != nil {
		return nil, err
	}
	e := &Engine{
		opts: opts, queueLimit: (opts.MaxQueue + opts.Loops - 1) / opts.Loops,
		ended: make(chan struct{}), abandoned: make(chan struct{}), begun: time.Now(),
	}
	e.open.Store(1)
	e.workers.Store(int64(opts.Loops))
	e.peers.most, e.openings.most = opts.MaxPerPeer, opts.MaxOpening
	for i := range opts.Loops {
		poller, err := opts.Pollers()
		if err != nil {
			for _, l := range e.loops {
				err = errors.Join(err, l.Discard())
			}
			return nil, fmt.Errorf("worker: poller: %w", err)
		}
		l := loop.New(i, poller, opts.Logger)
		p := newPool(e, l)
		l.Attach(p)
		e.loops, e.pools = append(e.loops, l), append(e.pools, p)
	}
	return e, nil
}

// Run serves until Drain has ended. Once.
func (e *Engine) Run() error {
	e.mu.Lock()
	if e.running {
		e.mu.Unlock()
		return ErrStarted
	}
	e.running = true
	e.start()
	e.mu.Unlock()
	loop.Await("Run", func() bool { return isClosed(e.ended) || isClosed(e.abandoned) })
	select {
	case <-e.ended:
	case <-e.abandoned:
	}
	return nil
}

// start lets the loops run, if they do not. The caller holds mu.
func (e *Engine) start() {
	if e.started {
		return
	}
	e.started = true
	for _, l := range e.loops {
		loop.Go("loop", l.Run)
	}
}

// AddListener accepts connections at l: before Run or while it runs, not from a
// loop or a handler. l belongs to the engine, which closes it, unless the error
// is ErrDraining.
func (e *Engine) AddListener(l *Listener) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.drainBegun {
		return ErrDraining
	}
	// Before the first loop accepts, so that none takes itself for the last.
	n := max(len(l.sockets), len(e.loops))
	for i := range n {
		l.sockets[i%len(l.sockets)].Owner = l
		l.users[i%len(l.sockets)].Add(1)
	}
	e.listeners = append(e.listeners, l)
	var errs error
	for i := range n {
		socket := i % len(l.sockets)
		if err := e.accept(e.pools[i%len(e.pools)], l, socket); err != nil {
			errs = errors.Join(errs, err, l.leave(socket, loop.PlainSys()))
		}
	}
	return errs
}

// accept registers a socket of l with a loop, on that loop. The caller holds mu.
func (e *Engine) accept(p *pool, l *Listener, socket int) error {
	failed := make(chan error, 1)
	add := func() {
		a, err := p.loop.Accept(l.sockets[socket], e.loops, e)
		if err == nil {
			p.acceptors = append(p.acceptors, acceptor{a, l, socket})
		}
		failed <- err
	}
	if !e.started {
		add()
	} else if !p.loop.Post(add) {
		return ErrDraining
	}
	return <-failed
}

// Addrs are the addresses that are listened at.
func (e *Engine) Addrs() []net.Addr {
	e.mu.Lock()
	defer e.mu.Unlock()
	addrs := make([]net.Addr, len(e.listeners))
	for i, l := range e.listeners {
		addrs[i] = l.Addr()
	}
	return addrs
}

// Loops is how many loops there are. Their IDs count from 0. Any goroutine.
func (e *Engine) Loops() int { return len(e.loops) }

// Open is how many connections are open. Any goroutine.
func (e *Engine) Open() int {
	n := 0
	for _, l := range e.loops {
		n += l.Load()
	}
	return n
}

// exhausted reports whether no more workers may be made.
func (e *Engine) exhausted() bool { return e.workers.Load() >= int64(e.opts.MaxWorkers) }

// Admit implements loop.Host.
func (e *Engine) Admit(ln *loop.Listener, peer loop.Addr) bool {
	listener, _ := ln.Owner.(*Listener)
	if !e.peers.enter(listener, peer, false) {
		e.stats.FullOfPeer.Add(1)
		e.full("of one peer", peer)
		return false
	}
	if e.open.Add(1) > int64(e.opts.MaxConnections)+1 && e.opts.MaxConnections > 0 {
		e.leave()
		e.peers.leave(listener, peer)
		e.stats.Full.Add(1)
		e.full("of all", peer)
		return false
	}
	return true
}

// Dropped implements loop.Host.
func (e *Engine) Dropped(ln *loop.Listener, peer loop.Addr) {
	listener, _ := ln.Owner.(*Listener)
	e.peers.leave(listener, peer)
	e.leave()
}

// full logs that a connection was closed because there are too many, now and
// then. Any goroutine.
func (e *Engine) full(which string, peer loop.Addr) {
	now := max(int64(time.Since(e.begun)/time.Second), 1)
	if last := e.moaned.Load(); (last == 0 || now-last >= moanSeconds) && e.moaned.CompareAndSwap(last, now) {
		e.opts.Logger.Warn("worker: too many connections are open, a new one was closed", slog.String("limit", which),
			slog.Any("remote", peer.NetAddr()))
	}
}

// moanSeconds is the time between two lines of the log about the same.
const moanSeconds = 10

// Accepted implements loop.Host: it makes the Conn, idle and with a deadline
// for its first byte.
func (e *Engine) Accepted(l *loop.Loop, fd int, peer loop.Addr, ln *loop.Listener) {
	listener, _ := ln.Owner.(*Listener)
	p := e.pools[l.ID()]
	c := &Conn{pool: p, fd: int32(fd), listener: listener, id: e.lastID.Add(1)}
	c.setPeer(peer)
	if listener.Open != nil {
		c.linger = unopened
	}
	if e.cutting.Load() { // it was on its way from one loop to another
		c.close()
		return
	}
	timeout := e.opts.FirstTimeout
	if e.draining.Load() {
		timeout = min(timeout, e.opts.DrainGrace)
	}
	c.SetTimeout(timeout)
	token, err := l.Add(fd, c)
	if err != nil {
		e.opts.Logger.Error("worker: registering a connection", "loop", l.ID(), "error", err)
		c.close()
		return
	}
	c.token = token
	if c.linger == 0 && p.early(c) {
		c.Ready(loop.In)
		return
	}
	c.tend()
}

// early reports whether c, which was just accepted, has sent something already.
// Then it need not wait for the next turn of its loop, at whose start that will
// be reported. c is not asked where that is mostly not so. loop-only.
func (p *pool) early(c *Conn) bool {
	if !p.ahead.Due() {
		return false
	}
	n, errno := p.sys.Peek(int(c.fd), p.first[:1])
	p.ahead.Was(errno == 0 && n > 0)
	return errno == 0 && n > 0
}

// leave takes one from open.
func (e *Engine) leave() {
	if e.open.Add(-1) == 0 {
		e.end()
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
