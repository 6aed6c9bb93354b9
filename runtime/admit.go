package tornado

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/route"
)

// refuseRoute answers where no operation has the path with the method.
func (x *exchange) refuseRoute(a *API, outcome route.Outcome) {
	method := string(x.head.Method)
	if method == http.MethodOptions && string(x.head.Path) == "*" { // about the server as a whole (RFC 9110 section 9.3.7)
		x.reply.NoBody(http.StatusNoContent)
		return
	}
	switch allow := string(a.routes.Allow(nil, x.head.Path, http.MethodOptions)); {
	case outcome == route.UnknownMethod && !slices.Contains(methods, method):
		x.reply.refuse(http.StatusNotImplemented, "no operation has the method "+method)
	case allow == "":
		x.reply.refuse(http.StatusNotFound, a.unknownPath(x.head.Path))
	case method == http.MethodOptions:
		x.reply.Header("Allow", allow)
		x.reply.NoBody(http.StatusNoContent)
	default:
		x.reply.Header("Allow", allow)
		x.reply.refuse(http.StatusMethodNotAllowed, "this path allows "+allow)
	}
}

// methods are those that a document may use; another one is not known at all.
var methods = []string{
	http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete, http.MethodOptions, http.MethodHead, http.MethodPatch, http.MethodTrace, "QUERY",
}

// acceptable reports whether the client, which sent an Accept field, takes one of the media types that the operation answers with.
func (x *exchange) acceptable() bool {
	return len(x.match.produces) == 0 || x.reply.accept.takes(x.match.produces)
}

// admitNoBody checks that the body may be left out.
func (x *exchange) admitNoBody(op *Operation) bool {
	if len(op.Streams) > 0 && x.emptyStream(op) {
		return true
	}
	if op.BodyRequired && !x.emptyBody(op) {
		x.reply.refuse(http.StatusBadRequest, "this operation needs a body of "+strings.Join(op.Consumes, ", "))
		return false
	}
	return true
}

// admitBody checks what the head says about the body: that it may be there, how it is encoded, and how long it is.
func (x *exchange) admitBody(op *Operation) bool {
	if op.Consumes == nil {
		return true // nobody reads it
	}
	if x.head.ContentEncoding != nil && !x.decodable() {
		return false
	}
	if !x.in.readMedia(x.head.ContentType, x.match) {
		x.reply.refuse(http.StatusUnsupportedMediaType, "the body is "+x.sentType()+"; this operation reads "+strings.Join(op.Consumes, ", "))
		return false
	}
	x.in.streams = x.match.streamsBody(x.in.ContentType())
	return true
}

// headerSize is how many bytes the fields of the header have, as HTTP/1 writes them: "Name: value" and the end of the line.
func (x *exchange) headerSize() (size int64) {
	for i := range x.head.Fields {
		f := &x.head.Fields[i]
		size += int64(len(f.Name) + len(f.Value) + len(": \r\n"))
	}
	return size
}

// maxBody is the limit for the body, in bytes: that of the operation, or of the API for bodies of its kind. One that is held has no more than
// all bodies may take.
func (x *exchange) maxBody() int64 {
	limit := x.match.op.MaxBody
	switch {
	case x.in.streams && limit > 0:
		return limit
	case x.in.streams:
		return x.match.api.maxStream
	case limit == 0:
		limit = x.match.api.maxBody
	}
	return min(limit, int64(x.share.Size()))
}

// emptyStream gives the handler a body without bytes where one was sent that is not held in memory: an empty file is one. A media
// type tells of it; where there has to be a body, a length of 0 does, which requests without one have, too.
func (x *exchange) emptyStream(op *Operation) bool {
	_, announced := x.head.Field("Content-Length")
	if x.head.ContentType == nil && (!op.BodyRequired || !announced) || !x.in.readMedia(x.head.ContentType, x.match) || !x.match.streamsBody(x.in.ContentType()) {
		return false
	}
	x.in.stream = x.newStreamBody(http.NoBody, 0)
	return true
}

// sentType is the media type of a body as a refusal names it: without its parameters where it is one and they do not count, else as it came.
func (x *exchange) sentType() string {
	switch field := x.head.ContentType; {
	case x.in.media == "":
		return fmt.Sprintf("of no media type, but %.100q", field)
	case x.match.parameters:
		return fmt.Sprintf("%.100s", field)
	}
	return x.in.media
}

// emptyBody reports whether the lack of a body is a value of the media type that is named: a form without fields.
func (x *exchange) emptyBody(op *Operation) bool {
	return x.head.ContentType != nil && x.in.readMedia(x.head.ContentType, x.match) && media.MayBeEmpty(x.in.media)
}
