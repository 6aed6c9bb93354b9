// Package compress codes the answers of an API with gzip, Brotli or Zstandard, as the client likes best (RFC 9110 section 12.5.3), and
// reads request bodies that are coded so.
package compress

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"strings"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Option changes what New does. Each says what holds without it.
type Option func(*coding)

// WithMinSize leaves answers of fewer bytes as they are. The default is 1,024. It does not hold for answers that are sent part by part.
func WithMinSize(n int) Option { return func(c *coding) { c.minSize = n } }

// WithEventStreams codes event streams, too, each event so that the client can read it at once. A stream that is open then holds the
// state of its coder, some 100 KiB. The default is to leave event streams as they are.
func WithEventStreams() Option { return func(c *coding) { c.events = true } }

// WithTypes replaces what decides which media types are worth it; it gets them without parameters, in lower case. The default is text,
// JSON, XML, YAML, JavaScript, SVG, WebAssembly and fonts that are not compressed themselves.
func WithTypes(worth func(mediaType string) bool) Option { return func(c *coding) { c.worth = worth } }

// WithCodings sets the codings of answers: "zstd", "br" and "gzip", of which those that a client likes equally are taken in this order.
// The default is all three in the order of this list; none leaves answers as they are. Another name is an error of Serve.
func WithCodings(names ...string) Option { return func(c *coding) { c.names = names } }

// New codes answers and reads coded requests. Only what is asked for is coded, and a client that names no coding gets none. Answers that
// have a coding already, that are parts of something (206), or that say no-transform are left alone. The Vary field names Accept-Encoding
// wherever it decides, and on every 304. A strong entity tag gets a suffix, "-gzip" say, since it tells of other bytes; package conditional knows of it.
//
// Give it before the filters that look at answers as they were made: tornado.WithFilter adds them from the outside in.
func New(opts ...Option) tornado.APIOption {
	c := &coding{minSize: 1024, worth: worthIt, names: []string{"zstd", "br", "gzip"}}
	for _, opt := range opts {
		opt(c)
	}
	return func(a *tornado.API) {
		for _, name := range c.names {
			if encoders[name] == nil {
				a.Fail(fmt.Errorf("compress: nobody codes %q: give \"zstd\", \"br\" or \"gzip\"", name))
				return
			}
		}
		if len(c.names) > 0 {
			tornado.WithFilter(c.filter)(a)
		}
		for name, decode := range decoders {
			tornado.WithContentDecoder(name, decode)(a)
		}
	}
}

// coding is what New was told. Immutable.
type coding struct {
	minSize int
	events  bool
	worth   func(string) bool
	names   []string
}

// filter codes the answer, if the client takes a coding.
func (c *coding) filter(t *tornado.Transit) {
	name := tornado.AcceptsCoding(strings.Join(tornado.Raw(t.Context()).Headers()["Accept-Encoding"], ","), c.names...)
	t.OnAnswer(func(w *tornado.Reply) {
		if w.Status() == http.StatusNotModified { // of what may be coded, which nobody sees here
			w.Vary("Accept-Encoding")
			return
		}
		if !w.HasBody() || len(w.Body()) < c.minSize || !c.may(w) {
			return
		}
		w.Vary("Accept-Encoding")
		if name == "" {
			return
		}
		if coded := encodeAll(name, w.Body()); len(coded) < len(w.Body()) {
			w.SwapBody(coded)
			mark(w, name)
		}
	})
	t.OnStream(func(w *tornado.Reply) tornado.Coder {
		if mediaType(w) == "text/event-stream" && !c.events || !c.may(w) {
			return nil
		}
		w.Vary("Accept-Encoding")
		if name == "" {
			return nil
		}
		mark(w, name)
		return newStream(name)
	})
}

// may reports whether an answer may be coded, and is worth it.
func (c *coding) may(w *tornado.Reply) bool {
	if _, coded := w.Field("Content-Encoding"); coded {
		return false
	}
	if _, part := w.Field("Content-Range"); part || w.Status() == 206 {
		return false
	}
	if control, ok := w.Field("Cache-Control"); ok && strings.Contains(strings.ToLower(control), "no-transform") {
		return false
	}
	media := mediaType(w)
	return media == "text/event-stream" || c.worth(media)
}

func mediaType(w *tornado.Reply) string {
	media, _, _ := mime.ParseMediaType(w.ContentType())
	return media
}

// mark says how an answer is coded. Its bytes are others now: what was said of single ones does not hold.
func mark(w *tornado.Reply, name string) {
	w.Header("Content-Encoding", name)
	w.RemoveField("Accept-Ranges")
	w.RemoveField("Content-Digest")
	if tag, ok := w.Field("ETag"); ok && strings.HasPrefix(tag, `"`) && len(tag) > 1 {
		w.RemoveField("ETag")
		w.Header("ETag", tag[:len(tag)-1]+"-"+name+`"`)
	}
}

// worthIt reports whether a media type is likely to become smaller.
func worthIt(media string) bool {
	kind, sub, _ := strings.Cut(media, "/")
	switch {
	case kind == "text", media == "image/svg+xml", media == "application/wasm", media == "font/ttf", media == "font/otf":
		return true
	case kind != "application":
		return false
	}
	for _, part := range []string{"json", "xml", "yaml", "javascript", "ndjson", "x-www-form-urlencoded"} {
		if sub == part || strings.HasSuffix(sub, "+"+part) || strings.HasSuffix(sub, "-"+part) || sub == "x-"+part {
			return true
		}
	}
	return strings.HasPrefix(sub, "json") // json-seq, jsonl
}

// encodeAll codes a whole body, into bytes of its own.
func encodeAll(name string, body []byte) []byte {
	e := encoders[name]
	out := bytes.NewBuffer(make([]byte, 0, len(body)/2))
	w := e.get(out)
	defer e.put(w)
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// stream codes a body that is sent part by part. It implements tornado.Coder.
type stream struct {
	out  bytes.Buffer
	from *encoder
	w    writer // nil once it has ended
}

func newStream(name string) *stream {
	s := &stream{from: encoders[name]}
	s.w = s.from.get(&s.out)
	return s
}

// Encode codes p and all that the client needs to read it.
func (s *stream) Encode(b, p []byte) []byte {
	_, _ = s.w.Write(p) // a buffer takes everything
	_ = s.w.Flush()
	return s.take(b)
}

// End codes the end.
func (s *stream) End(b []byte) []byte {
	_ = s.w.Close()
	s.from.put(s.w)
	s.w = nil
	return s.take(b)
}

func (s *stream) take(b []byte) []byte {
	b = append(b, s.out.Bytes()...)
	s.out.Reset()
	return b
}
