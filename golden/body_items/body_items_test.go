package body_items_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/body_items/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler tells of each pet when it has come.
type handler struct{ seen chan api.Pet }

func (h handler) PostPets(_ context.Context, req api.PostPetsRequest) (int64, error) {
	count := int64(0)
	for pet, err := range req.Body {
		if err != nil {
			return 0, fmt.Errorf("after %d: %w", count, err)
		}
		count++
		if h.seen != nil {
			h.seen <- pet
		}
	}
	return count, nil
}

func (handler) PostNumbers(_ context.Context, req api.PostNumbersRequest) (float64, error) {
	if req.Body == nil {
		return -1, nil
	}
	sum := 0.0
	for n, err := range req.Body {
		var wrong *tornado.BodyError
		if errors.As(err, &wrong) && wrong.Status != http.StatusRequestEntityTooLarge {
			sum += 1000 // and the next item follows
		} else if err != nil {
			return 0, err
		}
		sum += n.Value()
	}
	return sum, nil
}

func (handler) PostBoth(_ context.Context, req api.PostBothRequest) (string, error) {
	if req.BodyXNdjson == nil {
		data, err := io.ReadAll(req.Raw.Value())
		return fmt.Sprint(req.Body, string(data)), err
	}
	for item, err := range req.BodyXNdjson {
		return "first " + item.Tag, err // the rest is left
	}
	return "none", nil
}

func (handler) PostLists(_ context.Context, req api.PostListsRequest) (string, error) {
	names := ""
	for _, items := range []tornado.Items[api.Pet]{req.Body, req.BodyJsonl} {
		if items == nil {
			continue
		}
		for pet, err := range items {
			if err != nil {
				return "", err
			}
			names += pet.Name
		}
	}
	if upload, ok := req.Raw.Get(); ok {
		data, err := io.ReadAll(upload)
		return string(data), err
	}
	return names, nil
}

// servers are the two ways to serve.
func servers(t *testing.T, h handler) map[string]string {
	t.Helper()
	other := httptest.NewServer(api.New(h).HTTPHandler())
	t.Cleanup(other.Close)
	return map[string]string{"loops": drive.Serve(t, api.New(h)), "net/http": other.URL}
}

func TestServer(t *testing.T) {
	for name, url := range servers(t, handler{}) {
		for _, c := range []struct {
			path, media, send string
			status            int
			want              string
		}{
			{"/pets", "application/jsonl", `{"name":"Rex"}` + "\n\n" + ` {"name":"Zoë"} ` + "\r\n" + `{"name":"Al"}`, 200, "3"},
			{"/pets", "application/jsonl", "", 200, "0"},
			{"/pets", "application/jsonl", `{"name":"Rex"}` + "\n" + `{"name":"R"}`, 422, "/1/name"},
			{"/pets", "application/jsonl", `{"name":"Rex"}` + "\n" + `{"name":`, 400, "item 2 of the body is not valid JSON, offset 8: unexpected end of the text"},
			{"/pets", "application/json", `[]`, 415, ""},
			{"/numbers", "application/json-seq", "\x1e1\n\x1e2.5\n\x1enull\n\x1e\x1e-1\n\x1ex\n\x1e4\n", 200, "2007.5"},
			{"/numbers", "", "", 200, "-1"},
			{"/numbers", "application/json-seq", "1\n", 200, "1000"},
			{"/both", "application/json", `[{"name":"Rex"}]`, 200, "[{absent Rex}]"},
			{"/both", "application/x-ndjson", `{"tag":"a"}` + "\n" + `{}`, 200, "first a"},
			{"/both", "text/csv", "a,b", 200, "[]a,b"},
			{"/lists", "application/x-ndjson", `{"name":"Rex"}` + "\n" + `{"name":"Al"}`, 200, "RexAl"},
			{"/lists", "application/x-ndjson", `{"name":"R"}`, 422, "/0/name"},
			{"/lists", "application/jsonl", `{"name":"Bo"}`, 200, "Bo"},
			{"/lists", "application/ndjson", "any text", 200, "any text"},
		} {
			got := drive.Do(t, http.MethodPost, url+c.path, c.send, "Content-Type", c.media)
			assert.Equal(t, c.status, got.Status, "%s %s %q: %s", name, c.path, c.send, got.Body)
			if c.status == http.StatusOK {
				assert.Equal(t, c.want, got.Body, c.send)
			} else {
				assert.Contains(t, got.Body, c.want)
			}
		}
	}
}

