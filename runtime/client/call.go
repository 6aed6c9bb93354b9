package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/media"
	"github.com/tornadogen/tornadogen/runtime/internal/operation"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// Call is one call of an operation that is being put together. Its methods record the first thing that is wrong, and Do
// returns that. It is used on one goroutine, and sent once.
type Call struct {
	client *Client
	ctx    context.Context // of this call alone
	op     *operation.Operation
	at     string  // the address of CallAt; "" where the path of the operation counts
	page   *paging // of Pages; nil for other calls
	asked  *string // takes the address of the call, which is not sent; nil where it is

	paths   []pathValue
	texts   []byte // the escaped values of paths
	query   []byte // escaped, without the question mark
	cookies []byte
	header  http.Header
	scratch []byte
	start   int // where the parameter that is being written begins: what stands before it is kept
	text    int // where its text begins, behind a separator

	hasBody     bool
	body        []byte
	source      *source // a body that is read while it is sent, in place of body
	contentType string
	err         error
}

// pathValue is the value of a path parameter: a range of Call.texts.
type pathValue struct {
	name     string
	from, to int
}

// Call begins a call of an operation, which must not be changed any more. The context ends it early.
func (c *Client) Call(ctx context.Context, op *operation.Operation) *Call {
	call := &Call{client: c, ctx: ctx, op: op, query: []byte(op.Query)}
	if own := c.narrow[op.ID]; own != nil {
		call.client = own
	}
	given := carriedBy(ctx)
	call.asked = given.address
	if given.page != nil && given.page.op == op {
		call.page = given.page
	}
	if len(given.opts) > 0 {
		narrowed, err := call.client.ofCall(given.opts)
		if err != nil {
			call.fail(err)
			return call
		}
		call.client = narrowed
	}
	return call
}

// CallAt begins a call of an operation that is not at the server of the client but at an address of its own: that of whoever
// has subscribed to a webhook, or named where to call back. It is absolute, http or https; what the operation has in the query is
// added to its query. Who may choose the address may make this program call any place that it can reach, so check it first.
func (c *Client) CallAt(ctx context.Context, op *operation.Operation, address string) *Call {
	call := c.Call(ctx, op)
	call.at = address
	u, err := url.Parse(address)
	switch {
	case err != nil:
		call.fail(errors.New("the address is no URL"))
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		call.fail(fmt.Errorf("the address %q is not absolute, or neither http nor https", u.Redacted()))
	}
	return call
}

// Path returns the writer of a path parameter.
func (c *Call) Path(name string, style param.Style) param.Writer {
	return c.writer(name, param.InPath, style)
}

// Query returns the writer of a parameter of the query. Parameters stand there in the order of the calls.
func (c *Call) Query(name string, style param.Style) param.Writer {
	return c.writer(name, param.InQuery, style)
}

// Header returns the writer of a header field.
func (c *Call) Header(name string, style param.Style) param.Writer {
	return c.writer(name, param.InHeader, style)
}

// Cookie returns the writer of a cookie.
func (c *Call) Cookie(name string, style param.Style) param.Writer {
	return c.writer(name, param.InCookie, style)
}

func (c *Call) writer(name string, in param.In, style param.Style) param.Writer {
	return param.NewWriter((*target)(c), param.Place{Name: name, In: in, Style: style})
}

// JSON sets the body to what encode appends to the slice that it is given.
func (c *Call) JSON(contentType string, encode func([]byte) []byte) {
	c.setBody(contentType, encode(make([]byte, 0, 256)))
}

// MediaBody sets the body in a media type that the shape of that name, or with that notation, makes of the JSON that encode
// appends.
func (c *Call) MediaBody(contentType string, shapes *shape.Shapes, name string, encode func([]byte) []byte) {
	body, contentType, err := media.Encode(shapes, name, contentType, encode(nil))
	if err != nil {
		c.fail(fmt.Errorf("body: %w", err))
	}
	c.setBody(contentType, body)
}

// Bytes sets the body. The data must not be changed before Do has returned.
func (c *Call) Bytes(contentType string, data []byte) { c.setBody(contentType, data) }

// Blob sets the body with the media type that it carries; without one it is "application/octet-stream".
func (c *Call) Blob(b value.Blob) {
	if b.ContentType == "" {
		b.ContentType = "application/octet-stream"
	}
	c.setBody(b.ContentType, b.Data)
}

