package tornado

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

// upload is a request of an operation whose handler reads the body as it comes. The worker is its until the handler returns.
type upload struct {
	frame   *frame          // immutable, like request
	request *requestContext // ends with a client that goes inside of the body
	body    connBody

	mu      sync.Mutex // held while what waits in the frame is written for the body's sake
	owed100 bool       // guarded by mu; the client waits for a 100 before it sends its body
}

// waitsFor100 reports whether the client waits for a 100: who has begun to send does not (RFC 9110 section 10.1.1).
func (f *frame) waitsFor100() bool { return f.x.head.Expect100 && f.w-f.r == f.headLen }

// serveUpload answers the request at the front, which was admitted and has a body that is not held in memory.
func (f *frame) serveUpload(limit int64) verdict {
	u := &upload{frame: f, request: f.x.request, owed100: f.waitsFor100()}
	f.keepHead()
	f.x.in.forget()
	f.reroute()
	u.body.begin(f, u, limit)
	f.r += f.headLen
	f.upload = u
	f.x.in.stream = f.x.newStreamBody(u, limit)
	f.x.answer()
	return u.finish()
}

// Read gives the next bytes to the handler. See connBody.
func (u *upload) Read(p []byte) (int, error) {
	n, err := u.body.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		u.request.end(ErrClientGone) // who closes inside of a body does not wait for an answer
	}
	return n, err
}

// finish sends the answer. Whatever the handler has left running gets errors from the body from here on, and nothing of the
// frame.
func (u *upload) finish() verdict {
	f := u.frame
	u.shut()
	switch {
	case f.x.deferred != nil:
		return u.finishDeferred()
	case f.x.aborted:
		return f.finish(0, true)
	}
	keep := !f.x.head.Close && !f.x.panicked && !f.conn.Draining() && u.body.discard(false)
	f.answerUpload(keep)
	f.closeExchange() // before anything is waited for
	if keep && !u.body.discard(true) {
		keep = false
	}
	u.body.giveBack()
	return f.next(0, !keep, u.body.unread())
}

// finishDeferred sees to the end of the body before the request is parked, as nothing of it can be read meanwhile.
func (u *upload) finishDeferred() verdict {
	f := u.frame
	if !u.body.discard(true) {
		f.x.head.Close = true
		f.r = f.w
	}
	u.body.giveBack()
	return f.finishDeferred(0)
}

// shut ends the handler's reading.
func (u *upload) shut() {
	u.body.shut()
	u.frame.upload = nil
}

// answerUpload writes the answer behind those that wait.
func (f *frame) answerUpload(keep bool) {
	f.x.settle()
	end := endClose
	switch {
	case keep && f.x.head.KeepAliveAsked:
		end = endKeepAsked
	case keep:
		end = endKeep
	}
	f.record(f.x.reply.status, int64(f.writeAnswer(end)))
}

func (u *upload) askForBody() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.owed100 {
		u.owed100 = false
		u.frame.out = append(u.frame.out, http1.Continue...)
	}
	u.frame.flush()
}

func (u *upload) promised() bool { return u.owed100 }

func (u *upload) readDeadline() time.Time { return time.Time{} }

func (u *upload) flush() { u.frame.flush() }
