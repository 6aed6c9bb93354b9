package pages_test

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/pages/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

// pets is a list of five, two in a page.
type pets struct {
	api.UnimplementedDefaultHandler
	got []string // the requests, as the handlers saw them
}

var names = []string{"a", "b", "c", "d", "e"}

func page(from int) []string {
	from = min(max(from, 0), len(names))
	return names[from:min(from+2, len(names))]
}

func asPets(list []string) (all []api.Pet) {
	for _, name := range list {
		all = append(all, api.Pet{Name: name})
	}
	return all
}

func (p *pets) note(format string, args ...any) { p.got = append(p.got, fmt.Sprintf(format, args...)) }

func (p *pets) ListByCursor(_ context.Context, req api.ListByCursorRequest) (*api.Page, error) {
	p.note("after %s limit %v", req.After.Or("-"), req.Limit)
	switch req.After.Or("0") {
	case "gone":
		return nil, api.ListByCursorNotFound{Body: api.Problem{Title: "no such page"}}
	case "circle":
		return &api.Page{Pets: asPets(names), Next: tornado.Some("back")}, nil
	case "back":
		return &api.Page{Next: tornado.Some("circle")}, nil
	}
	from, _ := strconv.Atoi(req.After.Or("0"))
	res := &api.Page{Pets: asPets(page(from))}
	switch {
	case from+2 < len(names):
		res.Next.Set(strconv.Itoa(from + 2))
	case req.Limit.Or(0) == 2: // an empty cursor is none
		res.Next.Set("")
	case req.Limit.Or(0) == 3:
		res.Next.Set("gone")
	}
	return res, nil
}

func (p *pets) ListByHeader(_ context.Context, req api.ListByHeaderRequest) (api.ListByHeaderResponse, error) {
	from := req.XAfter.Or(0)
	if int(from) >= len(names) {
		return api.ListByHeaderNoContent{}, nil
	}
	return api.ListByHeaderOK{Body: asPets(page(int(from))), XNext: tornado.Some(from + 2)}, nil
}

func (p *pets) ListDeep(_ context.Context, req api.ListDeepRequest) (*api.ListDeepOK, error) {
	from, _ := strconv.Atoi(req.Cursor.Or("0"))
	res := &api.ListDeepOK{Meta: api.ListDeepOKMeta{Cursor: strconv.Itoa(from + 2), More: tornado.Some(from+2 < len(names))}}
	res.Data.Set(api.ListDeepOKData{Pets: tornado.Present(asPets(page(from)))})
	return res, nil
}

func (p *pets) ListByPage(_ context.Context, req api.ListByPageRequest) ([]string, error) {
	p.note("%v", req.Page)
	return page(2 * int(req.Page.Or(1)-1)), nil
}

func (p *pets) ListFromZero(_ context.Context, req api.ListFromZeroRequest) (*api.ListFromZeroOK, error) {
	p.note("%d", req.P)
	list := page(2 * int(req.P))
	return &api.ListFromZeroOK{Pets: list, More: len(list) == 2}, nil
}

func (p *pets) ListByOffset(_ context.Context, req api.ListByOffsetRequest) ([]string, error) {
	p.note("%v", req.Offset)
	return page(int(req.Offset.Or(-1))), nil
}

func (p *pets) ListByURL(_ context.Context, req api.ListByURLRequest) (*api.ListByURLOK, error) {
	from := int(req.Limit.Or(0))
	res := &api.ListByURLOK{Value: page(from)}
	if from+2 < len(names) {
		res.NextLink.Set("?limit=" + strconv.Itoa(from+2))
	}
	return res, nil
}

func (p *pets) ListByLink(_ context.Context, req api.ListByLinkRequest) (*api.ListByLinkOK, error) {
	p.note("from %v limit %v fresh %v", req.From, req.Limit, req.Fresh)
	from := req.From.Or(0)
	res := &api.ListByLinkOK{Items: page(int(from)), Previous: tornado.Some(from)}
	if int(from)+2 < len(names) {
		res.Next.Set(from + 2)
	}
	return res, nil
}

type anybody struct{}

func (anybody) Key(ctx context.Context, _ tornado.APIKey) (context.Context, error) { return ctx, nil }

