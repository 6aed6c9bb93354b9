package client

import (
	"io"
	"iter"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/tornadogen/tornadogen/runtime/internal/lines"
)

// SendItems sets the body to items, which are taken one by one while they are sent, each as soon as the iterator gives it; encode
// appends one as JSON. The call is sent once. An error of the iterator ends the call and is its error. A nil iterator sets no body.
// The iterator runs on another goroutine until Do returns; one that waits just then is stopped when it gives its next item.
func SendItems[T any](c *Call, contentType string, items iter.Seq2[T, error], encode func(*T, []byte) []byte) {
	if items == nil {
		return
	}
	c.hasBody, c.contentType = true, contentType
	c.source = &source{r: &itemSource[T]{items: items, encode: encode, format: lines.FormatOf(contentType)}, length: -1}
}

// itemSource is a body that is made of items while it is read.
type itemSource[T any] struct {
	items  iter.Seq2[T, error]
	encode func(*T, []byte) []byte
	format lines.Format

	stopped atomic.Bool // nothing is read any more

	mu     sync.Mutex // held while the iterator runs
	pull   func() (T, error, bool)
	end    func()
	text   []byte // encoded
	unread []byte // of text
}

// Read gives a part of an item, or of the next one.
func (s *itemSource[T]) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.settle() // after mu was given back
	defer s.mu.Unlock()
	if s.stopped.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	if s.pull == nil {
		s.pull, s.end = iter.Pull2(s.items)
	}
	if len(s.unread) == 0 {
		item, err, ok := s.pull()
		switch {
		case !ok:
			return 0, io.EOF
		case err != nil:
			s.end()
			return 0, err
		}
		b := s.format.Begin(s.text[:0])
		s.text = s.format.End(s.encode(&item, b), len(b))
		s.unread = s.text
	}
	n := copy(p, s.unread)
	s.unread = s.unread[n:]
	return n, nil
}

// stop ends the iterator, which then gives nothing more. It does not wait for one that runs just now.
func (s *itemSource[T]) stop() {
	s.stopped.Store(true)
	s.settle()
}

// settle ends the iterator if it was stopped, unless whoever runs it just now will do so.
func (s *itemSource[T]) settle() {
	if s.stopped.Load() && s.mu.TryLock() {
		if s.end != nil {
			s.end()
		}
		s.mu.Unlock()
	}
}
