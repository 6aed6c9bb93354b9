package tornado

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
)

// Reply is the answer of one request while it is being built. Generated code fills it: header fields first, then exactly
// one of JSON with Done, Bytes and NoBody. It belongs to the goroutine of the request.
type Reply struct {
	status  int
	media   string // Content-Type, "" without a body
	fields  []replyField
	body    []byte // scratch, reused by the next request of the frame
	long    int    // room that the next body is to have at once, 0 for none: the last one was so long
	hasBody bool
	accept  acceptField
	shapes  *Shapes                 // how JSON is to be written in the media type, nil where that is JSON
	shape   string                  // its name in shapes, or a notation
	fault   error                   // the first header field that could not be sent
	pull    func(x *exchange) error // sends a body that the handler has returned as a stream; nil for others
}

// replyField is one header field of an answer.
type replyField struct{ name, value string }

// Header adds a header field; those that the runtime sets itself are left out: Content-Length, Date and the like, and Content-Type, which
// the methods set that give a body. A name that is no token, or a value with CR, LF, NUL or another control character, is never sent: the
// answer becomes a 500 and the fault is logged (RFC 9110 section 5.5).
func (w *Reply) Header(name, value string) {
	if framing(name) {
		return
	}
	if !http1.ValidFieldName(name) || !http1.ValidFieldValue(value) {
		if w.fault == nil {
			w.fault = fmt.Errorf("header field %q cannot carry the value %q", name, value)
		}
		return
	}
	w.fields = append(w.fields, replyField{name, value})
}

// Param returns a writer of a header field, for the types and styles of parameters.
func (w *Reply) Param(name string, style Style) ParamWriter {
	return param.NewWriter((*replyTarget)(w), param.Place{Name: name, In: param.InHeader, Style: style})
}

// replyTarget is a Reply as the taker of header fields that a ParamWriter writes.
type replyTarget Reply

func (t *replyTarget) BeginParam(param.Place) []byte { return nil }

func (t *replyTarget) EndParam(p param.Place, b []byte) { (*Reply)(t).Header(p.Name, string(b)) }

func (t *replyTarget) FailParam(p param.Place, err error) {
	if t.fault == nil {
		t.fault = fmt.Errorf("header field %s: %w", p.Name, err)
	}
}

// MediaBody begins an answer whose media type is the one of types that the client likes best, of equals the first. Append JSON
// to the buffer, as behind JSON: the shape of that name, or with that notation, makes the other type of it.
func (w *Reply) MediaBody(status int, shapes *Shapes, name string, types ...string) []byte {
	w.status, w.media, w.shapes, w.shape = status, types[0], shapes, name
	if len(types) > 1 {
		w.media = w.Offer(types...)
	}
	return w.body[:0]
}

// Offer returns the one of types that the client likes best, of equals the first, and notes that the answer depends on that.
func (w *Reply) Offer(types ...string) string {
	w.Header("Vary", "Accept")
	return types[max(w.accept.best(types), 0)]
}

// Bytes answers with data, which is copied.
func (w *Reply) Bytes(status int, contentType string, data []byte) {
	w.Done(append(w.JSON(status, contentType), data...))
}

// Blob answers with data of the media type that it names; "" means application/octet-stream.
func (w *Reply) Blob(status int, blob Blob) {
	media := blob.ContentType
	switch {
	case media == "":
		media = "application/octet-stream"
	case !http1.ValidFieldValue(media):
		w.fault = fmt.Errorf("content type %q cannot be sent", media)
		return
	}
	w.Bytes(status, media, blob.Data)
}

// NoBody answers with a status alone.
func (w *Reply) NoBody(status int) {
	w.status, w.media, w.body, w.hasBody = status, "", w.body[:0], false
}

// sendable reports whether the answer can be sent; check says why not.
func (w *Reply) sendable() bool { return w.fault == nil && isFinal(w.status) }

// check turns an answer that cannot be sent into an error.
func (w *Reply) check() error {
	switch {
	case w.fault != nil:
		return w.fault
	case !isFinal(w.status):
		return fmt.Errorf("the answer's status is %d, which is no status of a final answer: set it", w.status)
	}
	return nil
}

