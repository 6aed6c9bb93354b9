// Package idempotency makes it safe to send a request again whose answer was lost (draft-ietf-httpapi-idempotency-key-header): the
// first request with an Idempotency-Key calls the handler, and later ones get its answer.
package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Header is the header field that carries the key.
const Header = "Idempotency-Key"

// Answer is what a handler has answered. Immutable.
type Answer struct {
	Status      int
	ContentType string // "" without a body
	Header      http.Header
	Body        []byte
}

// State says what a Store knows of a key.
type State uint8

// The states of a key.
const (
	Fresh   State = iota // nobody has used it; it is the caller's now, who calls Finish or Forget
	Running              // the first request with it is not answered yet
	Done                 // there is an answer
)

// ErrOtherRequest is returned by Begin for a key that came with another request.
var ErrOtherRequest = errors.New("idempotency: the key was used for another request")

// Store keeps answers by key. Its methods are safe for concurrent use.
type Store interface {
	// Begin asks for a key. request is a digest of the request that it came with; the error for another one is ErrOtherRequest.
	Begin(ctx context.Context, key, request string) (State, *Answer, error)
	// Finish keeps the answer of a key that Begin gave away.
	Finish(ctx context.Context, key string, a *Answer) error
	// Forget makes a key that Begin gave away a fresh one.
	Forget(ctx context.Context, key string)
}

// Option changes what New does. Each says what holds without it.
type Option func(*settings)

type settings struct {
	store    Store
	scope    func(ctx context.Context) string
	only     []string
	methods  []string
	required bool
}

// WithStore keeps answers in a store of yours, one that several processes share, say. The default is NewMemory's.
func WithStore(s Store) Option { return func(c *settings) { c.store = s } }

// WithScope says whose a key is: it gets the context that authenticators have made, and keys of different scopes have nothing to do with
// one another. The default is the credentials by which the caller was let in, of the security schemes that the document asks for; for an
// operation that needs none, all of Authorization and Cookie, as nobody can say which cookie tells who it is.
func WithScope(scope func(ctx context.Context) string) Option {
	return func(c *settings) { c.scope = scope }
}

// WithOperations looks for keys in requests to the operations of these ids alone. The default is all operations with POST and PATCH.
func WithOperations(operations ...string) Option { return func(c *settings) { c.only = operations } }

// WithRequired refuses requests without a key: 400. The default is to handle them as ever.
func WithRequired() Option { return func(c *settings) { c.required = true } }

// New looks for keys. A second request while the first one runs gets 409, and one with the same key that asks for something else 422. An
// answer of 500 or above is not kept, nor is one that is sent part by part: then the handler is called again. A client that hangs up
// changes nothing: its key is taken while the handler runs, and then there is the answer. But an operation whose answer is given later
// (x-tornado-async) has ended when its client hangs up, as there is nobody to give it to: the handler is called again. Of an answer all is
// kept but its cookies. A body that the handler reads as it comes does not count when requests are compared.
//
// Give it behind the filters that mark answers, as cors does, so that they see the answers that are given again.
func New(opts ...Option) tornado.APIOption {
	c := &settings{methods: []string{http.MethodPost, http.MethodPatch}}
	for _, opt := range opts {
		opt(c)
	}
	if c.store == nil {
		c.store = NewMemory(0, 0)
	}
	return func(a *tornado.API) {
		a.Demand(c.only...)
		tornado.WithFilter(c.filter)(a)
	}
}

// scopeOf says whose the keys of a request are.
func (c *settings) scopeOf(t *tornado.Transit) string {
	if c.scope != nil {
		return digest("scope", c.scope(t.Context()))
	}
	if sent := t.Credentials(); len(sent) > 0 {
		parts := []string{"credentials"}
		for _, one := range sent {
			parts = append(parts, one.Scheme, one.Value)
		}
		return digest(parts...)
	}
	fields := tornado.Raw(t.Context()).Headers()
	return digest("fields", digest(fields["Authorization"]...), digest(fields["Cookie"]...))
}

func (c *settings) filter(t *tornado.Transit) {
	t.OnAdmitted(func() {
		op := t.Operation()
		if c.only != nil && !slices.Contains(c.only, op.ID) || c.only == nil && !slices.Contains(c.methods, op.Method) {
			return
		}
		switch key := tornado.Raw(t.Context()).Header(Header); {
		case len(key) > 255:
			t.Refuse(&tornado.StatusError{Status: http.StatusBadRequest, Detail: "the Idempotency-Key may have 255 characters at most"})
		case key != "":
			t.OnBody(func(body []byte) { c.begin(t, digest(op.ID, c.scopeOf(t), key), body) })
		case c.required:
			t.Refuse(&tornado.StatusError{Status: http.StatusBadRequest, Detail: "this operation needs an Idempotency-Key"})
		}
	})
}

// begin lets the first request with a key pass, and answers the others.
func (c *settings) begin(t *tornado.Transit, key string, body []byte) {
	ctx := t.Context()
	raw := tornado.Raw(ctx)
	state, answer, err := c.store.Begin(ctx, key, digest(raw.Method(), raw.Target(), raw.Header("Content-Type"), string(body)))
	switch {
	case errors.Is(err, ErrOtherRequest):
		t.Refuse(&tornado.StatusError{Status: http.StatusUnprocessableEntity, Detail: "the Idempotency-Key was used for another request"})
	case err != nil:
		t.Refuse(&tornado.StatusError{Status: http.StatusServiceUnavailable, Err: err})
	case state == Running:
		t.Refuse(&tornado.StatusError{Status: http.StatusConflict, Detail: "the first request with this Idempotency-Key is not answered yet"})
	case state == Done:
		t.Respond(answer.write)
	default:
		c.keep(t, key)
	}
}

// keep keeps the answer that follows, or forgets the key once the request has ended without one: no handler runs for it any more.
func (c *settings) keep(t *tornado.Transit, key string) {
	lasting := context.WithoutCancel(t.Context())
	kept := false
	t.OnAnswer(func(w *tornado.Reply) {
		if w.Status() >= http.StatusInternalServerError {
			return
		}
		a := &Answer{Status: w.Status(), ContentType: w.ContentType(), Header: w.Fields(), Body: slices.Clone(w.Body())}
		a.Header.Del("Set-Cookie") // it is of the first exchange alone
		kept = c.store.Finish(lasting, key, a) == nil
	})
	t.OnEnd(func() {
		if !kept {
			c.store.Forget(lasting, key)
		}
	})
}

// write gives the answer again.
func (a *Answer) write(w *tornado.Reply) {
	for name, values := range a.Header {
		for _, value := range values {
			w.Header(name, value)
		}
	}
	w.Header("Idempotency-Replayed", "true")
	if a.ContentType == "" {
		w.NoBody(a.Status)
		return
	}
	w.Bytes(a.Status, a.ContentType, a.Body)
}

// digest is one of several texts.
func digest(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}
