// Package client is what generated clients are made of: it sends the calls of an API over net/http and reads the answers.
//
// The flow of a call, which is what a generated method does:
//
//	call := c.Call(ctx, &getPet)                       // the operation says method, path, media types, security
//	call.Path("petId", param.Simple).Int64(id)         // parameters, each in its style
//	res, err := call.Do()                              // credentials, middleware, retries; the body is read as a whole
//	pet.DecodeJSON(res.JSON())                         // res.StatusCode told which type it is
//	err = res.EndJSON()
//
// A [Client] is safe for concurrent use. A [Call] and its [Response] belong to one goroutine. Nothing that the package
// returns or logs holds a credential or the query of a request.
package client

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/operation"
)

// Doer sends a request and returns the answer, as *http.Client does. It must be safe for concurrent use.
type Doer interface {
	Do(req *http.Request) (*http.Response, error)
}

// DoerFunc is a function that is a Doer.
type DoerFunc func(req *http.Request) (*http.Response, error)

// Do calls f.
func (f DoerFunc) Do(req *http.Request) (*http.Response, error) { return f(req) }

// Client sends the calls of one API to one server. It is immutable and safe for concurrent use.
type Client struct {
	origin         string // scheme, user and host, as they begin a URL
	prefix         string // the escaped path that stands before all others, without a slash at its end
	http           *http.Client
	doer           Doer // http behind the middleware
	middleware     []func(next Doer) Doer
	credentials    map[string]Credential // by security scheme
	certificates   []tls.Certificate
	hidden         bool        // the transport takes no certificate
	header         http.Header // sent with every request
	timeout        time.Duration
	attemptTimeout time.Duration // 0 for none
	retries        int
	backoff        Backoff
	budget         *budget // nil for no bound
	keys           bool
	hedge          *Hedge // nil for none
	latencies      *latencies
	maxPages       int
	operations     map[string][]Option // of WithOperation
	narrow         map[string]*Client  // made of them
	maxBody        int64
	checked        bool
	oneServer      bool
	reconnect      Reconnect
	subprotocols   []string
	err            error // of the options of a NewSender
}

// What applies unless an option says otherwise.
const (
	DefaultTimeout = 30 * time.Second
	DefaultRetries = 2
	DefaultMaxBody = 32 << 20
)

// Option changes a Client that is being made.
type Option func(*Client)

// WithHTTPClient sends requests with hc, which brings its own transport, redirects and cookies. The default is a client
// that keeps up to a hundred idle connections to the server, has no cookies, and follows no redirect, so that a declared
// 3xx is an answer like others and no credential is sent elsewhere.
func WithHTTPClient(hc *http.Client) Option { return func(c *Client) { c.http = hc } }

// WithMiddleware puts middleware around what sends a request; the first is the outermost. It sees each attempt of a call,
// with its credentials. [OperationOf] tells it which operation is called. It is put around once for a client, and once more for each
// operation or call that has middleware of its own by [WithOperation] or [With]: what counts over all of them keeps its counts outside
// of the function that is given. There is none by default.
func WithMiddleware(middleware ...func(next Doer) Doer) Option {
	return func(c *Client) { c.middleware = append(c.middleware, middleware...) }
}

// WithTimeout limits how long a call takes, with all its attempts, the waits between them, and reading the answer. The
// default is DefaultTimeout; 0 leaves it to the context of the call. The time of a stream or a WebSocket ends when its head has come.
func WithTimeout(d time.Duration) Option { return func(c *Client) { c.timeout = d } }

// WithAttemptTimeout limits how long one attempt of a call takes. One that takes longer is given up, and the call is sent again where it
// may be. It does not count for calls whose body is read while it is sent. There is no such limit by default.
func WithAttemptTimeout(d time.Duration) Option { return func(c *Client) { c.attemptTimeout = d } }

// WithRetry says how often a call is sent again when the connection fails, an attempt takes too long, or the status is 408, 429, 502,
// 503 or 504. That is for idempotent methods (RFC 9110 section 9.2.2) and for requests with an Idempotency-Key; others are sent again
// only where no connection could be made. A body that can be read once is sent once. [WithBackoff] says how long it waits, and
// [WithRetryBudget] how many retries there are in all. The default is DefaultRetries; 0 turns it off.
func WithRetry(retries int) Option { return func(c *Client) { c.retries = max(0, retries) } }

