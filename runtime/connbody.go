package tornado

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

const (
	maxDiscarded = 256 << 10 // bytes of a body that are read in vain to keep the connection
	bodySlab     = 32 << 10  // the read buffer that a body which is read from its connection grows to
)

// connBody is a request body that is not held in memory: it reads from the connection as the handler asks for it, so that a
// slow handler slows its client. Any goroutine may read, also while another writes the answer, and also after the handler has
// returned: then it gets http.ErrBodyReadAfterClose.
type connBody struct {
	frame  *frame       // immutable
	answer answerSide   // immutable
	conn   *worker.Conn // immutable
	closed atomic.Bool  // for good: by Close, by Hijack, or since the handler has returned

	mu      sync.Mutex    // held while the connection is read; the part of the frame that was received is guarded by it, too
	state   bodyState     // guarded by mu, like all that follows; once closed, the goroutine of the handler has it alone
	left    int64         // of a body of announced length
	chunked http1.Chunked // of a chunked one
	decoded []byte        // decoded and not read; aliases the frame's buffer
	asked   bool          // the connection was waited for
	late    bool          // the last wait took too long
	room    int64         // bytes that discard may still drop
	slab    []byte        // what the frame had for a buffer before makeRoom; nil if it still has it
	err     error         // in bodyFailed
}

// answerSide is what the body of a request needs of those who write the answer.
type answerSide interface {
	// askForBody is called before the connection is first waited for: it sends what the client may be waiting for itself, a 100
	// and the answers to earlier requests.
	askForBody()
	// promised reports whether the client still waits for a 100. The handler has returned.
	promised() bool
	// readDeadline is when the handler wants to wait no longer, zero for Timeouts.Stream without a byte. Any goroutine.
	readDeadline() time.Time
	// flush writes the answers that wait. The handler has returned.
	flush()
}

// bodyState is how far a body was read.
type bodyState uint8

const (
	bodyEnded   bodyState = iota // all of it was received; final
	bodyLength                   // left bytes follow -> bodyEnded, bodyFailed
	bodyChunked                  // chunks follow -> bodyEnded, bodyFailed
	bodyFailed                   // nobody knows where the next request begins; final
)

// begin makes b the body that the head of the request announces; limit bounds the data of a chunked one, 0 for no bound.
func (b *connBody) begin(f *frame, answer answerSide, limit int64) {
	b.frame, b.answer, b.conn, b.room = f, answer, f.conn, maxDiscarded
	switch head := &f.x.head; {
	case head.Chunked:
		b.state, b.chunked.MaxBody = bodyChunked, limit
	case head.ContentLength > 0:
		b.state, b.left = bodyLength, head.ContentLength
	}
}

// Close ends the handler's reading, also a Read that is under way. The server discards the rest.
func (b *connBody) Close() error {
	b.closed.Store(true)
	b.interrupt()
	return nil
}

// interrupt makes a Read that is under way look again at what it waits for.
func (b *connBody) interrupt() {
	if b.mu.TryLock() {
		b.mu.Unlock()
		return
	}
	b.conn.Interrupt()
}

// shut is Close, and returns when nobody reads any more.
func (b *connBody) shut() {
	b.closed.Store(true)
	if !b.mu.TryLock() {
		b.conn.Interrupt()
		b.mu.Lock()
	}
	b.mu.Unlock()
}

// Read gives the next bytes of the body, io.EOF behind the last. Beside those of the connection its errors are
// http.ErrBodyReadAfterClose, io.ErrUnexpectedEOF, and os.ErrDeadlineExceeded, after which it may be called again.
func (b *connBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		switch {
		case b.closed.Load():
			return 0, http.ErrBodyReadAfterClose
		case len(p) == 0:
			return 0, nil
		case len(b.decoded) > 0:
			n := copy(p, b.decoded)
			b.decoded = b.decoded[n:]
			return n, nil
		case b.state == bodyEnded:
			return 0, io.EOF
		case b.state == bodyFailed:
			return 0, b.err
		case b.decode():
		default:
			if n, err := b.await(p); n > 0 || err != nil {
				return n, err
			}
		}
	}
}

// decode takes what was received and reports whether there was anything. decoded is empty before.
func (b *connBody) decode() bool {
	f := b.frame
	received := f.buf[f.r:f.w]
	if len(received) == 0 {
		return false
	}
	if b.state == bodyLength {
		n := int(min(b.left, int64(len(received))))
		b.decoded = received[:n]
		f.r += n
		if b.left -= int64(n); b.left == 0 {
			b.state = bodyEnded
		}
		return true
	}
	n, data, done, err := b.chunked.Feed(received)
	f.r += n
	b.decoded = data
	switch {
	case err != nil:
		b.state, b.err = bodyFailed, err
	case done:
		b.state = bodyEnded
	}
	return true
}

