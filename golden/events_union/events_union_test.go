package events_union_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	api "github.com/tornadogen/tornadogen/golden/events_union/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

type typed = tornado.Event[api.WatchTypedOKEvent]

// handler sends what the test sets, and tells of what it got.
type handler struct {
	api.UnimplementedDefaultHandler
	mu      sync.Mutex // of what a test sets while a server runs: typed and got
	typed   []typed
	changes func(out *tornado.EventStream[api.WatchChangesOKEvent]) error
	parts   []api.WatchPartsOKEvent
	bound   []tornado.Event[api.WatchBoundOKEvent]
	got     []typed
}

func (h *handler) WatchTyped(_ context.Context, _ api.WatchTypedRequest, out *tornado.EventStream[api.WatchTypedOKEvent]) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.typed {
		if err := out.SendEvent(e); err != nil {
			return err
		}
	}
	return nil
}

func (h *handler) SendTyped(_ context.Context, req api.SendTypedRequest) ([]string, error) {
	list, err := told(req.Body, func(e typed) string {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.got = append(h.got, e)
		return fmt.Sprint(e.ID, e.Data)
	})
	return list, err
}

func (h *handler) WatchChanges(_ context.Context, _ api.WatchChangesRequest, out *tornado.EventStream[api.WatchChangesOKEvent]) error {
	return h.changes(out)
}

func (h *handler) RunThread(_ context.Context, req api.RunThreadRequest) (api.RunThreadResponse, error) {
	if !req.Body.Stream.Value() {
		return api.RunThreadOK{Body: api.Thread{ID: "t"}}, nil
	}
	return api.RunThreadOKEventStream{Body: func(yield func(tornado.Event[api.ThreadEvent], error) bool) {
		for _, v := range []api.ThreadEventValue{
			&api.RunEvent{Value: &api.RunEventOption1{Data: api.Thread{ID: "t"}}},
			&api.RunEvent{Value: &api.RunEventOption2{Data: api.Pet{Name: "Rex"}}},
			&api.EndEvent{Event: api.EndEventEventDone, Data: api.EndEventDataDone},
		} {
			if !yield(tornado.Event[api.ThreadEvent]{Data: api.ThreadEvent{Value: v}}, nil) {
				return
			}
		}
	}}, nil
}

func (h *handler) WatchParts(_ context.Context, _ api.WatchPartsRequest, out *tornado.EventStream[api.WatchPartsOKEvent]) error {
	for _, part := range h.parts {
		if err := out.Send(part); err != nil {
			return err
		}
	}
	return nil
}

func (h *handler) WatchBound(_ context.Context, _ api.WatchBoundRequest, out *tornado.EventStream[api.WatchBoundOKEvent]) error {
	for _, e := range h.bound {
		if err := out.SendEvent(e); err != nil {
			return err
		}
	}
	return nil
}

func (h *handler) SendPlain(_ context.Context, req api.SendPlainRequest) ([]string, error) {
	if req.Body == nil {
		return []string{"nothing"}, nil
	}
	return told(req.Body, func(e tornado.Event[api.Pet]) string { return fmt.Sprint(e.Name, " ", e.ID, " ", e.Retry, " ", e.Data) })
}

func (h *handler) SendTexts(_ context.Context, req api.SendTextsRequest) ([]string, error) {
	return told(req.Body, func(e tornado.Event[string]) string { return e.Data })
}

// told goes through events, and on where one of them breaks the rules.
func told[T any](events tornado.Events[T], tell func(tornado.Event[T]) string) (list []string, err error) {
	list = []string{}
	for e, err := range events {
		var wrong *tornado.BodyError
		switch {
		case errors.As(err, &wrong) && wrong.Status != http.StatusRequestEntityTooLarge:
			list = append(list, wrong.Error())
		case err != nil:
			return nil, err
		default:
			list = append(list, tell(e))
		}
	}
	return list, nil
}

func both(t *testing.T, h *handler, test func(t *testing.T, url string, c *api.Client)) {
	drive.Both(t, func(*testing.T) *tornado.API { return api.New(h) }, func(t *testing.T, url string) {
		c, err := api.NewClient(url, client.WithResponseChecks())
		require.NoError(t, err)
		t.Cleanup(http.DefaultClient.CloseIdleConnections)
		test(t, url, c)
	})
}

