package tornado

import (
	"errors"
	"io"
	"os"

	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// readAtOnce is how many bytes are read at a time, at most: a system that has to find all of their pages takes up to 100 µs for each.
const readAtOnce = 16 << 10

// unread deals with what kept a read from giving anything.
func (f *frame) unread(err error) worker.Next {
	switch {
	case errors.Is(err, worker.ErrWouldBlock):
		return f.wait()
	case errors.Is(err, io.EOF):
		f.flush()
	default:
		f.broken = true
	}
	f.lost()
	return worker.Close
}

// makeRoom makes space behind what was received, which fills the buffer, and reports whether there is memory for it. The limits for heads and bodies
// bound the growth.
func (f *frame) makeRoom() bool {
	if f.r > 0 {
		f.w = copy(f.buf, f.buf[f.r:f.w])
	} else if !f.grow() {
		return false
	}
	f.r = 0
	if f.phase == phaseBody {
		f.rebind()
	}
	return true
}

// suspend keeps what was received of a request with the connection, and its deadline.
func (f *frame) suspend() {
	if f.r == f.w && f.phase == phaseHead {
		return
	}
	p := &pending{progress: f.progress, received: f.unload(false)}
	if f.phase == phaseBody {
		p.match, p.request, p.ctx, p.transit = f.x.match, f.x.request, f.x.ctx, f.x.transit
		p.fields = append(p.fields, f.x.raw.fields...)
		f.x.transit.leave()
		f.x.request.letGo()
		f.count(heavy(p.received) + heavy(f.body)) // which is no more than weight
		p.counted = f.counted
		f.x.share.PassTo(&p.share)
	}
	f.conn.Data = p
	if f.deadline.IsZero() { // line ends behind a body, and nothing of a request
		f.conn.SetTimeout(f.service.timeouts.Idle)
	} else {
		f.conn.SetDeadline(f.deadline)
	}
}

// unload takes what was received and not answered out of the frame. Of a request that parks nobody counts that: a long buffer does not go along,
// however much of it is left.
func (f *frame) unload(parks bool) (received []byte) {
	rest := f.buf[f.r:f.w]
	f.r, f.w = 0, 0
	if len(rest) <= smallRest || len(f.buf) > maxKeptBuffer && (parks || len(rest) <= len(f.buf)/4) { // it was for more than is left
		return append([]byte(nil), rest...)
	}
	received = f.buf[:copy(f.buf, rest)] // the buffer itself goes along
	f.buf = nil
	return received
}

// flush writes the answers that wait.
func (f *frame) flush() { f.flushWithin(f.service.timeouts.Write) }

// flushLast writes the answers that wait before the connection is closed.
func (f *frame) flushLast() {
	if f.told && len(f.out) > 0 && !f.broken {
		f.broken = f.service.written(f.conn.WriteLast(f.out, f.service.timeouts.Write)) != nil
		f.out = f.out[:0]
	}
	f.flush()
}

// written passes on how a write ended, and counts one that took too long.
func (s *service) written(err error) error {
	if err != nil {
		s.unwritten(err)
	}
	return err
}

func (s *service) unwritten(err error) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		s.server.bounds.meet(BoundWriteTime)
	}
}

// Lend implements worker.Frame.
func (f *frame) Lend(to *worker.Borrower) { f.x.worker = to }

// drop ends a request that will never be complete, and reports whether the connection knows of it.
func (p *pending) drop() (watched bool) {
	p.share.Release()
	return p.request != nil && p.request.finish()
}
