package tornado

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSecurity(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}))
	for name, c := range map[string]struct {
		headers string
		status  int
		body    string
	}{
		"nothing":                 {"", 401, "say who you are"},
		"key":                     {"X-Key: good\r\n", 200, "key"},
		"wrong key":               {"X-Key: bad\r\n", 401, "not valid"},
		"key without the right":   {"X-Key: weak\r\n", 403, "may not"},
		"one of two":              {"Authorization: Bearer tok\r\n", 401, "say who you are"},
		"any case of the scheme":  {"authorization: bEARER nope\r\n", 401, "not valid"},
		"wrong key, right others": {"X-Key: bad\r\nAuthorization: Bearer tok\r\n", 401, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c2 := r.dial(t)
			c2.send("GET /secret HTTP/1.1\r\nHost: x\r\n" + c.headers + "\r\n")
			res, body := c2.answer("GET")
			assert.Equal(t, c.status, res.StatusCode)
			assert.Contains(t, body, c.body)
			if c.status == http.StatusUnauthorized {
				told := strings.ReplaceAll(strings.Join(res.Header.Values("WWW-Authenticate"), "|"), `, error="invalid_token"`, "")
				assert.Equal(t, `ApiKey name="X-Key"|Bearer realm="Test", scope="read"|Basic realm="Test", charset="UTF-8"`, told)
			}
		})
	}
}