// An item over the limit ends the stream, however little of it has come.
func TestLimit(t *testing.T) {
	url := drive.Serve(t, api.New(handler{}, tornado.WithMaxBody(100)))
	many := strings.Repeat(`{"name":"Rex"}`+"\n", 1000)
	assert.Equal(t, "1000", drive.Do(t, http.MethodPost, url+"/pets", many, "Content-Type", "application/jsonl").Body)
	got := drive.Do(t, http.MethodPost, url+"/pets", `{"name":"`+strings.Repeat("x", 200), "Content-Type", "application/jsonl")
	assert.Equal(t, http.StatusRequestEntityTooLarge, got.Status)
	assert.Contains(t, got.Body, "item 1 of the body has more than 100 bytes")
}

// The handler gets an item before the client has sent the next.
func TestAsTheyCome(t *testing.T) {
	h := handler{seen: make(chan api.Pet)}
	for name, url := range servers(t, h) {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
			require.NoError(t, err)
			defer c.Close()
			require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
			_, err = io.WriteString(c, "POST /pets HTTP/1.1\r\nHost: x\r\nContent-Type: application/jsonl\r\nTransfer-Encoding: chunked\r\n\r\n")
			require.NoError(t, err)
			for _, part := range []string{`{"na`, `me":"Rex"}` + "\n"} {
				_, err = fmt.Fprintf(c, "%x\r\n%s\r\n", len(part), part)
				require.NoError(t, err)
			}
			assert.Equal(t, "Rex", (<-h.seen).Name)
			_, err = io.WriteString(c, "0\r\n\r\n")
			require.NoError(t, err)
			res, err := http.ReadResponse(bufio.NewReader(c), nil)
			require.NoError(t, err)
			assert.Equal(t, http.StatusOK, res.StatusCode)
		})
	}
}

// The client sends each item as soon as its iterator gives it.
func TestClient(t *testing.T) {
	h := handler{seen: make(chan api.Pet)}
	for name, url := range servers(t, h) {
		t.Run(name, func(t *testing.T) {
			c, err := api.NewClient(url)
			require.NoError(t, err)
			count, err := c.PostPets(t.Context(), api.PostPetsRequest{Body: func(yield func(api.Pet, error) bool) {
				for _, name := range []string{"Rex", "Bo\nnzo"} {
					if !yield(api.Pet{ID: tornado.Some[int64](5), Name: name}, nil) {
						return
					}
					assert.Equal(t, api.Pet{Name: name}, <-h.seen, "which is not sent what it must not read")
				}
			}})
			require.NoError(t, err)
			assert.Equal(t, int64(2), count)
			sum, err := c.PostNumbers(t.Context(), api.PostNumbersRequest{Body: list(tornado.NonNull(1.5), tornado.Null[float64]{}, tornado.NonNull(2.0))})
			require.NoError(t, err)
			assert.InDelta(t, 3.5, sum, 0)
			sum, err = c.PostNumbers(t.Context(), api.PostNumbersRequest{})
			require.NoError(t, err)
			assert.InDelta(t, -1, sum, 0, "no body")
			names, err := c.PostLists(t.Context(), api.PostListsRequest{Body: list(api.Pet{Name: "Rex"}, api.Pet{Name: "Al"})})
			require.NoError(t, err)
			assert.Equal(t, "RexAl", names)
			_, err = c.PostPets(t.Context(), api.PostPetsRequest{})
			require.Error(t, err, "the body is required")
		})
	}
}

// An iterator that fails ends the call with its error; one that is not asked any more is told so.
func TestClientEnds(t *testing.T) {
	c, err := api.NewClient(drive.Serve(t, api.New(handler{})))
	require.NoError(t, err)
	broken := errors.New("no more pets")
	_, err = c.PostPets(t.Context(), api.PostPetsRequest{Body: func(yield func(api.Pet, error) bool) { yield(api.Pet{}, broken) }})
	require.ErrorIs(t, err, broken)
	ended := make(chan struct{})
	_, err = c.PostPets(t.Context(), api.PostPetsRequest{Body: func(yield func(api.Pet, error) bool) {
		defer close(ended)
		for yield(api.Pet{Name: "x"}, nil) { // too short: the server refuses it
		}
	}})
	require.ErrorContains(t, err, "422")
	<-ended
}

func list[T any](items ...T) tornado.Items[T] {
	return func(yield func(T, error) bool) {
		for item := range slices.Values(items) {
			if !yield(item, nil) {
				return
			}
		}
	}
}