func start(t *testing.T, opts ...client.Option) (*pets, *api.Client) {
	t.Helper()
	h := &pets{}
	c, err := api.NewClient(drive.Serve(t, api.New(h, anybody{})), append(opts, api.WithKey("k"))...)
	require.NoError(t, err)
	return h, c
}

// all ranges to the end.
func all[T any](t *testing.T, items iter.Seq2[T, error]) (list []T) {
	t.Helper()
	for item, err := range items {
		require.NoError(t, err)
		list = append(list, item)
	}
	return list
}

func TestCursor(t *testing.T) {
	h, c := start(t)
	req := api.ListByCursorRequest{Limit: tornado.Some[int64](2)}
	pages := c.ListByCursorAll(t.Context(), req)
	assert.Equal(t, asPets(names), all(t, pages))
	assert.Equal(t, []string{"after - limit 2", "after 2 limit 2", "after 4 limit 2"}, h.got, "what else was asked stays")
	assert.Equal(t, asPets(names), all(t, pages), "a second range begins anew")
	assert.False(t, req.After.IsSet())

	h.got = nil
	for pet, err := range pages {
		require.NoError(t, err)
		if pet.Name == "c" {
			break
		}
	}
	assert.Len(t, h.got, 2, "pages are asked for when they are needed")

	assert.Equal(t, asPets(names), all(t, c.ListByHeaderAll(t.Context(), api.ListByHeaderRequest{}))) //nolint:staticcheck // deprecated, as its operation is
	assert.Equal(t, asPets(names), all(t, c.ListDeepAll(t.Context(), api.ListDeepRequest{})))
	assert.Equal(t, asPets(names[2:]), all(t, c.ListDeepAll(t.Context(), api.ListDeepRequest{Cursor: tornado.Some("2")})))
}

// TestPagesWithoutItems: null in place of the items, or nothing where they would be, is an empty page, behind which others come.
func TestPagesWithoutItems(t *testing.T) {
	bodies := []string{
		`{"meta": {"cursor": "1", "more": true}}`,
		`{"data": {}, "meta": {"cursor": "2", "more": true}}`,
		`{"data": {"pets": [{"name": "a"}]}, "meta": {"cursor": "3", "more": true}}`,
		`{"data": {"pets": null}, "meta": {"cursor": "4", "more": true}}`,
		`{"data": {"pets": [{"name": "b"}]}, "meta": {"cursor": "5"}}`,
	}
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		n, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(bodies[n]))
	}))
	defer s.Close()
	c, err := api.NewClient(s.URL)
	require.NoError(t, err)
	assert.Equal(t, asPets(names[:2]), all(t, c.ListDeepAll(t.Context(), api.ListDeepRequest{})))
	assert.Equal(t, len(bodies), asked)
}

// TestErrors: the error of a page is the last that is given, behind the items of the pages before.
func TestErrors(t *testing.T) {
	h, c := start(t)
	collect := func(req api.ListByCursorRequest) (n int, last error) {
		for _, err := range c.ListByCursorAll(t.Context(), req) {
			require.NoError(t, last, "nothing follows an error")
			if last = err; err == nil {
				n++
			}
		}
		return n, last
	}
	n, err := collect(api.ListByCursorRequest{Limit: tornado.Some[int64](3)})
	assert.Equal(t, 5, n)
	assert.Equal(t, api.ListByCursorNotFound{Body: api.Problem{Title: "no such page"}}, err)

	h.got = nil
	n, err = collect(api.ListByCursorRequest{After: tornado.Some("circle")})
	assert.Equal(t, 5, n)
	require.EqualError(t, err, "listByCursor: GET /cursor: the server leads to a page that was asked for already")
	assert.Len(t, h.got, 2)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range c.ListByCursorAll(ctx, api.ListByCursorRequest{}) {
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestCounted(t *testing.T) {
	h, c := start(t)
	seen := func() []string { defer func() { h.got = nil }(); return h.got }
	assert.Equal(t, names, all(t, c.ListByPageAll(t.Context(), api.ListByPageRequest{})))
	assert.Equal(t, []string{"absent", "2", "3", "4"}, seen(), "an empty page is the last")
	assert.Equal(t, names[2:], all(t, c.ListByPageAll(t.Context(), api.ListByPageRequest{Page: tornado.Some[int32](2)})))
	seen()
	assert.Equal(t, names, all(t, c.ListFromZeroAll(t.Context(), api.ListFromZeroRequest{})))
	assert.Equal(t, []string{"0", "1", "2"}, seen(), "the answer says which page is the last")
	assert.Equal(t, names[2:], all(t, c.ListByOffsetAll(t.Context(), api.ListByOffsetRequest{})))
	assert.Equal(t, []string{"2", "4", "5"}, seen(), "the default of the document is where it begins")
}

func TestMaxPages(t *testing.T) {
	h, c := start(t, client.WithMaxPages(2))
	assert.Equal(t, names[:4], all(t, c.ListByPageAll(t.Context(), api.ListByPageRequest{})))
	assert.Len(t, h.got, 2)
	assert.Equal(t, names[:2], all(t, c.ListByPageAll(client.With(t.Context(), client.WithMaxPages(1)), api.ListByPageRequest{})))
}

func TestLinks(t *testing.T) {
	h, c := start(t)
	assert.Equal(t, names, all(t, c.ListByLinkAll(t.Context(), api.ListByLinkRequest{Limit: tornado.Some[int64](9), Fresh: tornado.Some(true)})))
	assert.Equal(t, []string{"from absent limit 9 fresh true", "from 2 limit 9 fresh false", "from 4 limit 9 fresh false"}, h.got)
	assert.Equal(t, names, all(t, c.ListByURLAll(t.Context(), api.ListByURLRequest{})))
}

// TestLinkHeader follows what servers write into the field Link, to the same server alone.
func TestLinkHeader(t *testing.T) {
	var asked, keys []string
	var link func(r *http.Request) string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, keys = append(asked, r.URL.String()), append(keys, r.Header.Get("X-Trace"))
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Link", link(r))
		_, _ = w.Write([]byte(`["` + strconv.Itoa(len(asked)) + `"]`))
	}))
	defer s.Close()
	c, err := api.NewClient(s.URL+"/v1", client.WithHeader("X-Trace", "t"))
	require.NoError(t, err)
	link = func(r *http.Request) string {
		switch r.URL.Query().Get("page") {
		case "":
			return `<` + s.URL + `/v1/by-id/7?page=2>; rel="next", </v1/last>; rel="last"`
		case "2":
			return `<?page=3#f>; rel="prev next"`
		}
		return `</v1/first>; rel="first"`
	}
	assert.Equal(t, []string{"1", "2", "3"}, all(t, c.ListByLinkHeaderAll(t.Context(), api.ListByLinkHeaderRequest{Shelf: "a b"})))
	assert.Equal(t, []string{"/v1/header/a%20b", "/v1/by-id/7?page=2", "/v1/by-id/7?page=3"}, asked)
	assert.Equal(t, []string{"t", "t", "t"}, keys)
	asked = nil
	assert.Equal(t, []string{"1", "2", "3"}, all(t, c.ListByLinkHeaderSaidAll(t.Context(), api.ListByLinkHeaderSaidRequest{})))

	for reference, says := range map[string]string{
		"https://evil.example/v1/x?key=1": "the next page is at another server, https://evil.example:443",
		"http://[":                        "the reference to the next page is no URL",
		"?page=1":                         "the server leads to a page that was asked for already",
	} {
		asked = nil
		link = func(*http.Request) string { return "<" + reference + ">; rel=next" }
		var items []string
		var last error
		for item, err := range c.ListByLinkHeaderSaidAll(t.Context(), api.ListByLinkHeaderSaidRequest{}) {
			if last = err; err == nil {
				items = append(items, item)
			}
		}
		require.ErrorContains(t, last, says, reference)
		require.NotEmpty(t, items)
		if !strings.HasPrefix(reference, "?") {
			assert.Len(t, asked, 1, "nothing is asked of another server")
		}
	}
}

// TestNames: what is no list in pages has no iterator, and names go by the order of the document.
func TestNames(t *testing.T) {
	c := reflect.TypeFor[*api.Client]()
	for name, there := range map[string]bool{"GetNodeAll": false, "ListOnceAllAll": false, "ListByPageAll": true, "ListByPageAll2": true} {
		_, found := c.MethodByName(name)
		assert.Equal(t, there, found, name)
	}
}
