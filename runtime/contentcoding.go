package tornado

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// ContentDecoder undoes a content coding (RFC 9110 section 8.4.1): the reader that it returns gives the content of r, and io.EOF only
// where the coding ends as it should. A reader that is an io.Closer is closed once it has given an error, or nobody needs more of it; but
// not where a handler has left it before its end. Between two reads of r, and between two of the reader, others may go first: it is
// to do little in one go, however much it is asked for.
type ContentDecoder func(r io.Reader) (io.Reader, error)

// WithContentDecoder reads request bodies of a content coding, "gzip" say. Limits hold for what was sent, and for what each coding is
// decoded to: 413. The default is none: 415 for a body with any coding.
func WithContentDecoder(coding string, d ContentDecoder) APIOption {
	return func(a *API) {
		if a.decoders == nil {
			a.decoders = make(map[string]ContentDecoder)
		}
		a.decoders[strings.ToLower(coding)] = d
	}
}

// maxCodings is how many content codings a body may have, one over the other.
const maxCodings = 2

// codings are the content codings of the body in the order in which they were applied, in lower case and without identity.
func (x *exchange) codings() (list []string) {
	for value := range x.head.Values("Content-Encoding") {
		for coding := range strings.SplitSeq(string(value), ",") {
			if coding = strings.ToLower(strings.TrimSpace(coding)); coding != "" && coding != "identity" {
				list = append(list, coding)
			}
		}
	}
	return list
}

// decodable reports whether the codings of the body are known; else the reply says which are (RFC 9110 section 15.5.16).
func (x *exchange) decodable() bool {
	decoders, list := x.match.api.decoders, x.codings()
	for _, coding := range list {
		if _, ok := decoders[coding]; !ok {
			return x.refuseCoding(fmt.Sprintf("content encoding %.100q is not read", coding))
		}
	}
	if len(list) > maxCodings {
		return x.refuseCoding(fmt.Sprintf("more than %d content encodings are not read", maxCodings))
	}
	return true
}

func (x *exchange) refuseCoding(detail string) bool {
	known := []string{"identity"}
	for coding := range x.match.api.decoders {
		known = append(known, coding)
	}
	slices.Sort(known)
	x.reply.Header("Accept-Encoding", strings.Join(known, ", "))
	x.reply.refuse(http.StatusUnsupportedMediaType, detail)
	return false
}

// decodeContent undoes the content codings of the body. It reports false, and the reply says why, where that cannot be done. A
// body that is not held in memory is decoded as it is read.
func (x *exchange) decodeContent() bool {
	list := x.codings()
	if len(list) == 0 || x.match.op.Consumes == nil || x.in.body == nil && x.in.stream == nil {
		return true
	}
	limit := x.maxBody()
	if x.in.stream != nil {
		x.in.stream = x.newStreamBody(x.contentReader(x.in.stream, list, limit), limit)
		return true
	}
	r := x.contentReader(bytes.NewReader(x.in.body), list, limit)
	defer r.close()
	body, err := gather(r, &x.share, r.way.Give)
	var refused *BodyError
	switch {
	case err == nil:
		x.in.body = body
		return true
	case errors.Is(err, errCrowded):
		x.refuseCrowded()
	case errors.As(err, &refused) && refused.Status == http.StatusRequestEntityTooLarge:
		x.refuseLength(limit)
	default:
		x.reply.refuse(http.StatusBadRequest, malformedContent(list))
	}
	return false
}

func (x *exchange) contentReader(source io.Reader, codings []string, limit int64) *contentReader {
	api := x.match.api
	return &contentReader{source: source, codings: codings, decoders: api.decoders, bounds: &api.bounds, way: x.peer.way(), limit: limit}
}

func malformedContent(codings []string) string {
	return "the body is not valid " + strings.Join(codings, ", ")
}

// contentReader reads a body without its content codings. Its errors are io.EOF and *BodyError, and those of source.
type contentReader struct {
	source   io.Reader
	codings  []string // in the order in which they were applied
	decoders map[string]ContentDecoder
	bounds   *bounds
	way      way
	limit    int64 // bytes that a coding may give

	decoded io.Reader // nil before the first read: a decoder may want to read at once
	all     []io.Reader
	failed  error // of source, or of a coding, or over the limit
	ended   error // that of Read, of which there is one
}

// Read implements io.Reader.
func (r *contentReader) Read(p []byte) (n int, err error) {
	if r.ended != nil {
		return 0, r.ended
	}
	if r.decoded == nil {
		err = r.open()
	}
	if err == nil {
		n, err = r.decoded.Read(p)
	}
	if err != nil {
		r.ended = r.explain(err)
		r.close()
	}
	return n, r.ended
}

// bounded reads what a coding gives, up to the limit: one coding over another would feed it without end otherwise.
func (r *contentReader) bounded(out io.Reader) io.Reader {
	left := r.limit
	return readerFunc(func(p []byte) (int, error) {
		if left < 0 {
			return 0, r.failed
		}
		if int64(len(p)) > left+1 {
			p = p[:left+1]
		}
		r.way.Give() // a little that was sent may be much
		n, err := out.Read(p[:min(len(p), piece)])
		if left -= int64(n); left < 0 {
			r.bounds.meet(BoundDecodedBody)
			r.failed = &BodyError{Status: http.StatusRequestEntityTooLarge, Detail: "the body is too long when it is decoded"}
			return 0, r.failed
		}
		if err != nil && !errors.Is(err, io.EOF) { // noted here: some decoders take a source that is cut off for one that has ended
			r.failed = r.explain(err)
		}
		return n, err
	})
}

// open begins decoding, the coding that was applied last first.
func (r *contentReader) open() error {
	var in io.Reader = readerFunc(func(p []byte) (int, error) {
		r.way.Give() // much that was sent may be nothing
		n, err := r.source.Read(p[:min(len(p), piece)])
		if err != nil && !errors.Is(err, io.EOF) {
			r.failed = err
		}
		return n, err
	})
	for _, coding := range slices.Backward(r.codings) {
		out, err := r.decoders[coding](in)
		if err != nil {
			return err
		}
		r.all = append(r.all, out)
		in = r.bounded(out)
	}
	r.decoded = in
	return nil
}

// explain tells what is wrong with the coding from what is wrong with the source.
func (r *contentReader) explain(err error) error {
	switch {
	case err == nil, r.failed == nil && errors.Is(err, io.EOF) && r.decoded != nil:
		return err
	case r.failed != nil:
		return r.failed
	}
	return &BodyError{Status: http.StatusBadRequest, Detail: malformedContent(r.codings), Err: io.ErrUnexpectedEOF}
}

// close gives the decoders back. Nobody may read any more.
func (r *contentReader) close() {
	for _, d := range r.all {
		if c, ok := d.(io.Closer); ok {
			_ = c.Close() // all that it can say was said by Read
		}
	}
	r.all = nil
}

type readerFunc func(p []byte) (int, error)

// Read implements io.Reader.
func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
