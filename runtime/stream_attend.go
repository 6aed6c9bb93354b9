package tornado

import (
	"context"
	"time"
)

// streamEnd says what becomes of a stream whose handler has returned.
type streamEnd uint8

const (
	streamComplete streamEnd = iota // its end is to be sent
	streamCut                       // the connection is to be cut
	streamKept                      // it lives on
)

// settled waits until all that was sent is written, unless the stream lives on, and says what follows. The goroutine of the request
// calls it when the handler has returned.
func (s *Stream) settled() streamEnd {
	s.mu.Lock()
	defer s.mu.Unlock()
	keep := s.kept && !s.ending
	s.ending = !keep // what others send from here on would race with the end
	if s.begin() == nil && keep {
		_ = s.open() // what is wrong is in err
	}
	s.attendTo(sendKept)
	for s.busy() {
		s.wait()
	}
	s.unschedule()
	switch {
	case keep && s.err == nil:
		s.owner = s.x.peer.waker()
		s.sink.handOver()
		s.state, s.x = streamParked, nil
		return streamKept
	case (s.err != nil || s.cutting) && !s.x.isHead():
		return streamCut
	case s.length >= 0 && s.sent != s.length && !s.x.isHead():
		s.match.api.log().Error("handler sent another length than it announced", "operation", s.match.op.ID, "announced", s.length, "sent", s.sent)
		return streamCut
	}
	return streamComplete
}

// pull sends the body that a handler has returned as a value.
func (x *exchange) pull() {
	ok := true
	defer x.recoverPanic(&ok)
	if after := x.transit.called(); after != nil {
		defer after()
	}
	fn := x.reply.pull
	x.reply.pull = nil
	err := fn(x)
	if x.stream != nil {
		x.stream.returned(err)
	} else if err != nil {
		x.fail(err)
	}
}

// attended says what the owner of a parked connection is to do.
type attended uint8

const (
	attendWait attended = iota // come again when woken, or at a time
	attendEnd                  // all is written: send the end
	attendCut                  // cut the connection
)

// look is called by the owner of a parked connection when it was woken, or the time has come that look gave; zero: when woken.
func (s *Stream) look(now time.Time) (what attended, next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.err != nil:
		return attendCut, time.Time{}
	case s.ending && s.busy():
		s.attend = true
		return attendWait, time.Time{}
	case s.ending:
		return attendEnd, time.Time{}
	case s.beats == 0:
		return attendWait, time.Time{}
	case now.Sub(epoch)-s.last >= s.beats:
		s.poke(heartbeat)
		return attendWait, now.Add(s.beats)
	}
	return attendWait, epoch.Add(s.last + s.beats)
}

var heartbeat = []byte(":\n\n")

// schedule lets the heart of an event stream beat while its handler runs, and ends the stream when the server drains.
func (s *Stream) schedule(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = sinceEpoch()
	if s.beats > 0 {
		s.timer = time.AfterFunc(s.beats, s.beat)
	}
	if server, ok := ctx.Value(serverKey{}).(*Server); ok {
		s.unwatch = context.AfterFunc(server.draining, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.stop(ErrDraining)
		})
	}
}

// unschedule is the end of schedule. The caller holds mu.
func (s *Stream) unschedule() {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if s.unwatch != nil {
		s.unwatch()
		s.unwatch = nil
	}
}

// beat is called by the timer.
func (s *Stream) beat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer == nil {
		return
	}
	if err := s.begin(); err != nil {
		if s.sink == nil { // the handler may wait for something else than to send
			s.stop(err)
		}
		return
	}
	silent := sinceEpoch() - s.last
	if silent >= s.beats {
		s.poke(heartbeat)
		silent = 0
	}
	s.timer.Reset(s.beats - silent)
}
