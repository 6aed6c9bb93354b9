package tornado

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/lines"
)

// Items is a stream of values: for item, err := range body. A server reads it while the client sends, and a client gives
// whatever iterator it has. Of a request it is read until the handler returns, by one goroutine at a time; a second range goes on
// where the first has stopped. An error with the zero value is a *BodyError. Behind one that has Violations, or is about the
// syntax of one item, the next item follows; any other is the last.
type Items[T any] = iter.Seq2[T, error]

// itemChunk is how much of a stream of items is read at once, in bytes.
const itemChunk = 16 << 10

// ItemsBody gives the items of a body that is JSON lines or a JSON text sequence, nil where there is no body. Generated code
// calls it: decode reads one item.
func ItemsBody[T any](in *Input, decode func(*T, *Decoder)) Items[T] {
	if in.stream == nil {
		return nil
	}
	r := newItemReader(in)
	return func(yield func(T, error) bool) {
		for {
			var item T
			text, err := r.next()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield(item, err)
				}
				return
			}
			if err = r.decode(func(d *Decoder) { d.Reset(text) }, func(d *Decoder) { decode(&item, d) }); err != nil {
				item = *new(T)
			}
			if !yield(item, err) {
				return
			}
		}
	}
}

// itemReader cuts a body into items.
type itemReader struct {
	body     *streamBody
	splitter lines.Splitter
	decoder  jsonwire.Decoder
	spent    spent
	way      way // between two items
	bounds   *bounds
	status   int    // of violations
	chunk    []byte // what is read into
	unread   []byte // of chunk, not fed
	gathered int    // bytes that were read since the last item, or before
	count    int    // items that next has given
	noun     string // what they are called
	parts    bool   // of which some are texts
	long     bool   // the decoder keeps more of the last item than a little
	ended    error  // final
}

func newItemReader(in *Input) *itemReader {
	api := in.x.match.api
	r := &itemReader{body: in.stream, way: in.x.peer.way(), bounds: &api.bounds, status: api.statusOfViolations(), noun: "item"}
	r.splitter.Format, r.splitter.Limit = lines.FormatOf(in.media), int(api.maxBody)
	r.decoder.Request, r.decoder.Options, r.decoder.Lend = true, api.decoding, in.stream.hold
	return r
}

// next gives the text of the next item, valid until the next call. Its errors are final, io.EOF behind the last item.
func (r *itemReader) next() ([]byte, error) {
	r.letGo()
	for {
		n, item, err := r.splitter.Feed(r.unread)
		r.unread = r.unread[n:]
		switch {
		case err != nil:
			return nil, r.fail(err)
		case item != nil:
			r.count++
			return item, nil
		case r.ended != nil:
			return nil, r.ended
		}
		if err := r.read(); errors.Is(err, io.EOF) {
			r.ended = io.EOF
			item, err := r.splitter.Rest()
			if err != nil {
				return nil, r.fail(err)
			}
			if item != nil {
				r.count++
				return item, nil
			}
		} else if err != nil {
			r.ended = err
		}
	}
}

// read reads more of the body.
func (r *itemReader) read() error {
	if r.chunk == nil {
		r.chunk = make([]byte, itemChunk)
	}
	n, err := r.body.Read(r.chunk)
	r.unread = r.chunk[:n]
	if r.gathered += n; r.gathered > itemChunk && !r.body.hold(2*n) { // what gathers it doubles
		return r.body.unheld()
	}
	if n > 0 {
		return nil // an error comes again
	}
	return err
}

// letGo drops what is left of the last item, and gives back what was held of it.
func (r *itemReader) letGo() {
	if r.long {
		r.decoder.Reset(nil)
		r.long = false
	}
	r.gathered = 0
	r.body.letGo()
}

// fail ends the stream with what the splitter has found.
func (r *itemReader) fail(err error) error {
	r.unread = nil
	r.ended = &BodyError{Status: http.StatusBadRequest, Detail: r.which(1) + " does not begin with a record separator"}
	if errors.Is(err, lines.ErrTooLong) {
		r.ended = &BodyError{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("%s has more than %d bytes", r.which(1), r.splitter.Limit)}
	}
	return r.ended
}

// decode has a function read an item, which another gives the decoder, and says what is wrong with it. What came at once may be thousands of them:
// others go first in between.
func (r *itemReader) decode(load, read func(d *Decoder)) error {
	r.way.Give()
	d := &r.decoder
	load(d)
	r.long = d.Long() || r.parts // of which it has files, too
	if d.Long() {
		d.GiveWay(r.way.Give)
	}
	r.spent.begin(d)
	read(d)
	d.End()
	r.spent.end(d)
	if !d.Failed() {
		return nil
	}
	if err := d.SyntaxError(); err != nil {
		if err.Unlent() {
			r.ended = r.body.unheld()
			return r.ended
		}
		r.bounds.meetJSON(err)
		return &BodyError{Status: http.StatusBadRequest, Detail: r.which(0) + " is not valid " + err.Error()}
	}
	violations := append([]Violation(nil), d.Violations()...)
	for i := range violations {
		if r.parts {
			violations[i] = violations[i].OfText()
		}
		violations[i].Pointer = "/" + strconv.Itoa(r.count-1) + violations[i].Pointer
	}
	return &BodyError{Status: r.status, Detail: r.which(0) + " breaks the rules of the API", Violations: violations}
}

// which names the item that is some items ahead of the last one.
func (r *itemReader) which(ahead int) string {
	return r.noun + " " + strconv.Itoa(r.count+ahead) + " of the body"
}
