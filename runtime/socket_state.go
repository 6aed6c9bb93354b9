package tornado

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/loop"
	"github.com/tornadogen/tornadogen/runtime/internal/queue"
	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// socket is a Socket without the types of its messages. It belongs to one owner, who reads: the goroutine of the handler, later
// whoever serves the connection. Anybody may write.
//
// Sockets are many, and most of them wait: the order of the fields keeps a Socket within 128 bytes.
type socket struct {
	settings *socketSettings // immutable
	ctx      context.Context // immutable: the handler's
	wire     socketWire      // immutable once the handshake was answered
	reader   *socketReader   // owner; nil while there is nothing half read

	protocol int8        // immutable: the place of the subprotocol in settings, -1 for none
	bits     int8        // immutable: of the window to send with, 0: nothing is compressed
	notes    socketNotes // owner

	told    bool        // guarded by mu: who asked for it was told of the end
	state   socketState // guarded by mu, like all that follows mu
	heard   bool        // guarded by mu: the close frame of the other end has come, or nothing that follows can be read
	pinged  bool        // guarded by mu: a ping was sent, and nothing has come since
	ranging bool        // guarded by mu; on a client: somebody waits in Messages, or reads to the end

	mu      mutex
	due     time.Duration  // since epoch: when to ping next, to give up, or to wait no longer for the end
	cause   *CloseError    // why the socket closes; nil while it is open
	backlog *socketBacklog // nil while nothing waits to be written
	offer   *socketOffer   // nil on a client, and once the handler has returned
	extra   *socketExtra   // what few sockets have; nil for the others
}

// socketExtra is what few sockets have.
type socketExtra struct {
	lost  uint64   // messages that the queues of earlier backlogs have dropped
	done  []func() // what OnDone was given
	spent spent    // of the patience with patterns; noteSpent tells that there is some
}

// socketNotes is what the owner remembers of the other end.
type socketNotes uint8

const (
	noteFaulty socketNotes = 1 << iota // it has broken the protocol, and may still be sending
	noteSpent                          // patterns have backtracked over its messages
)

// more gives room for what few sockets have. The caller holds mu.
func (s *socket) more() *socketExtra {
	if s.extra == nil {
		s.extra = new(socketExtra)
	}
	return s.extra
}

// socketState is how far a socket has come.
type socketState uint8

const (
	socketOffered socketState = iota // the handshake is not answered -> socketOpen, socketClosed
	socketOpen                       // -> socketClosing, socketClosed
	socketClosing                    // a close frame was sent, or waits to be; no message follows -> socketClosed
	socketClosed                     // final
)

// socketOwner is a Socket as its connection knows it. All are called by the owner.
type socketOwner interface {
	// deliver hands over a message.
	deliver(ev ws.Event, rd *socketReader)
	// ended tells of the end, once.
	ended()
	// staysOpen reports whether the socket outlives its handler.
	staysOpen() bool
}

// socketWire is the connection below a socket.
type socketWire interface {
	// trySend writes what the connection takes of b at once. Its error is worker.ErrWouldBlock where send is to follow, with what is
	// left of b, also if that is nothing. The caller holds mu.
	trySend(b []byte) (n int, err error)
	// send writes all of b, and waits for that, within the limits of the server. One goroutine at a time, and not beside trySend.
	send(b []byte) error
	// read waits until something is there, or until a time, when it returns os.ErrDeadlineExceeded, or until attend was called, when
	// it may return errAttend. Owner.
	read(p []byte, until time.Time) (int, error)
	// GiveWay lets others go first, see worker.Conn. Owner.
	GiveWay()
	// mayWait reports whether whoever sends may wait until there is room: not where that may be the loop, which makes the room.
	mayWait() bool
	// watch has goAway called when the server drains, until stop is. The caller holds mu.
	watch(s *socket) (stop func())
	// backlog is where the loop of the connection counts what waits for slow clients; nil where it is on none.
	backlog() *queue.Meter
	// attend has the owner look at the socket: its state has changed. The caller holds mu.
	attend()
}

// errAttend ends a read for which attend was called.
var errAttend = errors.New("tornado: the socket is to be looked at")

// socketSettings are those that all sockets of an operation share.
type socketSettings struct {
	name      string      // of the operation
	match     *registered // nil on a client, like gauges and bounds
	gauges    *gauges
	bounds    *bounds
	kind      any // *socketKind
	self      func(s *socket) socketOwner
	logger    func() *slog.Logger
	rules     ws.Rules
	ping      time.Duration // 0: none
	deflate   bool
	protocols []string
	origins   []string
	limits    queue.Limits
	decoding  jsonwire.Options
	lenient   bool                          // unknown values are kept, as a client does
	judge     func([]Violation) []Violation // those that count; nil: all
}