// isFinal reports whether an answer may have a status: one of 1XX is none yet (RFC 9110 section 15.2).
func isFinal(status int) bool { return status >= 200 && status <= 999 }

// front is the beginning of a head, which most of the answers of a second have in common: status, date and media type. It
// belongs to a frame.
type front struct {
	status int
	media  string
	second int64
	lines  []byte
}

// appendFields appends the header fields behind the front, without those that frame the body.
func (w *Reply) appendFields(b []byte, end connectionEnd) []byte {
	for i := range w.fields {
		f := &w.fields[i]
		b = append(append(append(append(b, f.name...), ": "...), f.value...), '\r', '\n')
	}
	if end == endKeep {
		return b
	}
	return append(b, connectionFields[end]...)
}

// joinedBody is the largest body that is copied behind its head; a larger one is written from where it is.
const joinedBody = 16 << 10

// maxKeptBuffer is the largest buffer that a frame keeps for the next request.
const maxKeptBuffer = 64 << 10

// maxExpected is the longest body behind which another one is expected that is as long.
const maxExpected = 1 << 20

// connectionEnd says what an answer tells about the connection.
type connectionEnd uint8

const (
	endKeep      connectionEnd = iota // 1.1: stays open, nothing is said
	endKeepAsked                      // 1.0: stays open, since that was asked for
	endClose                          // will be closed
)

var connectionFields = [...]string{endKeep: "", endKeepAsked: "Connection: keep-alive\r\n", endClose: "Connection: close\r\n"}

// Status is the status of the answer.
func (w *Reply) Status() int { return w.status }

// ContentType is the media type of the answer, "" for one without a body.
func (w *Reply) ContentType() string { return w.media }

// Field returns the first header field of that name, in any case. Fields that frame the message are not there.
func (w *Reply) Field(name string) (string, bool) {
	name = http.CanonicalHeaderKey(name)
	for i := range w.fields {
		if http.CanonicalHeaderKey(w.fields[i].name) == name {
			return w.fields[i].value, true
		}
	}
	return "", false
}

// Fields are all header fields but those that frame the message.
func (w *Reply) Fields() http.Header {
	h := make(http.Header, len(w.fields))
	for i := range w.fields {
		h.Add(w.fields[i].name, w.fields[i].value)
	}
	return h
}

// RemoveField removes the header fields of that name.
func (w *Reply) RemoveField(name string) {
	name = http.CanonicalHeaderKey(name)
	w.fields = slices.DeleteFunc(w.fields, func(f replyField) bool { return http.CanonicalHeaderKey(f.name) == name })
}

// Vary adds a name to the Vary field, once (RFC 9110 section 12.5.5).
func (w *Reply) Vary(name string) {
	for i := range w.fields {
		f := &w.fields[i]
		if http.CanonicalHeaderKey(f.name) == "Vary" {
			if !listed(f.value, name) && !listed(f.value, "*") {
				f.value += ", " + name
			}
			return
		}
	}
	w.fields = append(w.fields, replyField{"Vary", name})
}

// listed reports whether a list of tokens has one, in any case.
func listed(list, token string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.TrimSpace(one), token) {
			return true
		}
	}
	return false
}

// HasBody reports whether the answer has a body: one of an operation, that may be empty.
func (w *Reply) HasBody() bool { return w.hasBody && http1.BodyAllowed(w.status) }

// Body is the body of a complete answer, nil for one that is sent part by part. It is valid until the answer is changed, or sent.
func (w *Reply) Body() []byte {
	if !w.hasBody {
		return nil
	}
	return w.body
}

// SwapBody makes b the body, which is the answer's from then on, with the array behind it, and returns the bytes of the former one, which are the
// caller's now.
func (w *Reply) SwapBody(b []byte) (former []byte) {
	former, w.body, w.hasBody = w.body, b, true
	return former
}

// Fault says that the answer cannot be given as it is: it becomes a 500, and err is logged. The first one stays.
func (w *Reply) Fault(err error) {
	if w.fault == nil {
		w.fault = err
	}
}
