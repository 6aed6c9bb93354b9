package tornado

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/route"
	"github.com/tornadogen/tornadogen/runtime/internal/slab"
)

// What every request runs through stands together in the files whose names begin with hot, in the order in which it runs: the compiler
// lays it down like that, and so less of it is found cold behind each system call (ADR 25).

// accepted reports whether decoding found nothing wrong; else the reply says what, any 400 before a 422.
func (x *exchange) accepted() bool {
	switch {
	case x.in.failed():
		x.refuseInput()
		return false
	case x.match.api.noSecurity && len(x.match.op.Security) > 0:
		x.failWith(unwritten("authentication for " + x.match.op.ID))
		return false
	}
	return true
}

// admissible finds the operation, and reports whether the request may go on to it; if not, the reply says why.
func (x *exchange) admissible(a *API) bool {
	if a.filters != nil && !x.filter(a) {
		return false
	}
	index, outcome := a.routes.Match(x.head.Method, x.head.Path, &x.in.path)
	if outcome != route.Found && outcome != route.FoundForHead {
		x.refuseRoute(a, outcome)
		return false
	}
	x.match = a.operations[index]
	if x.match.among != nil && !x.choose(x.match.among) {
		return false
	}
	if x.transit != nil && !x.transit.pass(x, x.transit.routed) {
		return false
	}
	op := x.match.op
	if op.MaxHeader > 0 && x.headerSize() > op.MaxHeader {
		a.bounds.meet(BoundHeaderBytes)
		x.reply.refuse(http.StatusRequestHeaderFieldsTooLarge, "the fields of the header have more than "+strconv.FormatInt(op.MaxHeader, 10)+" bytes")
		return false
	}
	if len(op.Security) > 0 && !a.noSecurity && !x.authenticate(a) {
		return false
	}
	if x.transit != nil && !x.transit.pass(x, x.transit.admitted) {
		return false
	}
	if x.head.Accept != nil && !x.acceptable() {
		x.reply.refuse(http.StatusNotAcceptable, "this operation answers with "+strings.Join(x.match.produces, ", "))
		return false
	}
	if !x.head.HasBody() {
		return !op.BodyRequired && len(op.Streams) == 0 || x.admitNoBody(op)
	}
	return x.admitBody(op)
}

// takeRequest returns memory to decode the request into, *GetPetRequest. It would escape to the heap for every request otherwise.
//
//go:noinline
func (x *exchange) takeRequest() any {
	s := &x.spare
	if s.of != x.match {
		s.exchange(x.match)
	}
	if s.lent || s.request == nil {
		s.knows(reflect.New(typeOf(x.match.request)).Interface())
	}
	s.lent = true
	return s.request
}

func (x *exchange) run() {
	if m := x.match.api.measures.Load(); m != nil {
		x.enter(m, "")
	}
	if x.head.ContentEncoding != nil && !x.decodeContent() {
		return
	}
	if x.transit != nil {
		x.runFiltered()
		return
	}
	x.match.run(x)
}

// Path returns the path parameter at position i, counted from 0 in the order of the template.
func (in *Input) Path(i int, name string, style Style) (p Param) {
	in.report.PathValue(&p, name, style, in.path.Value(i), in.path.Escaped())
	return p
}

// letGo drops the body and what was made of it.
func (in *Input) letGo() {
	if in.stream != nil {
		in.stream.end()
	}
	if in.decoded {
		in.decoder.Reset(nil) // it keeps a copy of small bodies
		in.doc.Free()
	}
	in.body, in.decoded = nil, false
}

// respondTo is admit and, if the request goes on, answer, for one that has no body.
func (x *exchange) respondTo(a *API) {
	returned := false
	defer func() {
		if !returned {
			x.recovered(recover())
		}
	}()
	if x.admissible(a) {
		x.run()
	}
	returned = true
}

// JSON begins an answer with a body and returns the buffer to append it to. Pass what comes out to Done.
func (w *Reply) JSON(status int, contentType string) []byte {
	w.status, w.media, w.shapes = status, contentType, nil
	if w.long > cap(w.body) {
		w.body = slab.Get(w.long)[:0]
	}
	return w.body[:0]
}

// AppendKey appends the quoted name of a member with its colon, and a comma before it unless b ends with a brace.
//
//go:noinline
func AppendKey(b []byte, quoted string) []byte { return jsonwire.AppendKey(b, quoted) }

// AppendOptString appends a member unless it is absent.
//
//go:noinline
func AppendOptString(b []byte, quoted string, v *Opt[string]) []byte {
	if x, ok := v.Get(); ok {
		return jsonwire.AppendString(jsonwire.AppendKey(b, quoted), x)
	}
	return b
}