const (
	// closeWait is how long the other end may take to answer a close frame.
	closeWait = 5 * time.Second
	// socketIdle is when a socket without pings is looked at, which has nothing to do then.
	socketIdle = 24 * time.Hour
)

// usable reports why nothing can be sent, nil if it can; it answers the handshake. The caller holds mu.
func (s *socket) usable() error {
	if s.state == socketOffered {
		if err := s.accept(); err != nil {
			return err
		}
		s.offer.release = s.offer.x.host.watch(s) // as long as the handler runs
	}
	if s.state == socketOpen {
		return nil
	}
	if s.cause == nil {
		return ErrSocketClosed
	}
	return fmt.Errorf("%w: %w", ErrSocketClosed, s.cause)
}

// renounce ends a socket whose handshake will never be answered.
func (s *socket) renounce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == socketOffered {
		s.state, s.offer = socketClosed, nil
	}
}

// begin is called when the handshake was answered. The caller holds mu.
func (s *socket) begin() {
	s.state = socketOpen
	s.settings.gauges.opened(1)
	s.due = sinceEpoch() + s.interval()
}

func (s *socket) interval() time.Duration {
	if s.settings.ping == 0 {
		return socketIdle
	}
	return s.settings.ping
}

func (s *socket) closeWith(code int, reason string) error {
	if !ws.MaySend(code) {
		return fmt.Errorf("tornado: a socket cannot be closed with code %d", code)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	s.startClosing(&CloseError{Code: code, Reason: reason})
	s.wire.attend()
	if s.isClient() && !s.ranging {
		s.ranging = true
		loop.Go("reads to the end", s.run)
	}
	return nil
}

// startClosing sends a close frame behind what waits. The caller holds mu.
func (s *socket) startClosing(cause *CloseError) {
	s.state, s.cause = socketClosing, cause
	s.due = sinceEpoch() + closeWait
	s.sendControl(ws.OpClose, ws.AppendClose(nil, cause.Code, cause.Reason))
	if s.backlog != nil {
		s.backlog.makeRoom() // whoever waits for room has nothing more to send: it may be the owner, who is to look at due
	}
}

// fail ends the socket for an error of the user's code, or a fault of the other end. Owner.
func (s *socket) fail(err error) {
	code, reason := closeOf(err)
	if code == CloseInternal {
		if chosen := new(CloseError); !errors.As(err, &chosen) && !s.onlyEnded(err) {
			s.log("socket failed", "error", err)
		}
	}
	if !ws.MaySend(code) {
		code, reason = CloseNormal, ""
	}
	s.giveUp(&CloseError{Code: code, Reason: reason})
}

// onlyEnded reports whether an error says no more than that the socket has ended.
func (s *socket) onlyEnded(err error) bool {
	return errors.Is(err, ErrSocketClosed) || errors.Is(err, context.Canceled) && s.ctx.Err() != nil
}

// abort ends the socket at once. The caller holds mu.
func (s *socket) abort(cause *CloseError) {
	if s.cause == nil {
		s.cause = cause
	}
	s.state = socketClosed
	s.dropBacklog()
	s.wire.attend()
}

// broke is abort for a connection that failed. The caller holds mu.
func (s *socket) broke(err error) {
	reason := "the connection broke"
	if err != nil {
		reason = err.Error()
	}
	s.abort(&CloseError{Code: CloseAbnormal, Reason: reason})
}

// hear takes the close frame of the other end, and answers it. Owner.
func (s *socket) hear(code int, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = true
	if s.state == socketOpen {
		s.startClosing(&CloseError{Code: code, Reason: reason, Remote: true})
	}
}

// refused ends the socket for a fault of the protocol, behind which nothing can be read. Owner.
func (s *socket) refused(err error) {
	if fault := new(ws.ProtocolError); errors.As(err, &fault) && fault.Code == ws.CodeTooBig {
		s.settings.bounds.meet(BoundMessage)
	} else {
		s.settings.bounds.meet(BoundFrames)
	}
	s.fail(err)
	s.mu.Lock()
	s.heard = true
	s.notes |= noteFaulty
	s.mu.Unlock()
}

// complete reports whether the connection has nothing more to do for the socket.
func (s *socket) complete() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == socketClosed || s.state == socketClosing && s.heard && s.backlog == nil
}

// isOpen reports whether messages are still taken.
func (s *socket) isOpen() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == socketOpen
}

// accepted reports whether the handshake was answered.
func (s *socket) accepted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wire != nil
}

// lapse is called when due has come: it pings, or gives up. It reports whether there is another due. Owner; on net/http any
// goroutine.
func (s *socket) lapse() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := sinceEpoch()
	switch {
	case now < s.due || s.state == socketClosed:
	case s.state == socketClosing:
		s.broke(errors.New("the other end does not close"))
	case s.settings.ping == 0:
		s.due = now + socketIdle
	case s.pinged:
		s.settings.bounds.meet(BoundPing)
		s.broke(errors.New("the other end does not answer pings"))
	default:
		s.pinged, s.due = true, now+s.settings.ping
		s.sendControl(ws.OpPing, nil)
	}
	return s.state != socketClosed
}

