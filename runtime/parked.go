package tornado

import (
	"bytes"
	"net/http"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// parked is a request that waits for its deferred answer, without a frame. It is the tenant of its connection.
type parked struct {
	deferred *Deferred
	received []byte       // what came behind the request
	fields   []replyField // what the handler set through Raw
	left     time.Time    // when a client that has closed its side counts as gone; zero if it has not
	logged   *parkedLine  // nil where nobody wants to know
	transit  *Transit     // nil without filters, and while nobody has logged anything
	end      connectionEnd
	head     bool // the method is HEAD
}

// parkedLine is what the access log and the measures tell of a request.
type parkedLine struct {
	method, target []byte
	started        time.Time
	client         string // as in accessRecord
}

// parkLine takes the line of the request at the front out of the frame; nil where nobody wants to know.
func (f *frame) parkLine() *parkedLine {
	if f.started.IsZero() {
		return nil
	}
	return &parkedLine{bytes.Clone(f.x.head.Method), bytes.Clone(f.x.head.Target), f.started, f.clientTold()}
}

// unpark is the inverse of parkLine.
func (l *parkedLine) unpark(f *frame) {
	if l != nil {
		f.x.head.Method, f.x.head.Target, f.started, f.client, f.seen = l.method, l.target, l.started, l.client, true
	}
}

// lost tells of a request that ends with its connection. t may be nil; status is that of an answer that has begun, else 0, and size what was
// sent of its body.
func (l *parkedLine) lost(s *service, c *worker.Conn, match *registered, t *Transit, status int, size int64, how Ending) {
	match.gauges.waiting.Add(-1)
	if l == nil {
		return
	}
	took := time.Since(l.started)
	if m := match.api.measures.Load(); m != nil {
		m.lanes[laneOf(c)].meter(match.index).count(status, size, took, how)
	}
	if s.server.accessLog == nil {
		return
	}
	r := accessRecord{
		method: string(l.method), target: string(l.target), operation: match.op.ID, status: status, bytes: size, took: took, ended: how,
		client: l.client, attrs: t.logged(),
	}
	r.log(s.server, c.RemoteAddr().String())
}

// finishDeferred sends the answer if it was given already, or else parks the request, which is size bytes long.
func (f *frame) finishDeferred(size int) verdict {
	d := f.x.deferred
	f.x.deferred = nil
	if f.x.aborted {
		defer d.end()
		return f.finish(size, false)
	}
	answer, next := d.attend(f.conn.Now(), f.conn.Draining())
	if answer != nil {
		return f.finishWith(d, answer, size)
	}
	f.r += size
	return f.park(d).wait(f, next)
}

// finishWith sends a deferred answer, and tells that the request has ended.
func (f *frame) finishWith(d *Deferred, answer *answerer, size int) verdict {
	defer d.end()
	f.x.adopt(d, answer)
	v := f.finish(size, false)
	f.flush()
	return v
}

// abandonDeferred is abandon for a handler that may have answered before.
func (f *frame) abandonDeferred() {
	d := f.x.deferred
	f.x.deferred = nil
	d.crash()
	answer, _ := d.attend(f.conn.Now(), f.conn.Draining())
	if answer == nil { // another goroutine is making it
		defer d.end()
		f.lastAnswer(http.StatusInternalServerError, "")
		return
	}
	f.finishWith(d, answer, 0)
}

// park takes the request at the front, which was received to its end, out of the frame.
func (f *frame) park(d *Deferred) *parked {
	f.flush()
	p := &parked{deferred: d, received: f.unload(true), head: bytes.Equal(f.x.head.Method, methodHead)}
	switch {
	case f.x.head.Close:
		p.end = endClose
	case f.x.head.KeepAliveAsked:
		p.end = endKeepAsked
	}
	if len(f.x.raw.fields) > 0 {
		p.fields = append(p.fields, f.x.raw.fields...)
	}
	p.logged, p.transit = f.parkLine(), f.x.transit
	d.match.gauges.waiting.Add(1)
	p.transit.leave()
	f.conn.Data = p
	f.progress = progress{}
	d.request.letGo()
	f.x.reset()
	return p
}

// unpark is the inverse of park.
func (p *parked) unpark(f *frame) {
	f.conn.Data = nil
	f.load(p.received)
	d := p.deferred
	d.match.gauges.waiting.Add(-1)
	f.x.head = http1.Head{Fields: f.x.head.Fields[:0], Close: p.end == endClose, KeepAliveAsked: p.end == endKeepAsked}
	if p.head {
		f.x.head.Method = methodHead
	}
	p.logged.unpark(f)
	f.x.match, f.x.ctx, f.x.request = d.match, d.ctx, d.request
	f.x.raw.fields = append(f.x.raw.fields[:0], p.fields...)
	f.x.transit = p.transit
	d.request.hold(&f.x)
}

// serve implements tenant.
func (p *parked) serve(f *frame) verdict {
	answer, next := p.deferred.attend(f.conn.Now(), f.conn.Draining())
	if answer == nil {
		return p.wait(f, next)
	}
	p.unpark(f)
	return f.finishWith(p.deferred, answer, 0)
}

// wait parks the connection until p is woken or next has come, unless the client is gone.
func (p *parked) wait(f *frame, next time.Time) verdict {
	now := f.conn.Now()
	if p.left.IsZero() && f.conn.HalfClosed() {
		p.left = now.Add(f.service.timeouts.HalfClose)
	}
	if late := !p.left.IsZero() && !now.Before(p.left); late || f.broken || f.conn.Gone() {
		f.service.lapsed(late)
		return p.giveUp(f)
	}
	if !p.left.IsZero() && (next.IsZero() || p.left.Before(next)) {
		next = p.left
	}
	f.conn.SetDeadline(next)
	return endPark
}

// giveUp ends the request without an answer: its client is gone.
func (p *parked) giveUp(f *frame) verdict {
	defer p.deferred.end()
	p.unpark(f)
	f.broken = true
	f.x.request.end(ErrClientGone)
	f.recordEnd(0, 0, f.service.left())
	f.logRecords()
	f.closeExchange()
	return endConn
}

// closed implements tenant.
func (p *parked) closed(s *service, c *worker.Conn) {
	d := p.deferred
	if d.request.finish() {
		s.watchers.CompareAndDelete(c, d.request)
	}
	p.logged.lost(s, c, d.match, p.transit, 0, 0, s.left())
	s.overLater(p.transit, s.left())
	if done := d.over(); done != nil {
		s.ends(func() { d.runDone(done) })
	}
}
