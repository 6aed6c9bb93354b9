// Package operation describes one operation of an OpenAPI document. Generated code declares a descriptor for each of
// its operations; the server routes by it and the client sends by it, so that both sides agree on one value.
package operation

import (
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/queue"
)

// Operation is the descriptor of one operation. Generated code fills it in as a package variable, and nobody writes to
// it afterwards: it may be read from any goroutine.
type Operation struct {
	// ID is the operationId of the document, or the name that was made for an operation without one: "getPet".
	ID string
	// Method is the request method, upper case: "GET".
	Method string
	// Path is the template as in the document, "/pets/{petId}", with a leading slash and without the base path. A variable with three
	// dots behind its name takes one segment or more, slashes too: "/files/{path...}".
	Path string
	// Query is what the document has in the query of the path and a client sends with every call, percent-encoded: "comp=list". "" for most.
	Query string
	// Choice says which requests the operation gets of those for its method and its path, which it shares with other operations; nil
	// for most, which share theirs with none.
	Choice *Choice
	// Server is where a client sends its calls in place of its own server, the base path included: an address, or a path that
	// begins with a slash for another base path there. "" for most.
	Server string
	// Name is the exported Go name: "GetPet".
	Name string
	// Tag is the first tag of the operation, "" where it has none.
	Tag string
	// Summary is the document's one line about the operation, "" where it has none.
	Summary string
	// Kind says how it is answered.
	Kind Kind
	// Security says who may call it: one of the requirements has to be met. Nil: no credentials are asked for.
	Security []Requirement
	// Consumes are the media types of the request body, lower case, with what parameters they are declared with: "application/json", "image/*",
	// "application/*+json" or "*/*". Nil: no body is declared.
	Consumes []string
	// Streams are those of Consumes whose bodies are handed to the handler as they come; what another one of Consumes matches,
	// too, is held in memory. Nil: none.
	Streams []string
	// MaxBody is how many bytes a body may have. 0: what the API says.
	MaxBody int64
	// MaxHeader is how many bytes the fields of the header of a request may have, as HTTP/1 writes them. 0: what the server says.
	MaxHeader int64
	// Timeout is how long a handler, or a deferred answer, may take. 0: a handler as long as it likes, a deferred answer what the API
	// says.
	Timeout time.Duration
	// BodyRequired says that a request without a body is refused.
	BodyRequired bool
	// Produces are the media types of the success answers in document order. Nil: they have no body.
	Produces []string
	// Errors are the names of the Go types of the errors that the document declares: "GetPetNotFound", "NotFound". Nil: there are none.
	Errors []string
	// Socket says what the WebSocket is like that the operation opens; nil for operations that open none.
	Socket *Socket
	// Stream is what the document says of its streams, nil for nothing.
	Stream *StreamOptions
}

// Choice says which requests an operation gets where others have its method and a path of the same shape. A server tries them in the
// order of Rank, and takes the first whose demands are all met and whose path parameters are valid, where that is looked at.
type Choice struct {
	Rank    int
	Demands []Demand
}

// Demand is something that the requests for an operation have and those for others of its path may not have.
type Demand struct {
	// Header tells that it is a field of the header; otherwise it is a parameter of the query.
	Header bool
	Name   string
	// Values are those of which it has one; nil: any will do.
	Values []string
	// Address tells that it stands in the query of the path, and in no parameter: a request that lacks it is for another address.
	Address bool
}

// Socket is what a document says of a WebSocket.
type Socket struct {
	// Subprotocols are those that the server speaks; nil for none.
	Subprotocols []string
	// Origins are those of the pages that may open it, beside the server's own; "*" is all.
	Origins []string
	// Compression offers permessage-deflate (RFC 7692).
	Compression bool
	// PingInterval is after which silence the server pings, and after which further silence it gives up. 0: the default of the
	// runtime; negative: never.
	PingInterval time.Duration
	// MaxMessage is the size of a message that is received, in bytes. 0: the default of the runtime.
	MaxMessage int
	// Queue is how many messages wait for a slow peer. 0: the default of the runtime.
	Queue int
	// Slow says what becomes of a message for which there is no room. By default whoever sends it waits.
	Slow queue.Policy
}

// StreamOptions bound what waits for a client that is slow, and say how an event stream shows that it lives. A field that is zero is
// left to the server.
type StreamOptions struct {
	// Heartbeat is how long an event stream is silent before a comment is sent, negative for never. The default is 15 seconds.
	Heartbeat time.Duration
	// Retry is how long a client of an event stream waits before it comes back. By default it is the client that decides.
	Retry time.Duration
	// Queue and Bytes are how many messages, and how many bytes of them, wait for a client that does not take them. The defaults are
	// 64 and 1 MiB. A single message may be larger.
	Queue, Bytes int
	// Slow says what becomes of a message for which there is no room. By default whoever sends it waits.
	Slow queue.Policy
}

// Kind says how an operation is answered.
type Kind string

// The kinds of operations.
const (
	Plain     Kind = ""         // by what the handler returns
	Deferred  Kind = "deferred" // by a reply, when the handler runs or later
	Stream    Kind = "stream"   // by a body that is sent part by part
	WebSocket Kind = "socket"   // by a WebSocket, which the handler is given
)

// Requirement is met when all of its uses are met. A Requirement without uses is met by everybody: it makes the
// authentication of its operation optional.
type Requirement struct {
	Uses []SchemeUse
}

// SchemeUse is one security scheme, by its key in components/securitySchemes, and the scopes that it has to grant.
type SchemeUse struct {
	Scheme string
	Scopes []string
}

// String returns the method and the path template: "GET /pets/{petId}".
func (o *Operation) String() string {
	return o.Method + " " + o.Path
}
