package client

import (
	"io"
	"iter"
	"net/http"
	"sync"
	"sync/atomic"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/lines"
)

// SendItems sets the body to items, which are taken one by one while they are sent, each as soon as the iterator gives it; encode
// appends one as JSON. The call is sent once. An error of the iterator ends the call and is its error. A nil iterator sets no body.
// The iterator runs on another goroutine until Do returns; one that waits just then is stopped when it gives its next item.
func SendItems[T any](c *Call, contentType string, items iter.Seq2[T, error], encode func(*T, []byte) []byte) {
	if items == nil {
		return
	}
	format, text := lines.FormatOf(contentType), []byte(nil) // text is reused
	c.pull(contentType, nil, func(yield func(piece, error) bool) {
		for item, err := range items {
			if err == nil {
				b := format.Begin(text[:0])
				text = format.End(encode(&item, b), len(b))
			}
			if !yield(piece{text: text}, err) {
				return
			}
		}
	})
}

// SendEvents sets the body to events, as SendItems does with items.
func SendEvents[T any](c *Call, contentType string, events tornado.Events[T], codec *tornado.StreamCodec[T]) {
	if events == nil {
		return
	}
	var text []byte // is reused
	c.pull(contentType, nil, func(yield func(piece, error) bool) {
		for event, err := range events {
			if err == nil {
				text, err = codec.AppendEvent(text[:0], &event)
			}
			if !yield(piece{text: text}, err) || err != nil {
				return
			}
		}
	})
}

// piece is what is sent next: a text, and what follows it; nil for nothing. The text is valid until the next piece is asked for.
type piece struct {
	text   []byte
	behind io.Reader
}

// pull sets the body to what an iterator gives, and what end gives behind it; nil for nothing.
func (c *Call) pull(contentType string, end func() []byte, pieces iter.Seq2[piece, error]) {
	c.hasBody, c.contentType = true, contentType
	c.source = &source{length: -1, r: &pulled{pieces: pieces, end: end}}
}

// pulled is a body that is made of what an iterator gives, while it is read.
type pulled struct {
	pieces  iter.Seq2[piece, error]
	end     func() []byte
	stopped atomic.Bool // nothing is read any more

	mu     sync.Mutex // held while the iterator runs
	next   func() (piece, error, bool)
	finish func()
	unread piece
	ended  bool
}

// Read gives the next bytes of the piece at hand, or of the next one.
func (s *pulled) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.settle() // after mu was given back
	defer s.mu.Unlock()
	if s.stopped.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	for {
		switch {
		case len(s.unread.text) > 0:
			n := copy(p, s.unread.text)
			s.unread.text = s.unread.text[n:]
			return n, nil
		case s.unread.behind != nil:
			n, err := s.unread.behind.Read(p)
			if err == io.EOF {
				s.unread.behind, err = nil, nil
			}
			if n > 0 || err != nil {
				return n, err
			}
		case s.ended:
			return 0, io.EOF
		default:
			if err := s.step(); err != nil {
				return 0, err
			}
		}
	}
}

// step takes the next piece.
func (s *pulled) step() error {
	if s.next == nil {
		s.next, s.finish = iter.Pull2(s.pieces)
	}
	p, err, ok := s.next()
	switch {
	case !ok:
		if s.ended = true; s.end != nil {
			s.unread.text = s.end()
		}
		return nil
	case err != nil:
		s.finish()
		return err
	}
	s.unread = p
	return nil
}

// stop ends the iterator, which then gives nothing more. It does not wait for one that runs just now.
func (s *pulled) stop() {
	s.stopped.Store(true)
	s.settle()
}

// settle ends the iterator if it was stopped, unless whoever runs it just now will do so.
func (s *pulled) settle() {
	if s.stopped.Load() && s.mu.TryLock() {
		if s.finish != nil {
			s.finish()
		}
		s.mu.Unlock()
	}
}
