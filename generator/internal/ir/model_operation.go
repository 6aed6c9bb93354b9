package ir

import (
	"time"

	"github.com/tornadogen/tornadogen/spec"
)

// Operation is one method of the API.
type Operation struct {
	Source *spec.Operation
	ID     string // "getPet"; made from Name where the document gives none
	Name   string // "GetPet": the method of the handler and of the client
	Var    string // "getPet": the variable of its tornado.Operation
	Method string // "GET"
	Path   string // "/pets/{petId}"
	Server string // where a client calls it in place of its own server; "" for most
	Tag    string // the first one, "" for none
	// Query is what a client sends in the query with every call, percent-encoded: "comp=list"; "" for most.
	Query string
	// Choice says which requests are for the operation where others have its method and its path; nil for most. ClientOnly tells that none
	// ever would be: it has no handler.
	Choice     *Choice
	ClientOnly bool
	// Summary is one line; Doc is the comment of the handler's method: "GetPet: Get one pet.\n\nGET /pets/{petId}"; CallDoc is
	// that of the client's, which is short where there is a handler: "GetPet is GET /pets/{petId}: Get one pet."
	Kind       OperationKind
	Summary    string
	Doc        string
	CallDoc    string
	Deprecated bool

	// Stream is what the document says of its streams, nil for nothing.
	Stream *Stream

	Request *Request
	Result  *Result
	Reply   *DeferredReply // of OperationDeferred, else nil
	Socket  *Socket        // of OperationSocket, else nil
	Pages   *Pages         // of a list in pages, else nil
	// Errors are the answers that are Go errors, in document order.
	Errors []*Answer
	// Cases are all answers as a client tells them apart: exact statuses, then ranges, then the default.
	Cases []*Case
	// Fallback makes the declared default from a status; nil where that is not possible.
	Fallback *Fallback

	Security []Requirement // OR of AND; nil: everybody may call
	Consumes []string      // media types of the request body; nil: no body is declared
	Streams  []string      // those of Consumes whose bodies are not held in memory
	// MaxBody and MaxHeader are how many bytes the body and the fields of a request may have, Timeout how long its answer may take; 0: what
	// the API says.
	MaxBody, MaxHeader int64
	Timeout            time.Duration
	Produces           []string // media types of the success answers; nil: no body
}

// Choice says which requests are for an operation among those of its path.
type Choice struct {
	Rank    int // a server tries them in this order
	Demands []*Demand
	Path    []*Param // the parameters of the path that have to be valid; nil for none
}

// Demand is a parameter of the query, or a header field, that requests have.
type Demand struct {
	In      spec.In
	Name    string
	Values  []string // one of which it has; nil: any
	Address bool     // it stands in the key of the path, and is no parameter
}

// Pages is the method of a client that gives the items of all pages of an operation.
type Pages struct {
	Name string // "ListPetsAll"
	Doc  string
	// Answer is the name of the answer that has the items where the result is an interface; "" for others.
	Answer string
	Items  *Value // an array, in the answer
	Kind   PagesKind
	// Set are the fields of the request that the next page differs in. Of PagesCounted it is the number of a page, or of an item, which has
	// no value there; the others have values of the answer.
	Set []*HelperSet
	// Number is the type of the field of PagesCounted, and First what it is where the request does not say it. ByItem tells that it
	// grows by the number of items; by one otherwise.
	Number *GoType
	First  int64
	ByItem bool
	URL    *Value // of PagesByURL
	More   *Value // a bool: whether there is a next page; nil where nothing says it
}

// PagesKind says how a page leads to the next one.
type PagesKind int

// The kinds of pages.
const (
	PagesBySet   PagesKind = iota // the answer has values for the request: a cursor
	PagesCounted                  // pages, or items, are counted; an empty page is the last
	PagesByURL                    // the body has the address of the next page
	PagesByLink                   // the header field Link has it
)

