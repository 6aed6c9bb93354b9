package tornado

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/route"
)

// Info is what the generated code tells about its document.
type Info struct {
	Title, Version string
	BasePath       string // path of the first server, "" for the root
	Document       []byte // the document itself; immutable
	DocumentName   string // "openapi.yaml" or "openapi.json"
}

// DocumentType is the media type of the document.
func (i Info) DocumentType() string {
	if path.Ext(i.DocumentName) == ".json" {
		return "application/json"
	}
	return "application/yaml" // RFC 9512
}

// API is a set of operations with their handlers. Generated New functions build it. After it was given to a server or asked
// for its HTTPHandler it is immutable and safe for concurrent use.
type API struct {
	info       Info
	basePath   string
	routes     *route.Table
	operations []*registered
	schemes    map[string]scheme
	queryKeys  []string // query parameters that carry API keys
	middleware []Middleware
	perCall    map[string][]Middleware
	filters    []Filter
	named      map[string]int            // places among filters
	decoders   map[string]ContentDecoder // by content coding, lower case
	paths      map[string]string         // of operations that are not served where their descriptor says
	fault      error                     // the first thing that is wrong with options
	demanded   []string                  // operations that options name
	mapError   ErrorMapper
	logger     *slog.Logger
	lenient422 bool // violations answer 400
	decoding   jsonwire.Options
	noSecurity bool // nobody has written the authenticator: see SecurityUnimplemented
	maxBody    int64
	deferFor   time.Duration // how long a deferred answer may take
	maxStream  int64
	formLimits media.Limits
	origins    []string                 // of pages that may open sockets, beside the server's
	bounds     bounds                   // that clients have met
	measures   atomic.Pointer[measures] // nil: nobody measures
}

// registered is one operation with everything that its requests need. Immutable after Register.
type registered struct {
	op         *Operation
	api        *API
	run        func(x *exchange) // decodes, validates, calls the handler and writes
	fallback   func(status int, title string) error
	produces   []string
	held       []string // of op.Consumes, those that are held in memory
	parameters bool     // one of op.Consumes has parameters
	plain      bool     // there are no pointers in a request
	requests   pool     // what requests are decoded into: see takeRequest. The handler gets a copy
	middleware Handler  // around the handler; nil where there is none
	gauges     *gauges
	index      int             // among the operations of api
	route      string          // where it is served, the base path included
	among      []*registered   // those of its method and its path, itself among them, in the order in which they are tried; nil for most
	validPath  func(in *Input) // reads the path parameters by which it is told from those; nil where none does
	request    any             // a nil pointer to a request. It is no reflect.Type, which every generated package would compile again
}

// pool is a sync.Pool. It is an interface, or every generated package would compile the pool again.
type pool interface {
	Get() any
	Put(x any)
}

// streamsBody reports whether a body of a media type, as Input.ContentType gives it, is not held in memory.
func (r *registered) streamsBody(media string) bool {
	if r.parameters && strings.Contains(media, ";") {
		return slices.Contains(r.op.Streams, media)
	}
	return len(r.op.Streams) > 0 && param.MatchesAny(media, r.op.Streams) && !param.MatchesAny(media, r.held)
}

// APIOption changes what a generated New builds.
type APIOption func(*API)

// WithBasePath serves the operations below path instead of below the path of the document's first server. "" or "/" is the
// root.
func WithBasePath(path string) APIOption {
	return func(a *API) { a.basePath = CleanPrefix(path) }
}

// WithErrorMapper sets what turns the errors of handlers into answers. The default leaves them as they are.
func WithErrorMapper(m ErrorMapper) APIOption { return func(a *API) { a.mapError = m } }

// WithMiddleware wraps the handlers of all operations, the first one outermost.
func WithMiddleware(m ...Middleware) APIOption {
	return func(a *API) { a.middleware = append(a.middleware, m...) }
}

// WithOperationMiddleware wraps the handler of one operation, inside of what WithMiddleware wraps. operation is its
// Operation.ID; a name that the API does not have is an error of Serve.
func WithOperationMiddleware(operation string, m ...Middleware) APIOption {
	return func(a *API) {
		if a.perCall == nil {
			a.perCall = make(map[string][]Middleware)
		}
		a.perCall[operation] = append(a.perCall[operation], m...)
	}
}

// WithOperationPath serves one operation at another path, below the base path, than its descriptor says. operation is its
// Operation.ID. It is made for webhooks and callbacks, which have no path by themselves. A name that the API does not have, a path
// that another operation has, and one whose variables are not those of the descriptor's path are errors of Serve.
func WithOperationPath(operation, path string) APIOption {
	return func(a *API) {
		if a.paths == nil {
			a.paths = make(map[string]string)
		}
		a.paths[operation] = "/" + strings.TrimLeft(path, "/")
	}
}

// WithViolationsAs400 answers 400 instead of 422 to a request that is well-formed and breaks the document's rules.
func WithViolationsAs400() APIOption { return func(a *API) { a.lenient422 = true } }

