package contract

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
)

const document = `
openapi: 3.1.0
info: { title: Pets, version: "1" }
paths:
  /pets/{petId}:
    parameters: [{ name: petId, in: path, required: true, schema: { type: integer, minimum: 1 } }]
    get:
      operationId: getPet
      responses:
        "200":
          description: The pet.
          headers: { X-Version: { required: true, schema: { type: integer } } }
          content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } }
        "404": { description: none, content: { application/problem+json: { schema: { type: object, required: [title] } } } }
  /pets:
    post:
      operationId: createPet
      security: [{ key: [] }]
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } } }
      responses: { "201": { description: created }, default: { description: other, content: { application/problem+json: {} } } }
  /events:
    get: { operationId: events, responses: { "200": { description: on and on, content: { text/event-stream: {} } } } }
  /broken:
    get: { operationId: broken, responses: { "200": { description: done }, 5XX: { description: broken } } }
  /camera:
    get: { operationId: camera, responses: { "200": { description: on and on, content: { multipart/x-mixed-replace: { itemSchema: {} } } } } }
  /socket:
    get: { operationId: socket, x-tornado-websocket: {}, responses: { "101": { description: open } } }
  /later:
    get: { operationId: later, x-tornado-async: true, parameters: [{ name: n, in: query, schema: { type: integer } }], responses: { "204": { description: done } } }
  /table:
    put: { operationId: table, requestBody: { content: { text/csv: { schema: { type: object } } } }, responses: { "204": { description: done } } }
  /wrapped:
    get:
      operationId: wrapped
      parameters: [{ name: n, in: query, schema: { type: integer } }]
      responses: { "204": { description: done }, 4XX: { description: other, content: { application/json: { schema: { type: object, required: [error] } } } }, default: { description: other, content: { application/json: { schema: { type: object, required: [error] } } } } }
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
  schemas:
    Pet:
      type: object
      required: [name]
      additionalProperties: false
      properties: { name: { type: string, minLength: 1, maxLength: 20 }, age: { type: integer, minimum: 0 } }
`

// recorder is a test that notes that it fails.
type recorder struct {
	testing.TB
	text   strings.Builder
	failed bool
}

func (r *recorder) Name() string              { return "recorded" }
func (r *recorder) Logf(f string, a ...any)   { fmt.Fprintf(&r.text, f+"\n", a...) }
func (r *recorder) Errorf(f string, a ...any) { r.Logf(f, a...); r.failed = true }
func (r *recorder) Fatalf(f string, a ...any) { r.Errorf(f, a...); runtime.Goexit() }
func (r *recorder) FailNow()                  { r.failed = true; runtime.Goexit() }
func (r *recorder) Failed() bool              { return r.failed }
func (r *recorder) run(test func()) (text string) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		test()
	}()
	<-done
	return r.text.String()
}