// alive notes that something has come. Owner.
func (s *socket) alive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch now := sinceEpoch(); {
	case s.state == socketOpen:
		s.pinged, s.due = false, now+s.interval()
	case s.state == socketClosing && now >= s.due: // it goes on and on, and nobody waits for it so that lapse would be called
		s.broke(errors.New("the other end does not close"))
	}
}

// dueAt is due as a time.
func (s *socket) dueAt() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return epoch.Add(s.due)
}

// finish tells of the end, once. Owner.
func (s *socket) finish() {
	s.mu.Lock()
	if s.told {
		s.mu.Unlock()
		return
	}
	s.told = true
	s.settings.gauges.opened(-1)
	if s.state != socketClosed {
		s.state = socketClosed
		s.dropBacklog()
	}
	if s.cause == nil {
		s.cause = &CloseError{Code: CloseAbnormal, Reason: "the connection was cut"}
	}
	var done []func()
	if s.extra != nil {
		done, s.extra.done = s.extra.done, nil
	}
	s.mu.Unlock()
	s.unwatch()
	if request := s.request(); request != nil {
		request.finish()
	}
	for _, fn := range done {
		fn()
	}
	s.self().ended()
}

// self is s with its types.
func (s *socket) self() socketOwner { return s.settings.self(s) }

// request is that which asked for the socket. Nil on a client, and where an authenticator gave a context of its own.
func (s *socket) request() *requestContext {
	if s.isClient() { // which a handler may have dialled with its own context
		return nil
	}
	request, _ := s.ctx.Value(rawKey{}).(*requestContext)
	return request
}

// isClient reports whether this end is the client.
func (s *socket) isClient() bool { return s.settings.rules.Client }

// watchBy has host watch over the socket, if it does not.
func (s *socket) watchBy(host socketHost) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.offer != nil && s.offer.release == nil && s.state != socketClosed {
		s.offer.release = host.watch(s)
	}
}

// OnDone has fn called when the socket has ended, before OnClose, or at once if it has. It may be called on any goroutine, and must
// not wait.
func (s *socket) OnDone(fn func()) {
	s.mu.Lock()
	told := s.told
	if !told {
		s.more().done = append(s.more().done, fn)
	}
	s.mu.Unlock()
	if told {
		fn()
	}
}

// unwatch ends what watches over the socket.
func (s *socket) unwatch() {
	s.mu.Lock()
	offer := s.offer
	s.offer = nil
	s.mu.Unlock()
	if offer != nil && offer.release != nil {
		offer.release()
	}
}

// goAway closes the socket for a server that drains. Any goroutine.
func (s *socket) goAway() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == socketOpen {
		s.startClosing(&CloseError{Code: CloseGoingAway, Reason: "the server drains"})
		s.wire.attend()
	}
}

func (s *socket) why() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state < socketClosing || s.cause == nil || s.cause.isNormal() {
		return nil
	}
	return s.cause
}

// handlerReturned decides what follows. It returns an error, the answer, if the handshake was never answered. Owner.
func (s *socket) handlerReturned(err error) error {
	s.mu.Lock()
	if s.state == socketOffered && err == nil {
		err = s.accept()
	}
	if s.wire == nil {
		if err == nil && s.state == socketClosed && s.cause != nil { // it could not be opened, and the handler left it at that
			err = fmt.Errorf("%w: %w", ErrSocketClosed, s.cause)
		}
		s.state, s.offer = socketClosed, nil
		s.mu.Unlock()
		return err
	}
	if err == nil && s.state == socketOpen && !s.self().staysOpen() {
		s.startClosing(&CloseError{Code: CloseNormal})
	}
	s.mu.Unlock()
	if err != nil {
		s.fail(err)
	}
	return nil
}

// recoverPanic is deferred around calls of the user's code: a panic closes with 1011. Owner.
func (s *socket) recoverPanic() {
	if cause := recover(); cause != nil {
		s.crash(cause)
	}
}

// crash logs a panic, and closes with 1011. Owner.
func (s *socket) crash(cause any) {
	if g := s.settings.gauges; g != nil {
		g.crashed.Add(1)
	}
	s.log("socket panicked", "panic", cause, "stack", string(debug.Stack()))
	s.giveUp(&CloseError{Code: CloseInternal})
}

// giveUp closes the socket, unless it is closed. Owner, who looks after it itself.
func (s *socket) giveUp(cause *CloseError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == socketOpen {
		s.startClosing(cause)
	}
}

func (s *socket) log(text string, args ...any) {
	s.settings.logger().Error(text, append([]any{"operation", s.settings.name}, args...)...)
}