// WithReadOnlyRefused makes it a violation to send a member that the document calls readOnly. Without it such a member is ignored,
// as OpenAPI 3.1 section 4.8.24.2 has it: it should not be sent.
func WithReadOnlyRefused() APIOption { return func(a *API) { a.decoding.RefuseReadOnly = true } }

// WithAPILogger sets where the API logs what goes wrong inside of handlers. The default is the logger of its server.
func WithAPILogger(l *slog.Logger) APIOption { return func(a *API) { a.logger = l } }

const (
	// DefaultMaxBody is the limit for request bodies that are held in memory, in bytes, unless WithMaxBody changes it.
	DefaultMaxBody = 4 << 20
	// DefaultMaxStream is the limit for request bodies that are read as they come, in bytes, unless WithMaxStream changes it.
	DefaultMaxStream = 1 << 30
)

// WithMaxBody limits a body that is held in memory, and a field or an item of one that is not, to n bytes, 1 or more: 413
// beyond. The default is DefaultMaxBody. x-tornado-limits says it for one operation, whose body as a whole it limits.
func WithMaxBody(n int64) APIOption {
	return func(a *API) { a.maxBody = min(max(n, 1), math.MaxInt64/2) }
}

// WithMaxStream limits a body that is read as it comes to n bytes, 1 or more: 413 beyond. The default is DefaultMaxStream.
// x-tornado-limits says it for one operation.
func WithMaxStream(n int64) APIOption {
	return func(a *API) { a.maxStream = min(max(n, 1), math.MaxInt64/2) }
}

// WithMaxFields limits the fields of a form, and the parts of a multipart body, to n, 1 or more: 400 beyond. The default is 1,000. A stream of
// parts may have any number of them, and each of them so many inside. XML has 50,000 elements and attributes at most, or n if that is more.
func WithMaxFields(n int) APIOption {
	return func(a *API) { a.formLimits.Fields = max(n, 1) }
}

// WithMaxMemory limits the memory that the lists, maps, unions and recursive values of a JSON text take once they are decoded, to n bytes, 1 or more: 400
// beyond, or a socket that is closed with 1007. An empty object has two bytes, and what becomes of it some hundred. The default is 16 times the size
// of the text, and 64 MiB at least, but an eighth of GOMEMLIMIT at most, as it is when the first text is read. While a list grows, its memory is there twice.
// Other media types are made JSON of.
func WithMaxMemory(n int) APIOption {
	return func(a *API) { a.decoding.MaxMemory = max(n, 1) }
}

// NewAPI begins an API; generated code calls it and then Register for each operation.
func NewAPI(info Info, opts ...APIOption) *API {
	a := &API{
		info: info, basePath: CleanPrefix(info.BasePath), routes: new(route.Table),
		schemes: make(map[string]scheme), maxBody: DefaultMaxBody, maxStream: DefaultMaxStream, deferFor: DefaultDeferredTimeout,
	}
	for _, opt := range opts {
		opt(a)
	}
	a.routes.SetBase(a.basePath)
	return a
}

// LoggerOf is where an API logs: the logger of WithAPILogger, that of its server, or slog.Default. It is no method, for which every
// generated package would compile package slog again.
func LoggerOf(a *API) *slog.Logger { return a.log() }

// log is where the API logs.
func (a *API) log() *slog.Logger {
	if a.logger == nil {
		return slog.Default()
	}
	return a.logger
}

// Info returns what the document says of itself.
func (a *API) Info() Info { return a.info }

// BasePath is the path that the operations are served below, "" for the root.
func (a *API) BasePath() string { return a.basePath }

// Operations lists the operations in the order of the document.
func (a *API) Operations() []*Operation {
	ops := make([]*Operation, len(a.operations))
	for i, r := range a.operations {
		ops[i] = r.op
	}
	return ops
}

// Fallback sets what makes the operation's declared default of a status, for errors that are not declared. Generated code
// calls it after Register.
func (a *API) Fallback(op *Operation, fn func(status int, title string) error) {
	for _, r := range slices.Backward(a.operations) { // it is the latest
		if r.op == op {
			r.fallback = fn
			return
		}
	}
	panic(fmt.Sprintf("tornado: fallback of operation %s, which is not registered", op.ID))
}

// SecurityUnimplemented says that the authenticator is not written yet: an operation that asks for credentials validates its
// input and answers 501, whatever credentials came, and its handler is not called. Generated code calls it when the authenticator
// embeds the generated UnimplementedAuthenticator.
func (a *API) SecurityUnimplemented() { a.noSecurity = true }