// TestOrderOfChecks: authentication comes before the body is looked at, accepted types and media types before decoding.
func TestOrderOfChecks(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}))
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"not acceptable":           {"GET /items/0 HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n", 406},
		"acceptable by wildcard":   {"GET /items/1 HTTP/1.1\r\nHost: x\r\nAccept: text/html, application/*;q=0.1\r\n\r\n", 200},
		"acceptable by second row": {"GET /items/1 HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nAccept: application/json\r\n\r\n", 200},
		"media type":               {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: 1\r\n\r\nx", 415},
		"media type in capitals":   {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: Text/Plain; charset=utf-8\r\nContent-Length: 1\r\n\r\nx", 200},
		"no media type":            {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx", 200},
		"violations":               {"GET /items/0?mode=toolong HTTP/1.1\r\nHost: x\r\n\r\n", 422},
		"escape":                   {"GET /items/1?mode=%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := r.exchange(t, c.request)
			assert.Equal(t, c.status, status, body)
		})
	}
	strict := start(t, newTestAPI(testHandlers{}, WithViolationsAs400()))
	status, _ := strict.exchange(t, "GET /items/0 HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusBadRequest, status)
}

func TestAllViolationsTogether(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}))
	_, body := r.exchange(t, "GET /items/0?mode=toolong HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.JSONEq(t, `{"title": "Unprocessable Content", "status": 422, "detail": "the request breaks the rules of the API", "errors": [
		{"in": "path", "pointer": "itemId", "keyword": "minimum", "message": "must be at least 1"},
		{"in": "query", "pointer": "mode", "keyword": "maxLength", "message": "must have at most 5 characters"}]}`, body)
}

// TestErrors: what a handler returns or does becomes an answer that tells nothing of the inside.
func TestErrors(t *testing.T) {
	var logged bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&logged, nil))
	api := newTestAPI(testHandlers{item: func(_ context.Context, req itemRequest) ([]byte, error) {
		switch req.ID {
		case 1:
			return nil, errors.New("password of the database")
		case 2:
			panic("secret of the panic")
		default:
			return nil, itemGone{"gone"}
		}
	}, hold: func(context.Context) ([]byte, error) {
		return nil, itemGone{"of another operation"}
	}}, WithAPILogger(logger))
	r := start(t, api)
	status, body := r.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, 500, status)
	assert.NotContains(t, body, "password")
	status, body = r.exchange(t, "GET /items/2 HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, 500, status)
	assert.NotContains(t, body, "secret")
	status, _ = r.exchange(t, "GET /items/3 HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, 410, status)
	status, body = r.exchange(t, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, 500, status, "an error that another operation declares")
	assert.NotContains(t, body, "another")
	require.NoError(t, r.stop(t))
	assert.Contains(t, logged.String(), "password of the database")
	assert.Contains(t, logged.String(), "secret of the panic")
	assert.Contains(t, logged.String(), "security_test.go", "the stack")
}

func TestErrorMapperAndMiddleware(t *testing.T) {
	errMissing := errors.New("missing")
	var mu sync.Mutex
	var seen []string
	trace := func(name string) Middleware {
		return func(next Handler) Handler {
			return func(ctx context.Context, call *Call) (any, error) {
				mu.Lock()
				seen = append(seen, name+" "+call.Operation.ID)
				mu.Unlock()
				if req, ok := call.Request.(itemRequest); ok {
					req.ID++
					call.Request = req
				}
				return next(ctx, call)
			}
		}
	}
	api := newTestAPI(testHandlers{item: func(_ context.Context, req itemRequest) ([]byte, error) {
		if req.ID == 10 {
			return nil, errMissing
		}
		return []byte(strings.Repeat("i", int(req.ID))), nil
	}}, WithMiddleware(trace("outer")), WithOperationMiddleware("getItem", trace("inner")),
		WithErrorMapper(func(_ context.Context, _ *Operation, err error) error {
			if errors.Is(err, errMissing) {
				return itemGone{"mapped"}
			}
			return err
		}))
	r := start(t, api)
	_, body := r.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, "iii", body)
	status, body := r.exchange(t, "GET /items/8 HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, 410, status)
	assert.Equal(t, "mapped", body)
	require.NoError(t, r.stop(t))
	assert.Equal(t, []string{"outer getItem", "inner getItem", "outer getItem", "inner getItem"}, seen)

	wrong := NewServer().Handle(newTestAPI(testHandlers{}, WithOperationMiddleware("getItme", trace("x"))))
	listener, err := Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.ErrorContains(t, wrong.Serve(context.Background(), listener), `"getItme"`)
}

// TestMiddlewareOfOtherTypes: a request or a result that is not the operation's is a fault that the log names, and no panic.
func TestMiddlewareOfOtherTypes(t *testing.T) {
	var logged bytes.Buffer
	r := start(t, newTestAPI(testHandlers{}, WithAPILogger(slog.New(slog.NewTextHandler(&logged, nil))),
		WithOperationMiddleware("getItem", func(next Handler) Handler {
			return func(ctx context.Context, call *Call) (any, error) {
				call.Request = echoRequest{}
				return next(ctx, call)
			}
		}),
		WithOperationMiddleware("hold", func(Handler) Handler {
			return func(context.Context, *Call) (any, error) { return 7, nil }
		}),
		WithOperationMiddleware("deleteItem", func(Handler) Handler {
			return func(context.Context, *Call) (any, error) { return nil, nil } //nolint:nilnil // the operation has no result
		})))
	status, _ := r.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusInternalServerError, status)
	status, _ = r.exchange(t, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusInternalServerError, status)
	status, _ = r.exchange(t, "DELETE /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusNoContent, status)
	require.NoError(t, r.stop(t))
	assert.Contains(t, logged.String(), "middleware of getItem passed on a tornado.echoRequest where a tornado.itemRequest is due")
	assert.Contains(t, logged.String(), "middleware of hold returned a int, which the handler does not")
	assert.NotContains(t, logged.String(), "panicked")
}

func TestHeaderThatCannotBeSent(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{hold: func(ctx context.Context) ([]byte, error) {
		return nil, Raw(ctx).SetHeader("X-A", "a\r\nSet-Cookie: b=c")
	}}))
	c := r.dial(t)
	c.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	res, _ := c.answer("GET")
	assert.Equal(t, 500, res.StatusCode)
	assert.Empty(t, res.Header.Get("Set-Cookie"))
}

func TestAccessLog(t *testing.T) {
	var logged bytes.Buffer
	r := start(t, newTestAPI(testHandlers{}), WithAccessLog(slog.New(slog.NewTextHandler(&logged, nil))))
	r.exchange(t, "GET /items/1?mode=a HTTP/1.1\r\nHost: x\r\n\r\n")
	r.exchange(t, "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, r.stop(t))
	assert.Contains(t, logged.String(), `method=GET target="/items/1?mode=a" operation=getItem status=200 bytes=8`)
	assert.Contains(t, logged.String(), `target=/nothing operation="" status=404`)
	assert.Equal(t, 2, strings.Count(logged.String(), "ended=answered"))
}

// TestAccessLogHasNoKeys: the values of API keys in the query are not in it, wherever a request with one went.
func TestAccessLogHasNoKeys(t *testing.T) {
	api := newTestAPI(testHandlers{})
	AddAPIKey(api, "inQuery", InQuery, "api key", func(ctx context.Context, _ APIKey) (context.Context, error) { return ctx, nil })
	var logged bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&logged, nil))
	r := start(t, api, WithAccessLog(logger), WithMount("/page", http.NotFoundHandler()))
	for _, path := range []string{"/items/1", "/nothing", "/page"} {
		r.exchange(t, "GET "+path+"?mode=a&api%20key=secret&api+key=secret&api%20key HTTP/1.1\r\nHost: x\r\n\r\n")
	}
	require.NoError(t, r.stop(t))
	NewServer(WithAccessLog(logger)).Handle(api).HTTPHandler().
		ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/items/1?mode=a&api%20key=secret&api+key=secret&api%20key", nil))
	assert.NotContains(t, logged.String(), "secret")
	assert.Equal(t, 4, strings.Count(logged.String(), "?mode=a&api%20key=REDACTED&api+key=REDACTED&api%20key=REDACTED"), logged.String())
}

// TestAccessLogOfHandlers: what a handler adds to its line comes into it, whatever serves, and without any filter.
func TestAccessLogOfHandlers(t *testing.T) {
	newAPI := func() *API {
		return newTestAPI(testHandlers{item: func(ctx context.Context, _ itemRequest) ([]byte, error) {
			Raw(ctx).Log(slog.Int("rows", 7))
			return nil, nil
		}})
	}
	var logged bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&logged, nil))
	r := start(t, newAPI(), WithAccessLog(logger))
	r.exchange(t, getItem)
	require.NoError(t, r.stop(t))
	NewServer(WithAccessLog(logger)).Handle(newAPI()).HTTPHandler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/items/1", nil))
	assert.Equal(t, 2, strings.Count(logged.String(), "rows=7"), logged.String())
}

func TestGoexitCostsOneConnection(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) {
		runtime.Goexit()
		return nil, nil
	}}))
	status, _ := r.exchange(t, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, 500, status)
	status, _ = r.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, 200, status)
}
