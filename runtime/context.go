package tornado

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// requestContext is the context of one request. Each is used for one request only, so that a handler may keep it beyond
// the end; they are cut from blocks to save allocations. What cancels it is made when somebody asks for Done.
type requestContext struct {
	parent context.Context // immutable
	peer   peer            // immutable
	held   *exchange       // the request, nil while no frame holds it; belongs to its frame, see exchange
	life   atomic.Uint32   // lifeAway, lifeWatched, lifeEnded

	mu      sync.Mutex
	watched *watchedContext // guarded by mu; nil until Done is called or something but the request's end ends c
}

// watchedContext is what a requestContext needs that somebody has asked for Done.
type watchedContext struct {
	inner  context.Context         // nil until Done is called
	cancel context.CancelCauseFunc // of inner
	ended  error                   // the cause, nil while the request runs
}

// The bits of requestContext.life.
const (
	lifeAway    uint32 = 1 << iota // no frame holds the request: its body is awaited
	lifeWatched                    // there is a watchedContext
	lifeEnded                      // the request has ended
)

// contextBlock is how many contexts are allocated at once.
const contextBlock = 16

// contextSource cuts contexts from blocks. It belongs to a frame: only its owner uses it.
type contextSource struct {
	block *[contextBlock]requestContext
	left  uint // of block
}

func (s *contextSource) next(parent context.Context, p peer, x *exchange) *requestContext {
	if s.left == 0 {
		s.block, s.left = new([contextBlock]requestContext), contextBlock
	}
	s.left--
	c := &s.block[s.left%contextBlock]
	c.parent, c.peer, c.held = parent, p, x
	return c
}

// Deadline is that of the parent, where it has one.
func (c *requestContext) Deadline() (time.Time, bool) { return c.parent.Deadline() }

// isHeld reports whether a frame holds the request: not while its body is awaited, and not after its end. Any goroutine.
func (c *requestContext) isHeld() bool { return c.life.Load()&(lifeAway|lifeEnded) == 0 }

// exchange is the request while a frame holds it, else nil. Its owner, and whoever it waits for.
func (c *requestContext) exchange() *exchange {
	if !c.isHeld() {
		return nil
	}
	return c.held
}

// letGo and hold stand around the time in which no frame holds the request, nor does c keep one. The owner of the request calls them.
func (c *requestContext) letGo() {
	c.life.Or(lifeAway)
	c.held = nil
}

func (c *requestContext) hold(x *exchange) {
	c.held = x
	c.life.And(^lifeAway)
}

// watch returns what ends c and is known to finish. The caller holds mu.
func (c *requestContext) watch() *watchedContext {
	if c.watched == nil {
		c.watched = new(watchedContext)
		if c.life.Or(lifeWatched)&lifeEnded != 0 {
			c.watched.ended = context.Canceled
		}
	}
	return c.watched
}

// Done is closed when the client has hung up, the server is cut off, or the request has ended.
func (c *requestContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.watch()
	if w.inner == nil {
		w.inner, w.cancel = context.WithCancelCause(c.parent)
		if w.ended != nil {
			w.cancel(w.ended)
		} else {
			c.peer.watch(c)
		}
	}
	return w.inner.Done()
}

// Err is nil while the request runs and its client is there.
func (c *requestContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch w := c.watched; {
	case w != nil && w.inner != nil:
		return w.inner.Err()
	case w != nil && w.ended != nil, c.life.Load()&lifeEnded != 0, c.peer.gone():
		return context.Canceled
	}
	return c.parent.Err()
}

// cutOff reports whether c has ended since the drain of its server took too long.
func (c *requestContext) cutOff() bool { return errors.Is(context.Cause(c.parent), ErrCut) }

// clientGone reports whether the client has hung up while the request ran. It is not known any more after finish.
func (c *requestContext) clientGone() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.cutOff():
		return false
	case c.watched != nil && c.watched.ended != nil:
		return errors.Is(c.watched.ended, ErrClientGone)
	}
	return c.peer.gone()
}

type rawKey struct{}

// Value knows the running request (see Raw) and what the server's context knows.
func (c *requestContext) Value(key any) any {
	if _, ok := key.(rawKey); ok {
		return c
	}
	c.mu.Lock()
	var inner context.Context
	if c.watched != nil {
		inner = c.watched.inner
	}
	c.mu.Unlock()
	if inner != nil {
		return inner.Value(key) // package context finds its own kind here, so that children need no goroutine
	}
	return c.parent.Value(key)
}

// end cancels c; the first cause stays. It reports whether somebody had asked for Done. It never blocks and may be called
// from any goroutine.
func (c *requestContext) end(cause error) (watched bool) {
	c.mu.Lock()
	w := c.watch()
	if w.ended == nil {
		w.ended = cause
	}
	cancel := w.cancel
	c.mu.Unlock()
	if cancel != nil {
		cancel(cause)
	}
	return cancel != nil
}
