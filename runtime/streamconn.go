package tornado

import (
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// connSink is a connection of the loops that a stream is sent to.
type connSink struct {
	conn    *worker.Conn
	timeout time.Duration // of a write, without progress
	head    *[]byte       // of frames; leaves with the first part, and belongs to who writes; nil then
	chunked bool
	closing bool // the connection will be closed
	outside bool // others than the goroutine of the request write; changed while nobody does
}

// openStream implements wire.
func (f *frame) openStream(length int64) sink {
	h := &f.x.head
	f.flush() // the answers to earlier requests
	c := &connSink{conn: f.conn, timeout: f.service.timeouts.Write, chunked: length < 0 && h.Minor > 0}
	end := endKeep
	switch {
	case h.Close, f.conn.Draining(), length < 0 && !c.chunked: // HTTP/1.0 knows the end by the connection's (RFC 9112 section 6.3)
		end, c.closing = endClose, true
	case h.KeepAliveAsked:
		end = endKeepAsked
	}
	buf, _ := frames.Get().(*[]byte)
	b := f.x.reply.appendFields(append((*buf)[:0], f.front.of(&f.x.reply, f.conn.Unix(), &f.service.date)...), end)
	switch {
	case c.chunked:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	case length >= 0:
		b = http1.AppendContentLength(b, length)
	}
	*buf = append(b, '\r', '\n')
	c.head = buf
	return c
}

func (c *connSink) handOver() { c.outside = true }

func (c *connSink) mayWait() bool { return !c.outside || !peerOf(c.conn).service().server.onLoop }

func (c *connSink) cut() { c.conn.Cut() }

func (c *connSink) frame(b, m []byte) []byte {
	if c.chunked {
		return http1.AppendChunk(b, m)
	}
	return append(b, m...)
}

func (c *connSink) write(m []byte) error {
	if len(m) <= joinedBody || c.outside {
		buf, _ := frames.Get().(*[]byte)
		defer release(buf)
		*buf = c.frame((*buf)[:0], m)
		return c.writeFramed(*buf)
	}
	var before []byte
	if head := c.head; head != nil {
		defer release(head)
		before, c.head = *head, nil
	}
	parts := [][]byte{before, m}
	if c.chunked {
		parts = [][]byte{http1.AppendChunkSize(before, len(m)), m, crlf}
	}
	return c.wrote(c.conn.Writev(parts, c.timeout))
}

var crlf = []byte("\r\n")

func (c *connSink) writeFramed(b []byte) error {
	if head := c.head; head != nil {
		defer release(head)
		*head = append(*head, b...)
		b, c.head = *head, nil
	}
	if c.outside {
		return c.wrote(c.conn.Send(b, c.timeout))
	}
	return c.wrote(c.conn.Write(b, c.timeout))
}

// wrote counts a write that took too long, and lets others go first: a handler may write on and on to a client that takes all at once.
func (c *connSink) wrote(err error) error {
	if !c.outside {
		c.conn.GiveWay()
	}
	return peerOf(c.conn).service().written(err)
}

func (c *connSink) try(b []byte) (n int, err error) {
	if c.head != nil {
		return 0, worker.ErrWouldBlock // and so the rest is written by who may wait
	}
	return c.conn.TrySend(b)
}

// finishStream ends the answer of a handler that has returned, or parks the request at the front, which is size bytes long.
func (f *frame) finishStream(size int) verdict {
	s := f.x.stream
	what := s.settled()
	if what == streamKept {
		f.r += size
		return f.parkStream(s).wait(f)
	}
	f.x.stream = nil
	return f.endStream(s, what, size)
}

// endStream ends the answer at the front, which nobody writes any more.
func (f *frame) endStream(s *Stream, what streamEnd, size int) verdict {
	defer s.end()
	coded, _ := s.sink.(*codedSink)
	c, _ := s.sink.(*connSink)
	if coded != nil {
		c, _ = coded.sink.(*connSink)
	}
	if what == streamCut || c == nil {
		how := s.cutBy()
		f.broken = true
		status, size := c.given(s)
		f.recordEnd(status, size, how)
		f.logRecords()
		f.closeExchange()
		return endConn
	}
	if head := c.head; head != nil {
		f.out = append(f.out, *head...)
		c.head = nil
		release(head)
	}
	if s.tail != nil && !f.x.isHead() {
		f.out = s.sink.frame(f.out, s.tail)
		s.sent += int64(len(s.tail))
	}
	if coded != nil {
		f.out = coded.end(f.out)
	}
	if c.chunked && !f.x.isHead() {
		f.out = http1.AppendLastChunk(f.out)
	}
	f.record(s.status, s.sent)
	return f.next(size, c.closing, false)
}

// given is what the client of s was sent by c, which may be nil: the status, and how much of the body; 0 while the head has not left. Nobody
// writes any more.
func (c *connSink) given(s *Stream) (status int, size int64) {
	if c == nil || c.head != nil {
		return 0, 0
	}
	return s.status, s.size()
}

// parkedStream is a request whose handler has returned and left its stream to others. It is the tenant of its connection.
type parkedStream struct {
	stream   *Stream
	received []byte        // what came behind the request
	left     time.Duration // since epoch: when a client that has closed its side counts as gone; 0 if it has not
	logged   *parkedLine   // nil where nobody wants to know
	transit  *Transit      // nil without filters, and while nobody has logged anything
}

// parkStream takes the request at the front, which was received to its end, out of the frame.
func (f *frame) parkStream(s *Stream) *parkedStream {
	p := &parkedStream{stream: s, received: f.unload(true), logged: f.parkLine(), transit: f.x.transit}
	p.transit.leave()
	s.match.gauges.waiting.Add(1)
	f.conn.Data = p
	f.progress = progress{}
	s.request.letGo()
	f.x.reset()
	return p
}

// serve implements tenant.
func (p *parkedStream) serve(f *frame) verdict { return p.wait(f) }

// wait ends the stream, if that is due, or else parks the connection until it is woken or something is to be done.
func (p *parkedStream) wait(f *frame) verdict {
	now := f.conn.Now()
	s := p.stream
	if p.left == 0 && f.conn.HalfClosed() {
		p.left = now.Sub(epoch) + f.service.timeouts.HalfClose
	}
	switch late := p.left != 0 && now.Sub(epoch) >= p.left; {
	case late, f.broken, f.conn.Gone():
		f.service.lapsed(late)
		s.interrupt(ErrClientGone)
	case s.beats > 0 && f.conn.Draining():
		s.interrupt(ErrDraining)
	}
	what, next := s.look(now)
	if what != attendWait {
		f.conn.Data = nil
		p.unpark(f)
		if what == attendCut {
			return f.endStream(s, streamCut, 0)
		}
		return f.endStream(s, streamComplete, 0)
	}
	if left := epoch.Add(p.left); p.left != 0 && (next.IsZero() || left.Before(next)) {
		next = left
	}
	f.conn.SetDeadline(next)
	return endPark
}

// unpark makes the request the one at the front again.
func (p *parkedStream) unpark(f *frame) {
	s := p.stream
	s.match.gauges.waiting.Add(-1)
	f.load(p.received)
	f.x.head = http1.Head{Fields: f.x.head.Fields[:0]}
	p.logged.unpark(f)
	f.x.match, f.x.request, f.x.transit = s.match, s.request, p.transit
	s.request.hold(&f.x)
}

// closed implements tenant.
func (p *parkedStream) closed(s *service, c *worker.Conn) {
	stream := p.stream
	how := stream.cutBy() // before it is told: who has aborted it may have closed the connection by that
	stream.interrupt(ErrClientGone)
	if stream.request.finish() {
		s.watchers.CompareAndDelete(c, stream.request)
	}
	p.logged.lost(s, c, stream.match, p.transit, stream.status, stream.size(), how) // the head has left, or it would not be parked
	s.ends(stream.end)
	s.overLater(p.transit, how)
}
