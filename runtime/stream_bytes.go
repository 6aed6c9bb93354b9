package tornado

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/queue"
)

// ByteStream sends bytes of any length in constant memory: io.Copy(out, file). See Stream for how it ends. Writes smaller than 4 KiB
// are collected until Flush, or until the handler returns; an answer that is not larger is sent as a whole, with its length. It is
// used by one goroutine at a time.
type ByteStream struct {
	*Stream
	buffer []byte
}

// newBytes begins a stream of bytes, of which none may be dropped, whatever the policy for the operation's other streams is.
func newBytes(x *exchange, status int, media string) *ByteStream {
	s := x.openStream(status, media)
	if limits := s.waiting.Limits(); limits.Policy != queue.Close {
		limits.Policy = queue.Block
		s.waiting.SetLimits(limits)
	}
	return &ByteStream{Stream: s}
}

// byteBuffer is how much a ByteStream collects, bytePiece how much it hands over at once, in bytes.
const (
	byteBuffer = 4 << 10
	bytePiece  = 64 << 10
)

// SetSize announces how many bytes will be sent, which the client then knows; without it, only that the end has come. It counts before
// anything was sent. An answer of another length is cut off.
func (b *ByteStream) SetSize(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.length = n
}

// SetContentType sets the media type, for an operation that does not name one. It counts before anything was sent.
func (b *ByteStream) SetContentType(media string) error {
	if !http1.ValidFieldValue(media) {
		return fmt.Errorf("content type %q cannot be sent", media)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.media = media
	return nil
}

// Write sends p, or collects it. The errors are those of EventStream.Send, and http.ErrContentLength for more than SetSize has
// announced.
func (b *ByteStream) Write(p []byte) (int, error) {
	if err := b.admit(len(p)); err != nil {
		return 0, err
	}
	if len(b.buffer)+len(p) <= byteBuffer {
		if b.buffer == nil {
			b.buffer = make([]byte, 0, byteBuffer)
		}
		b.buffer = append(b.buffer, p...)
		return len(p), b.flushIfKept()
	}
	if err := b.Flush(); err != nil {
		return 0, err
	}
	for n := 0; n < len(p); {
		piece := p[n:min(n+bytePiece, len(p))]
		if err := b.transmit(piece, sendCopied); err != nil {
			return n, err
		}
		n += len(piece)
	}
	return len(p), nil
}

// admit reports what speaks against n more bytes.
func (b *ByteStream) admit(n int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.err != nil:
		return b.err
	case b.length >= 0 && b.sent+int64(len(b.buffer)+n) > b.length:
		return http.ErrContentLength
	}
	return nil
}

// flushIfKept sends what was written after the handler has returned at once: nobody else will.
func (b *ByteStream) flushIfKept() error {
	b.mu.Lock()
	parked := b.state == streamParked
	b.mu.Unlock()
	if parked {
		return b.Flush()
	}
	return nil
}

// Flush sends what was collected.
func (b *ByteStream) Flush() error {
	if len(b.buffer) == 0 {
		return nil
	}
	err := b.transmit(b.buffer, sendCopied)
	b.buffer = b.buffer[:0]
	return err
}

// copies are the buffers of ReadFrom.
var copies = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// ReadFrom sends what r gives until its end. io.Copy calls it.
func (b *ByteStream) ReadFrom(r io.Reader) (n int64, err error) {
	buf, _ := copies.Get().(*[32 << 10]byte)
	defer copies.Put(buf)
	for {
		k, err := r.Read(buf[:])
		if k > 0 {
			k, err := b.Write(buf[:k])
			n += int64(k)
			if err != nil {
				return n, err
			}
		}
		switch err {
		case nil:
		case io.EOF:
			return n, nil
		default:
			return n, err
		}
	}
}

// whole makes an answer with its length of what was collected, if nothing was sent and the stream does not live on.
func (b *ByteStream) whole() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sink != nil || b.err != nil || b.kept && !b.ending || b.length >= 0 && b.length != int64(len(b.buffer)) || b.x.isHead() {
		return false
	}
	x := b.x
	x.stream = nil
	x.reply.Bytes(b.status, b.media, bytes.Clone(b.buffer))
	runAllLater(b.over(ErrStreamEnded))
	return true
}
