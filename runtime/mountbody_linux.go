package tornado

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

// mountedBody is the request body of a mounted handler: it reads from the connection as the handler asks for it, so that a
// slow handler slows its client. Only the handler's goroutine uses it.
type mountedBody struct {
	m        *mounted
	state    bodyState
	left     int64         // of a body of announced length
	chunked  http1.Chunked // of a chunked one
	decoded  []byte        // decoded and not read; aliases the frame's buffer
	promised bool          // the client waits for a 100
	err      error         // in bodyFailed
}

// bodyState is how far a body was read.
type bodyState uint8

const (
	bodyLength  bodyState = iota // left bytes follow -> bodyEnded, bodyFailed
	bodyChunked                  // chunks follow -> bodyEnded, bodyFailed
	bodyEnded                    // -> bodyClosed
	bodyFailed
)

func newMountedBody(m *mounted) *mountedBody {
	head := &m.frame.x.head
	b := &mountedBody{m: m, left: max(head.ContentLength, 0), promised: head.Expect100}
	switch {
	case head.Chunked:
		b.state = bodyChunked
	case b.left == 0:
		b.state = bodyEnded
	}
	return b
}

// Close keeps the rest for the server to discard.
func (b *mountedBody) Close() error { return nil }

// Read gives the next bytes of the body, io.EOF behind the last.
func (b *mountedBody) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		switch {
		case len(b.decoded) > 0:
			n := copy(p, b.decoded)
			b.decoded = b.decoded[n:]
			return n, nil
		case b.state == bodyEnded:
			return 0, io.EOF
		case b.state == bodyFailed:
			return 0, b.err
		}
		if err := b.more(); err != nil {
			b.state, b.err = bodyFailed, err
		}
	}
}

// more decodes what is buffered, or receives.
func (b *mountedBody) more() error {
	f := b.m.frame
	if f.r == f.w {
		if err := b.receive(); err != nil {
			return err
		}
	}
	if b.state == bodyLength {
		n := int(min(b.left, int64(f.w-f.r)))
		b.decoded = f.buf[f.r : f.r+n]
		f.r += n
		if b.left -= int64(n); b.left == 0 {
			b.state = bodyEnded
		}
		return nil
	}
	n, data, done, err := b.chunked.Feed(f.buf[f.r:f.w])
	if err != nil {
		return err
	}
	b.decoded = data
	f.r += n
	switch {
	case done:
		b.state = bodyEnded
	case n == 0: // a part of a chunk's line
		return b.receive()
	}
	return nil
}

// receive waits for bytes behind what is buffered.
func (b *mountedBody) receive() error {
	f := b.m.frame
	if b.promised {
		b.promised = false
		f.out = append(f.out, http1.Continue...)
	}
	f.flush()
	f.w = copy(f.buf, f.buf[f.r:f.w]) // the head was copied for the handler, decoded is empty
	f.r = 0
	if f.w == len(f.buf) {
		return &http1.ProtocolError{Status: http.StatusBadRequest, Reason: "chunk line too long"}
	}
	deadline := b.m.readDeadline
	if deadline.IsZero() {
		deadline = time.Now().Add(f.service.timeouts.Stream)
	}
	n, err := f.conn.ReadWait(f.buf[f.w:], deadline)
	f.w += n
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// discard reads what the handler left, up to a bound, and reports whether the connection can be used any further. A client
// that still waits for its 100 will not send the body, or will: nobody knows.
func (b *mountedBody) discard() bool {
	if b.promised && b.state != bodyEnded {
		return false
	}
	var rest int
	for rest <= maxDiscarded {
		b.decoded = nil
		switch b.state {
		case bodyEnded:
			f := b.m.frame
			if f.r == f.w {
				f.r, f.w = 0, 0
			}
			return true
		case bodyFailed:
			return false
		}
		if err := b.more(); err != nil {
			b.state, b.err = bodyFailed, err
		}
		rest += len(b.decoded)
	}
	return false
}
