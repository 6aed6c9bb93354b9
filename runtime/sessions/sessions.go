// Package sessions keeps what a service knows of a visitor between requests: in a store of the server, with its id in a cookie, or sealed
// in the cookie itself.
package sessions

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// DefaultTTL is how long a session lives after its last change unless WithTTL says otherwise.
const DefaultTTL = 14 * 24 * time.Hour

// Store keeps sessions by key. Its methods are safe for concurrent use. A key tells nothing of the id in the cookie, so who reads the store
// can take over no session.
type Store interface {
	// Load returns the data of a session that lives, nil if there is none.
	Load(ctx context.Context, key string) ([]byte, error)
	// Create keeps the data of a new session for ttl.
	Create(ctx context.Context, key string, data []byte, ttl time.Duration) error
	// Update replaces the data of a session that lives, for ttl from now on, and reports whether there was one. It must not make one, also
	// while another call deletes it: a logout would be undone by a request that began before it.
	Update(ctx context.Context, key string, data []byte, ttl time.Duration) (bool, error)
	// Delete forgets a session, and reports whether there was one that lived. Of several calls at a time, one is told so.
	Delete(ctx context.Context, key string) (bool, error)
}

// Sealer makes a text of bytes that nobody else can make, and so it can be given to a client. *cookies.Jar is one.
type Sealer interface {
	// Seal makes the text of a cookie of that name.
	Seal(name string, value []byte) (string, error)
	// Open gives the value of a text of Seal. What is forged, or was sealed for another name, is an error.
	Open(name, sealed string) ([]byte, error)
}

// Option changes a Manager. Each says what holds without it.
type Option func(*Manager)

// WithTTL ends a session d after its last change. The default is DefaultTTL.
func WithTTL(d time.Duration) Option { return func(m *Manager) { m.ttl = d } }

// WithCookie sets name, path, domain and SameSite of the cookie. Its other fields are the manager's. The default is "session", for all
// paths, SameSite=Lax.
func WithCookie(c http.Cookie) Option { return func(m *Manager) { m.cookie = c } }

// WithSecure sends the cookie over TLS alone, also where the server does not see that there is TLS. The default is to do so where the
// client, as far as is known, speaks TLS.
func WithSecure() Option { return func(m *Manager) { m.secure = true } }

// Manager gives requests their sessions. It is safe for concurrent use.
type Manager struct {
	store  Store  // nil: sealed in the cookie
	sealer Sealer // nil: in the store
	ttl    time.Duration
	cookie http.Cookie
	secure bool
}

// InStore keeps sessions in a store, NewMemory say.
func InStore(s Store, opts ...Option) *Manager { return newManager(&Manager{store: s}, opts) }

// InCookie keeps sessions in their cookies, which a client can neither read nor change if s encrypts. They can hold some 2 KiB, and
// cannot be ended from the server: a client may come back with an old one for as long as s reads it.
func InCookie(s Sealer, opts ...Option) *Manager { return newManager(&Manager{sealer: s}, opts) }

func newManager(m *Manager, opts []Option) *Manager {
	m.ttl, m.cookie = DefaultTTL, http.Cookie{Name: "session"}
	for _, opt := range opts {
		opt(m)
	}
	if m.cookie.Path == "" {
		m.cookie.Path = "/"
	}
	if m.cookie.SameSite == 0 {
		m.cookie.SameSite = http.SameSiteLaxMode
	}
	m.cookie.HttpOnly, m.cookie.MaxAge = true, int(m.ttl/time.Second)
	return m
}

type key struct{}

// Session is what is known of a visitor. It is read when it is first asked for, and written, if it has changed, when the answer is
// complete, or begins; what is changed after that is not kept, and so nothing is that the handler of a WebSocket changes. A visitor of whom
// nothing was kept gets no cookie. What a request has changed is lost if another one has ended the session, or renewed its id, meanwhile;
// of other requests at a time, the last one is kept. All methods are safe from any goroutine of the handler.
type Session struct {
	m   *Manager
	ctx context.Context

	mu      sync.Mutex
	id      string                     // guarded by mu, like all below; "" for a session that was not kept yet
	former  string                     // the id that Renew has replaced
	values  map[string]json.RawMessage // nil before it was read
	changed bool
	err     error // why it could not be read
}

