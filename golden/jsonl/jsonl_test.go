package jsonl_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/jsonl/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

// handler answers with as many pets as are asked for.
type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) ExportPets(_ context.Context, req api.ExportPetsRequest, out *tornado.ItemStream[api.Pet]) error {
	if req.Count == 0 {
		return api.ExportPetsNotFound{}
	}
	for i := range req.Count {
		if err := out.Send(api.Pet{ID: i, Name: "pet", More: tornado.JSON("{\n\"a\": 1}")}); err != nil {
			return err
		}
	}
	return nil
}

func (handler) Numbers(_ context.Context, _ api.NumbersRequest, out *tornado.ItemStream[tornado.Null[int64]]) error {
	return errors.Join(out.Send(tornado.NonNull[int64](1)), out.Send(tornado.Null[int64]{}))
}

func (handler) Lists(_ context.Context, _ api.ListsRequest, out *tornado.ItemStream[[]string]) error {
	return errors.Join(out.Send(nil), out.Send([]string{"a", "b"}))
}

func (handler) Log(context.Context, api.LogRequest) (api.LogResponse, error) {
	return api.LogOK{XTotal: tornado.Some[int64](2), Body: func(yield func(api.Pet, error) bool) {
		_ = yield(api.Pet{ID: 1, Name: "a"}, nil) && yield(api.Pet{ID: 2, Name: strings.Repeat("b", 50)}, nil)
	}}, nil
}

func both(t *testing.T, test func(t *testing.T, url string, c *api.Client)) {
	drive.Both(t, func(*testing.T) *tornado.API { return api.New(handler{}) }, func(t *testing.T, url string) {
		c, err := api.NewClient(url)
		require.NoError(t, err)
		test(t, url, c)
	})
}

// TestWire pins the lines, and the sequence for who likes it better.
func TestWire(t *testing.T) {
	both(t, func(t *testing.T, url string, _ *api.Client) {
		got := drive.Do(t, http.MethodGet, url+"/pets?count=2", "")
		assert.Equal(t, "application/jsonl", got.Header.Get("Content-Type"))
		assert.Equal(t, "{\"id\":0,\"name\":\"pet\",\"more\":{\"a\": 1}}\n{\"id\":1,\"name\":\"pet\",\"more\":{\"a\": 1}}\n", got.Body)
		got = drive.Do(t, http.MethodGet, url+"/pets?count=1", "", "Accept", "application/json-seq")
		assert.Equal(t, "application/json-seq", got.Header.Get("Content-Type"))
		assert.Equal(t, "Accept", got.Header.Get("Vary"))
		assert.Equal(t, "\x1e{\"id\":0,\"name\":\"pet\",\"more\":{\"a\": 1}}\n", got.Body)
		assert.Equal(t, http.StatusUnprocessableEntity, drive.Do(t, http.MethodGet, url+"/pets?count=-1", "").Status)
		assert.Equal(t, http.StatusNotAcceptable, drive.Do(t, http.MethodGet, url+"/pets?count=1", "", "Accept", "text/html").Status)
		assert.Equal(t, http.StatusOK, drive.Do(t, http.MethodHead, url+"/pets?count=1", "").Status)
	})
}

// TestClient ranges over the items.
func TestClient(t *testing.T) {
	both(t, func(t *testing.T, _ string, c *api.Client) {
		ctx := t.Context()
		count := int64(0)
		for pet, err := range c.ExportPets(ctx, api.ExportPetsRequest{Count: 1000}) {
			require.NoError(t, err)
			require.Equal(t, count, pet.ID)
			count++
		}
		assert.EqualValues(t, 1000, count)
		for _, err := range c.ExportPets(ctx, api.ExportPetsRequest{}) {
			var notFound api.ExportPetsNotFound
			require.ErrorAs(t, err, &notFound)
		}
		for range c.ExportPets(ctx, api.ExportPetsRequest{Count: 100_000}) {
			break
		}
		var numbers []tornado.Null[int64]
		for n, err := range c.Numbers(ctx, api.NumbersRequest{}) {
			require.NoError(t, err)
			numbers = append(numbers, n)
		}
		assert.Equal(t, []tornado.Null[int64]{tornado.NonNull[int64](1), {}}, numbers)
		var lists []string
		for list, err := range c.Lists(ctx, api.ListsRequest{}) {
			require.NoError(t, err)
			text, err := json.Marshal(list)
			require.NoError(t, err)
			lists = append(lists, string(text))
		}
		assert.Equal(t, []string{"[]", `["a","b"]`}, lists)
	})
}

// TestValue: a stream with header fields is a value; and a client that checks answers refuses the item that is wrong.
func TestValue(t *testing.T) {
	both(t, func(t *testing.T, url string, _ *api.Client) {
		for _, checked := range []bool{false, true} {
			var opts []client.Option
			if checked {
				opts = append(opts, client.WithResponseChecks())
			}
			c, err := api.NewClient(url, opts...)
			require.NoError(t, err)
			res, err := c.Log(t.Context(), api.LogRequest{})
			require.NoError(t, err)
			ok, _ := res.(api.LogOK)
			assert.Equal(t, tornado.Some[int64](2), ok.XTotal)
			var ids []int64
			var last error
			for pet, err := range ok.Body {
				if last = err; err == nil {
					ids = append(ids, pet.ID)
				}
			}
			var invalid *client.InvalidResponse
			assert.Equal(t, checked, errors.As(last, &invalid), last)
			assert.Len(t, ids, map[bool]int{false: 2, true: 1}[checked])
		}
	})
}
