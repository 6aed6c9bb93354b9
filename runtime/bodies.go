package tornado

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"sync"

	"github.com/tornadogen/tornadogen/runtime/internal/budget"
	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/slab"
)

// What a request holds in memory of its body, and what is made of that, is counted against Limits.Bodies as it is allocated, but for what every request
// has. A request gives it back when it ends, or waits for an answer whose handler has returned.

// retryAfter is when a client may come again that was refused since others are served, in seconds.
const retryAfter = "1"

// errCrowded says that a body is more than what is left of Limits.Bodies.
var errCrowded = errors.New("too many bodies are held")

// tooManyBodies tells a client so.
const tooManyBodies = "the server holds too many bodies at present"

// newBodies makes what bodies share: size bytes, 0 for the default.
func newBodies(size int) *budget.Budget {
	if size <= 0 {
		size = budget.Default(debug.SetMemoryLimit(-1))
	}
	return budget.New(size)
}

// otherBodies is what the bodies of all requests share that come from no Server.
var otherBodies = sync.OnceValue(func() *budget.Budget { return newBodies(0) })

// refuseCrowded answers 503.
func (x *exchange) refuseCrowded() {
	x.match.api.bounds.meet(BoundBodies)
	x.reply.reset()
	x.reply.Header("Retry-After", retryAfter)
	x.reply.refuse(http.StatusServiceUnavailable, tooManyBodies)
}

// shareOf makes x take of b what it holds.
func (x *exchange) shareOf(b *budget.Budget) {
	x.share = b.Of()
	if x.in.decoder.Lend == nil {
		x.in.decoder.Lend = x.share.Take
	}
}

// letGoOfBody drops what is held of the body, and of what was made of it. The handler has returned.
func (x *exchange) letGoOfBody() {
	x.in.letGo()
	x.share.Release()
}

// bodiesOf is what the bodies of the server of ctx share; where there is none, otherwise.
func bodiesOf(ctx context.Context, otherwise *budget.Budget) *budget.Budget {
	if s, ok := ctx.Value(serverKey{}).(*Server); ok {
		return s.bodies
	}
	return otherwise
}

// crowded refuses the request at the front. A body that is on its way is not waited for.
func (f *frame) crowded() verdict {
	f.x.refuseCrowded()
	return f.finish(f.w-f.r, true)
}

// weight is what counts of the memory of the request at the front, in bytes.
func (f *frame) weight() int { return heavy(f.buf) + heavy(f.body) }

// heavy is what counts of b: what goes beyond the buffer that every frame has.
func heavy(b []byte) int { return max(cap(b)-slabSize, 0) }

// wholly is what counts at most of a buffer that grows until a request of size bytes stands in it: it, and the one of half its length before it.
func wholly(size int) int {
	if size <= slabSize {
		return 0
	}
	whole := slab.Grown(nil, size)
	return whole + whole/2 - slabSize
}

// count makes what is counted of that memory n bytes. It reports false, and nothing changes, where there is no room for them.
func (f *frame) count(n int) bool {
	if more := n - f.counted; more < 0 {
		f.x.share.Give(-more)
	} else if !f.x.share.Take(more) {
		return false
	}
	f.counted = n
	return true
}

// grow gives the frame a buffer that is twice as long, and reports whether there was room for it: the old one is there, too, until it is copied.
func (f *frame) grow() bool {
	ofBody := f.phase == phaseBody // else the limits for heads bound it
	if ofBody && !f.count(f.weight()+slab.Grown(f.buf, 0)) {
		return false
	}
	f.buf = slab.Grow(f.buf, 0, f.conn.GiveWay)
	f.buf = f.buf[:cap(f.buf)]
	return !ofBody || f.count(f.weight())
}

// growBody sees to it that n bytes more of a chunked body have room, where it is long, and reports whether there was room for that.
func (f *frame) growBody(n int) bool {
	if size := len(f.body) + n; size <= max(cap(f.body), slabSize) {
		return true
	}
	if !f.count(f.weight() + slab.Grown(f.body, n)) {
		return false
	}
	f.body = slab.Grow(f.body, n, f.conn.GiveWay)
	return f.count(f.weight())
}

// shrink lets a buffer go that was for a long body, so that none is held beside what follows, which nobody counts.
func (f *frame) shrink() {
	if len(f.buf) <= maxKeptBuffer {
		return
	}
	long, rest := f.buf, f.buf[f.r:f.w]
	f.buf = make([]byte, max(slabSize, len(rest)))
	f.r, f.w = 0, copy(f.buf, rest)
	f.x.head = http1.Head{Fields: f.x.head.Fields[:0]} // of the memory that goes
	slab.Put(long)
}
