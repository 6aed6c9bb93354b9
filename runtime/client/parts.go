package client

import (
	"errors"
	"io"
	"iter"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
)

// SendParts sets the body to a multipart one, whose parts are items, as SendItems does. The shape of that name, or with that notation, is that of a
// list of them.
func SendParts[T any](c *Call, contentType string, shapes *shape.Shapes, name string, items iter.Seq2[T, error], encode func(*T, []byte) []byte) {
	if items == nil {
		return
	}
	w, json := media.NewPartsWriter(shapes, name), []byte(nil) // json is reused
	c.pull(w.ContentType(contentType), w.End, func(yield func(piece, error) bool) {
		for item, err := range items {
			var part []byte
			if err == nil {
				json = encode(&item, json[:0])
				part, err = w.Part(json)
			}
			if !yield(piece{text: part}, err) || err != nil {
				return
			}
		}
	})
}

// readParts yields the parts of an answer as the items that they are. nil is its end in order, errLost another.
func readParts[T any](r *Response, in io.Reader, codec *tornado.StreamCodec[T], yield func(T, error) bool) error {
	malformed := func(err error) error {
		return &InvalidResponse{Operation: r.op, StatusCode: r.StatusCode, Malformed: err.Error()}
	}
	source := &lossySource{from: in}
	parts, err := media.NewPartsReader(source, codec.Shapes, codec.Shape, []byte(r.Header.Get("Content-Type")), r.mediaLimits())
	if err != nil {
		return malformed(err)
	}
	parts.Limit = int(r.maxBody)
	for {
		part, err := parts.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case source.err != nil:
			return errors.Join(errLost, r.failure(source.err))
		case err != nil:
			return malformed(err)
		}
		r.setDecoder()
		d := part.Read(&r.decoder)
		v := codec.Decode(d)
		if err := r.itemEnd(); err != nil {
			return err
		}
		if !yield(v, nil) {
			return errStopped
		}
	}
}

// lossySource keeps what ends an answer too early.
type lossySource struct {
	from io.Reader
	err  error
}

// Read implements io.Reader.
func (s *lossySource) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}
