package tornado

import (
	"errors"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
	"github.com/tornadogen/tornadogen/runtime/internal/queue"
	"github.com/tornadogen/tornadogen/runtime/internal/sse"
)

// Errors of sending to a stream.
var (
	// ErrStreamEnded is returned once a stream has ended, and for every part of the body of an answer to HEAD.
	ErrStreamEnded = errors.New("tornado: the stream has ended")
	// ErrDraining ends the event streams of a server that drains: their clients come back, to another one.
	ErrDraining = errors.New("tornado: the server drains")
)

// DefaultHeartbeat is how long an event stream is silent before a comment is sent, unless the document says otherwise.
const DefaultHeartbeat = 15 * time.Second

// Stream is an answer whose body is sent part by part: what EventStream, ItemStream and ByteStream have in common. It belongs to
// one request. The first part sends the head of the answer with it; until then the handler may return any error that is an answer.
// Afterwards an error cuts the connection, and so does a panic.
//
// The stream ends when the handler returns, unless Keep was called: then it lives on, without a goroutine, until Close or Abort is
// called or the client goes. The context of the handler ends with the stream. All methods are safe from any goroutine.
type Stream struct {
	outlet

	// immutable
	match   *registered
	request *requestContext
	status  int
	beats   time.Duration // heartbeat of an event stream; 0: none
	retry   time.Duration // what it tells its client first; 0: nothing
	tail    []byte        // what stands behind all that is sent; nil: nothing

	// guarded by mu, like all of outlet
	x       *exchange // while the handler runs
	media   string
	length  int64 // of the body; -1: not known
	sent    int64 // bytes of the body
	state   streamState
	kept    bool
	ending  bool        // nothing more is taken; what waits is still sent
	cutting bool        // the connection is to be cut then
	fault   error       // why the head cannot be sent
	timer   *time.Timer // of the heartbeat, while the handler runs
	unwatch func() bool // forgets the drain; nil where nobody listens
	done    []func()
}

// streamState is how far a stream has come.
type streamState uint8

const (
	streamRunning streamState = iota // its handler runs -> streamParked, streamOver
	streamParked                     // its handler has returned, and it goes on -> streamOver
	streamOver                       // final
)

// wire is what an exchange answers over, as far as an answer that is sent part by part needs it.
type wire interface {
	// openStream sends the head of the reply: of a body of length bytes, or of any length if that is negative. The answer may leave
	// with the first part. The goroutine of the request is in its handler.
	openStream(length int64) sink
}

// openStream begins the stream of a request.
func (x *exchange) openStream(status int, media string) *Stream {
	s := &Stream{match: x.match, request: x.request, status: status, media: media, x: x, length: -1}
	limits := queue.Limits{}
	if o := x.match.op.Stream; o != nil {
		limits = limitsOf(o)
	}
	limits.Meter = &x.match.gauges.queue
	if p, ok := x.peer.(*loopPeer); ok {
		limits.Loop = p.backlog()
	}
	s.waiting.SetLimits(limits)
	x.stream = s
	return s
}

func (x *exchange) isHead() bool { return string(x.head.Method) == http.MethodHead }

// Open sends the head of the answer, if that was not done: the client sees that the stream is there. It returns the error of a
// stream that has ended.
func (s *Stream) Open() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open()
}

// open is Open for who holds mu. It does nothing while somebody writes: then the head is on its way.
func (s *Stream) open() error {
	if err := s.begin(); err != nil || s.writing {
		return err
	}
	s.writing = true
	to := s.sink
	s.mu.Unlock()
	err := to.writeFramed(nil)
	s.mu.Lock()
	s.wrote(err)
	s.drain()
	return err
}

// Keep lets the stream live on when the handler has returned without an error. Close or Abort ends it then.
func (s *Stream) Keep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = true
}

// Close ends the stream once all that was sent has reached the client's system. While the handler runs, that happens when it
// returns. Nothing can be sent any more. It may be called twice.
func (s *Stream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ending = true
	if s.owner != nil {
		s.owner.wake()
	}
}

// Abort ends the stream at once by cutting the connection: the client sees that the answer is not complete. err is logged, unless
// it is nil.
func (s *Stream) Abort(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && s.state != streamOver && s.err == nil {
		s.match.api.log().Error("stream aborted", "operation", s.match.op.ID, "error", err)
	}
	s.stop(ErrStreamEnded)
}

// Dropped is how many messages the policy for slow clients has dropped.
func (s *Stream) Dropped() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting.Dropped()
}

// OnDone calls fn once when the stream has ended, however it did: its end was sent, the client is gone, or the connection was cut.
// It must not block. It is called on a goroutine of its own if the stream has ended already. Each call of OnDone adds one.
func (s *Stream) OnDone(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == streamOver {
		runAllLater([]func(){fn})
		return
	}
	s.done = append(s.done, fn)
}

// begin sends the head unless it was sent, or makes it ready to be sent with the first part. The caller holds mu.
func (s *Stream) begin() error {
	switch {
	case s.err != nil:
		return s.err
	case s.sink != nil:
		return nil
	}
	r := &s.x.reply
	r.status, r.media, r.hasBody, r.pull = s.status, s.media, true, nil
	r.fields = s.x.raw.appendTo(r.fields)
	if s.media == eventMedia {
		r.fields = withoutCache(r.fields)
	}
	coder, err := s.filtered()
	if err == nil {
		err = r.check()
		s.fault = err
	}
	if err != nil {
		r.reset() // what takes its place is filtered by itself
		s.fail(err)
		return err
	}
	s.openSink(coder)
	if s.x.isHead() {
		s.fail(ErrStreamEnded)
		return ErrStreamEnded
	}
	if s.retry > 0 {
		s.waiting.Push(sse.AppendEvent(nil, &sse.Event{Retry: s.retry}))
	}
	return nil
}

