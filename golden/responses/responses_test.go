package responses_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/responses/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

var note = api.Note{Text: "a"}

// handler answers what the test sets.
type handler struct {
	api.UnimplementedDefaultHandler
	several api.PutSeveralResponse
	ranges  *api.GetRangesSuccess
	err     error
}

func (handler) GetPlain(context.Context, api.GetPlainRequest) (*api.Note, error) { return &note, nil }

func (handler) GetNumber(context.Context, api.GetNumberRequest) (int64, error) { return 42, nil }

func (handler) GetList(context.Context, api.GetListRequest) ([]string, error) { return nil, nil }
func (handler) GetNothing(context.Context, api.GetNothingRequest) error       { return nil }
func (h *handler) GetErrors(context.Context, api.GetErrorsRequest) (*api.Note, error) {
	return nil, h.err
}

func (handler) GetHeaders(context.Context, api.GetHeadersRequest) (*api.GetHeadersOK, error) {
	return &headers, nil
}

var headers = api.GetHeadersOK{
	XMust: 1, XMay: tornado.Some(time.Date(2020, 2, 29, 12, 0, 0, 0, time.UTC)), XList: []string{"a", "b"}, Body: note,
	SetCookie: []string{"a=1; Expires=Wed, 21 Oct 2030 07:28:00 GMT", "b=2"},
}

func (handler) GetHeadersOnly(context.Context, api.GetHeadersOnlyRequest) (*api.GetHeadersOnlyFound, error) {
	return &api.GetHeadersOnlyFound{Location: "/plain"}, nil
}

func (h *handler) PutSeveral(context.Context, api.PutSeveralRequest) (api.PutSeveralResponse, error) {
	return h.several, h.err
}

func (h *handler) GetRanges(context.Context, api.GetRangesRequest) (*api.GetRangesSuccess, error) {
	return h.ranges, h.err
}

func (handler) GetDefault(context.Context, api.GetDefaultRequest) (*api.GetDefaultDefault, error) {
	return &api.GetDefaultDefault{StatusCode: 418, Body: note}, nil
}

func start(t *testing.T) (*handler, string, *api.Client) {
	h := &handler{}
	url := drive.Serve(t, api.New(h))
	c, err := api.NewClient(url)
	require.NoError(t, err)
	return h, url, c
}

func TestPlain(t *testing.T) {
	_, url, c := start(t)
	for path, want := range map[string]string{"/plain": `{"text":"a"}`, "/number": "42", "/list": "[]"} {
		got := drive.Do(t, http.MethodGet, url+path, "")
		assert.Equal(t, http.StatusOK, got.Status)
		assert.Equal(t, want, got.Body)
	}
	got := drive.Do(t, http.MethodGet, url+"/nothing", "")
	assert.Equal(t, http.StatusNoContent, got.Status)
	assert.Empty(t, got.Header.Get("Content-Type"))

	plain, err := c.GetPlain(t.Context(), api.GetPlainRequest{})
	require.NoError(t, err)
	assert.Equal(t, &note, plain)
	number, err := c.GetNumber(t.Context(), api.GetNumberRequest{})
	require.NoError(t, err)
	assert.Equal(t, int64(42), number)
	list, err := c.GetList(t.Context(), api.GetListRequest{})
	require.NoError(t, err)
	assert.Equal(t, []string{}, list)
	require.NoError(t, c.GetNothing(t.Context(), api.GetNothingRequest{}))
}

func TestHeaders(t *testing.T) {
	_, url, c := start(t)
	got := drive.Do(t, http.MethodGet, url+"/headers", "")
	assert.Equal(t, "1", got.Header.Get("X-Must"))
	assert.Equal(t, "2020-02-29T12:00:00Z", got.Header.Get("X-May"))
	assert.Equal(t, "a,b", got.Header.Get("X-List"))
	assert.Equal(t, `{"text":"a"}`, got.Body)
	assert.Equal(t, headers.SetCookie, got.Header.Values("Set-Cookie"), "a field for each")
	all, err := c.GetHeaders(t.Context(), api.GetHeadersRequest{})
	require.NoError(t, err)
	assert.Equal(t, &headers, all)
	only, err := c.GetHeadersOnly(t.Context(), api.GetHeadersOnlyRequest{})
	require.NoError(t, err)
	assert.Equal(t, &api.GetHeadersOnlyFound{Location: "/plain"}, only)
}

