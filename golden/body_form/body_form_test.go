package body_form_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/body_form/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

const formType = "application/x-www-form-urlencoded"

// handler keeps what it was asked.
type handler struct {
	api.UnimplementedDefaultHandler
	charge api.PostChargeRequest
	search api.SearchRequest
	either api.PutEitherRequest
	raw    []byte
}

func (h *handler) PostCharge(_ context.Context, req api.PostChargeRequest) (map[string]tornado.JSON, error) {
	h.charge = req
	return map[string]tornado.JSON{"read": req.Body.AppendJSON(nil)}, nil
}

func (h *handler) Search(_ context.Context, req api.SearchRequest) error {
	h.search = req
	return nil
}

func (*handler) PutCard(_ context.Context, req api.PutCardRequest) (*api.Card, error) {
	return &req.Body, nil
}

func (h *handler) PutEither(_ context.Context, req api.PutEitherRequest) error {
	h.either = req
	if raw, ok := req.Raw.Get(); ok {
		h.raw, _ = io.ReadAll(raw)
	}
	return nil
}

func start(t *testing.T, opts ...tornado.APIOption) (*handler, string, *api.Client) {
	t.Helper()
	h := new(handler)
	url := drive.Serve(t, api.New(h, opts...))
	c, err := api.NewClient(url)
	require.NoError(t, err)
	return h, url, c
}

func post(t *testing.T, url, body string) drive.Answer {
	t.Helper()
	return drive.Do(t, http.MethodPost, url, body, "Content-Type", formType)
}

func TestRead(t *testing.T) {
	_, url, _ := start(t)
	got := post(t, url+"/charges", "amount=5&currency=eur&due=2020-02-29&tags=a&tags=b&card[number]=4242&card[expires][month]=5&card[expires][year]="+
		"&card[backup][number]=5555&items[0][sku]=x&items[0][count]=2&items[1][sku]=y&metadata[a]=1&owner[staff]=3&owner[kind]=Company")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	assert.JSONEq(t, `{"read":{"amount":5,"currency":"eur","live":true,"due":"2020-02-29","tags":["a","b"],
		"card":{"number":"4242","expires":{"month":5,"year":null},"backup":{"number":"5555"}},
		"items":[{"sku":"x","count":2},{"sku":"y"}],"metadata":{"a":"1"},"owner":{"kind":"Company","staff":3}}}`, got.Body)
}

// TestViolations tells all that is wrong with a form, with pointers into its value.
func TestViolations(t *testing.T) {
	_, url, _ := start(t)
	got := post(t, url+"/charges", "amount=0&tags=a&tags=b&tags=c&tags=d&card[number]=1&card[expires][month]=13&card[backup][x]=1&items[0][count]=a"+
		"&nobody=asked&owner[kind]=Company&owner[staff]=few&due=soon")
	require.Equal(t, http.StatusUnprocessableEntity, got.Status, got.Body)
	assert.Equal(t, []string{
		"body /amount minimum", "body /tags maxItems", "body /card/number minLength", "body /card/expires/month maximum",
		"body /card/backup/number required", "body /items/0/count type", "body /items/0/sku required", "body /nobody additionalProperties",
		"body /owner/staff type", "body /due format", "body /currency required",
	}, got.Violations(t))
	assert.Contains(t, got.Body, `"message":"must be an integer"`)
	for body, want := range map[string]string{
		"amount=1&amount=2&currency=eur": "body /amount type", "amount=x&currency=eur": "body /amount type",
		"amount[a]=1&currency=eur": "body /amount type", "amount=1&currency=eur&card=x": "body /card type",
	} {
		assert.Equal(t, []string{want}, post(t, url+"/charges", body).Violations(t), body)
	}
}

