package tornado

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// partStream writes the parts of one answer.
type partStream struct {
	mu sync.Mutex
	w  *media.PartsWriter // guarded by mu, but for what does not change
}

// sendPart sends an item as a part. The boundary is one of the stream alone, so that nobody can write it into a part.
func (i *ItemStream[T]) sendPart(v T, how sendMode) error {
	buf, _ := frames.Get().(*[]byte)
	defer release(buf)
	*buf = i.codec.Append((*buf)[:0], v)
	i.parts.mu.Lock()
	part, err := i.parts.w.Part(*buf)
	i.parts.mu.Unlock()
	if err != nil {
		return err
	}
	return i.transmit(part, how)
}

// PartsBody gives the parts of a multipart body as the items that they are, nil where there is no body. Each is held by itself: the limit for a
// body is that for a part. The shape of that name, or with that notation, is that of a list of them; decode reads one. Generated code calls it.
func PartsBody[T any](in *Input, shapes *Shapes, name string, decode func(*T, *Decoder)) Items[T] {
	if in.stream == nil {
		return nil
	}
	r := newPartsReader(in, shapes, name)
	return func(yield func(T, error) bool) {
		for {
			var item T
			part, err := r.next()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield(item, err)
				}
				return
			}
			if err = r.decode(func(d *Decoder) { part.Read(d) }, func(d *Decoder) { decode(&item, d) }); err != nil {
				item = *new(T)
			}
			if !yield(item, err) {
				return
			}
		}
	}
}

// partsReader cuts a body into parts.
type partsReader struct {
	*itemReader
	from *media.PartsReader // nil where the body cannot be read
}

func newPartsReader(in *Input, shapes *Shapes, name string) *partsReader {
	r := &partsReader{itemReader: newItemReader(in)}
	r.noun, r.parts = "part", true
	from, err := media.NewPartsReader(in.stream, shapes, name, bytes.Clone(in.x.head.ContentType), in.formLimits())
	if err != nil {
		r.ended = &BodyError{Status: http.StatusBadRequest, Detail: err.Error()}
		return r
	}
	r.from, from.Limit = from, r.splitter.Limit
	return r
}

// next gives the next part. Its errors are final, io.EOF behind the last one.
func (r *partsReader) next() (part shape.Document, err error) {
	if r.ended != nil {
		return part, r.ended
	}
	r.letGo()
	if part, err = r.from.Next(); err == nil {
		r.count++
		return part, nil
	}
	if many := new(media.CountError); errors.As(err, &many) {
		r.bounds.meet(BoundFields)
	}
	var known *BodyError
	charset := new(media.CharsetError)
	switch {
	case errors.Is(err, io.EOF), errors.As(err, &known), errors.Is(err, http.ErrBodyReadAfterClose):
		r.ended = err
	case errors.Is(err, media.ErrUnheld):
		r.ended = r.body.unheld()
	case errors.Is(err, media.ErrPartTooLong):
		r.ended = &BodyError{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("%s has more than %d bytes", r.which(1), r.from.Limit)}
	case errors.As(err, &charset):
		r.ended = &BodyError{Status: http.StatusUnsupportedMediaType, Detail: err.Error()}
	default:
		r.ended = &BodyError{Status: http.StatusBadRequest, Detail: err.Error()}
	}
	return part, r.ended
}
