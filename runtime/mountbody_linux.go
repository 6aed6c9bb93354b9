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

// maxDiscarded is how much of a body is read in vain to keep the connection, in bytes.
const maxDiscarded = 256 << 10

// mountedBody is the request body of a mounted handler: it reads from the connection as the handler asks for it, so that a
// slow handler slows its client. Any goroutine may read, also while another writes the answer, and also after the handler has
// returned: then it gets http.ErrBodyReadAfterClose.
type mountedBody struct {
	m      *mounted     // immutable
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
	err     error         // in bodyFailed
}

// bodyState is how far a body was read.
type bodyState uint8

const (
	bodyEnded   bodyState = iota // all of it was received; final
	bodyLength                   // left bytes follow -> bodyEnded, bodyFailed
	bodyChunked                  // chunks follow -> bodyEnded, bodyFailed
	bodyFailed                   // nobody knows where the next request begins; final
)

// begin makes b the body that the head of the request announces.
func (b *mountedBody) begin(m *mounted) {
	b.m, b.conn, b.room = m, m.frame.conn, maxDiscarded
	switch head := &m.frame.x.head; {
	case head.Chunked:
		b.state = bodyChunked
	case head.ContentLength > 0:
		b.state, b.left = bodyLength, head.ContentLength
	}
}

// Close ends the handler's reading, also a Read that is under way. The server discards the rest.
func (b *mountedBody) Close() error {
	b.closed.Store(true)
	b.interrupt()
	return nil
}

// interrupt makes a Read that is under way look again at what it waits for.
func (b *mountedBody) interrupt() {
	if b.mu.TryLock() {
		b.mu.Unlock()
		return
	}
	b.conn.Interrupt()
}

// shut is Close, and returns when nobody reads any more.
func (b *mountedBody) shut() {
	b.closed.Store(true)
	if !b.mu.TryLock() {
		b.conn.Interrupt()
		b.mu.Lock()
	}
	b.mu.Unlock()
}

// Read gives the next bytes of the body, io.EOF behind the last. Beside those of the connection its errors are
// http.ErrBodyReadAfterClose, io.ErrUnexpectedEOF, and os.ErrDeadlineExceeded, after which it may be called again.
func (b *mountedBody) Read(p []byte) (int, error) {
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
			if err := b.await(); err != nil {
				return 0, err
			}
		}
	}
}

// decode takes what was received and reports whether there was anything. decoded is empty before.
func (b *mountedBody) decode() bool {
	f := b.m.frame
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

// await receives for the handler: until its deadline or for Timeouts.Stream. Its error says that nothing came in time; what
// else goes wrong is found in state.
func (b *mountedBody) await() error {
	if !b.asked {
		b.asked = true
		b.m.askForBody()
	}
	patience := time.Now().Add(b.m.frame.service.timeouts.Stream)
	for {
		until := b.m.deadlines.reading()
		switch {
		case b.closed.Load():
			return nil
		case until.IsZero():
			until = patience
		case !until.After(time.Now()):
			b.late = true
			return os.ErrDeadlineExceeded
		}
		if done, err := b.receive(until); done {
			return err
		}
	}
}

// receive waits for more, and reports whether it need not be called again: it was not interrupted. decoded is empty, and
// nothing is left in the frame. Its error is os.ErrDeadlineExceeded.
func (b *mountedBody) receive(until time.Time) (done bool, err error) {
	f := b.m.frame
	n, err := b.conn.ReadWait(f.buf, until)
	f.r, f.w, b.late = 0, n, false
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, worker.ErrInterrupted):
		return false, nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		b.late = true
		return true, os.ErrDeadlineExceeded
	}
	b.fail(err)
	return true, nil
}

// fail ends a body whose end will not come.
func (b *mountedBody) fail(err error) {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	b.state, b.err = bodyFailed, err
}

// rest is a copy of what was received and not read, for a hijacker.
func (b *mountedBody) rest() []byte {
	f := b.m.frame
	return append(append([]byte(nil), b.decoded...), f.buf[f.r:f.w]...)
}

// unread reports whether a part of the body was not received.
func (b *mountedBody) unread() bool { return b.state != bodyEnded }

// discard drops what the handler left, and reports whether the connection can be kept: with wait, since the end was found
// within Timeouts.Body; without, since nothing speaks against it yet. It gives up where more than maxDiscarded is left, and on
// a client that still waits for its 100: it will not send the body, or will, nobody knows.
func (b *mountedBody) discard(wait bool) bool {
	f := b.m.frame
	patience := time.Now().Add(f.service.timeouts.Body)
	b.decoded = nil
	for b.state == bodyLength || b.state == bodyChunked {
		if f.broken || b.m.promised || b.late || b.left > b.room {
			return false
		}
		if b.decode() {
			b.room -= int64(len(b.decoded))
			b.decoded = nil
			continue
		}
		if wait {
			b.m.flush()
			_, _ = b.receive(patience) // what went wrong is in late and state
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
