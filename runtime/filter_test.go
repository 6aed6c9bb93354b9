package tornado

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// marking is a filter that adds a field to every answer, and a word to those that are sent as a whole.
func marking(t *Transit) {
	_ = t.AddHeader("X-Mark", "yes")
	t.Log(slog.String("mark", "yes"))
	t.OnAnswer(func(w *Reply) {
		if w.Status() == http.StatusOK {
			w.SwapBody(append(bytes.ToUpper(w.Body()), '!'))
		}
	})
	t.OnStream(func(*Reply) Coder { return shouting{} })
}

// shouting is a Coder.
type shouting struct{}

func (shouting) Encode(b, p []byte) []byte { return append(b, bytes.ToUpper(p)...) }
func (shouting) End(b []byte) []byte       { return append(b, "THE END"...) }

// TestFilterSeesEveryAnswer: also of refusals, panics and HEAD, on the loops and on net/http.
func TestFilterSeesEveryAnswer(t *testing.T) {
	handlers := testHandlers{
		item: func(_ context.Context, req itemRequest) ([]byte, error) {
			if req.ID == 9 {
				panic("nine")
			}
			return []byte("item"), nil
		},
	}
	api := newTestAPI(handlers, WithFilter(marking), WithAPILogger(slog.New(slog.DiscardHandler)), WithMaxBody(10))
	for name, ask := range map[string]func(t *testing.T, request string) (*http.Response, string){
		"loops": func(t *testing.T, request string) (*http.Response, string) {
			c := start(t, api).dial(t)
			c.send(request)
			method, _, _ := strings.Cut(request, " ")
			return c.answer(method)
		},
		"net/http": func(t *testing.T, request string) (*http.Response, string) {
			w := httptest.NewRecorder()
			method, rest, _ := strings.Cut(request, " ")
			path, rest, _ := strings.Cut(rest, " ")
			_, body, _ := strings.Cut(rest, "\r\n\r\n")
			r := httptest.NewRequest(method, path, strings.NewReader(body))
			r.Header.Set("Content-Type", "text/plain")
			api.HTTPHandler().ServeHTTP(w, r)
			return w.Result(), w.Body.String()
		},
	} {
		t.Run(name, func(t *testing.T) {
			for request, status := range map[string]int{
				"GET /items/2 HTTP/1.1\r\nHost: h\r\n\r\n":                                                            200,
				"HEAD /items/2 HTTP/1.1\r\nHost: h\r\n\r\n":                                                           200,
				"DELETE /items/2 HTTP/1.1\r\nHost: h\r\n\r\n":                                                         204,
				"GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n":                                                            404,
				"PUT /items/2 HTTP/1.1\r\nHost: h\r\n\r\n":                                                            405,
				"GET /secret HTTP/1.1\r\nHost: h\r\n\r\n":                                                             401,
				"GET /items/x HTTP/1.1\r\nHost: h\r\n\r\n":                                                            422,
				"GET /items/9 HTTP/1.1\r\nHost: h\r\n\r\n":                                                            500,
				"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\n12345678901": 413,
			} {
				res, body := ask(t, request)
				assert.Equal(t, status, res.StatusCode, request)
				assert.Equal(t, []string{"yes"}, res.Header.Values("X-Mark"), request)
				if status == 200 {
					assert.EqualValues(t, 5, res.ContentLength, request)
					assert.Contains(t, []string{"ITEM!", ""}, body)
				}
			}
		})
	}
}

