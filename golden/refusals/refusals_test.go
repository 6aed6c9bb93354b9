package refusals_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/refusals/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

// handler returns the error that the test sets, or panics with it.
type handler struct {
	api.UnimplementedDefaultHandler
	err   error
	panic bool
}

func (h *handler) GetTodo(context.Context, api.GetTodoRequest) (*api.Todo, error) {
	if h.panic {
		panic(h.err)
	}
	return nil, h.err
}

func (h *handler) DeleteTodo(context.Context, api.DeleteTodoRequest) error {
	if h.panic {
		panic(h.err)
	}
	return h.err
}

type auth struct{}

func (auth) Bearer(ctx context.Context, _ tornado.Bearer) (context.Context, error) { return ctx, nil }

func start(t *testing.T, opts ...client.Option) (*handler, string, *api.Client, *bytes.Buffer) {
	h, log := &handler{}, new(bytes.Buffer)
	url := drive.Serve(t, api.New(h, auth{}, tornado.WithAPILogger(slog.New(slog.NewTextHandler(log, nil)))))
	c, err := api.NewClient(url, opts...)
	require.NoError(t, err)
	return h, url, c, log
}

// TestProblems has the runtime refuse what the document answers in a type of its own: the client tells them apart by the media
// type, whether it checks answers or not.
func TestProblems(t *testing.T) {
	for _, opts := range [][]client.Option{{api.WithBearer("x")}, {api.WithBearer("x"), client.WithResponseChecks()}} {
		_, _, c, _ := start(t, opts...)
		_, err := c.CreateTodo(t.Context(), api.CreateTodoRequest{})
		assert.EqualError(t, err, "createTodo: 422 Unprocessable Content: the request breaks the rules of the API: "+
			"body /title must have at least 1 character")
		var declared api.CreateTodoUnprocessableEntity
		assert.False(t, errors.As(err, &declared))
		var problem *client.Problem
		require.ErrorAs(t, err, &problem)
		assert.Equal(t, &client.Problem{
			Title: "Unprocessable Content", Status: 422, Detail: "the request breaks the rules of the API",
			Errors: []tornado.Violation{{In: "body", Pointer: "/title", Keyword: "minLength", Message: "must have at least 1 character"}},
		}, problem)
		var unexpected *client.UnexpectedResponse
		require.ErrorAs(t, err, &unexpected)
		assert.Equal(t, []string{"application/json"}, unexpected.Declared)
		assert.Equal(t, "application/problem+json", unexpected.Header.Get("Content-Type"))
	}
	_, _, c, _ := start(t)
	_, err := c.CreateTodo(t.Context(), api.CreateTodoRequest{Body: api.Todo{Title: "a"}})
	assert.EqualError(t, err, "createTodo: 401 Unauthorized: say who you are")
	_, err = c.GetTodo(t.Context(), api.GetTodoRequest{})
	assert.EqualError(t, err, "getTodo: 401 Unauthorized: say who you are", "by the default")
}

// foreign answers as another server does.
func foreign(t *testing.T, status int, contentType, body string) *api.Client {
	header := http.Header{}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	c, err := api.NewClient("http://localhost", client.WithMiddleware(func(client.Doer) client.Doer {
		return client.DoerFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1}, nil
		})
	}))
	require.NoError(t, err)
	return c
}