func addString(s string) api.WatchTypedOKEvent {
	return api.WatchTypedOKEvent{Value: &api.WatchTypedOKEventAddString{Data: tornado.Some(s)}}
}

// TestWire pins that the parts of an item are the fields of an event.
func TestWire(t *testing.T) {
	h := &handler{typed: []typed{
		{ID: "1", Data: addString("This data is formatted\nacross two lines, \"42\"")},
		{Data: api.WatchTypedOKEvent{Value: &api.WatchTypedOKEventAddInt64{Data: tornado.Some[int64](1234567890123456789)}}},
		{Name: "left out", Retry: time.Second, Data: api.WatchTypedOKEvent{Value: &api.WatchTypedOKEventAddJSON{
			Data: tornado.Some(api.WatchTypedOKEventAddJSONData{Foo: 42}), Retry: tornado.Some[int64](20),
		}}},
		{Name: "added", Data: api.WatchTypedOKEvent{Value: &api.WatchTypedOKEventAddString{}}},
	}}
	both(t, h, func(t *testing.T, url string, _ *api.Client) {
		got := drive.Do(t, http.MethodGet, url+"/typed", "")
		assert.Equal(t, "text/event-stream", got.Header.Get("Content-Type"))
		assert.Equal(t, "event: addString\nid: 1\ndata: This data is formatted\ndata: across two lines, \"42\"\n\n"+
			"event: addInt64\ndata: 1234567890123456789\n\n"+
			"event: addJson\nretry: 20\ndata: {\"foo\":42}\n\n"+
			"event: addString\ndata: \n\n", got.Body)
	})
}

// TestRequest: the example of OpenAPI 3.2, and what breaks its rules.
func TestRequest(t *testing.T) {
	const refused = "422 Unprocessable Content: event 1 of the body breaks the rules of the API: "
	both(t, &handler{}, func(t *testing.T, url string, _ *api.Client) {
		for _, c := range []struct {
			path, send string
			want       []string
		}{
			{"/typed", "", nil},
			{"/typed", "event: addString\ndata: This data is formatted\ndata: across two lines\nretry: 5\n\nevent: addInt64\ndata: 1234567890123456789\nunknownField: this is ignored\n\n" +
				": This is a comment\nevent: addJson\ndata: {\"foo\": 42}\n\n", []string{
				`{"event":"addString","data":"This data is formatted\nacross two lines","retry":5}`, `{"event":"addInt64","data":1234567890123456789}`,
				`{"event":"addJson","data":{"foo":42}}`,
			}},
			{"/typed", "event: addString\ndata: cut off\n", nil},
			{"/typed", "event: addInt64\ndata: x\n\nevent: addString\nid: 7\ndata\n\nevent: addString\ndata: y\n\n", []string{
				"400 Bad Request: event 1 of the body is not valid JSON, offset 0: unexpected character", `7{"event":"addString","data":""}`, `7{"event":"addString","data":"y"}`,
			}},
			{"/typed", "event: addJson\ndata: {}\n\n", []string{refused + "/0/data/foo is required"}},
			{"/typed", "event: addJson\ndata: {\"foo\":1},\"event\":\"addString\"\n\n", []string{"400 Bad Request: event 1 of the body is not valid JSON, offset 9: text after the value"}},
			{"/typed", "data: 1\n\n", []string{refused + "/0 event must be one of addString, addInt64, addJson"}},
			{"/typed", "event: else\ndata: 1\n\n", []string{refused + "/0 event must be one of addString, addInt64, addJson"}},
			{"/plain", "id: 1\nevent: add\nretry: 10\ndata: {\"name\":\n" + `data: "Rex"}` + "\n\ndata: {\"name\":\"R\"}\n\n", []string{
				"add 1 10ms {absent Rex}", "422 Unprocessable Content: event 2 of the body breaks the rules of the API: /1/name must have at least 2 characters",
			}},
			{"/texts", "data: \"a\"\n\ndata: toolong\n\n", []string{`"a"`, "422 Unprocessable Content: event 2 of the body breaks the rules of the API: /1 must have at most 5 characters"}},
		} {
			got := drive.Do(t, http.MethodPost, url+c.path, c.send, "Content-Type", "text/event-stream")
			if !assert.Equal(t, http.StatusOK, got.Status, "%s: %s", c.send, got.Body) {
				continue
			}
			var list []string
			require.NoError(t, json.Unmarshal([]byte(got.Body), &list))
			assert.Equal(t, append([]string{}, c.want...), list, c.send)
		}
		assert.Equal(t, `["nothing"]`, drive.Do(t, http.MethodPost, url+"/plain", "").Body)
		assert.Equal(t, http.StatusUnsupportedMediaType, drive.Do(t, http.MethodPost, url+"/typed", "{}", "Content-Type", "application/json").Status)
	})
}