// Done ends an answer that JSON or MediaBody began: b is the whole body, in the buffer that they gave or one that grew out of it.
func (w *Reply) Done(b []byte) {
	w.long = 0
	if n := len(b); n > maxKeptBuffer/2 && n <= maxExpected && w.shapes == nil {
		w.long = n
	}
	if w.shapes != nil {
		body, contentType, err := media.Encode(w.shapes, w.shape, w.media, b)
		if err != nil && w.fault == nil {
			w.fault = fmt.Errorf("body of type %s: %w", w.media, err)
		}
		b, w.media = body, contentType
	}
	w.body, w.hasBody = b, true
}

// settle makes the answer complete: the fields that the handler set through Raw, and what filters make of it. What cannot be sent becomes a 500,
// which has these fields, too: they are of the request, and not of what has failed.
func (x *exchange) settle() {
	if !x.reply.sendable() {
		x.replaceReply()
	}
	x.addRaw()
	if x.transit == nil {
		return
	}
	if !x.filterAnswer() {
		x.addRaw()
	}
	if !x.reply.sendable() {
		x.replaceReply()
		x.addRaw()
	}
	x.reply.fields = append(x.reply.fields, x.transit.fields...)
}

// appendTo appends the answer as HTTP/1.1 to b: the head, which begins with the lines of its front, and the body unless it is
// left out (HEAD). Bodies of more than joinedBody bytes are left to the caller, who writes them after b without a copy.
func (w *Reply) appendTo(b, front []byte, end connectionEnd, head bool) (out, tail []byte) {
	b = w.appendFields(append(b, front...), end)
	if !http1.BodyAllowed(w.status) {
		return append(b, '\r', '\n'), nil
	}
	b = append(http1.AppendContentLength(b, int64(len(w.body))), '\r', '\n')
	switch {
	case head:
		return b, nil
	case len(w.body) > joinedBody:
		return b, w.body
	}
	return append(b, w.body...), nil
}

// of gives the lines with which w begins in that second, until the next call.
func (f *front) of(w *Reply, second int64, date *dateLine) []byte {
	if f.second == second && f.status == w.status && f.media == w.media {
		return f.lines
	}
	b := append(http1.AppendStatusLine(f.lines[:0], w.status), date.get(second)...)
	if w.media != "" && http1.BodyAllowed(w.status) {
		b = append(b, "Content-Type: "...)
		b = append(b, w.media...)
		b = append(b, '\r', '\n')
	}
	*f = front{w.status, w.media, second, b}
	return b
}

// finish ends c with its request, of which it keeps nothing: who keeps c, or another of its block, would keep a frame by it, and that by its
// own block the next one. The owner of the request calls it once. It reports whether the connection knows of c.
func (c *requestContext) finish() (watched bool) {
	life := c.life.Or(lifeEnded)
	c.held = nil
	if life&lifeWatched == 0 {
		return false // and who asks for Done from now on finds the end
	}
	return c.end(context.Canceled)
}

// keepRequest takes back what takeRequest has given, and clears it.
//
//go:noinline
func (x *exchange) keepRequest() {
	s := &x.spare
	if s.plain != nil {
		clear(s.plain)
	} else {
		s.memory.SetZero()
	}
	s.lent = false
}

// reset makes x ready for the next request and keeps its memory.
func (x *exchange) reset() {
	x.in.reset()
	x.share.Release()
	x.reply.reset()
	x.raw.reset()
	if x.socket != nil {
		x.socket.renounce()
	}
	if x.call.lane != nil {
		x.call.leave()
	}
	x.match, x.ctx, x.request, x.stream, x.socket, x.transit, x.panicked, x.aborted = nil, nil, nil, nil, nil, nil, false, false
}

// reset makes in ready for the next request and keeps its memory.
func (in *Input) reset() {
	in.path.Reset()
	in.forget()
	in.report.Reset()
	in.letGo()
	in.stream, in.streams, in.media, in.declared, in.violations = nil, false, "", "", nil
	in.syntax, in.charset, in.crowded = "", "", false
}

// reset makes w ready for the next request and keeps its memory.
func (w *Reply) reset() {
	clear(w.fields)
	w.status, w.media, w.fields, w.hasBody, w.fault = 0, "", w.fields[:0], false, nil
	w.shapes, w.shape, w.pull = nil, "", nil
	if cap(w.body) > maxKeptBuffer {
		slab.Put(w.body)
		w.body = nil
	}
	w.body = w.body[:0]
}