func TestMediaTypes(t *testing.T) {
	html := foreign(t, 200, "text/html; charset=utf-8", "<p>Log in")
	_, err := html.GetTodo(t.Context(), api.GetTodoRequest{})
	assert.EqualError(t, err, "getTodo: GET /todos/{id}: status 200 OK with text/html; charset=utf-8 in place of application/json: <p>Log in")

	for _, contentType := range []string{"", "Application/JSON; charset=utf-8"} {
		todo, err := foreign(t, 200, contentType, `{"title":"a"}`).GetTodo(t.Context(), api.GetTodoRequest{})
		require.NoError(t, err, contentType)
		assert.Equal(t, &api.Todo{Title: "a"}, todo)
	}

	// A range is not meant for problems.
	err = foreign(t, 409, "application/problem+json", `{"title":"Locked","detail":7}`).DeleteTodo(t.Context(), api.DeleteTodoRequest{})
	assert.EqualError(t, err, "deleteTodo: 409 Conflict: Locked")
	err = foreign(t, 409, "text/json", `{"code":1,"message":""}`).DeleteTodo(t.Context(), api.DeleteTodoRequest{})
	assert.Equal(t, api.DeleteTodoConflict{Body: api.Error{Code: 1}}, err)
	assert.EqualError(t, err, "409 Conflict", "without a message there is nothing behind the status")
}

// TestPanic answers like any other error that the document does not declare.
func TestPanic(t *testing.T) {
	h, _, c, log := start(t, api.WithBearer("x"), client.WithRetry(0))
	h.panic, h.err = true, errors.New("inside")
	_, err := c.GetTodo(t.Context(), api.GetTodoRequest{})
	assert.Equal(t, api.GetTodoDefault{Status: 500, Body: api.Error{Code: 500, Message: "Internal Server Error"}}, err)
	assert.EqualError(t, err, "500 Internal Server Error")
	assert.Contains(t, log.String(), "handler panicked")
	err = c.DeleteTodo(t.Context(), api.DeleteTodoRequest{})
	assert.EqualError(t, err, "deleteTodo: 500 Internal Server Error", "a problem, as there is no default")
	var problem *client.Problem
	require.ErrorAs(t, err, &problem)
	assert.Equal(t, &client.Problem{Title: "Internal Server Error", Status: 500}, problem)
}

// TestWrongErrors logs what to do about errors that cannot be answered.
func TestWrongErrors(t *testing.T) {
	h, url, _, log := start(t)
	for _, c := range []struct {
		err          error
		method, want string
	}{
		{api.DeleteTodoConflict{}, http.MethodGet, "GetTodo returned DeleteTodoConflict, which it does not declare: " +
			"return one that it declares: ErrorNotFound, ErrorDefault"},
		{&api.CreateTodoUnauthorized{}, http.MethodDelete, "DeleteTodo returned ErrorUnauthorized, which it does not declare: " +
			"return one that it declares: ErrorNotFound, DeleteTodoConflict"},
		{api.GetTodoDefault{}, http.MethodGet, "ErrorDefault.Status is 0, which is no status of a final answer: set it"},
	} {
		log.Reset()
		h.err = c.err
		got := drive.Do(t, c.method, url+"/todos/1", "", "Authorization", "Bearer x")
		assert.Equal(t, http.StatusInternalServerError, got.Status)
		assert.Contains(t, log.String(), c.want)
	}
}

func TestWrongRequests(t *testing.T) {
	_, url, _, _ := start(t)
	for _, c := range [][]string{
		{"title=a", "application/x-www-form-urlencoded; charset=utf-8", "the body is application/x-www-form-urlencoded; this operation reads application/json"},
		{"a", "json", `the body is of no media type, but \"json\"; this operation reads application/json`},
	} {
		got := drive.Do(t, http.MethodPost, url+"/todos", c[0], "Content-Type", c[1], "Authorization", "Bearer x")
		assert.Equal(t, http.StatusUnsupportedMediaType, got.Status)
		assert.Contains(t, got.Body, c[2])
	}
	got := drive.Do(t, http.MethodPost, url+"/todos?limit=ten", `{"title":7}`, "Authorization", "Bearer x")
	assert.Equal(t, http.StatusUnprocessableEntity, got.Status)
	assert.Contains(t, got.Body, `"pointer":"limit","keyword":"type","message":"must be an integer"`, "whoever wrote the text knows of no types")
	assert.Contains(t, got.Body, `"pointer":"/title","keyword":"type","message":"expected string, got number"`)
}