func TestMalformed(t *testing.T) {
	_, url, _ := start(t, tornado.WithMaxFields(20))
	for body, want := range map[string]string{
		"amount=%zz":                  "percent sign",
		"amount=%ff":                  "UTF-8",
		strings.Repeat("tags=a&", 21): "more than 20 fields",
	} {
		got := post(t, url+"/charges", body)
		assert.Equal(t, http.StatusBadRequest, got.Status, body)
		assert.Contains(t, got.Body, want)
	}
	got := drive.Do(t, http.MethodPost, url+"/charges", "amount=1&currency=eur", "Content-Type", formType+"; charset=koi8-r")
	assert.Equal(t, http.StatusUnsupportedMediaType, got.Status)
	got = drive.Do(t, http.MethodPost, url+"/charges", "amount=1&currency=eur", "Content-Type", "Application/X-WWW-form-urlencoded; Charset=UTF-8")
	assert.Equal(t, http.StatusOK, got.Status)
	assert.Equal(t, http.StatusUnsupportedMediaType, drive.Do(t, http.MethodPost, url+"/charges", "{}").Status)
}

// TestEncodings writes every encoding by the client, and reads what others may write.
func TestEncodings(t *testing.T) {
	h, url, c := start(t)
	want := api.SearchBody{
		Words: []string{"a b", "c"}, Sizes: []int64{1, 2}, Names: []string{"x|y", "z"}, Filter: tornado.Some(api.Filter{Max: tornado.Some[int64](5)}),
		Page:  tornado.Some(api.Page{Offset: tornado.Some[int64](1), Limit: tornado.Some[int64](2)}),
		Color: tornado.Some(api.SearchBodyColor{R: tornado.Some[int64](100), G: tornado.Some[int64](200)}), Back: tornado.Some("/a?b=c&d"),
	}
	want.Words = []string{"a", "c"}
	want.Names = []string{"x,y", "z"}
	require.NoError(t, c.Search(t.Context(), api.SearchRequest{Body: tornado.Some(want)}))
	assert.Equal(t, want, h.search.Body.Value())
	assert.Equal(t, http.StatusNoContent, post(t, url+"/search",
		`words=a+c&sizes=1,2&names=x%2Cy|z&filter={"max":5}&offset=1&limit=2&color=R,100,G,200&back=/a?b%3Dc%26d`).Status)
	assert.Equal(t, want, h.search.Body.Value())
	assert.Equal(t, http.StatusNoContent, post(t, url+"/search", "").Status)
	assert.False(t, h.search.Body.IsSet(), "no body")
}

// TestBoth is one value in two media types, both ways.
func TestBoth(t *testing.T) {
	_, url, c := start(t)
	card := api.Card{Number: "1234"}
	got, err := c.PutCard(t.Context(), api.PutCardRequest{Body: card})
	require.NoError(t, err)
	assert.Equal(t, &card, got)
	for accept, want := range map[string]string{
		"":                                       `{"number":"1234"}`,
		"*/*":                                    `{"number":"1234"}`,
		formType:                                 "number=1234",
		"application/json;q=0.5, " + formType:    "number=1234",
		"application/json, " + formType + ";q=0": `{"number":"1234"}`,
	} {
		got := drive.Do(t, http.MethodPut, url+"/card", "number=1234", "Content-Type", formType, "Accept", accept)
		assert.Equal(t, want, got.Body, accept)
		assert.Equal(t, "Accept", got.Header.Get("Vary"))
	}
	assert.Equal(t, http.StatusNotAcceptable, drive.Do(t, http.MethodPut, url+"/card", "number=1234", "Content-Type", formType, "Accept", "text/html").Status)
	got2 := drive.Do(t, http.MethodPut, url+"/card", "", "Content-Type", formType)
	assert.Equal(t, []string{"body /number required"}, got2.Violations(t), "a form without fields is a body")
}

func TestEither(t *testing.T) {
	h, url, c := start(t)
	require.NoError(t, c.PutEither(t.Context(), api.PutEitherRequest{BodyForm: tornado.Some(api.Filter{Extra: map[string]int64{"a": 1}})}))
	assert.Equal(t, map[string]int64{"a": 1}, h.either.BodyForm.Value().Extra)
	require.NoError(t, c.PutEither(t.Context(), api.PutEitherRequest{Body: tornado.Some(api.Card{Number: "1234"})}))
	assert.Equal(t, "1234", h.either.Body.Value().Number)
	assert.Equal(t, http.StatusNoContent, drive.Do(t, http.MethodPut, url+"/either", "xyz", "Content-Type", "application/octet-stream").Status)
	assert.Equal(t, []byte("xyz"), h.raw)
}