// OperationKind says how an operation is answered.
type OperationKind int

// The kinds of operations.
const (
	OperationPlain    OperationKind = iota // the handler returns the answer
	OperationDeferred                      // the handler gets a reply, and answers by it then or later
	OperationStream                        // the handler sends the body part by part, and may keep the stream and return
	OperationSocket                        // the handler gets a WebSocket
)

// Socket is the WebSocket that an operation opens.
type Socket struct {
	// Send are the messages that the server sends, Receive those that it receives.
	Send, Receive         *Message
	Subprotocols, Origins []string
	Compression           bool
	PingInterval          time.Duration // 0: the runtime's; negative: none
	MaxMessageSize, Queue int64         // 0: the runtime's
	Slow                  string        // the name of the constant in package tornado: "SlowDropOldest"; "" for its default
}

// MessageKind says how messages stand on the wire.
type MessageKind int

// The kinds of messages.
const (
	MessageNone   MessageKind = iota // there are none
	MessageJSON                      // text frames with JSON
	MessageBinary                    // binary frames: []byte
)

// Message is the type of the messages of one direction.
type Message struct {
	Use
	Kind MessageKind
}

// DeferredReply is the type by which a deferred operation is answered.
type DeferredReply struct {
	Name    string // "PollMessagesReply"
	Doc     string
	Methods []*ReplyMethod // in document order, errors last
}

// ReplyMethod is a method that gives one answer.
type ReplyMethod struct {
	Name   string // "OK"
	Doc    string
	Takes  ReplyTakes
	Answer *Answer
	Go     *GoType // of what it takes; nil for ReplyNothing
}

// ReplyTakes says what a method of a reply takes, and how the answer is made of it.
type ReplyTakes int

// What methods of replies take.
const (
	ReplyNothing ReplyTakes = iota // nothing: the status is all there is
	ReplyResult                    // the result of a handler that is not deferred, which Result.Write writes
	ReplyBody                      // the body alone of Answer, a struct
	ReplyAnswer                    // Answer itself
)

// Requirement is met when all of its uses are. An empty one is met by everybody.
type Requirement struct {
	Uses []SchemeUse
}

// SchemeUse is a scheme, by its name in the document, with the scopes that it must grant.
type SchemeUse struct {
	Scheme string
	Scopes []string
}

// Request is the struct that a handler receives by value.
type Request struct {
	Name   string // "GetPetRequest"
	Doc    string
	Params []*Param // in the order path, query, header, cookie
	Body   *Body    // nil for none
}

// ParamKind says how a parameter is read from text, and written.
type ParamKind int

// The kinds of parameters.
const (
	ParamScalar ParamKind = iota // p.String(rule), ...
	ParamArray                   // for item := range p.Items(); then p.CheckItems(len, rule) where Type.Rule is set
	ParamJSON                    // in.JSONParam(p), then in.EndJSONParam(p): content
	ParamShaped                  // the same of p.As(shapes, TextShape): an object, a union, a list of them
)

// Param is one parameter of a request, or one header of an answer.
type Param struct {
	Use
	Source *spec.Parameter
	Kind   ParamKind
	Field  string  // "PetID"
	Wire   string  // "petId"
	In     spec.In // where it stands
	// Index is the position among the path's parameters, in the order of the template; 0 elsewhere.
	Index int
	// Style is the name of the constant in package tornado: "Simple", "FormExplode".
	Style    string
	Required bool
	Default  *Default // nil for none
	Doc      string
	// Fixed is what a client sends for it, whatever the request says; nil for most.
	Fixed *string
	// TextShape is the name of an entry of Package.Shapes, or a notation, that says what the text of ParamShaped stands for.
	TextShape string
	// AllowEmpty tells that an empty text is no value.
	AllowEmpty bool
	// Written tells that a client must write something: an empty list or object, of which nothing would be seen, is refused.
	Written bool
	// Each tells that a header of an answer has a field for each item: Set-Cookie cannot be joined (RFC 9110 section 5.3).
	Each bool
}

