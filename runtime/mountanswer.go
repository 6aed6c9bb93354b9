package tornado

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

// mountBuffer is how much of an answer is collected before it is sent in chunks, in bytes.
const mountBuffer = 4 << 10

// mounted is the ResponseWriter of a mounted handler. Any goroutine of the handler may call its methods, also while another
// reads the body; those that come after the handler has returned are refused. The lock of the body comes before mu.
type mounted struct {
	frame     *frame // out, broken, records and x are guarded by mu; not touched once state is answerEnded
	body      connBody
	deadlines deadlines

	mu      sync.Mutex  // held while the connection is written
	state   answerState // guarded by mu, like all that follows
	header  http.Header // the handler's, who changes it without mu
	owed100 bool        // the client waits for a 100 before it sends its body
	keep    bool        // the connection stays open afterwards
	late    bool        // the deadline for writing has passed before all was written
	answer
}

// answerState is how far an answer has come.
type answerState uint8

const (
	answerOpen     answerState = iota // the handler may choose -> answerFixed, answerHijacked, answerEnded
	answerFixed                       // status and header are chosen, nothing was sent -> answerSent, answerHijacked, answerEnded
	answerSent                        // the head was rendered -> answerHijacked, answerEnded
	answerHijacked                    // the connection belongs to the handler; final
	answerEnded                       // the handler has returned; final
)

var (
	errHandlerReturned = errors.New("tornado: the handler has returned")
	errPeerGone        = errors.New("tornado: the client is gone")
)

func newMounted(f *frame) *mounted {
	m := &mounted{frame: f, header: make(http.Header), keep: !f.x.head.Close}
	m.answer.length = -1
	m.owed100 = f.waitsFor100()
	m.body.begin(f, m, 0)
	return m
}

// Header returns the fields of the answer; changes count until WriteHeader, but for trailers.
func (m *mounted) Header() http.Header { return m.header }

// WriteHeader fixes the status and the header. A 1xx other than 101 is sent at once, unless the client speaks HTTP/1.0, and
// fixes nothing. A second call does nothing.
func (m *mounted) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("tornado: invalid status %d", status))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.state != answerOpen:
	case status < 200 && status != http.StatusSwitchingProtocols:
		m.inform(status)
	default:
		m.fix(status)
	}
}

// Write sends p, or keeps it while the whole answer may still turn out to be small. Its errors are http.ErrBodyNotAllowed,
// http.ErrContentLength, http.ErrHijacked, os.ErrDeadlineExceeded and those that tell that the client is gone or the handler
// has returned.
func (m *mounted) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.begin(); err != nil {
		return 0, err
	}
	switch {
	case !http1.BodyAllowed(m.status):
		return 0, http.ErrBodyNotAllowed
	case m.length >= 0 && m.written+int64(len(p)) > m.length:
		return 0, http.ErrContentLength
	}
	m.sniff(p)
	m.written += int64(len(p))
	if m.isHead() {
		return len(p), nil
	}
	if m.state == answerFixed && len(m.buffer)+len(p) <= mountBuffer {
		m.buffer = append(m.buffer, p...)
		return len(p), nil
	}
	m.sendHead(false)
	m.send(p)
	return len(p), m.failure()
}

// WriteString is Write for a string. See io.StringWriter.
func (m *mounted) WriteString(s string) (int, error) { return m.Write([]byte(s)) }

// Flush sends what was written. See http.Flusher.
func (m *mounted) Flush() { _ = m.FlushError() } // the interface has no room for it

// FlushError sends what was written. See http.ResponseController.
func (m *mounted) FlushError() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.begin(); err != nil {
		return err
	}
	m.sendHead(false)
	m.flush()
	return m.failure()
}

// EnableFullDuplex is always on: reading the body and writing the answer may be mixed. See http.ResponseController.
func (m *mounted) EnableFullDuplex() error { return nil }

// SetWriteDeadline bounds later writes; the zero time restores Timeouts.Write. See http.ResponseController.
func (m *mounted) SetWriteDeadline(t time.Time) error {
	return m.deadlines.set(func(d *deadlines) { d.write = t })
}

