package tornado

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/budget"
	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

const (
	slabSize    = 4 << 10  // the read buffer that a frame begins with
	smallRest   = 512      // what is left of a request up to this size is copied when the connection goes idle
	maxBatch    = 16       // requests that one turn of a connection answers at most
	maxBatchOut = 64 << 10 // bytes of answers after which a turn ends
)

// phase is how far the request at the front of a frame has come.
type phase uint8

const (
	phaseHead phase = iota // its head is not complete -> phaseBody, or answered and phaseHead of the next
	phaseBody              // admitted, its body is not complete -> answered and phaseHead of the next
)

// verdict is what a step of a frame asks for.
type verdict uint8

const (
	goOn      verdict = iota // look at what is buffered again
	needMore                 // more bytes are needed
	endTurn                  // others are due
	endConn                  // write what is there and close
	endLinger                // the same, but the peer may still be sending: it must get to read the answer
	endPark                  // the tenant in Conn.Data waits
	endIdle                  // the same, also for what arrives
	endAgain                 // the same, and others are due
	endHijack                // a mounted handler took the connection over
)

// frame is what a worker borrows to serve a connection: the read buffer, the exchange, and the answers that were not written
// yet. Only the owner of the connection touches it, and nothing of it reaches the user but copies.
type frame struct {
	service *service
	conn    *worker.Conn
	x       exchange

	buf      []byte // buf[r:w] was received and not answered; the request at the front begins at r
	r, w     int
	out      []byte // answers that were not written yet
	broken   bool   // a write failed: the peer is gone
	told     bool   // the peer has said that the request answered last is its last
	tenant   tenant // nil while the connection is HTTP's
	front    front
	upload   *upload        // while a handler reads a body as it comes
	records  []accessRecord // of the answers that wait
	requests int            // of this turn, which were answered

	progress
}

// progress is the state of the request at the front. It outlives the frame when the connection goes idle.
type progress struct {
	phase    phase
	parser   http1.Parser
	deadline time.Time     // of the phase; zero until the first byte was seen
	seen     bool          // something of it was looked at; else all of this is zero
	started  time.Time     // when the first byte was seen; zero where nobody wants to know
	client   string        // of a request that was parked: what clientTold was then
	headLen  int           // in phaseBody
	chunked  http1.Chunked // in phaseBody
	body     []byte        // in phaseBody: what was decoded of a chunked body
	counted  int           // in phaseBody: bytes of its memory that the share of the exchange has
}

// pending is a request of which a part was received. It is kept with its connection while that is idle.
type pending struct {
	progress
	received []byte
	match    *registered     // in phaseBody, like the two below
	request  *requestContext // open
	ctx      context.Context // what authenticators made of it
	fields   []replyField    // what they set through Raw
	transit  *Transit
	share    budget.Share
}

// ready sees to it that there is a buffer, and that nothing stands in it.
func (f *frame) ready() {
	f.r, f.w = 0, 0
	if f.buf == nil {
		f.buf = make([]byte, slabSize)
	}
}

// load fills the buffer with what was received before.
func (f *frame) load(received []byte) {
	if cap(received) >= slabSize {
		f.buf = received[:cap(received)]
	}
	f.ready()
	f.w = copy(f.buf, received)
}

// resume goes on with a request of which a part was received.
func (f *frame) resume(p *pending) {
	f.progress = p.progress
	f.load(p.received)
	if f.phase == phaseBody {
		f.x.match, f.x.request, f.x.ctx, f.x.transit = p.match, p.request, p.ctx, p.transit
		f.x.raw.fields = append(f.x.raw.fields, p.fields...)
		p.share.PassTo(&f.x.share)
		f.rebind()
		p.request.hold(&f.x)
	}
}