// BodyShape says what a body is in Go.
type BodyShape int

// The shapes of bodies.
const (
	BodyTyped  BodyShape = iota // a value of a type: JSON, or what Content.TextShape tells how to read
	BodyBytes                   // []byte: one media type that is known
	BodyBlob                    // tornado.Blob: the media type is part of the value
	BodyReader                  // io.Reader: bytes of a request that are not held in memory, of one media type that is known
	BodyUpload                  // tornado.Upload: the same, and the media type is part of the value
	BodyItems                   // tornado.Items[T]: JSON lines, JSON text sequences and parts of a request; T is Content.Item
	BodyForm                    // tornado.Items[tornado.FormPart[T]]: a multipart form of a request, with files; T is Content.Item
	BodyFeed                    // tornado.Events[T]: server-sent events of a request; T is Content.Item
	// Of answers alone: bodies that go on.
	BodyEvents   // tornado.Events[T]: server-sent events, whose data is a value of the type
	BodyLines    // tornado.Items[T]: JSON lines, JSON text sequences and parts, whose items are values of the type
	BodyDownload // io.ReadCloser: bytes
)

// Streams tells that a body is not held in memory.
func (s BodyShape) Streams() bool { return s >= BodyReader }

// GoesOn tells that a body is sent and read part by part.
func (s BodyShape) GoesOn() bool { return s >= BodyEvents }

// carriesType tells that a body, or an item of it, is a value of a type.
func (s BodyShape) carriesType() bool { return s == BodyTyped || s == BodyEvents || s == BodyLines }

// Stream is what x-tornado-stream says. What is zero is left to the runtime.
type Stream struct {
	Heartbeat, Retry time.Duration // Heartbeat is negative for none
	Queue, Bytes     int64
	Slow             string // the name of the constant in package tornado: "SlowDropOldest"
}

// Body is the body of a request.
type Body struct {
	Source   *spec.RequestBody
	Required bool
	// Variants are the fields that a body may arrive in: one, or several of which the media type chooses; then all are
	// optional. At most one of them is not BodyTyped, and it is the last.
	Variants []*Content
}

// Content is a body as one set of media types has it, in a request or an answer.
type Content struct {
	Use
	Shape BodyShape
	// Item is of BodyItems, BodyFeed and BodyForm; nil for a form whose members are files alone.
	Item *Use
	// Files are the members of BodyForm that are files. FileField is the name of the only one, "" where there are several.
	Files     []*FileMember
	FileField string

	Field string // "Body"; "Raw" for the bytes beside a typed body
	Doc   string
	// MediaTypes are as the document gives them, with their parameters: exact ones and, where HasRanges is set, ranges.
	MediaTypes []string
	HasRanges  bool
	// ContentType is what a client sends: JSON, else the first exact one of MediaTypes; "" for BodyBlob and BodyUpload, which carry
	// their own.
	ContentType string
	// TextShape is the name of an entry of Package.Shapes, or a notation, by which a typed value is read from and written to media types
	// other than JSON; "" where all are JSON.
	TextShape string
	// Offers are the media types that are sent, the preferred one first; ranges are not among them. Negotiated tells that there are
	// several, of which the request takes one.
	Offers     []string
	Negotiated bool
	// Read are the media types that a client names where it reads an answer; nil for JSON alone.
	Read []string
	// Codec is the variable that reads and writes the items of BodyEvents, BodyLines and BodyFeed: "watchEvents".
	Codec string
	// Text tells that the data of BodyEvents and BodyFeed is text, not JSON: that of a string.
	Text bool
	// Events tells how items of BodyEvents and BodyFeed that are objects with the fields of the events have the data of each; nil where the
	// item is the data alone.
	Events *EventFields
	// Otherwise tells that this is the last variant: it takes every media type that no other variant has named.
	Otherwise bool
}