func TestSeveral(t *testing.T) {
	h, url, c := start(t)
	for status, want := range map[int]api.PutSeveralResponse{
		200: api.PutSeveralOK{Body: note}, 201: api.PutSeveralCreated{Location: "/x"}, 202: api.PutSeveralAccepted{},
	} {
		h.several = want
		assert.Equal(t, status, drive.Do(t, http.MethodPut, url+"/several", "").Status)
		got, err := c.PutSeveral(t.Context(), api.PutSeveralRequest{})
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	h.several = nil
	assert.Equal(t, http.StatusInternalServerError, drive.Do(t, http.MethodPut, url+"/several", "").Status, "neither a value nor an error")
}

func TestRanges(t *testing.T) {
	h, url, c := start(t)
	h.ranges = &api.GetRangesSuccess{StatusCode: 206, Body: note}
	assert.Equal(t, http.StatusPartialContent, drive.Do(t, http.MethodGet, url+"/ranges", "").Status)
	got, err := c.GetRanges(t.Context(), api.GetRangesRequest{})
	require.NoError(t, err)
	assert.Equal(t, h.ranges, got)
	for _, want := range []error{
		api.GetRangesClientError{Status: 418, Body: api.Problem{Title: "tea"}}, api.GetRangesServerError{Status: 507},
	} {
		h.err = want
		_, err = c.GetRanges(t.Context(), api.GetRangesRequest{})
		assert.Equal(t, want, err)
	}
	whatever, err := c.GetDefault(t.Context(), api.GetDefaultRequest{})
	require.NoError(t, err)
	assert.Equal(t, &api.GetDefaultDefault{StatusCode: 418, Body: note}, whatever)
}

// TestErrors gives errors as a handler would, wrapped or not, and expects them of the client.
func TestErrors(t *testing.T) {
	h, url, c := start(t)
	for text, want := range map[string]error{
		"404 Not Found: no such note": api.GetErrorsNotFound{Body: api.Problem{Title: "no such note"}},
		"429 Too Many Requests":       api.GetErrorsTooManyRequests{RetryAfter: tornado.Some[int64](5)},
		"503 Service Unavailable: x":  api.GetErrorsDefault{Status: 503, Body: api.Problem{Title: "x"}},
	} {
		h.err = errors.Join(errors.New("while reading"), want)
		_, err := c.GetErrors(t.Context(), api.GetErrorsRequest{})
		require.Equal(t, want, err)
		assert.EqualError(t, err, text)
		var answer tornado.ResponseError
		require.ErrorAs(t, err, &answer)
		assert.Positive(t, answer.StatusCode())
	}
	h.err = api.GetErrorsTooManyRequests{RetryAfter: tornado.Some[int64](5)}
	got := drive.Do(t, http.MethodGet, url+"/errors", "")
	assert.Equal(t, http.StatusTooManyRequests, got.Status)
	assert.Equal(t, "5", got.Header.Get("Retry-After"))
	h.err = api.GetErrorsNotFound{Body: api.Problem{Title: "x"}}
	got = drive.Do(t, http.MethodGet, url+"/errors", "")
	assert.Equal(t, "application/problem+json", got.Header.Get("Content-Type"))
	assert.Equal(t, `{"title":"x"}`, got.Body)
}

// TestUndeclaredErrors tells the client nothing of the inside: by the declared default where there is one.
func TestUndeclaredErrors(t *testing.T) {
	h, url, c := start(t)
	h.err = errors.New("the database is down")
	_, err := c.GetErrors(t.Context(), api.GetErrorsRequest{})
	assert.Equal(t, api.GetErrorsDefault{Status: 500, Body: api.Problem{Title: "Internal Server Error"}}, err)
	got := drive.Do(t, http.MethodPut, url+"/several", "")
	assert.Equal(t, http.StatusInternalServerError, got.Status)
	assert.NotContains(t, got.Body, "database")
	_, err = c.PutSeveral(t.Context(), api.PutSeveralRequest{})
	var unexpected *client.UnexpectedResponse
	require.ErrorAs(t, err, &unexpected)
	assert.Equal(t, http.StatusInternalServerError, unexpected.StatusCode)

	h.err = &tornado.StatusError{Status: http.StatusNotImplemented, Detail: "not here"}
	_, err = c.GetErrors(t.Context(), api.GetErrorsRequest{})
	assert.Equal(t, api.GetErrorsDefault{Status: 501, Body: api.Problem{Title: "not here"}}, err)

	h.err = api.GetErrorsNotFound{}
	assert.Equal(t, http.StatusInternalServerError, drive.Do(t, http.MethodPut, url+"/several", "").Status, "the error of another operation")
}

// TestUnwritten says that an operation is not written yet to who writes it: not every declared default has a place for a text.
func TestUnwritten(t *testing.T) {
	h, url, _ := start(t)
	h.err = tornado.NotImplemented(&tornado.Operation{ID: "getErrors"})
	got := drive.Do(t, http.MethodGet, url+"/errors", "")
	assert.Equal(t, http.StatusNotImplemented, got.Status)
	assert.Equal(t, "application/problem+json", got.Header.Get("Content-Type"))
	assert.JSONEq(t, `{"title":"Not Implemented","status":501,"detail":"getErrors is not implemented yet"}`, got.Body)
}
