// Package contract holds an API against its document: every operation is sent generated valid and invalid requests, and every answer is
// checked.
//
//	func TestContract(t *testing.T) {
//		contract.Test(t, newAPI(testDB(t)), contract.WithCredential("apiKey", "test-key"), contract.WithValues("petId", 1, 2))
//	}
//
// A valid request must be accepted, or get an error that the document declares. An invalid one must be refused with a status of 4xx, as
// the document declares it or as application/problem+json. An answer must have a status, a media type, header fields and a body as
// documented; a 5xx must be declared as itself or as 5XX, and not by a default alone. What needs credentials must refuse who has none.
//
// Whether a request is valid, and what an answer is to be, two judges say that share no code with the API: JSON Schema 2020-12
// over the document, and openapi3filter of kin-openapi. A request counts where both agree, and by the first alone where the second does not
// read its body. An answer fails where its body or a header field breaks its schema for both, or for one where the other has no opinion;
// what only one of them refuses is in the log of the test. On bodies in XML, items of streams and messages of WebSockets the first alone has an
// opinion.
//
// A stream and a WebSocket are listened to for a quarter of a second, and less once several of an operation have been: each item and each
// message that comes is held against its schema.
//
// Requests are drawn by pgregory.net/rapid, which makes one that fails as small as it can; a curl command that repeats it is printed.
//
// The tests of operations are subtests. An operation for which no request is sent is a skipped one that says why, and what is left out of
// one is in its log. [WithStrict] makes failures of both.
package contract

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/tornadogen/tornadogen/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/tornadotest"
)

// DefaultChecks is how many valid, and how many invalid requests an operation gets, unless WithChecks changes it. With -short it is a fifth.
const DefaultChecks = 25

// Option changes what Test does. Each says what holds without it.
type Option func(*settings)

type settings struct {
	checks      int
	strict      bool
	credentials map[string]string
	prepare     []func(*http.Request)
	values      map[string][]any
	bodies      map[string][]any
	without     map[string]bool
	serve       []tornadotest.Option
	wrong       string // with the options
}

// WithChecks sends an operation n valid and n invalid requests, 100 at most: as many as the flag -rapid.checks says. The default is
// DefaultChecks.
func WithChecks(n int) Option { return func(s *settings) { s.checks = n } }

// WithStrict fails an operation that is not driven, and one of which something is left out. By default the first is skipped, and the second
// stands in the log.
func WithStrict() Option { return func(s *settings) { s.strict = true } }

// WithCredential sends a credential for a security scheme, by its name in the document: the key of an apiKey, the token of bearer, oauth2
// and openIdConnect, "user:password" of basic. Without those of a scheme the operations that ask for it are not driven.
func WithCredential(scheme, credential string) Option {
	return func(s *settings) { s.credentials[scheme] = credential }
}

// WithRequest changes every request that has credentials before it is sent: to sign it, say. By default nothing does.
func WithRequest(change func(*http.Request)) Option {
	return func(s *settings) { s.prepare = append(s.prepare, change) }
}

// WithValues names values of a parameter, for all operations ("petId") or one ("getPet.petId"): of what is there, so that it is found. They
// are what JSON makes of them. By default values are made of the schema.
func WithValues(parameter string, values ...any) Option {
	return func(s *settings) { s.values[parameter] = s.asJSON(values) }
}

// WithBodies names bodies of an operation's valid requests, as what JSON makes of them. By default they are made of the schema.
func WithBodies(operation string, bodies ...any) Option {
	return func(s *settings) { s.bodies[operation] = s.asJSON(bodies) }
}

// WithoutOperations leaves operations out, by their operationIds, or method and path for those that have none. The default is none.
func WithoutOperations(operations ...string) Option {
	return func(s *settings) {
		for _, id := range operations {
			s.without[id] = true
		}
	}
}

// WithServe says how the API is served. The default is in memory.
func WithServe(opts ...tornadotest.Option) Option { return func(s *settings) { s.serve = opts } }

// asJSON is values as the judges know them, with numbers as they are written.
func (s *settings) asJSON(values []any) []any {
	all := make([]any, 0, len(values))
	for _, v := range values {
		data, err := json.Marshal(v)
		if err != nil {
			s.wrong = err.Error()
			continue
		}
		dec := json.NewDecoder(strings.NewReader(string(data)))
		dec.UseNumber()
		var plain any
		_ = dec.Decode(&plain) // it was made a moment ago
		all = append(all, plain)
	}
	return all
}

// Test drives every operation of api, which belongs to the test from then on.
func Test(t *testing.T, api *tornado.API, opts ...Option) {
	t.Helper()
	s := settingsOf(opts)
	server := tornadotest.Serve(t, api, s.serve...)
	test(t, &run{settings: s, base: server.URL + api.BasePath(), shown: shownBase + api.BasePath(), client: server.HTTPClient(), has: api.Operations()}, api.Info().Document)
}

// shownBase is where a service listens that nobody told otherwise.
const shownBase = "http://localhost:8080"

// TestAt drives a service that runs elsewhere, by its document with all that it refers to. base has the base path.
func TestAt(t *testing.T, base string, document []byte, opts ...Option) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	test(t, &run{settings: settingsOf(opts), base: base, shown: base, client: client}, document)
}

func settingsOf(opts []Option) *settings {
	s := &settings{
		checks: DefaultChecks, credentials: map[string]string{}, values: map[string][]any{}, bodies: map[string][]any{},
		without: map[string]bool{}, serve: []tornadotest.Option{tornadotest.WithMemory()},
	}
	for _, opt := range opts {
		opt(s)
	}
	if testing.Short() {
		s.checks = max(1, s.checks/5)
	}
	return s
}

func test(t *testing.T, r *run, document []byte) {
	t.Helper()
	if r.wrong != "" {
		t.Fatal(r.wrong)
	}
	judges, err := drive.New(document)
	if err != nil {
		t.Fatalf("the document cannot be driven: %v", err)
	}
	r.judges = judges
	ops := judges.Operations()
	for _, fault := range r.unknown(ops) {
		t.Error(fault)
	}
	slices.SortStableFunc(ops, func(a, b *drive.Operation) int { return rank(a) - rank(b) })
	for _, op := range ops {
		t.Run(op.ID, func(t *testing.T) {
			if why := r.reason(op); why != "" {
				r.leave(t, why)
			}
			for _, left := range r.variants(t, op) {
				if r.strict {
					t.Errorf("not driven: %s", left)
				}
				t.Logf("not driven: %s", left)
			}
		})
		r.done(op)
	}
	for _, op := range r.has {
		t.Run(op.String(), func(t *testing.T) { r.leave(t, "the judges do not see it in the document") })
	}
}

// rank orders operations: what makes things, what looks at them, what takes them away.
func rank(op *drive.Operation) int {
	switch op.Method {
	case http.MethodPost:
		return 0
	case http.MethodPut, http.MethodPatch:
		return 1
	case http.MethodDelete:
		return 3
	}
	return 2
}

// leave ends the test of an operation that is not driven.
func (r *run) leave(t *testing.T, why string) {
	if r.strict {
		t.Fatalf("not driven: %s", why)
	}
	t.Skipf("not driven: %s", why)
}
