package client

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// errBodyUsed says that a body was read and cannot be read again.
var errBodyUsed = errors.New("the body was read already and cannot be sent again")

// Reader sets the body to what r gives until its end, read while it is sent and not closed. Where r is an io.Seeker, as a file
// is, the length is announced, and the call may be sent again; otherwise it is sent in chunks, once. A nil r sets no body. The
// client reads r on another goroutine until Do returns; a read that is under way then may end later.
func (c *Call) Reader(contentType string, r io.Reader) {
	if r == nil {
		return
	}
	c.hasBody, c.contentType, c.source = true, contentType, newSource(r)
}

// Upload is Reader with the media type that the body carries; without one it is "application/octet-stream".
func (c *Call) Upload(u value.Upload) {
	if u.ContentType == "" {
		u.ContentType = "application/octet-stream"
	}
	c.Reader(u.ContentType, u.Reader)
}

// source is a body that is read while it is sent.
type source struct {
	r      io.Reader
	seeker io.Seeker // nil where r can be read once
	start  int64     // where r stands before the first attempt
	length int64     // -1 where it is not known
	used   bool
}

// newSource finds out how long the body is.
func newSource(r io.Reader) *source {
	s := &source{r: r, length: -1}
	seeker, ok := r.(io.Seeker)
	if !ok {
		return s
	}
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return s // a pipe, say
	}
	end, err := seeker.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = seeker.Seek(start, io.SeekStart)
	}
	if err != nil || end < start {
		return s
	}
	s.seeker, s.start, s.length = seeker, start, end-start
	return s
}

// open gives the body for one attempt.
func (s *source) open(patience time.Duration, late func()) (*sending, error) {
	if s.used {
		if s.seeker == nil {
			return nil, permanentError{errBodyUsed}
		}
		if _, err := s.seeker.Seek(s.start, io.SeekStart); err != nil {
			return nil, permanentError{err}
		}
	}
	s.used = true
	b := &sending{r: s.r, patience: patience}
	if patience > 0 {
		b.timer = time.AfterFunc(patience, late)
	}
	return b, nil
}

// sending is a body while one attempt reads it. It holds the time that the server has, which begins anew with every read.
type sending struct {
	r        io.Reader
	patience time.Duration
	timer    *time.Timer // nil for no limit

	mu     sync.Mutex
	closed bool  // guarded by mu
	err    error // guarded by mu; what r gave but io.EOF
}

// Read gives what the user's reader gives. The time of the server stands still meanwhile.
func (b *sending) Read(p []byte) (int, error) {
	b.mu.Lock()
	closed := b.closed
	if b.timer != nil && !closed {
		b.timer.Stop()
	}
	b.mu.Unlock()
	if closed {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := b.r.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil && err != io.EOF {
		b.err = fmt.Errorf("reading the body: %w", err)
	}
	if b.timer != nil && !b.closed {
		b.timer.Reset(b.patience)
	}
	return n, err
}

// Close is called by net/http when it does not read any more; the user's reader stays open.
func (b *sending) Close() error { return nil }

// end stops reading, and returns what the user's reader has failed with.
func (b *sending) end() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.timer != nil {
		b.timer.Stop()
	}
	if s, ok := b.r.(interface{ stop() }); ok {
		s.stop()
	}
	return b.err
}