// From is the session of the request that ctx belongs to. It panics where no Manager has made one.
func From(ctx context.Context) *Session {
	s, ok := ctx.Value(key{}).(*Session)
	if !ok {
		panic("sessions: there is no session: give the API the Option of a Manager, or wrap the handler in its Handler")
	}
	return s
}

// Get reads a value into v, a pointer, and reports whether there is one that fits.
func (s *Session) Get(name string, v any) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read()
	text, ok := s.values[name]
	return ok && json.Unmarshal(text, v) == nil
}

// Set keeps a value, which is written as JSON.
func (s *Session) Set(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("sessions: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read()
	s.values[name], s.changed = text, true
	return s.err
}

// Delete forgets a value.
func (s *Session) Delete(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read()
	if _, ok := s.values[name]; ok {
		delete(s.values, name)
		s.changed = true
	}
}

// Clear ends the session: everything is forgotten, and so is the cookie.
func (s *Session) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read()
	clear(s.values)
	s.changed = true
}

// Renew gives the session another id. Call it whenever the visitor becomes somebody else, by a login say: who knew the former id, and may
// have planted it, is left with nothing.
func (s *Session) Renew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read()
	if s.id != "" && s.former == "" {
		s.former = s.id
	}
	s.id, s.changed = "", true
}

// Err is why the session could not be read: the store is away. Then it is empty, and Set returns it, too.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read()
	return s.err
}

// wasRead reports whether anybody has asked for the session: the answer depends on the cookie then (RFC 9110 section 12.5.5).
func (s *Session) wasRead() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values != nil
}

// read reads the session if that was not done. The caller holds mu.
func (s *Session) read() {
	if s.values != nil {
		return
	}
	s.values = make(map[string]json.RawMessage)
	if s.id == "" {
		return
	}
	var data []byte
	var err error
	if s.m.sealer != nil {
		data, err = s.m.unseal(s.id)
	} else {
		data, err = s.m.store.Load(s.ctx, digest(s.id))
		s.err = err
	}
	if err != nil || data == nil || json.Unmarshal(data, &s.values) != nil {
		s.id = "" // never one that a client has chosen
		s.values = make(map[string]json.RawMessage)
	}
}

// digest is the key of an id in the store.
func digest(id string) string {
	sum := sha256.Sum256([]byte(id))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// sealed is what InCookie seals.
type sealed struct {
	Until  int64           `json:"u"` // seconds
	Values json.RawMessage `json:"v"`
}

var errEnded = errors.New("sessions: the session has ended")

func (m *Manager) unseal(text string) ([]byte, error) {
	data, err := m.sealer.Open(m.cookie.Name, text)
	if err != nil {
		return nil, err
	}
	var s sealed
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, err
	}
	if time.Now().Unix() >= s.Until {
		return nil, errEnded
	}
	return s.Values, nil
}

