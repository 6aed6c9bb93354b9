package tornado

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// httpWire is a request of net/http as a stream answers it.
type httpWire struct {
	x       *exchange
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration // of a write, without progress; set by openStream; 0 if the writes have it
	hidden  bool          // middleware hides what flushes; it was logged
}

// writeTimeout is that of the server of a request: of this package, or of net/http, which has none for a single write.
func writeTimeout(ctx context.Context) time.Duration {
	if s, ok := ctx.Value(serverKey{}).(*Server); ok {
		return s.timeouts.Write
	}
	return defaultWriteTimeout
}

// openStream implements wire.
func (h *httpWire) openStream(length int64) sink {
	if !isTimely(h.x.request) {
		h.timeout = writeTimeout(h.x.request)
	}
	header := h.w.Header()
	for _, f := range h.x.reply.fields {
		header.Add(f.name, f.value)
	}
	header.Set("Content-Type", h.x.reply.media)
	if length >= 0 {
		header.Set("Content-Length", strconv.FormatInt(length, 10))
	}
	h.w.WriteHeader(h.x.reply.status)
	return h
}

// The methods below make it a sink. net/http frames what is written.

func (h *httpWire) handOver() {}

func (h *httpWire) mayWait() bool { return true }

func (h *httpWire) cut() { _ = h.control.SetWriteDeadline(time.Unix(1, 0)) } // a ResponseWriter without one waits on

func (h *httpWire) frame(b, m []byte) []byte { return append(b, m...) }

func (h *httpWire) write(m []byte) error { return h.writeFramed(m) }

func (h *httpWire) writeFramed(b []byte) error {
	if h.timeout > 0 {
		_ = h.control.SetWriteDeadline(time.Now().Add(h.timeout))    // a ResponseWriter without one waits on
		if p, ok := h.x.peer.(httpPeer); ok && p.r.ProtoMajor == 2 { // where it would end a stream that writes nothing, too
			defer func() { _ = h.control.SetWriteDeadline(time.Time{}) }()
		}
	}
	if _, err := h.w.Write(b); err != nil {
		return err
	}
	err := h.control.Flush()
	if !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if !h.hidden { // the client gets it all, when net/http sends it
		h.hidden = true
		h.x.match.api.log().Warn("what a stream sends waits: the http.ResponseWriter cannot flush"+hiddenRemedy, "operation", h.x.match.op.ID)
	}
	return nil
}

// hiddenRemedy is what to do about a ResponseWriter of middleware that has the three methods of the interface alone.
const hiddenRemedy = "; give the one of the middleware around the API a method Unwrap, see http.ResponseController"

// try leaves everything to who may wait: a ResponseWriter does.
func (h *httpWire) try([]byte) (int, error) { return 0, worker.ErrWouldBlock }

// finishHTTPStream waits until the stream of a handler that has returned is over. Where the answer is not complete the connection is to be
// cut, and cut says that this side has ended the stream, and not its client.
func (x *exchange) finishHTTPStream(client context.Context) (complete, cut bool) {
	s := x.stream
	defer s.end()
	what := s.settled()
	if what == streamKept {
		x.letGoOfBody()
		x.transit.leave()
		x.request.letGo()
		defer x.request.hold(x)
		defer x.waitsOutside()()
		what = s.attendHTTP(client)
		s.quiet() // the ResponseWriter is of no use to anybody once the request is over
	}
	x.aborted = what == streamCut
	if s.tail != nil && !x.aborted && !x.isHead() {
		x.aborted = s.sink.write(s.tail) != nil
		s.sent += int64(len(s.tail))
	}
	if coded, ok := s.sink.(*codedSink); ok && !x.aborted {
		x.aborted = coded.writeFramed(coded.end(nil)) != nil
	}
	return !x.aborted, x.aborted && s.cutBy() == EndedCut
}

// abandon ends the stream, unless that was done: its handler ended its goroutine, and the ResponseWriter is of no use any more.
func (s *Stream) abandon() {
	s.interrupt(ErrStreamEnded)
	s.quiet()
	s.end()
}

// attendHTTP does for a stream what the owner of a connection of the loops does.
func (s *Stream) attendHTTP(client context.Context) streamEnd {
	gone := client.Done()
	var draining <-chan struct{}
	if s.beats > 0 {
		draining = Draining(client)
	}
	for {
		what, next := s.look(time.Now())
		switch what {
		case attendEnd:
			return streamComplete
		case attendCut:
			return streamCut
		case attendWait:
		}
		var timer <-chan time.Time
		if !next.IsZero() {
			timer = time.After(time.Until(next))
		}
		select {
		case <-s.owner.(httpWaker):
		case <-timer:
		case <-gone:
			s.interrupt(ErrClientGone)
			gone = nil
		case <-draining:
			s.interrupt(ErrDraining)
			draining = nil
		}
	}
}