// await receives for the handler: until its deadline or for Timeouts.Stream. It gives what came straight into p, if anything did.
// Its error says that nothing came in time; what else goes wrong is found in state.
func (b *connBody) await(p []byte) (int, error) {
	if !b.asked {
		b.asked = true
		b.answer.askForBody()
	}
	patience := time.Now().Add(b.frame.service.timeouts.Stream)
	for {
		until := b.answer.readDeadline()
		switch {
		case b.closed.Load():
			return 0, nil
		case until.IsZero():
			until = patience
		case !until.After(time.Now()):
			b.late = true
			return 0, os.ErrDeadlineExceeded
		}
		if n, done, err := b.receive(p, until); done {
			return n, err
		}
	}
}

// receive waits for more, and reports whether it need not be called again: it was not interrupted. decoded is empty, and
// nothing is left in the frame. Where p is as large as the frame's buffer would be, and no framing stands between the data, it
// receives into p, n bytes. Its error is os.ErrDeadlineExceeded.
func (b *connBody) receive(p []byte, until time.Time) (n int, done bool, err error) {
	f := b.frame
	direct := b.state == bodyLength && len(p) >= bodySlab
	if direct {
		n, err = b.conn.ReadWait(p[:min(b.left, int64(len(p)))], until)
		if b.left -= int64(n); b.left == 0 {
			b.state = bodyEnded
		}
	} else {
		b.makeRoom()
		n, err = b.conn.ReadWait(f.buf, until)
		f.r, f.w, n = 0, n, 0
	}
	b.late = false
	switch {
	case err == nil:
		return n, true, nil
	case errors.Is(err, worker.ErrInterrupted):
		return 0, false, nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		b.late = true
		return 0, true, os.ErrDeadlineExceeded
	}
	b.fail(err)
	return 0, true, nil
}

// makeRoom lends the frame a larger buffer for a body that does not come at once. Nothing is left in the frame.
func (b *connBody) makeRoom() {
	if f := b.frame; len(f.buf) < bodySlab && (b.state == bodyChunked || b.left > int64(len(f.buf))) {
		b.slab, f.buf = f.buf, bodySlabs.Get().(*[bodySlab]byte)[:]
	}
}

// giveBack undoes makeRoom, unless more has been received of later requests than the frame's own buffer holds.
func (b *connBody) giveBack() {
	f := b.frame
	if b.slab == nil || f.w-f.r > len(b.slab) {
		return
	}
	lent := f.buf
	f.r, f.w, f.buf = 0, copy(b.slab, f.buf[f.r:f.w]), b.slab
	poison(lent)
	bodySlabs.Put((*[bodySlab]byte)(lent))
}

var bodySlabs = sync.Pool{New: func() any { return new([bodySlab]byte) }}

// fail ends a body whose end will not come.
func (b *connBody) fail(err error) {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	b.state, b.err = bodyFailed, err
}

// rest is a copy of what was received and not read, for a hijacker.
func (b *connBody) rest() []byte {
	f := b.frame
	return append(append([]byte(nil), b.decoded...), f.buf[f.r:f.w]...)
}

// unread reports whether a part of the body was not received.
func (b *connBody) unread() bool { return b.state != bodyEnded }

// discard drops what the handler left, and reports whether the connection can be kept: with wait, since the end was found
// within Timeouts.Body; without, since nothing speaks against it yet. It gives up where more than maxDiscarded is left, and on
// a client that still waits for its 100: it will not send the body, or will, nobody knows.
func (b *connBody) discard(wait bool) bool {
	f := b.frame
	patience := time.Now().Add(f.service.timeouts.Body)
	b.decoded = nil
	for b.state == bodyLength || b.state == bodyChunked {
		if f.broken || b.answer.promised() || b.late || b.left > b.room {
			return false
		}
		if b.decode() {
			b.room -= int64(len(b.decoded))
			b.decoded = nil
			continue
		}
		if wait {
			b.answer.flush()
			_, _, _ = b.receive(nil, patience) // what went wrong is in late and state
			continue
		}
		n, err := b.conn.Read(f.buf)
		f.r, f.w = 0, n
		switch {
		case errors.Is(err, worker.ErrWouldBlock):
			return true
		case err != nil:
			b.fail(err)
		}
	}
	return b.state == bodyEnded
}
