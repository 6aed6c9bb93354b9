package worker

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// Drain ends the engine. It stops accepting, after it has accepted all who
// already wait; has every connection served once more, so that what it has sent
// is answered and its protocol can say goodbye (see Conn.DrainBegun); gives those
// that have never sent anything a short time; and waits until all connections
// are closed and all goroutines have ended. They finish as long as ctx lasts. Then
// the rest is cut: closed, or if busy shut down, and Drain waits a little
// (Options.CutGrace) for the handlers to return.
//
// It returns nil if nothing was cut, and else an error that wraps that of ctx.
// It may be called any number of times. Called by a handler, which would wait
// for itself, it only begins the drain, and returns nil.
func (e *Engine) Drain(ctx context.Context) error {
	e.BeginDrain()
	if called() {
		return nil
	}
	loop.Await("drains", func() bool { return isClosed(e.ended) || ctx.Err() != nil })
	select {
	case <-e.ended:
		return nil
	case <-ctx.Done():
	}
	n := e.Open()
	e.cutting.Store(true)
	for _, p := range e.pools {
		p.loop.Post(p.cut)
	}
	timer := time.NewTimer(e.opts.CutGrace)
	defer timer.Stop()
	loop.Await("has cut", func() bool { return isClosed(e.ended) })
	select {
	case <-e.ended:
		return fmt.Errorf("worker: drain: %d connections cut: %w", n, context.Cause(ctx))
	case <-timer.C:
	}
	e.abandon()
	return fmt.Errorf("worker: drain: %d connections cut, %d handlers do not return: %w",
		n, e.Open(), context.Cause(ctx))
}

// Overdue counts the connections that are open as those for which the time to
// drain is up. It comes before anybody is told so, and ends on its own.
func (e *Engine) Overdue() { e.stats.Cut.Add(uint64(e.Open())) }

// BeginDrain begins the drain, once, and does not wait for it: Conn.Draining is true
// from then on. Drain does so, too.
func (e *Engine) BeginDrain() {
	if !e.drainBegins() {
		return
	}
	for _, p := range e.pools {
		p.loop.Post(p.beginDrain)
	}
}

// drainBegins reports whether the drain begins with this call.
func (e *Engine) drainBegins() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.drainBegun {
		return false
	}
	e.drainBegun = true
	e.draining.Store(true)
	e.accepting = len(e.pools)
	e.start()
	return true
}

// acceptor is a socket of a listener that a loop accepts from.
type acceptor struct {
	*loop.Acceptor
	listener *Listener
	socket   int
}

// end accepts who waits, and then closes the socket if no other loop accepts
// from it: at once, for whoever still connects would be reset. loop-only.
func (a acceptor) end(p *pool) {
	a.Drain(func() {
		if err := a.listener.leave(a.socket, p.sys); err != nil {
			p.engine.opts.Logger.Error("worker: closing a listener", "address", a.listener.Addr(), "error", err)
		}
		p.ended()
	})
}

// beginDrain is the drain on one loop. loop-only.
func (p *pool) beginDrain() {
	p.loop.Assert()
	p.loop.Each(func(s loop.Source) {
		if c, ok := s.(*Conn); ok {
			c.beginDrain(p.engine.opts.DrainGrace)
		}
	})
	p.accepting = len(p.acceptors) + 1
	for _, a := range p.acceptors {
		a.end(p)
	}
	p.acceptors = nil
	p.ended()
}

// ended takes one from those that the loop still accepts from. The last one of
// all loops lets the engine end. loop-only.
func (p *pool) ended() {
	p.accepting--
	if p.accepting > 0 {
		return
	}
	e := p.engine
	e.mu.Lock()
	e.accepting--
	last := e.accepting == 0
	e.mu.Unlock()
	if last {
		e.leave()
	}
}

// cut is the end of the drain on one loop. loop-only.
func (p *pool) cut() {
	p.loop.Assert()
	p.loop.Each(func(s loop.Source) {
		if c, ok := s.(*Conn); ok {
			c.sever()
		}
	})
}

// end is called once, when nothing is open any more.
func (e *Engine) end() {
	for _, p := range e.pools {
		p.stop()
		p.loop.Post(p.loop.Stop)
	}
	go func() {
		for _, l := range e.loops {
			<-l.Done()
		}
		e.goroutines.Wait()
		close(e.ended)
	}()
}

// abandon lets Run return although handlers do not.
func (e *Engine) abandon() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.givenUp {
		e.givenUp = true
		close(e.abandoned)
	}
}

// called reports whether this goroutine is a worker's or a loop's, by the
// functions on its stack. A goroutine has no other name.
func called() bool {
	var pcs [64]uintptr
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		if n == 0 {
			return false
		}
		frames := runtime.CallersFrames(pcs[:n])
		for more := true; more; {
			var f runtime.Frame
			f, more = frames.Next()
			if strings.HasSuffix(f.Function, "/internal/worker.(*pool).serve") ||
				strings.HasSuffix(f.Function, "/internal/worker.(*pool).do") ||
				strings.HasSuffix(f.Function, "/internal/loop.(*Loop).Run") {
				return true
			}
		}
	}
}
