package tornado

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// requestContext is the context of one request. Each is used for one request only, so that a handler may keep it beyond
// the end; they are cut from blocks to save allocations. What cancels it is made when somebody asks for Done.
type requestContext struct {
	parent context.Context          // immutable
	peer   peer                     // immutable
	call   atomic.Pointer[exchange] // the request while a frame holds it, nil while it is awaited and after its end

	mu     sync.Mutex
	inner  context.Context         // guarded by mu; nil until Done is called
	cancel context.CancelCauseFunc // guarded by mu; of inner
	ended  error                   // guarded by mu; the cause, nil while the request runs
}

// contextBlock is how many contexts are allocated at once.
const contextBlock = 16

// contextSource cuts contexts from blocks. It belongs to a frame: only its owner uses it.
type contextSource struct{ block []requestContext }

func (s *contextSource) next(parent context.Context, p peer, x *exchange) *requestContext {
	if len(s.block) == 0 {
		s.block = make([]requestContext, contextBlock)
	}
	c := &s.block[0]
	s.block = s.block[1:]
	c.parent, c.peer = parent, p
	c.call.Store(x)
	return c
}

// Deadline is that of the parent, where it has one.
func (c *requestContext) Deadline() (time.Time, bool) { return c.parent.Deadline() }

// Done is closed when the client has hung up, the server is cut off, or the request has ended.
func (c *requestContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inner == nil {
		c.inner, c.cancel = context.WithCancelCause(c.parent)
		if c.ended != nil {
			c.cancel(c.ended)
		} else {
			c.peer.watch(c)
		}
	}
	return c.inner.Done()
}

// Err is nil while the request runs and its client is there.
func (c *requestContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.inner != nil:
		return c.inner.Err()
	case c.ended != nil, c.peer.gone():
		return context.Canceled
	}
	return c.parent.Err()
}

type rawKey struct{}

// Value knows the running request (see Raw) and what the server's context knows.
func (c *requestContext) Value(key any) any {
	if _, ok := key.(rawKey); ok {
		return c
	}
	c.mu.Lock()
	inner := c.inner
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
	if c.ended == nil {
		c.ended = cause
	}
	cancel := c.cancel
	c.mu.Unlock()
	if cancel != nil {
		cancel(cause)
	}
	return cancel != nil
}

// finish ends c with its request. The owner of the request calls it once. It reports whether the connection knows of c.
func (c *requestContext) finish() (watched bool) {
	c.call.Store(nil)
	return c.end(context.Canceled)
}
