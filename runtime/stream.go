package tornado

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"

	"github.com/tornadogen/tornadogen/runtime/internal/budget"
	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// Upload is a body of bytes that is read as it comes, with its media type. Fields: ContentType, Reader. It is an io.Reader itself.
type Upload = value.Upload

// BodyError says why the rest of a body cannot be read that is not held in memory, or what is wrong with a part of it. The
// readers and iterators of such bodies return it. A handler returns it, wrapped or as it is, and the client gets Status with
// a problem that tells of it; no ErrorMapper sees it, as it sees no other refusal of the runtime.
type BodyError struct {
	Status     int         // 400 for what is cut off or malformed, 408, 413, 415, 503 over Limits.Bodies, and that of violations
	Detail     string      // what is wrong, for the client
	Violations []Violation // what a part or an item breaks of the document; nil where it cannot be read
	Err        error       // io.ErrUnexpectedEOF of a body that is cut off, os.ErrDeadlineExceeded, or nil
}

// Error returns the status with the detail.
func (e *BodyError) Error() string {
	text := fmt.Sprintf("%d %s: %s", e.Status, http1.StatusText(e.Status), e.Detail)
	if len(e.Violations) > 0 {
		text += ": " + (&ValidationError{e.Violations}).Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *BodyError) Unwrap() error { return e.Err }

// answeredBody answers what a handler has passed on of a body's errors. It is not logged: the client is to blame, or gone.
func (a *answerer) answeredBody(err error) bool {
	var body *BodyError
	if !errors.As(err, &body) {
		return false
	}
	if body.Status == http.StatusServiceUnavailable {
		a.reply.Header("Retry-After", retryAfter)
	}
	a.reply.problem(&Problem{Status: body.Status, Detail: body.Detail, Errors: body.Violations[:min(len(body.Violations), maxViolations)]})
	return true
}

// streamBody is a body as its handler reads it. Its errors are io.EOF, http.ErrBodyReadAfterClose once the handler has
// returned, and *BodyError.
type streamBody struct {
	source io.Reader // immutable
	limit  int64     // immutable; bytes, 0: none
	bounds *bounds   // immutable

	mu  sync.Mutex // held while source is read
	err error      // guarded by mu; the end, once it was found

	holding sync.Mutex
	share   budget.Share // guarded by holding; of Limits.Bodies: what is held of fields, or of an item
	lent    budget.Share // guarded by holding; of the same: what fields were last decoded into
	over    bool         // guarded by holding; the handler has returned
}

func (x *exchange) newStreamBody(source io.Reader, limit int64) *streamBody {
	return &streamBody{source: source, limit: limit, bounds: &x.match.api.bounds, share: x.share.Other(), lent: x.share.Other()}
}

// hold asks for n bytes of memory, and reports whether there are as many. letGo gives back what it has got.
func (b *streamBody) hold(n int) bool { return b.take(&b.share, n) }
func (b *streamBody) letGo()          { b.release(&b.share) }

// lend is hold for what is decoded again and again. takeBack gives back what it has got.
func (b *streamBody) lend(n int) bool { return b.take(&b.lent, n) }
func (b *streamBody) takeBack()       { b.release(&b.lent) }

func (b *streamBody) take(s *budget.Share, n int) bool {
	b.holding.Lock()
	defer b.holding.Unlock()
	return !b.over && s.Take(n)
}

func (b *streamBody) release(s *budget.Share) {
	b.holding.Lock()
	defer b.holding.Unlock()
	s.Release()
}

// unheld is the error of a reader to which hold, or lend, has given nothing: there is no room, or the handler has returned, which meets no bound.
func (b *streamBody) unheld() error {
	b.holding.Lock()
	defer b.holding.Unlock()
	if b.over {
		return http.ErrBodyReadAfterClose
	}
	b.bounds.meet(BoundBodies)
	return &BodyError{Status: http.StatusServiceUnavailable, Detail: tooManyBodies}
}

// end gives back all for good. What the handler has left running gets no more.
func (b *streamBody) end() {
	b.holding.Lock()
	defer b.holding.Unlock()
	b.over = true
	b.share.Release()
	b.lent.Release()
}

// Read gives the next bytes, as soon as there are some.
func (b *streamBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.source.Read(p)
	if err != nil {
		b.err = b.explain(err)
	}
	return n, b.err
}

// explain makes a *BodyError of what ends a body too early.
func (b *streamBody) explain(err error) error {
	var refused *http1.ProtocolError
	var tooLong *http.MaxBytesError
	var known *BodyError // of a content coding around it
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, io.EOF), errors.Is(err, http.ErrBodyReadAfterClose):
		return err
	case errors.As(err, &tooLong), errors.As(err, &refused) && refused.Status == http.StatusRequestEntityTooLarge:
		b.bounds.meet(BoundBody)
		return &BodyError{Status: http.StatusRequestEntityTooLarge, Detail: tooLongBody(b.limit)}
	case refused != nil:
		b.bounds.meetHTTP1(refused)
		return &BodyError{Status: refused.Status, Detail: refused.Reason}
	case errors.Is(err, os.ErrDeadlineExceeded):
		b.bounds.meet(BoundStreamTime)
		return &BodyError{Status: http.StatusRequestTimeout, Detail: "the body took too long to arrive", Err: os.ErrDeadlineExceeded}
	}
	return &BodyError{Status: http.StatusBadRequest, Detail: "the body is cut off", Err: io.ErrUnexpectedEOF}
}

func tooLongBody(limit int64) string { return fmt.Sprintf("the body may have %d bytes at most", limit) }

// StreamBody is a body that is not held in memory. It is read until the handler returns, on any goroutine, one at a time; a
// read waits for the client, and the client for reads. An unread rest is dropped, or the connection is closed where it is long.
// It is nil where the request has no body.
func (in *Input) StreamBody() io.Reader {
	if in.stream == nil {
		return nil
	}
	return in.stream
}

// UploadBody is StreamBody with the media type as it was sent.
func (in *Input) UploadBody() Upload {
	return Upload{ContentType: string(in.x.head.ContentType), Reader: in.StreamBody()}
}