// TestFilterAnswersInPlace at each of its stages; what comes later is not called.
func TestFilterAnswersInPlace(t *testing.T) {
	var called []string
	stage := func(wanted string) Filter {
		return func(t *Transit) {
			at := func(name string) {
				called = append(called, name)
				if name == wanted {
					t.Refuse(&StatusError{Status: 429, Detail: wanted})
				}
			}
			at("head")
			t.OnRouted(func() {
				if t.Operation().ID != "echo" {
					panic(t.Operation().ID)
				}
				at("routed")
			})
			t.OnAdmitted(func() { at("admitted") })
			t.OnBody(func(body []byte) { at("body " + string(body)) })
		}
	}
	for i, wanted := range []string{"head", "routed", "admitted", "body hello"} {
		called = nil
		reached := false
		api := newTestAPI(testHandlers{echo: func(context.Context, echoRequest) ([]byte, error) { reached = true; return nil, nil }}, WithFilter(stage(wanted)))
		s := start(t, api)
		status, body := s.exchange(t, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")
		require.NoError(t, s.stop(t))
		assert.Equal(t, 429, status)
		assert.Contains(t, body, wanted)
		assert.Len(t, called, i+1)
		assert.False(t, reached)
	}
}

// TestFilterOutlivesTheFrame: a request whose body comes late is the same one, with what an authenticator has set.
func TestFilterOutlivesTheFrame(t *testing.T) {
	filter := func(t *Transit) {
		_ = t.AddHeader("X-Mark", "yes")
		t.OnAdmitted(func() { _ = Raw(t.Context()).SetHeader("X-Raw", "kept") })
		t.OnBody(func(body []byte) { _ = t.AddHeader("X-Body", string(body)) })
	}
	s := start(t, newTestAPI(testHandlers{}, WithFilter(filter)))
	whole := "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
	for at := range len(whole) {
		c := s.dial(t)
		c.send(whole[:at])
		if at%20 == 0 {
			s.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: h\r\n\r\n") // another request goes through the same frames meanwhile
		}
		c.send(whole[at:])
		res, body := c.answer("POST")
		require.Equal(t, "hello", body)
		require.Equal(t, []string{"yes"}, res.Header.Values("X-Mark"))
		require.Equal(t, []string{"kept"}, res.Header.Values("X-Raw"))
		require.Equal(t, []string{"hello"}, res.Header.Values("X-Body"))
	}
}

func TestFilterOfADeferredAnswer(t *testing.T) {
	inEveryMode(t, func(t *testing.T, opts ...Option) {
		api, replies := waiting(WithFilter(marking))
		c := start(t, api, opts...).dial(t)
		for range 2 {
			c.send(askPoll)
			AnswerWith(<-replies, "later", writeText)
			res, body := c.answer("GET")
			require.Equal(t, "LATER!", body)
			require.Equal(t, []string{"yes"}, res.Header.Values("X-Mark"))
		}
	})
}

// TestFilterOfAStream: whether it is kept or not, on the loops and on net/http.
func TestFilterOfAStream(t *testing.T) {
	for _, policy := range []SlowPolicy{SlowBlock, SlowDropOldest} {
		streams := make(chan *EventStream[string], 1)
		api := watching(&StreamOptions{Slow: policy}, func(_ context.Context, out *EventStream[string]) error {
			if err := out.Send("now"); err != nil {
				return err
			}
			out.Keep()
			streams <- out
			return nil
		}, WithFilter(marking))
		ask := func(client *http.Client, url string) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				out := <-streams
				assert.NoError(t, out.Send("later"))
				out.Close()
			}()
			res, err := client.Get(url + "/watch")
			require.NoError(t, err)
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.Equal(t, "DATA: NOW\n\nDATA: LATER\n\nTHE END", string(body))
			require.Equal(t, []string{"yes"}, res.Header.Values("X-Mark"))
			<-done
		}
		ask(start(t, api).client(t))
		server := httptest.NewServer(api.HTTPHandler())
		ask(server.Client(), server.URL)
		server.Close()
	}
}

func TestFilterAddsToTheAccessLog(t *testing.T) {
	var log bytes.Buffer
	s := start(t, newTestAPI(testHandlers{}, WithFilter(marking)), WithAccessLog(slog.New(slog.NewTextHandler(&log, nil))))
	s.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: h\r\n\r\n")
	require.NoError(t, s.stop(t))
	require.Contains(t, log.String(), "mark=yes")
}

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

func unzip(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }

