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
	c.source = &source{length: -1, r: &pulled[T]{items: items, form: &itemText[T]{format: lines.FormatOf(contentType), encode: encode}}}
}

// itemText makes lines, or records of a sequence, of items.
type itemText[T any] struct {
	format lines.Format
	encode func(*T, []byte) []byte
	text   []byte // reused
}

func (t *itemText[T]) item(item *T) ([]byte, io.Reader, error) {
	b := t.format.Begin(t.text[:0])
	t.text = t.format.End(t.encode(item, b), len(b))
	return t.text, nil, nil
}

func (*itemText[T]) end() []byte { return nil }

// pulled is a body that is made of what an iterator gives, while it is read.
type pulled[T any] struct {
	items iter.Seq2[T, error]
	form  interface {
		// item gives the text of an item, and what follows it; nil for nothing.
		item(item *T) (text []byte, behind io.Reader, err error)
		// end gives what stands behind the last item.
		end() []byte
	}
	stopped atomic.Bool // nothing is read any more

	mu     sync.Mutex // held while the iterator runs
	pull   func() (T, error, bool)
	finish func()
	unread []byte
	behind io.Reader // nil for nothing
	ended  bool
}

// Read gives the next bytes of what there is, or of the next item.
func (s *pulled[T]) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.settle() // after mu was given back
	defer s.mu.Unlock()
	if s.stopped.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	for {
		switch {
		case len(s.unread) > 0:
			n := copy(p, s.unread)
			s.unread = s.unread[n:]
			return n, nil
		case s.behind != nil:
			n, err := s.behind.Read(p)
			if err == io.EOF {
				s.behind, err = nil, nil
			}
			if n > 0 || err != nil {
				return n, err
			}
		case s.ended:
			return 0, io.EOF
		default:
			if err := s.next(); err != nil {
				return 0, err
			}
		}
	}
}

// next takes the next item.
func (s *pulled[T]) next() error {
	if s.pull == nil {
		s.pull, s.finish = iter.Pull2(s.items)
	}
	item, err, ok := s.pull()
	switch {
	case !ok:
		s.unread, s.ended = s.form.end(), true
		return nil
	case err == nil:
		s.unread, s.behind, err = s.form.item(&item)
	}
	if err != nil {
		s.finish()
	}
	return err
}

// stop ends the iterator, which then gives nothing more. It does not wait for one that runs just now.
func (s *pulled[T]) stop() {
	s.stopped.Store(true)
	s.settle()
}

// settle ends the iterator if it was stopped, unless whoever runs it just now will do so.
func (s *pulled[T]) settle() {
	if s.stopped.Load() && s.mu.TryLock() {
		if s.finish != nil {
			s.finish()
		}
		s.mu.Unlock()
	}
}