// TestAgree: whatever a client sends a server reads, and the other way round.
func TestAgree(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("aä \"{}[]:\n,1\x00\u2028")), 0, 12, -1)
	one := rapid.Custom(func(t *rapid.T) typed {
		e := typed{ID: rapid.SampledFrom([]string{"", "1", "ä 2"}).Draw(t, "id")}
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			e.Data.Value = &api.WatchTypedOKEventAddString{Event: api.WatchTypedOKEventAddStringEventAddString, Data: tornado.Some(text.Draw(t, "text"))}
		case 1:
			e.Data.Value = &api.WatchTypedOKEventAddInt64{Event: api.WatchTypedOKEventAddInt64EventAddInt64, Data: tornado.Some(rapid.Int64().Draw(t, "number"))}
		default:
			v := &api.WatchTypedOKEventAddJSON{Event: api.WatchTypedOKEventAddJSONEventAddJSON}
			if rapid.Bool().Draw(t, "data") {
				v.Data = tornado.Some(api.WatchTypedOKEventAddJSONData{Foo: rapid.Int64().Draw(t, "foo")})
			}
			e.Data.Value = v
		}
		return e
	})
	h := &handler{}
	both(t, h, func(t *testing.T, _ string, c *api.Client) {
		rapid.Check(t, func(t *rapid.T) {
			sent := rapid.SliceOfN(one, 0, 6).Draw(t, "events")
			want := []typed(nil)
			var last string
			for i, e := range sent { // as they are read: an id stays in force
				if last = e.ID; last == "" && i > 0 {
					last = want[i-1].ID
				}
				want = append(want, typed{ID: last, Name: name(e.Data), Data: e.Data})
			}
			h.mu.Lock()
			h.typed, h.got = sent, nil
			h.mu.Unlock()
			_, err := c.SendTyped(context.Background(), api.SendTypedRequest{Body: func(yield func(typed, error) bool) {
				for _, e := range sent {
					if !yield(e, nil) {
						return
					}
				}
			}})
			require.NoError(t, err)
			h.mu.Lock()
			require.Equal(t, want, h.got)
			h.mu.Unlock()
			var got []typed
			for e, err := range c.WatchTyped(context.Background(), api.WatchTypedRequest{}) {
				require.NoError(t, err)
				got = append(got, e)
			}
			require.Equal(t, want, got)
		})
	})
}

func name(v api.WatchTypedOKEvent) string {
	switch v.Value.(type) {
	case *api.WatchTypedOKEventAddString:
		return "addString"
	case *api.WatchTypedOKEventAddInt64:
		return "addInt64"
	}
	return "addJson"
}

