package tornado

import (
	"bytes"
	"crypto/rand"
	"errors"
	"sync"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
	"github.com/tornadogen/tornadogen/runtime/internal/queue"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// socketBacklog is what waits until the other end takes more. A goroutine writes it, and ends with it.
type socketBacklog struct {
	pong  []byte // the answer to the latest ping; others need none (RFC 6455 section 5.5.3)
	ping  []byte
	queue queue.Queue
	last  []byte        // the close frame
	room  chan struct{} // closed when there is room in the queue; nil until somebody waits for that
}

// errTooSlow is why a socket ends whose other end takes too little. It is immutable.
var errTooSlow = &CloseError{Code: ClosePolicy, Reason: "the other end is too slow"}

// joinedFrames is how many bytes of small frames are written together.
const joinedFrames = 16 << 10

// frameBuffer is memory to put a frame together.
type frameBuffer struct {
	b    ws.Frame
	lent any // see lend
}

var frameBuffers = sync.Pool{New: func() any { return new(frameBuffer) }}

func (f *frameBuffer) release() {
	if cap(f.b) <= maxKeptBuffer {
		frameBuffers.Put(f)
	}
}

// lend puts v where a pointer to it is not an allocation for every message: memory has room for a value of the type that it was last
// used for.
func lend[T any](memory *any, v T) *T {
	p, ok := (*memory).(*T)
	if !ok {
		p = new(T)
		*memory = p
	}
	*p = v
	return p
}

func (s *socket) deflates() bool { return s.bits != 0 }

// newMask is what a client masks a frame with; nil for a server.
func (s *socket) newMask() *[4]byte {
	if !s.isClient() {
		return nil
	}
	var mask [4]byte
	_, _ = rand.Read(mask[:]) // it never fails
	return &mask
}

// push sends a frame with a message, or puts it behind those that wait. shared says that nobody will change b. Without patience it
// gives the socket up where it would have to wait.
func (s *socket) push(b []byte, shared, patient bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if err := s.usable(); err != nil {
			return err
		}
		if s.backlog == nil {
			s.write(b, shared)
			if s.state == socketOpen {
				return nil
			}
			return s.usable()
		}
		if !shared {
			b, shared = bytes.Clone(b), true
		}
		switch outcome := s.backlog.queue.Push(b); {
		case outcome == queue.Queued || outcome == queue.Dropped:
			return nil
		case outcome == queue.Full && patient && s.wire.mayWait():
			s.awaitRoom()
		default:
			s.settings.limits.Meter.GaveUp()
			s.abort(errTooSlow)
		}
	}
}

// awaitRoom waits until the queue has room, or there is none. The caller holds mu, which is open meanwhile.
func (s *socket) awaitRoom() {
	if s.backlog.room == nil {
		s.backlog.room = make(chan struct{})
	}
	room := s.backlog.room
	stop := s.wire.watch(s) // it may be the owner who waits, and who is not served anew when a drain begins
	s.mu.Unlock()
	await("waits for room", room)
	stop()
	s.mu.Lock()
}

// write writes b, before which nothing waits; what the other end does not take becomes the backlog. The caller holds mu.
func (s *socket) write(b []byte, shared bool) {
	n, err := s.wire.trySend(b)
	switch {
	case err == nil:
	case errors.Is(err, worker.ErrWouldBlock):
		if b = b[n:]; !shared {
			b = bytes.Clone(b)
		}
		s.backlog = new(socketBacklog)
		limits := s.settings.limits
		limits.Loop = s.wire.backlog()
		s.backlog.queue.SetLimits(limits)
		loop.Go("flushes", func() { s.flush(b) })
	default:
		s.broke(err)
	}
}

// sendControl sends a control frame: a pong or a ping before the messages that wait, a close frame behind them. The caller holds
// mu.
func (s *socket) sendControl(op ws.Opcode, payload []byte) {
	b := append(ws.NewFrame(make([]byte, 0, ws.HeadRoom+len(payload))), payload...).Seal(op, false, s.newMask())
	switch back := s.backlog; {
	case back == nil:
		s.write(b, true)
	case op == ws.OpPong:
		back.pong = b
	case op == ws.OpPing:
		back.ping = b
	default:
		back.last = b
	}
}

// pong answers a ping. Owner.
func (s *socket) pong(payload []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == socketOpen {
		s.sendControl(ws.OpPong, payload)
	}
}

// flush writes what is left of a frame that was begun, and then the backlog, and waits for the other end.
func (s *socket) flush(begun []byte) {
	err := s.wire.send(begun)
	var joined []byte
	for {
		s.mu.Lock()
		if err != nil && s.state != socketClosed {
			s.broke(err)
		}
		if s.backlog == nil { // it was dropped
			s.mu.Unlock()
			return
		}
		b := s.backlog.next(joined[:0])
		if b == nil {
			s.dropBacklog()
			if s.state == socketClosing {
				s.wire.attend()
			}
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		err = s.wire.send(b)
		if cap(b) <= joinedFrames {
			joined = b
		}
	}
}

// next takes out what is to be written next: a frame, or several small ones, joined in buf; nil if nothing waits any more.
func (b *socketBacklog) next(buf []byte) []byte {
	for _, first := range []*[]byte{&b.pong, &b.ping} {
		if len(*first) > 0 {
			out := *first
			*first = nil
			return append(buf, out...)
		}
	}
	for b.queue.Len() > 0 && (len(buf) == 0 || len(buf)+len(b.queue.At(0)) <= joinedFrames) {
		buf = append(buf, b.queue.Pop()...)
	}
	b.makeRoom()
	if len(buf) == 0 && b.last != nil {
		buf, b.last = append(buf, b.last...), nil
	}
	if len(buf) == 0 {
		return nil
	}
	return buf
}

// makeRoom wakes who waits for room.
func (b *socketBacklog) makeRoom() {
	if b.room != nil {
		close(b.room)
		b.room = nil
	}
}

// dropBacklog forgets what waits. The caller holds mu.
func (s *socket) dropBacklog() {
	if s.backlog != nil {
		if lost := s.backlog.queue.Dropped(); lost > 0 {
			s.more().lost += lost
		}
		s.backlog.makeRoom()
		s.backlog.queue.Clear()
		s.backlog = nil
	}
}

func (s *socket) droppedSoFar() (n uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.extra != nil {
		n = s.extra.lost
	}
	if s.backlog != nil {
		n += s.backlog.queue.Dropped()
	}
	return n
}
