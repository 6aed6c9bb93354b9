package tornado

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/queue"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// maxMessages is how many messages of a socket one turn of its connection delivers at most.
const maxMessages = 32

// loopSocket is a connection of the loops below a socket. While the handler runs it is busy, and the handler's goroutine reads;
// afterwards it is idle, and the socket is its tenant.
type loopSocket worker.Conn

func (w *loopSocket) conn() *worker.Conn { return (*worker.Conn)(w) }

func (w *loopSocket) trySend(b []byte) (int, error) { return w.conn().TrySend(b) }

func (w *loopSocket) send(b []byte) error {
	s := peerOf(w.conn()).service()
	return s.written(w.conn().Send(b, s.timeouts.Write))
}

func (w *loopSocket) read(p []byte, until time.Time) (int, error) {
	n, err := w.conn().ReadWait(p, until)
	if errors.Is(err, worker.ErrInterrupted) {
		err = errAttend
	}
	return n, err
}

// GiveWay implements ws.Worker.
func (w *loopSocket) GiveWay() { w.conn().GiveWay() }

func (w *loopSocket) mayWait() bool { return !peerOf(w.conn()).service().server.onLoop }

func (w *loopSocket) watch(s *socket) (stop func()) {
	return peerOf(w.conn()).service().server.tells(s)
}

// tells has a socket told of the drain, until stop is called.
func (s *Server) tells(whom *socket) (stop func()) {
	release := context.AfterFunc(s.draining, whom.goAway)
	return func() { release() }
}

func (w *loopSocket) backlog() *queue.Meter { return peerOf(w.conn()).backlog() }

func (w *loopSocket) attend() {
	w.conn().Interrupt() // if its handler waits for a message
	w.conn().Resume()    // if it is idle
}

// hosts implements socketHost.
func (f *frame) hosts() { f.flush() } // the answers to what came before

// watch implements socketHost.
func (f *frame) watch(s *socket) (release func()) { return f.service.server.tells(s) }

// openSocket implements socketHost.
func (f *frame) openSocket(*socket) (socketWire, []byte, error) {
	if f.broken {
		return nil, nil, os.ErrClosed
	}
	f.x.match.gauges.served.Add(1)
	return (*loopSocket)(f.conn), append([]byte(nil), f.buf[f.r+f.headLen:f.w]...), nil
}

// finishSocket makes the socket the tenant of the connection, once its handler has returned.
func (f *frame) finishSocket(s *socket) verdict {
	s.settings.gauges.served.Add(-1)
	s.unwatch() // from now on the connection is told of a drain
	f.record(http.StatusSwitchingProtocols, 0)
	f.flush()
	f.r, f.w, f.progress = 0, 0, progress{}
	t := (*socketTenant)(s)
	f.conn.Data = t
	transit := f.x.transit
	f.x.request.letGo()
	f.x.reset()
	transit.over()
	return t.serve(f)
}

// socketTenant is a socket as the tenant of its connection. It is a type of its own, since the methods of socket are part of what
// generated packages are compiled with.
type socketTenant socket

// serve implements tenant: it reads what has come, and hands the messages over.
func (t *socketTenant) serve(f *frame) verdict {
	s, c := (*socket)(t), f.conn
	s.settings.gauges.served.Add(1)
	defer s.settings.gauges.served.Add(-1)
	if c.Draining() {
		s.goAway()
	}
	rd := s.reader
	if rd == nil || len(rd.buf) < socketSlab {
		rd = takeUp(rd)
	}
	s.reader = nil
	if c.Expired() {
		s.lapse()
	}
	for delivered := 0; ; {
		ev, heard := s.message(rd)
		if heard == heardMessage {
			if m := s.settings.match.api.measures.Load(); m != nil {
				f.x.call.enter(&m.lanes[f.x.lane], s.settings.match, "", f.x.worker.Goroutine())
			}
			s.self().deliver(ev, rd)
			f.x.call.leave()
			if delivered++; delivered >= maxMessages {
				s.reader = rd.release()
				return endAgain
			}
			continue
		}
		if s.complete() {
			break
		}
		n, err := c.Read(rd.buf)
		if errors.Is(err, worker.ErrWouldBlock) {
			s.reader = rd.release()
			c.SetDeadline(s.dueAt())
			return endIdle
		}
		if err != nil {
			s.unreadable(err)
			break
		}
		rd.r, rd.w = 0, n
		s.alive()
	}
	rd.end()
	c.Data = nil
	f.service.watchers.CompareAndDelete(c, s.request())
	s.finish()
	return endLinger // the client is to read the close frame before the end
}

// closed implements tenant.
func (t *socketTenant) closed(service *service, c *worker.Conn) {
	s := (*socket)(t)
	if s.reader != nil { // a message has not come to its end
		s.reader.end()
		s.reader = nil
	}
	service.watchers.CompareAndDelete(c, s.request())
	service.ends(s.finish)
}

// abandon is for a handler that ended its goroutine: the connection is closed next.
func (t *socketTenant) abandon(f *frame) {
	s := (*socket)(t)
	s.settings.gauges.served.Add(-1)
	s.giveUp(&CloseError{Code: CloseInternal})
	s.unwatch()
	f.record(http.StatusSwitchingProtocols, 0)
	f.flush()
	f.conn.Data = t
	f.x.transit.over()
}