// WithMaxBody limits the size of an answer in bytes, decompressed, the memory that its lists, maps and unions take to 16 times as much, or 64 MiB,
// and the elements and attributes of one in XML to an 84th, or 50,000. The default is DefaultMaxBody.
func WithMaxBody(bytes int64) Option { return func(c *Client) { c.maxBody = bytes } }

// WithCredential sends a credential where an operation asks for the security scheme, which is named as in the document.
// Of the requirements of an operation the first one is met for which there are all credentials. If there is none, the
// request is sent without: it is for the server to refuse it. There are none by default.
func WithCredential(scheme string, credential Credential) Option {
	return func(c *Client) { c.credentials[scheme] = credential }
}

// WithHeader sends a header field with every request, unless the call sets that field itself. There is none by default.
func WithHeader(name, value string) Option { return func(c *Client) { c.header.Set(name, value) } }

// WithOneServer sends the calls of all operations to the base URL. By default those of which the document says that they have a
// server of their own go there, with their credentials.
func WithOneServer() Option { return func(c *Client) { c.oneServer = true } }

// WithResponseChecks makes an answer an error that does not meet its schema in any way. By default an answer is an error
// only where it cannot be read into its type: unknown values of an enum, limits, patterns and missing members are let
// through, so that a server may grow before its clients do.
func WithResponseChecks() Option { return func(c *Client) { c.checked = true } }

// New returns a client of the server at baseURL, which is absolute, http or https, and has the base path of the API:
// "https://api.example.com/v1". A query or a fragment is an error.
func New(baseURL string, opts ...Option) (*Client, error) {
	c := &Client{}
	if err := c.setBase(baseURL); err != nil {
		return nil, fmt.Errorf("client: base URL %w", err)
	}
	if err := c.with(opts); err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	return c, nil
}

// NewSender returns a client that has no server of its own: each of its calls begins with [Client.CallAt], and fails where the options
// are wrong.
func NewSender(opts ...Option) *Client {
	c := &Client{}
	c.err = c.with(opts)
	return c
}

// with applies the options of a new client.
func (c *Client) with(opts []Option) error {
	c.credentials, c.header = make(map[string]Credential), make(http.Header)
	c.timeout, c.retries, c.maxBody = DefaultTimeout, DefaultRetries, DefaultMaxBody
	c.budget, c.latencies = newBudget(Budget{}), &latencies{byOp: make(map[*operation.Operation]*window)}
	for _, opt := range opts {
		opt(c)
	}
	if c.http == nil {
		c.http = newHTTPClient()
	}
	c.showCertificates()
	c.wrap()
	return c.ofOperations()
}

// wrap puts the middleware around what sends a request.
func (c *Client) wrap() {
	c.doer = c.http
	for i := len(c.middleware) - 1; i >= 0; i-- {
		c.doer = c.middleware[i](c.doer)
	}
}

func (c *Client) setBase(baseURL string) error {
	u, err := url.Parse(baseURL)
	if err != nil {
		var parse *url.Error
		if errors.As(err, &parse) { // whose text repeats the URL, which may hold a password
			err = parse.Err
		}
		scheme, _, _ := strings.Cut(baseURL, "://")
		if !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") { // "127.0.0.1:8080", say
			return errors.New("does not begin with http:// or https://")
		}
		return fmt.Errorf("cannot be read: %w", err)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%q does not begin with http:// or https://", u.Redacted())
	case u.Host == "":
		return fmt.Errorf("%q has no host", u.Redacted())
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return fmt.Errorf("%q has a query or a fragment", u.Redacted())
	}
	origin := url.URL{Scheme: u.Scheme, User: u.User, Host: u.Host}
	c.origin = origin.String()
	c.prefix = strings.TrimRight(u.EscapedPath(), "/")
	return nil
}

// newHTTPClient returns the default of WithHTTPClient.
func newHTTPClient() *http.Client {
	hc := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t = t.Clone()
		t.MaxIdleConnsPerHost = 100
		hc.Transport = t
	}
	return hc
}

// CloseIdleConnections closes the connections that are kept for later calls.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }
