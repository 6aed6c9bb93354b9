package param_nested_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/param_nested/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler keeps the latest request.
type handler struct{ got any }

// auth lets everybody in.
type auth struct{}

func (auth) Key(ctx context.Context, _ tornado.APIKey) (context.Context, error) { return ctx, nil }

func (h *handler) Deep(_ context.Context, req api.DeepRequest) error   { h.got = req; return nil }
func (h *handler) Form(_ context.Context, req api.FormRequest) error   { h.got = req; return nil }
func (h *handler) Open(_ context.Context, req api.OpenRequest) error   { h.got = req; return nil }
func (h *handler) Empty(_ context.Context, req api.EmptyRequest) error { h.got = req; return nil }

func (h *handler) WholeForm(_ context.Context, req api.WholeFormRequest) error {
	h.got = req
	return nil
}

func (h *handler) WholeJSON(_ context.Context, req api.WholeJSONRequest) error {
	h.got = req
	return nil
}

func (h *handler) WholeText(_ context.Context, req api.WholeTextRequest) error {
	h.got = req
	return nil
}

func (h *handler) Cookies(_ context.Context, req api.CookiesRequest) error { h.got = req; return nil }

func (h *handler) Unions(_ context.Context, req api.UnionsRequest) error { h.got = req; return nil }

func (h *handler) Elsewhere(_ context.Context, req api.ElsewhereRequest) (*api.ElsewhereNoContent, error) {
	h.got = req
	return &api.ElsewhereNoContent{XRange: tornado.Some(req.Place)}, nil
}

func TestReads(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h, auth{}))
	low := api.Range{Gte: tornado.Some[int64](1)}
	filter := func(f api.Filter) api.DeepRequest { return api.DeepRequest{Filter: tornado.Some(f)} }
	for path, want := range map[string]any{
		"/deep?page=1":                              api.DeepRequest{Page: tornado.Some[int64](1)},
		"/deep?filter[range][gte]=1":                filter(api.Filter{Range: tornado.Some(low)}),
		"/deep?filter%5Brange%5D%5Bgte%5D=1":        filter(api.Filter{Range: tornado.Some(low)}),
		"/deep?filter[tags][]=a&filter[tags][]=b":   filter(api.Filter{Tags: []string{"a", "b"}}),
		"/deep?filter[tags]=a":                      filter(api.Filter{Tags: []string{"a"}}),
		"/deep?filter[tags]=a&filter[tags]=b":       filter(api.Filter{Tags: []string{"a", "b"}}),
		"/deep?filter[tags][1]=b&filter[tags][0]=a": filter(api.Filter{Tags: []string{"a", "b"}}),
		"/deep?filter[meta][a%20b]=c":               filter(api.Filter{Meta: map[string]string{"a b": "c"}}),
		"/deep?filter[any][0][not][name]=x": filter(api.Filter{Any: []api.Filter{{
			Not: tornado.Some(&api.Filter{Name: tornado.Some("x")}),
		}}}),
		"/deep?filter[since]=2024-01-01T00:00:00+01:00": filter(api.Filter{
			Since: tornado.Some(time.Date(2024, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600))),
		}),
		"/deep?items[0][name]=a&items[1][name]=b&items[0][count]=2": api.DeepRequest{
			Items: []api.Item{{Name: "a", Count: tornado.Some[int64](2)}, {Name: "b"}},
		},
		"/deep?items[][name]=a&items[][name]=b&items[][colors][]=red": api.DeepRequest{
			Items: []api.Item{{Name: "a"}, {Name: "b", Colors: []api.ItemColorsItem{api.ItemColorsItemRed}}},
		},
		"/form?limit=1": api.FormRequest{Limit: tornado.Some[int64](1)},
		"/form?q=xy&sizes=1&sizes=2&range[gte]=1": api.FormRequest{Query: tornado.Some(api.FormQuery{
			Q: "xy", Sizes: []int64{1, 2}, Range: tornado.Some(low),
		})},
		"/whole-form?q=x&tags=a%7Cb&range[gte]=1&api_key=k": api.WholeFormRequest{
			All: api.WholeFormAll{Q: "x", Tags: []string{"a", "b"}, Range: tornado.Some(low)},
		},
		"/whole-json?%7B%22gte%22:1%7D": api.WholeJSONRequest{All: tornado.Some(low)},
		"/whole-json":                   api.WholeJSONRequest{},
		"/whole-text?a+b=%20c&d":        api.WholeTextRequest{All: tornado.Some("a+b= c&d")},
		"/unions?id=5":                  api.UnionsRequest{ID: tornado.Some(api.UnionsID{Value: api.UnionsIDInteger(5)})},
		"/unions?id=x":                  api.UnionsRequest{ID: tornado.Some(api.UnionsID{Value: api.UnionsIDString("x")})},
		"/unions?when=5":                api.UnionsRequest{When: tornado.Some(api.UnionsWhen{Value: api.UnionsWhenInteger(5)})},
		"/unions?when[gte]=1":           api.UnionsRequest{When: tornado.Some(api.UnionsWhen{Value: &low})},
		"/unions?some=1&some=null":      api.UnionsRequest{Some: []tornado.Null[int64]{tornado.NonNull[int64](1), {}}},
		"/open?a=1&limit=5":             api.OpenRequest{Labels: map[string]int64{"a": 1}, Limit: tornado.Some[int64](5)},
		"/empty?needed=a":               api.EmptyRequest{Count: tornado.Some[int64](5), Needed: []string{"a"}},
		"/empty?needed=a&count=&text=&ids=": api.EmptyRequest{
			Count: tornado.Some[int64](5), Text: tornado.Some(""), IDs: []int64{}, Needed: []string{"a"},
		},
	} {
		got := drive.Do(t, http.MethodGet, url+path, "")
		require.Equal(t, http.StatusNoContent, got.Status, path+": "+got.Body)
		assert.Equal(t, want, h.got, path)
	}
	got := drive.Do(t, http.MethodGet, url+"/elsewhere/;gte=1", "", "X-Range", "gte=1", "Cookie", "gte=1; x=2")
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, api.ElsewhereRequest{Place: low, XRange: tornado.Some(low), Range: tornado.Some(low)}, h.got)
	assert.Equal(t, "gte,1", got.Header.Get("X-Range"))
	got = drive.Do(t, http.MethodGet, url+"/unions", "", "X-Kind", "true")
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, api.UnionsRequest{XKind: tornado.Some(api.UnionsXKind{Value: api.UnionsXKindBoolean(true)})}, h.got)
	got = drive.Do(t, http.MethodGet, url+"/cookies", "", "Cookie", "plain=a%20b; list=1,2; gte=1")
	require.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, api.CookiesRequest{Plain: tornado.Some("a%20b"), List: []int64{1, 2}, Range: tornado.Some(low)}, h.got)
}

func TestFaults(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{}, auth{}))
	for path, want := range map[string][]string{
		"/deep?filter[range][gte]=x":                   {"query filter[range][gte] type"},
		"/deep?filter[range][other]=x":                 nil,
		"/deep?filter[range]=x":                        {"query filter[range] type"},
		"/deep?items[0][count]=0":                      {"query items[0][name] required", "query items[0][count] minimum"},
		"/deep?items[0][name]=a&items[0][colors]=blue": {"query items[0][colors][0] enum"},
		"/form?q=x&sizes=1&sizes=2&sizes=3&z=1":        {"query q minLength", "query sizes maxItems", "query z additionalProperties"},
		"/form?sizes=1":                                {"query q required"},
		"/open?a=1&b=2&c=3":                            {"query labels maxProperties"},
		"/whole-form?q=x&z=1":                          {"query z additionalProperties"},
		"/whole-form":                                  {"query q required"},
		"/whole-json?%7B%22gte%22:%22x%22%7D":          {"query all/gte type"},
		"/unions?when=x":                               {"query when anyOf"},
		"/elsewhere/;x=1":                              nil,
		"/elsewhere/;gte=y":                            {"path place/gte type"},
	} {
		got := drive.Do(t, http.MethodGet, url+path, "")
		if want == nil {
			assert.Equal(t, http.StatusNoContent, got.Status, path+": "+got.Body)
			continue
		}
		require.Equal(t, http.StatusUnprocessableEntity, got.Status, path+": "+got.Body)
		assert.ElementsMatch(t, want, got.Violations(t), path)
	}
}

var words = rapid.StringN(0, 6, -1)

// drawFilter draws a filter that has something in it.
func drawFilter(t *rapid.T, depth int) api.Filter {
	f := api.Filter{Name: tornado.Some(words.Draw(t, "name"))}
	if rapid.Bool().Draw(t, "tagged") {
		f.Tags = rapid.SliceOfN(words, 1, 3).Draw(t, "tags")
	}
	if rapid.Bool().Draw(t, "ranged") {
		f.Range.Set(api.Range{Lt: tornado.Some(rapid.Int64().Draw(t, "lt"))})
	}
	if rapid.Bool().Draw(t, "described") {
		f.Meta = rapid.MapOfN(words, words, 1, 3).Draw(t, "meta")
	}
	if rapid.Bool().Draw(t, "dated") {
		f.Since.Set(time.Unix(rapid.Int64Range(0, 1e10).Draw(t, "since"), 0).UTC())
	}
	if depth > 0 && rapid.Bool().Draw(t, "negated") {
		not := drawFilter(t, depth-1)
		f.Not.Set(&not)
	}
	if depth > 0 && rapid.Bool().Draw(t, "alternatives") {
		f.Any = []api.Filter{drawFilter(t, depth-1), drawFilter(t, depth-1)}
	}
	return f
}

// TestClientAndServerAgree sends what the client makes of any filter: the server reads the same, or the client refuses.
func TestClientAndServerAgree(t *testing.T) {
	h := &handler{}
	client, err := api.NewClient(drive.Serve(t, api.New(h, auth{})))
	require.NoError(t, err)
	refused, sent := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		want := api.DeepRequest{Filter: tornado.Some(drawFilter(t, 2))}
		h.got = nil
		err := client.Deep(context.Background(), want)
		if err != nil && h.got == nil {
			refused++
			require.ErrorContains(t, err, "cannot be sent here")
			return
		}
		require.NoError(t, err)
		require.Equal(t, want, h.got)
		sent++
	})
	assert.Greater(t, sent, refused)
}

func TestClientRefuses(t *testing.T) {
	client, err := api.NewClient(drive.Serve(t, api.New(&handler{}, auth{})))
	require.NoError(t, err)
	ctx := t.Context()
	require.ErrorContains(t, client.Deep(ctx, api.DeepRequest{Filter: tornado.Some(api.Filter{Tags: []string{}})}), "empty list")
	require.ErrorContains(t, client.Deep(ctx, api.DeepRequest{Filter: tornado.Some(api.Filter{Meta: map[string]string{"a]": ""}})}), "another one")
	require.ErrorContains(t, client.Empty(ctx, api.EmptyRequest{}), "empty list")
	require.ErrorContains(t, client.Open(ctx, api.OpenRequest{Labels: map[string]int64{"limit": 1}}), "another one")
	_, err = client.Elsewhere(ctx, api.ElsewhereRequest{})
	require.ErrorContains(t, err, "empty")
	require.ErrorContains(t, client.Unions(ctx, api.UnionsRequest{ID: tornado.Some(api.UnionsID{Value: api.UnionsIDString("5")})}), "another one")
	require.ErrorContains(t, client.Cookies(ctx, api.CookiesRequest{Plain: tornado.Some("a b")}), "no encoding")
	h, url := &handler{}, "http://a.b/?c=d&e#f"
	client, err = api.NewClient(drive.Serve(t, api.New(h, auth{})))
	require.NoError(t, err)
	low := api.Range{Gte: tornado.Some[int64](1)}
	answer, err := client.Elsewhere(ctx, api.ElsewhereRequest{Place: low, URL: tornado.Some(url)})
	require.NoError(t, err)
	assert.Equal(t, tornado.Some(low), answer.XRange)
	assert.Equal(t, api.ElsewhereRequest{Place: low, URL: tornado.Some(url)}, h.got)

	form := api.WholeFormRequest{All: api.WholeFormAll{Q: "a+b &", Tags: []string{"x,y", "z"}}}
	require.NoError(t, client.WholeForm(ctx, form))
	assert.Equal(t, form, h.got)
	text := api.WholeTextRequest{All: tornado.Some("a+b &=\u00e4?")}
	require.NoError(t, client.WholeText(ctx, text))
	assert.Equal(t, text, h.got)
	json := api.WholeJSONRequest{All: tornado.Some(low)}
	require.NoError(t, client.WholeJSON(ctx, json))
	assert.Equal(t, json, h.got)
	unions := api.UnionsRequest{
		ID: tornado.Some(api.UnionsID{Value: api.UnionsIDString("x")}), Some: []tornado.Null[int64]{{}},
		When: tornado.Some(api.UnionsWhen{Value: &low}),
	}
	require.NoError(t, client.Unions(ctx, unions))
	assert.Equal(t, unions, h.got)
}