func (c *Call) setBody(contentType string, data []byte) {
	c.hasBody, c.contentType, c.body, c.source = true, contentType, data, nil
}

// fail records the first thing that is wrong.
func (c *Call) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// target is the side of a Call that parameters are written to.
type target Call

// BeginParam implements param.Target.
func (t *target) BeginParam(p param.Place) []byte {
	b := t.scratch[:0]
	separator := ""
	switch p.In {
	case param.InPath:
		b = t.texts
	case param.InQuery:
		b, separator = t.query, "&"
	case param.InCookie:
		b, separator = t.cookies, "; "
	case param.InHeader:
	}
	t.start = len(b)
	if t.start > 0 {
		b = append(b, separator...)
	}
	t.text = len(b)
	return b
}

// EndParam implements param.Target.
func (t *target) EndParam(p param.Place, b []byte) {
	if len(b) == t.text {
		b = b[:t.start] // no separator where nothing was written
	}
	switch p.In {
	case param.InPath:
		t.texts = b
		t.paths = append(t.paths, pathValue{p.Name, t.start, len(b)})
	case param.InQuery:
		t.query = b
	case param.InCookie:
		t.cookies = b
	case param.InHeader:
		t.scratch = b
		if t.header == nil {
			t.header = make(http.Header)
		}
		t.header.Set(p.Name, string(b))
	}
}

// FailParam implements param.Target.
func (t *target) FailParam(p param.Place, err error) {
	(*Call)(t).fail(fmt.Errorf("%s parameter %q: %w", p.In, p.Name, err))
}

// url returns the URL with and without the query.
func (c *Call) url() (full, place string, err error) {
	if c.at != "" {
		full, place = c.address()
		return full, place, nil
	}
	b := []byte(c.base())
	b, err = param.ExpandPath(b, c.op.Path, func(name string) ([]byte, bool) {
		i := slices.IndexFunc(c.paths, func(v pathValue) bool { return v.name == name })
		if i < 0 {
			return nil, false
		}
		return c.texts[c.paths[i].from:c.paths[i].to], true
	})
	if err != nil {
		return "", "", err
	}
	n := len(b)
	if len(c.query) > 0 {
		b = append(append(b, '?'), c.query...)
	}
	return string(b), string(b[:n]), nil
}

// base is what stands before the path of the operation.
func (c *Call) base() string {
	own := c.op.Server
	switch {
	case own == "" || c.client.oneServer:
		return c.client.origin + c.client.prefix
	case own[0] == '/':
		own = c.client.origin + own
	}
	return strings.TrimRight(own, "/")
}

// address is url for a call that has an address of its own.
func (c *Call) address() (full, place string) {
	full, _, _ = strings.Cut(c.at, "#")
	place, query, asked := strings.Cut(full, "?")
	switch {
	case len(c.query) == 0:
		return full, place
	case asked && query != "":
		return full + "&" + string(c.query), place
	default:
		return place + "?" + string(c.query), place
	}
}

// fields returns the header of the request without its credentials.
func (c *Call) fields() http.Header {
	h := c.client.header.Clone()
	if c.hasBody {
		h.Set("Content-Type", c.contentType)
	}
	if accept := accept(c.op.Produces); accept != "" && h.Get("Accept") == "" {
		h.Set("Accept", accept)
	}
	for name, values := range c.header {
		h[name] = values
	}
	if len(c.cookies) > 0 {
		addCookie(h, string(c.cookies))
	}
	return h
}

// accept returns the Accept field for what an operation answers with. Errors may come in other types, so those are taken
// too.
func accept(produces []string) string {
	if len(produces) == 0 || slices.Contains(produces, "*/*") {
		return ""
	}
	return strings.Join(produces, ", ") + ", */*;q=0.1"
}

var errBodyMissing = errors.New("the operation needs a body")

// check says what is wrong with the call before anything is sent.
func (c *Call) check() error {
	switch {
	case c.err != nil:
		return c.err
	case c.client.err != nil:
		return c.client.err
	case c.op.BodyRequired && !c.hasBody:
		return errBodyMissing
	}
	return c.ctx.Err()
}