// rebind reads the head again after its bytes have moved, and all that was taken from it. It was complete and valid before.
func (f *frame) rebind() {
	f.x.in.forget()
	f.parser.Reset()
	if n, err := f.parser.Feed(f.buf[f.r:f.w], &f.service.limits, &f.x.head); n != f.headLen || err != nil {
		panic("tornado: a head changed while its body was received")
	}
	f.reroute()
	if f.x.match.op.Consumes != nil {
		f.x.in.readMedia(f.x.head.ContentType, f.x.match)
	}
}

// reroute reads the path again after its bytes have moved.
func (f *frame) reroute() { f.x.match.api.routes.Match(f.x.head.Method, f.x.head.Path, &f.x.in.path) }

// leave ends the turn of a connection as a step asks for.
func (f *frame) leave(v verdict) worker.Next {
	switch v {
	case endTurn:
		if f.r == f.w && !f.conn.Readable() {
			return f.wait()
		}
		f.flush()
		f.suspend()
		return worker.Again
	case endConn:
		f.flushLast()
		return f.close()
	case endLinger:
		f.flush()
		return worker.Linger
	case endPark:
		return worker.Park
	case endIdle:
		return worker.Idle
	case endHijack:
		return worker.Detached
	case goOn, needMore, endAgain:
	}
	return worker.Again
}

// close ends the connection, but lets a client that has sent more read its answer first: unread bytes would reset it.
func (f *frame) close() worker.Next {
	if !f.broken && f.conn.Readable() {
		return worker.Linger
	}
	return worker.Close
}

// onlyEmptyLines reports whether nothing but line ends is buffered, as some clients send behind a body.
func (f *frame) onlyEmptyLines() bool { return len(bytes.Trim(f.buf[f.r:f.w], "\r\n")) == 0 }

// refused sends the answer that admit has built. A body that is on its way is not waited for.
func (f *frame) refused() verdict {
	length := int(max(f.x.head.ContentLength, 0))
	if f.x.head.Chunked || f.w-f.r-f.headLen < length {
		return f.finish(f.w-f.r, true)
	}
	return f.finish(f.headLen+length, false)
}

// beginBody sees to it that the body comes.
func (f *frame) beginBody() verdict {
	h := &f.x.head
	limit := f.x.maxBody()
	if h.ContentLength > limit {
		f.x.match.api.bounds.meet(BoundBody)
		f.x.refuseLength(limit)
		return f.refused()
	}
	if f.x.in.streams {
		return f.serveUpload(limit)
	}
	if !f.x.share.Room(wholly(f.headLen + int(max(h.ContentLength, 0)))) { // or it would be read until there is none
		f.x.refuseCrowded()
		return f.refused()
	}
	f.phase = phaseBody
	f.chunked, f.body = http1.Chunked{MaxBody: limit}, nil
	if h.Expect100 && f.w-f.r == f.headLen {
		f.out = append(f.out, http1.Continue...)
	}
	v := f.receiveBody()
	if v == needMore {
		f.deadline = f.conn.Now().Add(f.service.timeouts.Body)
	}
	return v
}

// receiveBody answers once the body is complete.
func (f *frame) receiveBody() verdict {
	start := f.r + f.headLen
	if !f.x.head.Chunked {
		end := start + int(f.x.head.ContentLength)
		if f.w < end {
			return needMore
		}
		f.x.in.body = f.buf[start:end]
		return f.answer(end - f.r)
	}
	at := start
	for {
		n, data, done, err := f.chunked.Feed(f.buf[at:f.w])
		if err != nil {
			return f.reject(err)
		}
		at += n
		if !f.growBody(len(data)) {
			return f.crowded()
		}
		f.body = append(f.body, data...)
		if done {
			f.x.in.body = f.body
			return f.answer(at - f.r)
		}
		if n == 0 {
			break
		}
	}
	f.w = start + copy(f.buf[start:], f.buf[at:f.w]) // what was decoded is not needed any more
	return needMore
}

// answer runs the operation; size is the length of the whole request.
func (f *frame) answer(size int) verdict {
	f.x.answer()
	return f.finish(size, false)
}

var methodHead = []byte(http.MethodHead)