// add enters an operation. For its middleware it takes a nil pointer to a request, and the handler, which gets one of that type. It
// panics on what the generator cannot produce: two operations of one route.
func (a *API) add(op *Operation, run func(x *exchange), request any, handle func(ctx context.Context, req any) (any, error)) {
	for _, uses := range op.Security {
		for _, use := range uses.Uses {
			if _, ok := a.schemes[use.Scheme]; !ok {
				panic(fmt.Sprintf("tornado: operation %s asks for the security scheme %q, which nobody checks", op.ID, use.Scheme))
			}
		}
	}
	path, moved := a.paths[op.ID]
	switch {
	case !moved:
		path = op.Path
	case !slices.Equal(variables(path), variables(op.Path)):
		a.Fail(fmt.Errorf("tornado: WithOperationPath(%q, %q): the variables are not those of %s", op.ID, path, op.Path))
		path = op.Path
	}
	r := &registered{
		op: op, api: a, produces: op.Produces, held: held(op), requests: new(sync.Pool), request: request, gauges: new(gauges),
		index: len(a.operations), route: a.basePath + path,
	}
	if err := a.routes.Add(op.Method, path, len(a.operations)); err != nil && !a.share(r, err) {
		if len(a.paths) == 0 {
			panic(fmt.Sprintf("tornado: operation %s: %v", op.ID, err))
		}
		a.Fail(fmt.Errorf("tornado: WithOperationPath: operation %s at %s: %w", op.ID, path, err))
	}
	if op.Timeout > 0 && op.Kind == KindPlain {
		run = inTime(op.Timeout, run)
	}
	r.run, r.plain = run, isPlain(typeOf(request))
	r.parameters = strings.Contains(strings.Join(op.Consumes, ""), ";")
	if a.hasMiddleware(op) {
		r.middleware = a.chain(op, innermost(op, typeOf(request), handle))
	}
	a.operations = append(a.operations, r)
}

// held are the media types of op whose bodies are held in memory.
func held(op *Operation) []string {
	return slices.DeleteFunc(slices.Clone(op.Consumes), func(media string) bool { return slices.Contains(op.Streams, media) })
}

// Fail records that an option cannot be met, for packages that make options: Serve returns the first such error, and HTTPHandler panics
// with it.
func (a *API) Fail(err error) {
	if a.fault == nil {
		a.fault = err
	}
}

// Demand records that an option names operations by their ids, for packages that make options: one that the API does not have is an
// error of Serve.
func (a *API) Demand(operations ...string) { a.demanded = append(a.demanded, operations...) }

// has reports whether an operation has that id.
func (a *API) has(id string) bool {
	return slices.ContainsFunc(a.operations, func(r *registered) bool { return r.op.ID == id })
}

// variables returns the names of a template's variables in order.
func variables(template string) (names []string) {
	for {
		_, rest, found := strings.Cut(template, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return names
		}
		names, template = append(names, name), after
	}
}

// unknownPath says that no operation has a path, and where the paths begin if it is not there.
func (a *API) unknownPath(path []byte) string {
	if !strings.HasPrefix(string(path), a.basePath+"/") {
		return "no operation has this path; those of the API begin with " + a.basePath + "/"
	}
	return "no operation has this path"
}

// ready reports what is wrong with the API's options, once all operations are registered.
func (a *API) ready() error {
	if a.fault != nil {
		return a.fault
	}
	for _, name := range a.demanded {
		if !a.has(name) {
			return fmt.Errorf("tornado: an option names the operation %q, which %s does not have", name, a.info.Title)
		}
	}
	for name := range a.perCall {
		if !a.has(name) {
			return fmt.Errorf("tornado: WithOperationMiddleware names the operation %q, which %s does not have", name, a.info.Title)
		}
	}
	for name := range a.paths {
		if !a.has(name) {
			return fmt.Errorf("tornado: WithOperationPath names the operation %q, which %s does not have", name, a.info.Title)
		}
	}
	return nil
}

// chain returns the middleware of an operation around h.
func (a *API) chain(op *Operation, h Handler) Handler {
	own := a.perCall[op.ID]
	for i := len(own) - 1; i >= 0; i-- {
		h = own[i](h)
	}
	for i := len(a.middleware) - 1; i >= 0; i-- {
		h = a.middleware[i](h)
	}
	return h
}

func (a *API) hasMiddleware(op *Operation) bool {
	return len(a.middleware) > 0 || len(a.perCall[op.ID]) > 0
}

// CleanPrefix is a prefix of paths as base paths and mounts have it, for packages that make handlers: "/docs" for "docs", "/docs" and "/docs/",
// and "" for all paths.
func CleanPrefix(prefix string) string {
	if prefix = strings.Trim(prefix, "/"); prefix == "" {
		return ""
	}
	return "/" + prefix
}

// Call is one request on its way through middleware.
type Call struct {
	Operation *Operation
	Request   any // the generated request, by value: GetPetRequest; middleware may replace it by another one of its type
}

// Handler is the typed call of an operation as middleware sees it. The result is what the user's handler returns (*Pet), nil
// where the operation has none, and where its answer is a deferred one.
type Handler func(ctx context.Context, call *Call) (result any, err error)

// Middleware wraps the call of an operation: after decoding and validation, around the handler, on its goroutine.
type Middleware func(next Handler) Handler

// statusOfViolations is the status for a request that is well-formed and breaks the rules of the document.
func (a *API) statusOfViolations() int {
	if a.lenient422 {
		return http.StatusBadRequest
	}
	return http.StatusUnprocessableEntity
}