// filtered lets the filters see the head of the answer. The caller holds mu: what sends waits for them. Whoever it is, a panic is the
// request's: it is answered with 500 once the handler has returned, or cut for http.ErrAbortHandler.
func (s *Stream) filtered() (coder Coder, err error) {
	x := s.x
	t := x.passing()
	if t == nil {
		return nil, nil
	}
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if err = ErrStreamEnded; cause == http.ErrAbortHandler { //nolint:errorlint // net/http compares the panic value in the same way
			return
		}
		x.panicked = true
		x.crashed()
		x.log("filter panicked", "panic", cause, "stack", string(debug.Stack()))
		s.fault = &StatusError{Status: http.StatusInternalServerError}
		err = s.fault
	}()
	return t.openStream(&x.reply), nil
}

// openSink sends the head of the answer, of a body that passes coder, nil for none. The caller holds mu.
func (s *Stream) openSink(coder Coder) {
	length := s.length
	if coder != nil {
		length = -1
	}
	s.sink = s.x.wire.openStream(length)
	if coder != nil && !s.x.isHead() {
		s.sink = &codedSink{s.sink, coder}
	}
}

// answeredHead answers HEAD, whatever the handler would send, and reports whether that was it.
func (s *Stream) answeredHead() bool {
	if !s.x.isHead() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.begin() // what is wrong is in err
	return true
}

// withoutCache adds what keeps an event stream out of caches and buffers on its way, unless the handler has said something.
func withoutCache(fields []replyField) []replyField {
	for _, f := range fields {
		if http.CanonicalHeaderKey(f.name) == "Cache-Control" {
			return fields
		}
	}
	return append(fields, replyField{"Cache-Control", "no-store"}, replyField{"X-Accel-Buffering", "no"})
}

// transmit sends m, see outlet.send.
func (s *Stream) transmit(m []byte, how sendMode) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ending {
		return ErrStreamEnded
	}
	if err := s.begin(); err != nil {
		return err
	}
	s.sent += int64(len(m))
	return s.sendLocked(m, how)
}

// stop fails the stream, cuts its connection if the answer has begun, and ends its context. The caller holds mu.
func (s *Stream) stop(err error) {
	if s.state == streamOver {
		return
	}
	s.fail(err)
	if s.sink != nil {
		s.sink.cut()
	}
	loop.Go("ends the request", func() { s.request.end(err) }) // its watchers may call back
}

// finish takes what the handler returned, which has sent its answer to out. What can still be an answer is one.
func (s *Stream) finish(out any, err error) {
	if b, ok := out.(*ByteStream); ok && err == nil {
		if b.whole() {
			return
		}
		err = b.Flush()
	}
	s.returned(err)
}

// returned takes the error of a handler, or of who sends in its place.
func (s *Stream) returned(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.x
	if s.sink != nil {
		if err != nil && s.err == nil { // else the error most likely says so
			s.match.api.log().ErrorContext(x.ctx, "handler failed in the middle of its answer", "operation", s.match.op.ID, "error", err)
			s.ending, s.cutting = true, true
		}
		return
	}
	if err == nil && s.err == nil && (s.begin() == nil || s.sink != nil) {
		return // what begins the answer is its end
	}
	switch {
	case s.fault != nil:
		err = s.fault
	case errors.Is(s.err, ErrDraining) && (err == nil || errors.Is(err, ErrDraining)):
		err = &StatusError{Status: http.StatusServiceUnavailable}
	case s.err != nil:
		x.aborted = true
	}
	x.stream = nil
	runAllLater(s.over(ErrStreamEnded))
	if !x.aborted {
		x.fail(err)
	}
}

// crashed is returned for a handler that panicked or ended its goroutine. It reports whether the answer has begun, which can only be
// cut then.
func (s *Stream) crashed() (begun bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ending, s.cutting = true, true
	if begun = s.sink != nil; !begun {
		s.x.stream = nil
		runAllLater(s.over(ErrStreamEnded))
	}
	return begun
}

// cutBy says whose doing it is that the stream is cut. Its owner asks, before end.
func (s *Stream) cutBy() Ending {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.request.cutOff(), errors.Is(s.err, ErrStreamEnded), errors.Is(s.err, ErrDraining), s.err == nil && !s.request.clientGone():
		return EndedCut
	}
	return EndedGone
}

// size is how many bytes of the body were sent.
func (s *Stream) size() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// quiet waits until nobody writes.
func (s *Stream) quiet() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.writing {
		s.wait()
	}
}

// over ends the stream and returns the functions of OnDone. The caller holds mu.
func (s *Stream) over(err error) (done []func()) {
	s.fail(err)
	s.unschedule()
	done, s.done = s.done, nil
	s.state, s.x = streamOver, nil
	return done
}

// interrupt stops a stream whose connection is of no more use.
func (s *Stream) interrupt(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.stop(err)
	}
}

// end ends the stream and tells so. The owner of the connection calls it once.
func (s *Stream) end() {
	s.mu.Lock()
	done := s.over(ErrStreamEnded)
	s.mu.Unlock()
	runAll(done)
}

// runAllLater has a goroutine of its own do runAll.
func runAllLater(all []func()) {
	if len(all) > 0 {
		loop.Go("tells of the end", func() { runAll(all) })
	}
}

// runAll calls functions of the user, each whatever the others do.
func runAll(all []func()) {
	if len(all) == 0 {
		return
	}
	defer runAll(all[1:])
	all[0]()
}