// FileMember is a member of a form that is a file, or an array of files.
type FileMember struct {
	Name              string // in the document
	Required, Several bool
	Items             *Rule // of the array, nil for nothing
	Length            *Rule // of the files, nil for nothing
}

// ResultKind says what a handler returns beside its error.
type ResultKind int

// The kinds of results.
const (
	ResultNone    ResultKind = iota // the error alone; the answer has no body and no headers
	ResultPointer                   // *Pet: the body of the only answer, a struct
	ResultValue                     // []Pet, tornado.Blob: the body of the only answer
	ResultStruct                    // *ListPetsOK: body, headers and status of the only answer
	ResultSealed                    // PutPetResponse: an interface that every success answer implements
	ResultStream                    // the body of the only answer goes on: the handler sends it to Result.Out and returns an error alone
	ResultSocket                    // a WebSocket, which the handler is given and the client gets
)

// Result is what an operation answers on success.
type Result struct {
	Kind ResultKind
	Go   *GoType // of the handler's and the client's first result; nil for ResultNone. Of ResultStream it is the client's alone
	// Out is the handler's last parameter for ResultStream: *tornado.EventStream[PetEvent].
	Out *GoType
	// Nilable tells that nil is a value of Go; otherwise Zero is what stands beside an error.
	Nilable bool
	Zero    *Expr
	// Interface and Marker are those of ResultSealed: "PutPetResponse", "putPetResponse".
	Interface, Marker string
	Doc               string // of Interface
	// Write is the function that writes the answer: "writeGetPet"; "" for ResultNone and ResultSealed.
	Write string
	// Answers are the success answers: one, but for ResultSealed.
	Answers []*Answer
}

// Answer is one declared answer with one kind of content.
type Answer struct {
	Source *spec.Response
	// Name is the struct that holds it: "ListPetsOK", "GetPetNotFound"; "" where the body itself is the result.
	Name string
	Doc  string
	// Label tells it from the other answers of its operation: "NotFound".
	Label string
	// Status is the code, 0 where the value carries it in StatusField.
	Status int
	// Low and High are the statuses that it stands for, both included: 404 and 404, 400 and 499; 0 and 0 for the default.
	Low, High int
	// StatusField is the int field with the status: "StatusCode", or "Status" in errors; "" where Status is fixed.
	StatusField string
	Error       bool
	Headers     []*Param // in document order
	Content     *Content // nil: no body

	// Shared is the type that holds the answer, an error that other operations have too: Name is an alias of it. nil for others.
	Shared *SharedError
	// ErrorText is the member of the body that completes the text of the error: a string of any Presence; nil for none.
	ErrorText *Field
}

// Case is what a client does at one status.
type Case struct {
	Low, High int // both included; equal for one status; 0 and 0 for the default
	// Answers has several members where the media type decides; Content.MediaTypes and Otherwise tell them apart. ByParameters tells that
	// some of these have parameters, which count then.
	Answers      []*Answer
	ByParameters bool
}

// Fallback makes the declared default from a status and a title: func fallbackGetPet(status int, title string) error. Operations that
// share their default share it.
type Fallback struct {
	Func   string // "fallbackGetPet"
	Answer *Answer
	// Body is the type of the body, nil for none: KindStruct.
	Body   *Type
	Assign []*FallbackField
}

// FallbackValue says where a member of a fallback comes from.
type FallbackValue int

// The values of a fallback's members.
const (
	FallbackTitle      FallbackValue = iota // title
	FallbackStatus                          // status, converted to the integer type of the field
	FallbackStatusText                      // strconv.Itoa(status)
	FallbackText                            // FallbackField.Text
)

// FallbackField is one member of the body and its value.
type FallbackField struct {
	Field *Field // a string or an integer, Plain, Optional, Null or OptNull
	From  FallbackValue
	Text  string
}
