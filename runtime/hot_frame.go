package tornado

import (
	"net/http"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/slab"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// What every request runs through stands together in the files whose names begin with hot, in the order in which it runs: the compiler
// lays it down like that, and so less of it is found cold behind each system call (ADR 25).

// Serve answers what the connection has sent, see frame.serve.
func (s *service) Serve(c *worker.Conn, f worker.Frame) worker.Next {
	fr := f.(*frame)
	fr.attach(s, c)
	return fr.serve()
}

// attach takes over what is kept with the connection.
func (f *frame) attach(s *service, c *worker.Conn) {
	f.service, f.conn = s, c
	f.broken, f.told, f.requests = false, false, 0
	f.x.peer, f.x.lane = peerOf(c), laneOf(c)
	switch kept := c.Data.(type) {
	case nil:
		f.ready()
	case *pending:
		c.Data = nil
		f.resume(kept)
	case tenant:
		f.tenant = kept
	}
}

// serve takes the connection as far as what it has sent allows.
func (f *frame) serve() worker.Next {
	v := goOn
	switch {
	case f.tenant != nil:
		t := f.tenant
		f.tenant = nil
		v = t.serve(f)
	case f.conn.Expired() && (f.r < f.w || !f.conn.Readable()): // a request that has come at the last moment is not late
		return f.expire()
	}
	for {
		for v == goOn && f.r < f.w { // the request at the front, of which something was received
			switch {
			case f.broken:
				v = endConn
			case f.phase == phaseBody:
				v = f.receiveBody()
			default:
				v = f.receiveHead()
			}
		}
		if v > needMore {
			return f.leave(v)
		}
		v = goOn
		if next, ok := f.fill(); !ok {
			return next
		}
	}
}

// fill reads more of the request at the front. When nothing is there it reports false, with what becomes of the connection.
func (f *frame) fill() (worker.Next, bool) {
	if !f.conn.Readable() {
		return f.wait(), false
	}
	if f.w == len(f.buf) && !f.makeRoom() {
		return f.leave(f.crowded()), false
	}
	n, err := f.conn.Read(f.buf[f.w:min(f.w+readAtOnce, len(f.buf))])
	if err != nil {
		return f.unread(err), false
	}
	f.w += n
	return 0, true
}

// receiveHead parses the head at the front and decides what it leads to.
func (f *frame) receiveHead() verdict {
	n, err := f.parser.Feed(f.buf[f.r:f.w], &f.service.limits, &f.x.head)
	switch {
	case err != nil:
		if f.service.server.h2c && f.isHTTP2() {
			return f.passOn()
		}
		return f.reject(err)
	case n == 0:
		f.begun()
		if f.deadline.IsZero() && !f.onlyEmptyLines() {
			f.deadline = f.conn.Now().Add(f.service.timeouts.Header)
		}
		return needMore
	}
	f.begun()
	f.headLen = n
	if f.service.mounts != nil {
		if h := f.service.server.mounted(f.x.head.Method, f.x.head.Path, &f.x.in.path); h != nil {
			return f.serveMounted(h)
		}
	}
	f.x.begin(f.service.base, peerOf(f.conn))
	apis := f.service.server.apis // one at least
	api := apis[0]
	if len(apis) > 1 {
		api = f.service.server.apiFor(f.x.head.Method, f.x.head.Path, &f.x.in.path)
	}
	switch {
	case !f.x.head.HasBody():
		f.x.respondTo(api)
		return f.finish(n, false)
	case !f.x.admit(api):
		return f.refused()
	}
	return f.beginBody()
}

// begun notes that the request at the front has begun, and when, for who wants to know how long it takes.
func (f *frame) begun() {
	f.seen = true
	if f.service.server.observed.Load() && f.started.IsZero() {
		f.started = tick()
	}
}

// finish is what follows once the handler has returned, or was not called: it sends the answer and steps behind the request, which is
// size bytes long. With cut, its body is not complete and the connection ends.
func (f *frame) finish(size int, cut bool) verdict {
	if f.x.deferred != nil {
		return f.finishDeferred(size)
	}
	if s := f.x.socket; s != nil && s.accepted() {
		return f.finishSocket(s)
	}
	if f.x.reply.pull != nil {
		f.x.pull()
	}
	if f.x.stream != nil {
		return f.finishStream(size)
	}
	if f.x.aborted {
		f.recordEnd(0, 0, f.unanswered())
		f.closeExchange()
		return endConn
	}
	f.x.settle()
	end := endKeep
	switch {
	case cut, f.x.head.Close, f.x.panicked, f.conn.Draining():
		end = endClose
	case f.x.head.KeepAliveAsked:
		end = endKeepAsked
	}
	f.record(f.x.reply.status, int64(f.writeAnswer(end)))
	f.told = f.x.head.Close
	return f.next(size, end == endClose, cut)
}

// writeAnswer renders the reply behind the answers that wait, and writes large bodies at once. It returns the size of the body.
func (f *frame) writeAnswer(end connectionEnd) int {
	head := string(f.x.head.Method) == http.MethodHead
	out, tail := f.x.reply.appendTo(f.out, f.front.of(&f.x.reply, f.conn.Unix(), &f.service.date), end, head)
	f.out = out
	if tail != nil && !f.broken {
		f.broken = f.service.written(f.conn.Writev([][]byte{out, tail}, f.service.timeouts.Write)) != nil
		f.out = f.out[:0]
	}
	if head {
		return 0
	}
	return len(f.x.reply.body)
}

// recordEnd notes how the request at the front ended; status is 0 where no answer has begun.
func (f *frame) recordEnd(status int, size int64, how Ending) {
	f.x.worker.Requests++
	if f.x.transit != nil {
		f.x.transit.ended = how
	}
	if !f.started.IsZero() {
		f.tell(status, size, how)
	}
}

// next steps behind the request at the front, which was answered and is size bytes long, and says what follows. With closing,
// the connection will be closed; with unread, before all of the body has come.
func (f *frame) next(size int, closing, unread bool) verdict {
	counted := f.counted > 0
	f.closeExchange()
	f.r += size
	if f.r == f.w {
		f.r, f.w = 0, 0
	}
	if f.body != nil {
		slab.Put(f.body)
	}
	if counted {
		f.shrink()
	}
	f.progress = progress{}
	f.requests++
	switch {
	case unread, closing && f.r < f.w:
		return endLinger
	case closing:
		return endConn
	case f.requests >= maxBatch, len(f.out) >= maxBatchOut:
		return endTurn
	}
	return goOn
}

// closeExchange ends the request and makes the exchange ready for the next one.
func (f *frame) closeExchange() {
	if f.x.close() {
		f.service.watchers.CompareAndDelete(f.conn, f.x.request)
	}
	t := f.x.transit
	f.x.reset()
	f.counted = 0
	t.over()
}

// wait lets the connection go idle until more comes. When it drains, there is a little time for one more request: it may be
// on its way, and would be reset.
func (f *frame) wait() worker.Next {
	f.flush()
	switch {
	case f.broken:
		f.lost()
		return worker.Close
	case f.phase == phaseBody && !f.count(f.weight()):
		return f.leave(f.crowded())
	case f.r < f.w:
		if f.counted > 0 {
			f.conn.Bulk()
		}
		f.suspend()
		return worker.Idle
	case f.conn.Draining():
		f.conn.SetTimeout(f.service.timeouts.DrainIdle)
		return worker.Idle
	}
	f.conn.SetTimeout(f.service.timeouts.Idle)
	return worker.Idle
}

// flushWithin writes the answers that wait, and gives up when limit passes without progress.
func (f *frame) flushWithin(limit time.Duration) {
	if len(f.out) > 0 && !f.broken {
		f.broken = f.service.written(f.conn.Write(f.out, limit)) != nil
	}
	f.out = f.out[:0]
	if len(f.records) > 0 {
		f.logRecords()
	}
}

// Release makes the frame ready for the next connection.
func (f *frame) Release() {
	if f.x.request != nil { // else closeExchange has done it
		f.x.reset()
	}
	f.r, f.w, f.out = 0, 0, f.out[:0]
	if f.seen {
		f.progress = progress{}
	}
	f.service, f.conn, f.x.peer, f.tenant = nil, nil, nil, nil
	if len(f.buf) > maxKeptBuffer {
		slab.Put(f.buf)
		f.buf = nil
	}
	if f.buf == nil { // else the head is of f.buf, or the copy that a mounted handler had, until the next request
		f.x.head = http1.Head{Fields: f.x.head.Fields[:0]}
	}
	if cap(f.out) > maxKeptBuffer {
		f.out = nil
	}
	poison(f.buf)
	poison(f.out[:cap(f.out)])
}