// TestOthers: events told apart by a discriminator, by unions in unions, and by their data.
func TestOthers(t *testing.T) {
	pet := api.Pet{Name: "Rex"}
	changes := []api.WatchChangesOKEventValue{
		&api.BornFields{Event: "reborn", Data: pet}, &api.BornFields{Data: pet, ID: tornado.Some("3")}, &api.SoldFields{Data: api.SoldFieldsData{Price: 2.5}}, &api.Done{},
	}
	h := &handler{
		changes: func(out *tornado.EventStream[api.WatchChangesOKEvent]) error {
			for _, v := range changes {
				if err := out.SendEvent(tornado.Event[api.WatchChangesOKEvent]{ID: "2", Data: api.WatchChangesOKEvent{Value: v}}); err != nil {
					return err
				}
			}
			require.Error(t, out.Send(api.WatchChangesOKEvent{}), "nothing is no event")
			return nil
		},
		parts: []api.WatchPartsOKEvent{
			{Value: &api.WatchPartsOKEventOption1{ID: tornado.Some("1"), Data: pet}}, {Value: &api.WatchPartsOKEventOption2{Data: api.WatchPartsOKEventOption2DataDone}},
		},
		bound: []tornado.Event[api.WatchBoundOKEvent]{
			{Name: "added", Data: api.WatchBoundOKEvent{Data: pet}}, {ID: "1", Data: api.WatchBoundOKEvent{Data: pet}}, {Data: api.WatchBoundOKEvent{Data: pet}},
		},
	}
	both(t, h, func(t *testing.T, url string, c *api.Client) {
		ctx := t.Context()
		assert.Equal(t, "event: reborn\nid: 2\ndata: {\"name\":\"Rex\"}\n\nevent: born\nid: 3\ndata: {\"name\":\"Rex\"}\n\n"+
			"event: sold\nid: 2\ndata: {\"price\":2.5}\n\nevent: done\nid: 2\ndata: \n\n", drive.Do(t, http.MethodGet, url+"/changes", "").Body)
		var got []string
		for e, err := range c.WatchChanges(ctx, api.WatchChangesRequest{}) {
			if err != nil { // the client checks: an event that is done has no id
				got = append(got, err.Error())
				continue
			}
			got = append(got, fmt.Sprintf("%s %T", e.ID, e.Data.Value))
		}
		assert.Equal(t, []string{"2 *api.BornFields", "3 *api.BornFields", "2 *api.SoldFields"}, got[:3])
		assert.Contains(t, got[3], "/id")

		res, err := c.RunThread(ctx, api.RunThreadRequest{Body: api.RunThreadBody{Stream: tornado.Some(true)}})
		require.NoError(t, err)
		got = nil
		for e, err := range res.(api.RunThreadOKEventStream).Body {
			require.NoError(t, err)
			got = append(got, e.Name+" "+e.Data.String())
		}
		assert.Equal(t, []string{`run.created {"event":"run.created","data":{"id":"t"}}`, `run.failed {"event":"run.failed","data":{"name":"Rex"}}`, `done {"event":"done","data":"[DONE]"}`}, got)

		assert.Equal(t, "id: 1\ndata: {\"name\":\"Rex\"}\n\ndata: [DONE]\n\n", drive.Do(t, http.MethodGet, url+"/parts", "").Body)
		var parts []api.WatchPartsOKEvent
		for e, err := range c.WatchParts(ctx, api.WatchPartsRequest{}) {
			require.NoError(t, err)
			parts = append(parts, e.Data)
		}
		assert.Equal(t, h.parts, parts)

		var bound []tornado.Event[api.WatchBoundOKEvent]
		for e, failed := range c.WatchBound(ctx, api.WatchBoundRequest{}) {
			if err = failed; err == nil {
				bound = append(bound, e)
			}
		}
		require.ErrorContains(t, err, "/id", "the third has neither")
		assert.Len(t, bound, 2)
		assert.Equal(t, api.WatchBoundOKEventEventAdded, bound[0].Data.Event.Value())
		assert.Equal(t, "1", bound[1].Data.ID.Value())
	})
}

// TestUnknown: a client keeps events that it does not know, as JSON or as text.
func TestUnknown(t *testing.T) {
	s := strings.NewReplacer("|", "\n")
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, s.Replace("event: new|data: {\"a\": 1}||event: newer|data: so so||event: sold|data: {\"price\":1}||"))
	})
	server := httptest.NewServer(h)
	defer server.Close()
	c, err := api.NewClient(server.URL)
	require.NoError(t, err)
	var got []string
	for e, err := range c.WatchChanges(t.Context(), api.WatchChangesRequest{}) {
		require.NoError(t, err)
		got = append(got, fmt.Sprintf("%T %s", e.Data.Value, e.Data))
	}
	assert.Equal(t, []string{
		`api.UnknownValue {"event":"new","data":{"a": 1}}`, `api.UnknownValue {"event":"newer","data":"so so"}`, `*api.SoldFields {"event":"sold","data":{"price":1}}`,
	}, got)
}