// SetReadDeadline bounds reads of the body, also one that is under way; the zero time restores Timeouts.Stream. See
// http.ResponseController.
func (m *mounted) SetReadDeadline(t time.Time) error {
	if err := m.deadlines.set(func(d *deadlines) { d.read = t }); err != nil {
		return err
	}
	m.body.interrupt()
	return nil
}

// begin fixes what is still open, and refuses who comes too late.
func (m *mounted) begin() error {
	switch m.state {
	case answerOpen:
		m.fix(http.StatusOK)
	case answerHijacked:
		return http.ErrHijacked
	case answerEnded:
		return errHandlerReturned
	}
	return nil
}

func (m *mounted) isHead() bool { return string(m.frame.x.head.Method) == http.MethodHead }

// complete ends the answer of a handler that has returned.
func (m *mounted) complete() {
	if m.state == answerOpen {
		m.fix(http.StatusOK)
	}
	if m.length >= 0 && m.written != m.length && !m.isHead() && http1.BodyAllowed(m.status) {
		m.frame.service.server.logger.Error("mounted handler wrote another length than it announced", "announced", m.length, "written", m.written)
		m.keep = false
	}
	if m.state == answerFixed && m.keep && !m.body.discard(false) {
		m.keep = false
	}
	m.sendHead(true)
	if m.framing == framingChunked && !m.isHead() {
		m.frame.out = http1.AppendLastChunk(m.frame.out, m.appendTrailers(nil))
	}
	if m.status == http.StatusSwitchingProtocols { // nobody speaks the new one
		m.keep = false
	}
}

// send puts a part of the body behind what waits, and writes when that is much.
func (m *mounted) send(p []byte) {
	f := m.frame
	if m.isHead() {
		return
	}
	if m.framing == framingChunked {
		f.out = http1.AppendChunk(f.out, p)
	} else {
		f.out = append(f.out, p...)
	}
	m.sent += int64(len(p))
	if len(f.out) >= mountBuffer {
		m.flush()
	}
}

// askForBody is called before the connection is first waited for: it sends what the client may be waiting for itself, a 100 and
// the answers to earlier requests. What the handler has written is left to Flush: a client may take it after it has sent all
// of its body. For the same reason it does not wait for who writes just now, if the client does not.
func (m *mounted) askForBody() {
	if !m.mu.TryLock() {
		if !m.frame.x.head.Expect100 {
			return
		}
		m.mu.Lock()
	}
	defer m.mu.Unlock()
	if m.state >= answerSent {
		return
	}
	if m.owed100 {
		m.owed100 = false
		m.frame.out = append(m.frame.out, http1.Continue...)
	}
	m.flush()
}

func (m *mounted) promised() bool { return m.owed100 }

func (m *mounted) readDeadline() time.Time { return m.deadlines.reading() }

// writePiece is what is written between two looks at a deadline, in bytes.
const writePiece = 16 << 10

// flush writes what waits: until the handler's deadline, if it has set one, and else as long as Timeouts.Write allow. Then it lets others go first:
// a handler may write on and on.
func (m *mounted) flush() {
	f := m.frame
	defer f.conn.GiveWay()
	if until := m.deadlines.writing(); !until.IsZero() {
		for rest := f.out; len(rest) > 0 && !f.broken; {
			piece, limit := rest[:min(len(rest), writePiece)], time.Until(until)
			err := os.ErrDeadlineExceeded
			if limit > 0 {
				err = f.conn.Write(piece, limit)
			}
			f.broken, m.late = err != nil, errors.Is(err, os.ErrDeadlineExceeded)
			rest = rest[len(piece):]
		}
		f.out = f.out[:0]
	}
	f.flush()
}

// failure is what keeps the answer from reaching the client.
func (m *mounted) failure() error {
	switch {
	case !m.frame.broken:
		return nil
	case m.late:
		return os.ErrDeadlineExceeded
	}
	return errPeerGone
}

// deadlines are those that the handler has set.
type deadlines struct {
	mu          sync.Mutex
	read, write time.Time // guarded by mu; zero: none
	over        error     // guarded by mu; why they cannot be set any more
}

func (d *deadlines) set(change func(*deadlines)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over == nil {
		change(d)
	}
	return d.over
}

// end refuses later changes with err.
func (d *deadlines) end(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = err
}

func (d *deadlines) reading() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.read
}

func (d *deadlines) writing() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.write
}