// finish writes the session, if it has changed, and returns the cookie to be set; nil for none.
func (s *Session) finish(secure bool) (*http.Cookie, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.changed {
		return nil, nil
	}
	if s.err != nil { // it could not be read, so it cannot be written
		return nil, s.err
	}
	s.changed = false
	m := s.m
	c := m.cookie
	c.Secure = c.Secure || m.secure || secure
	if m.store != nil && s.former != "" {
		if there, err := m.store.Delete(s.ctx, digest(s.former)); err != nil || !there && len(s.values) > 0 {
			return nil, err // not there: another request has ended it, and it does not live on below another id
		}
	}
	if len(s.values) == 0 {
		known := s.id != "" || s.former != ""
		if m.store != nil && s.id != "" {
			if _, err := m.store.Delete(s.ctx, digest(s.id)); err != nil {
				return nil, err
			}
		}
		s.id = ""
		if !known {
			return nil, nil
		}
		c.MaxAge = -1
		return &c, nil
	}
	data, err := json.Marshal(s.values)
	if err != nil {
		return nil, err
	}
	if m.sealer != nil {
		whole, err := json.Marshal(sealed{time.Now().Add(m.ttl).Unix(), data})
		if err != nil {
			return nil, err
		}
		if c.Value, err = m.sealer.Seal(c.Name, whole); err != nil {
			return nil, err
		}
		return &c, nil
	}
	if s.id == "" {
		s.id = rand.Text()
		c.Value = s.id
		return &c, m.store.Create(s.ctx, digest(s.id), data, m.ttl)
	}
	c.Value = s.id
	if there, err := m.store.Update(s.ctx, digest(s.id), data, m.ttl); err != nil || !there {
		return nil, err // not there: another request has ended it
	}
	return &c, nil
}

// session is that of a request with these Cookie lines.
func (m *Manager) session(ctx context.Context, lines []string) *Session {
	s := &Session{m: m, ctx: context.WithoutCancel(ctx)}
	sent := http.Request{Header: http.Header{"Cookie": lines}}
	if c, err := sent.Cookie(m.cookie.Name); err == nil { // what scripts have set beside it, and is none, is passed over
		s.id = c.Value
	}
	return s
}

// Option gives each request of an API its session, see From. An answer whose session could not be written is a 500. A session that
// changes after an answer that is sent part by part has begun is not kept, nor is one that the handler of a WebSocket changes: read it there,
// and change it by other requests.
func (m *Manager) Option() tornado.APIOption {
	return tornado.WithFilter(func(t *tornado.Transit) {
		raw := tornado.Raw(t.Context())
		s := m.session(t.Context(), raw.Headers()["Cookie"])
		secure := raw.Scheme() == "https"
		t.SetContext(context.WithValue(t.Context(), key{}, s))
		finish := func(w *tornado.Reply) {
			if s.wasRead() {
				w.Vary("Cookie")
			}
			c, err := s.finish(secure)
			switch {
			case err != nil:
				w.Fault(fmt.Errorf("the session cannot be kept: %w", err))
			case c != nil:
				w.Header("Set-Cookie", c.String())
			}
		}
		t.OnAnswer(finish)
		t.OnStream(func(w *tornado.Reply) tornado.Coder { finish(w); return nil })
	})
}

// Handler gives each request of a net/http handler its session: pages that are mounted beside the API share it.
func (m *Manager) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := m.session(r.Context(), r.Header["Cookie"])
		out := &writer{ResponseWriter: w, s: s, secure: tornado.SchemeOf(r) == "https"}
		next.ServeHTTP(out, r.WithContext(context.WithValue(r.Context(), key{}, s)))
		out.begin()
	})
}

// writer sets the cookie before the head of the answer is written.
type writer struct {
	http.ResponseWriter
	s      *Session
	secure bool
	begun  bool
	failed bool
}

// begin writes the session once.
func (w *writer) begin() {
	if w.begun {
		return
	}
	w.begun = true
	if w.s.wasRead() {
		w.Header().Add("Vary", "Cookie")
	}
	c, err := w.s.finish(w.secure)
	switch {
	case err != nil:
		w.failed = true
		http.Error(w.ResponseWriter, "the session cannot be kept", http.StatusInternalServerError)
	case c != nil:
		http.SetCookie(w.ResponseWriter, c)
	}
}

// WriteHeader implements http.ResponseWriter.
func (w *writer) WriteHeader(status int) {
	if status >= 200 {
		w.begin()
	}
	if !w.failed {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter.
func (w *writer) Write(p []byte) (int, error) {
	if w.begin(); w.failed {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}

// Flush implements http.Flusher.
func (w *writer) Flush() {
	w.begin()
	_ = http.NewResponseController(w.ResponseWriter).Flush() // the interface has no room for it
}

// Unwrap is for http.ResponseController.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }
