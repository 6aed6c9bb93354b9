package contract

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	items "github.com/tornadogen/tornadogen/golden/body_items/expected"
	xmlapi "github.com/tornadogen/tornadogen/golden/body_xml/expected"
	events "github.com/tornadogen/tornadogen/golden/events/expected"
	lines "github.com/tornadogen/tornadogen/golden/jsonl/expected"
	sockets "github.com/tornadogen/tornadogen/golden/sockets/expected"
	"github.com/tornadogen/tornadogen/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/tornadotest"
)

type (
	xmlPets   struct{}
	jsonLines struct {
		lines.UnimplementedDefaultHandler
	}
	feed struct {
		events.UnimplementedDefaultHandler
	}
	reader struct {
		items.UnimplementedDefaultHandler
	}
	room struct {
		sockets.UnimplementedDefaultHandler
	}
)

func (xmlPets) PostPet(_ context.Context, req xmlapi.PostPetRequest) (*xmlapi.Pet, error) {
	return &req.Body, nil
}

func (xmlPets) PutList(_ context.Context, req xmlapi.PutListRequest) ([]xmlapi.Person, error) {
	return req.Body, nil
}

func (jsonLines) Numbers(_ context.Context, _ lines.NumbersRequest, out *tornado.ItemStream[tornado.Null[int64]]) error {
	return errors.Join(out.Send(tornado.NonNull[int64](1)), out.Send(tornado.Null[int64]{}))
}

func (jsonLines) Lists(_ context.Context, _ lines.ListsRequest, out *tornado.ItemStream[[]string]) error {
	return out.Send([]string{"a", "b"})
}

func (feed) Watch(_ context.Context, _ events.WatchRequest, out *tornado.EventStream[events.PetEvent]) error {
	out.Keep() // it goes on
	return out.Send(events.PetEvent{Pet: 1, What: "born"})
}

func (feed) Plain(_ context.Context, _ events.PlainRequest, out *tornado.EventStream[events.PetEvent]) error {
	return out.Send(events.PetEvent{Pet: 1, What: "sold"})
}

func (feed) Text(_ context.Context, _ events.TextRequest, out *tornado.EventStream[string]) error {
	return out.Send("two\nlines")
}

func (reader) PostPets(_ context.Context, req items.PostPetsRequest) (n int64, err error) {
	for _, err := range req.Body {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func (room) Chat(_ context.Context, _ sockets.ChatRequest, ws *tornado.Socket[sockets.ServerMessage, sockets.ClientMessage]) error {
	ws.OnMessage = func(sockets.ClientMessage) error { return ws.Send(sockets.ServerMessage{From: "b", Text: "yes"}) }
	return ws.Send(sockets.ServerMessage{From: "a", Text: "hello"})
}

func (room) Echo(_ context.Context, _ sockets.EchoRequest, ws *tornado.Socket[[]byte, []byte]) error {
	for data := range ws.Messages() {
		if err := ws.Send(data); err != nil {
			return err
		}
	}
	return nil
}

// TestWrittenHandlers drives what is written of generated packages, with nothing left out.
func TestWrittenHandlers(t *testing.T) {
	for name, c := range map[string]struct {
		api    *tornado.API
		driven []string
	}{
		"XML":    {xmlapi.New(xmlPets{}), []string{"postPet", "putList"}},
		"lines":  {lines.New(jsonLines{}), []string{"numbers", "lists"}},
		"events": {events.New(feed{}), []string{"watch", "plain", "text"}},
		"items":  {items.New(reader{}), []string{"postPets"}},
		"socket": {sockets.New(room{}, socketsAuth{}), []string{"chat", "echo"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			judges, err := drive.New(c.api.Info().Document)
			require.NoError(t, err)
			server := tornadotest.Serve(t, c.api, tornadotest.WithMemory())
			r := &run{
				settings: settingsOf([]Option{WithChecks(15)}), judges: judges,
				base: server.URL + c.api.BasePath(), shown: "http://shown", client: server.HTTPClient(), listens: 500 * time.Millisecond,
			}
			seen := 0
			for _, op := range judges.Operations() {
				if !slices.Contains(c.driven, op.ID) {
					continue
				}
				seen++
				require.Empty(t, r.reason(op), op.ID)
				rec := &recorder{TB: t}
				var left []string
				text := rec.run(func() { left = r.variants(rec, op) })
				assert.False(t, rec.failed, "%s: %s", op.ID, text)
				left = slices.DeleteFunc(left, func(what string) bool { return strings.HasPrefix(what, "invalid requests: none") }) // which watch has not
				assert.Empty(t, left, op.ID)
			}
			assert.Len(t, c.driven, seen)
		})
	}
}