// TestContentEncoding: bodies that are held and bodies that are read as they come, whose limits hold for what they are decoded to.
func TestContentEncoding(t *testing.T) {
	opts := []APIOption{WithContentDecoder("gzip", unzip), WithMaxBody(1000), WithMaxStream(1000)}
	held := newTestAPI(testHandlers{}, opts...)
	streamed := uploadAPI(func(_ context.Context, req uploadRequest) (string, error) {
		b, err := io.ReadAll(req.Body)
		return string(b), err
	}, opts...)
	text := strings.Repeat("abcdefghij", 100)
	for name, c := range map[string]struct {
		coding, body string
		status       int
		detail       string
	}{
		"plain":          {"identity", text, 200, ""},
		"coded":          {"gzip", zipped(text), 200, ""},
		"any case":       {"GZip", zipped(text), 200, ""},
		"twice":          {"gzip, gzip", zipped(zipped(text)), 200, ""},
		"with identity":  {"gzip, identity", zipped(text), 200, ""},
		"unknown":        {"br", zipped(text), 415, `content encoding \"br\" is not read`},
		"one unknown":    {"gzip, br", zipped(text), 415, `content encoding \"br\" is not read`},
		"too many":       {"gzip, gzip, gzip", zipped(text), 415, "more than 2"},
		"a byte too big": {"gzip", zipped(text + "k"), 413, ""},
		"a bomb":         {"gzip", zipped(strings.Repeat("a", 1<<20)), 413, ""},
		"between two":    {"gzip, gzip", zipped(strings.Repeat(zipped(""), 50)), 413, ""}, // which are nothing in the end
		"no gzip":        {"gzip", text, 400, "not valid gzip"},
		"cut off":        {"gzip", zipped(text)[:30], 400, "not valid gzip"},
	} {
		for _, on := range []struct {
			api          *API
			method, path string
			media        string
		}{{held, "POST", "/echo", "text/plain"}, {streamed, "PUT", "/files/x", "image/png"}} {
			for _, server := range []string{"loops", "net/http"} {
				var client *http.Client
				var url string
				if server == "loops" {
					client, url = start(t, on.api, WithLogger(slog.New(slog.DiscardHandler))).client(t)
				} else {
					s := httptest.NewServer(on.api.HTTPHandler())
					defer s.Close()
					client, url = s.Client(), s.URL
				}
				req, err := http.NewRequest(on.method, url+on.path, strings.NewReader(c.body))
				require.NoError(t, err)
				req.Header.Set("Content-Type", on.media)
				req.Header.Set("Content-Encoding", c.coding)
				res, err := client.Do(req)
				require.NoError(t, err)
				body, err := io.ReadAll(res.Body)
				require.NoError(t, err)
				res.Body.Close()
				require.Equal(t, c.status, res.StatusCode, "%s %s %s: %s", name, on.path, server, body)
				switch c.status {
				case 200:
					require.Equal(t, text, string(body))
				case 415:
					require.Equal(t, "gzip, identity", res.Header.Get("Accept-Encoding"))
				}
				require.Contains(t, string(body), c.detail)
			}
		}
	}
}

// TestOnCall: what stands around the call of a handler is called on its goroutine, in both orders, also where the handler panics.
func TestOnCall(t *testing.T) {
	var said []string
	a := newTestAPI(testHandlers{item: func(_ context.Context, req itemRequest) ([]byte, error) {
		said = append(said, "handler")
		if req.ID == 2 {
			panic("two")
		}
		return nil, nil
	}}, WithAPILogger(quiet), WithFilter(func(t *Transit) {
		for _, name := range []string{"outer", "inner"} {
			t.OnCall(func() func() {
				said = append(said, name)
				return func() { said = append(said, "after "+name) }
			})
		}
		t.OnCall(func() func() { return nil })
		t.OnAnswer(func(*Reply) { said = append(said, "answer") })
	}))
	h := a.HTTPHandler()
	for _, path := range []string{"/items/1", "/items/2"} {
		said = nil
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
		assert.Equal(t, []string{"outer", "inner", "handler", "after inner", "after outer", "answer"}, said, path)
	}
	said = nil
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPut, "/items/1", nil))
	assert.Equal(t, []string{"answer"}, said, "nobody is called")
}

// TestNamedFilter: a later option takes the place of an earlier one of the same name, among all the others.
func TestNamedFilter(t *testing.T) {
	var order []string
	says := func(word string) Filter { return func(*Transit) { order = append(order, word) } }
	api := newTestAPI(testHandlers{}, WithNamedFilter("a", says("document")), WithFilter(says("between")), WithNamedFilter("b", says("other")),
		WithNamedFilter("a", says("program")))
	api.HTTPHandler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/nowhere", nil))
	assert.Equal(t, []string{"program", "between", "other"}, order)
}