// server answers as the document has it, but for one lie.
func server(t *testing.T, lie string) string {
	problem := func(w http.ResponseWriter, status int) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		fmt.Fprint(w, `{"title":"no"}`)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pets/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.ParseFloat(r.PathValue("id"), 64)
		switch {
		case (err != nil || id < 1 || id != float64(int64(id))) && lie == "accepts an invalid parameter":
		case err != nil || id < 1 || id != float64(int64(id)):
			if lie == "refuses without a problem" {
				http.Error(w, "no", http.StatusUnprocessableEntity)
				return
			}
			problem(w, http.StatusUnprocessableEntity)
			return
		case id > 3 && lie == "breaks":
			problem(w, http.StatusInternalServerError)
			return
		case id > 20 && lie == "": // who lies does so to everybody: few of the ids that are tried are small
			problem(w, http.StatusNotFound)
			return
		}
		body, media, status := `{"name":"Mia","age":3}`, "application/json", 200
		switch lie {
		case "wrong status":
			status = 203
		case "undocumented error":
			problem(w, http.StatusConflict)
			return
		case "body breaks its schema":
			body = `{"name":"Mia","age":-1}`
		case "content type":
			media = "text/html"
		}
		w.Header().Set("Content-Type", media)
		if lie != "missing header" {
			w.Header().Set("X-Version", map[bool]string{true: "one", false: "1"}[lie == "header breaks its schema"])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
	mux.HandleFunc("POST /pets", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Key") != "secret" && lie != "lets strangers in" {
			problem(w, http.StatusUnauthorized)
			return
		}
		var pet struct {
			Name *string
			Age  *uint32
		}
		body, _ := io.ReadAll(r.Body)
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&pet); (err != nil || bytes.Contains(body, []byte("null")) || pet.Name == nil || *pet.Name == "" || len([]rune(*pet.Name)) > 20) && lie != "accepts an invalid body" {
			problem(w, http.StatusUnprocessableEntity)
			return
		}
		if lie == "an error by default" {
			problem(w, http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusCreated)
	})
	for path, media := range map[string]string{"GET /events": "text/event-stream", "GET /camera": "multipart/x-mixed-replace; boundary=picture"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", media)
			w.WriteHeader(200)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
	}
	mux.HandleFunc("GET /broken", func(w http.ResponseWriter, _ *http.Request) { problem(w, http.StatusNotImplemented) })
	mux.HandleFunc("GET /later", func(w http.ResponseWriter, r *http.Request) {
		if _, err := strconv.Atoi(r.URL.Query().Get("n")); err != nil && r.URL.Query().Has("n") {
			problem(w, http.StatusUnprocessableEntity)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /socket", func(w http.ResponseWriter, r *http.Request) {
		for name, want := range opening {
			if got := r.Header.Values(name); !slices.Equal(got, want) {
				problem(w, http.StatusBadRequest)
			}
		}
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "websocket")
		w.WriteHeader(http.StatusSwitchingProtocols)
	})
	mux.HandleFunc("GET /wrapped", func(w http.ResponseWriter, r *http.Request) {
		if _, err := strconv.Atoi(r.URL.Query().Get("n")); err != nil && r.URL.Query().Has("n") {
			problem(w, http.StatusUnprocessableEntity)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func newRun(t *testing.T, lie string, opts ...Option) (*run, map[string]*drive.Operation) {
	t.Helper()
	url := server(t, lie)
	judges, err := drive.New([]byte(document))
	require.NoError(t, err)
	ops := map[string]*drive.Operation{}
	for _, op := range judges.Operations() {
		ops[op.ID] = op
	}
	s := settingsOf(append([]Option{WithCredential("key", "secret"), WithChecks(10)}, opts...))
	return &run{settings: s, judges: judges, base: url, shown: "http://shown", client: http.DefaultClient}, ops
}

func TestMain(m *testing.M) {
	flag.Parse()
	for name, value := range map[string]string{"rapid.nofailfile": "true", "rapid.shrinktime": "300ms"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func TestFindsEachLie(t *testing.T) {
	for lie, c := range map[string]struct{ op, says, curl string }{
		"wrong status":                 {"getPet", "the status 203 is not documented; the document has 200, 404", "curl -i 'http://shown/pets/"},
		"undocumented error":           {"getPet", "a valid request was refused with 409", "curl -i 'http://shown/pets/"},
		"body breaks its schema":       {"getPet", "the body breaks its schema: at '/age'", "curl -i 'http://shown/pets/"},
		"missing header":               {"getPet", "the header field X-Version is missing, which the document requires", "curl -i 'http://shown/pets/"},
		"header breaks its schema":     {"getPet", "the header field X-Version: at ''", "curl -i 'http://shown/pets/"},
		"content type":                 {"getPet", `the content type "text/html" is not documented`, "curl -i 'http://shown/pets/"},
		"accepts an invalid parameter": {"getPet", "an invalid request was accepted, with 200: petId: ", "curl -i 'http://shown/pets/"},
		"refuses without a problem":    {"getPet", "the refusal 422 is not documented, and it is \"text/plain\"", "curl -i 'http://shown/pets/"},
		"breaks":                       {"getPet", "a valid request was answered 500", "curl -i 'http://shown/pets/"},
		"accepts an invalid body":      {"createPet", "an invalid request was accepted, with 201: ", "curl -i -X POST 'http://shown/pets' -H"},
		"an error by default":          {"createPet", "a valid request was answered 500", `--data-binary '{"name":"`},
		"lets strangers in":            {"createPet", "without credentials it answers 201 and not 401 or 403", "curl -i -X POST 'http://shown/pets' -H 'Content-Type: application/json' --data"},
	} {
		t.Run(lie, func(t *testing.T) {
			r, ops := newRun(t, lie)
			rec := &recorder{TB: t}
			text := rec.run(func() { r.operation(rec, ops[c.op]) })
			assert.True(t, rec.failed, text)
			assert.Contains(t, text, c.says)
			assert.Contains(t, text, c.curl)
		})
	}
}

// An API that keeps to its document passes, and what was not looked at is said.
func TestHonestServer(t *testing.T) {
	r, ops := newRun(t, "", WithValues("petId", 7))
	for id, want := range map[string][]string{
		"getPet":    nil,
		"createPet": nil,
		"events":    {"the items of its stream: none came within 250ms; its status and header were checked"},
		"broken":    {"its answers: it answers 501, and is not written yet"},
		"camera":    {"the body of a stream; its status and header were checked"},
		"later":     nil,
		"socket":    nil, // which has no messages
	} {
		rec := &recorder{TB: t}
		var left []string
		text := rec.run(func() { left = r.operation(rec, ops[id]) })
		assert.False(t, rec.failed, "%s: %s", id, text)
		assert.Equal(t, want, left, id)
		assert.Empty(t, r.reason(ops[id]), id)
	}
	assert.Equal(t, "no body is written as text/csv", r.reason(ops["table"]))
	delete(r.credentials, "key")
	assert.Equal(t, `it needs credentials: WithCredential("key", ...)`, r.reason(ops["createPet"]))
	WithoutOperations("getPet")(r.settings)
	assert.Equal(t, "WithoutOperations leaves it out", r.reason(ops["getPet"]))
	r.has = []*tornado.Operation{}
	assert.Equal(t, "the API does not have it", r.reason(ops["events"]))
}

func TestSuccessThatNobodySawIsSaid(t *testing.T) {
	r, ops := newRun(t, "", WithValues("getPet.petId", 77))
	rec := &recorder{TB: t}
	var left []string
	rec.run(func() { left = r.operation(rec, ops["getPet"]) })
	assert.Equal(t, []string{"its success: valid requests were answered 404 alone; WithValues names what is there"}, left)
}

func TestOptionsThatNameNothing(t *testing.T) {
	r, ops := newRun(t, "", WithCredential("lock", ""), WithValues("getPet.name", 1), WithBodies("makePet", nil), WithValues("petId", 1))
	all := []*drive.Operation{}
	for _, op := range ops {
		all = append(all, op)
	}
	assert.Equal(t, []string{
		`WithCredential: the document has no security scheme "lock"`, `WithValues: no operation has the parameter "getPet.name"`,
		`an option names the operation "makePet", which the document does not have`,
	}, r.unknown(all))
}

// An API of which only a part is written.
func TestServesTheAPI(t *testing.T) {
	api := tornado.NewAPI(tornado.Info{Title: "Pets", BasePath: "/v1", Document: []byte(document)})
	apitest.Handle(api, "POST", "/pets", nil)
	t.Run("driven", func(t *testing.T) {
		Test(t, api, WithChecks(1))
	})
}

func TestElsewhere(t *testing.T) {
	TestAt(t, server(t, ""), []byte(document), WithCredential("key", "secret"), WithChecks(3))
}

func TestQuoted(t *testing.T) {
	assert.Equal(t, `'it'\''s é'`, quoted("it's é"))
	assert.Equal(t, `$'a\x0a\'\\\xff'`, quoted("a\n'\\\xff"))
}

func TestRefusalsOfTheRuntimeAreProblems(t *testing.T) {
	r, ops := newRun(t, "")
	a := &drive.Answer{Status: 422, Header: http.Header{"Content-Type": {"application/problem+json"}}, Body: []byte(`{"status":422}`), Whole: true}
	wire := &drive.Wire{}
	op := ops["wrapped"]
	require.NotNil(t, op)
	for _, status := range []int{401, 403, 415, 422} {
		a.Status = status
		assert.Empty(t, r.judgeRefusal(&sent{op: op, wire: wire, in: &drive.Input{}, run: r}, a, &seen{splits: map[string]bool{}}), "%d", status)
	}
	a.Header.Set("Content-Type", "text/plain")
	assert.Contains(t, r.judgeRefusal(&sent{op: op, wire: wire, in: &drive.Input{}, run: r}, a, &seen{splits: map[string]bool{}}), "not documented")
	a.Status = 404
	a.Header.Set("Content-Type", "application/problem+json")
	assert.Contains(t, r.judgeRefusal(&sent{op: ops["getPet"], wire: wire, in: &drive.Input{}, run: r}, a, &seen{splits: map[string]bool{}}), "title")
}
