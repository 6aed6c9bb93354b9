package events_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/events/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

type (
	pets = tornado.EventStream[api.PetEvent]
	text = tornado.EventStream[string]
)

// handler sends what the test sets.
type handler struct {
	api.UnimplementedDefaultHandler
	mu    sync.Mutex
	watch func(ctx context.Context, req api.WatchRequest, out *pets) error
	text  func(ctx context.Context, out *text) error
	ask   func(req api.AskRequest) (api.AskResponse, error)
}

func (h *handler) Watch(ctx context.Context, req api.WatchRequest, out *pets) error {
	h.mu.Lock()
	watch := h.watch
	h.mu.Unlock()
	return watch(ctx, req, out)
}

func (h *handler) set(watch func(ctx context.Context, req api.WatchRequest, out *pets) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watch = watch
}

func (h *handler) Text(ctx context.Context, _ api.TextRequest, out *text) error {
	return h.text(ctx, out)
}

func (h *handler) Ask(_ context.Context, req api.AskRequest) (api.AskResponse, error) {
	return h.ask(req)
}

func born(pet int64) api.PetEvent { return api.PetEvent{Pet: pet, What: api.PetEventWhatBorn} }

// both runs a test on both servers.
func both(t *testing.T, h *handler, test func(t *testing.T, url string, c *api.Client)) {
	drive.Both(t, func(*testing.T) *tornado.API { return api.New(h) }, func(t *testing.T, url string) {
		c, err := api.NewClient(url)
		require.NoError(t, err)
		t.Cleanup(http.DefaultClient.CloseIdleConnections)
		test(t, url, c)
	})
}

// raw gets the stream as text, to its end.
func raw(t *testing.T, url string, header ...string) (*http.Response, string) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(body)
}

// TestWire pins what an event stream looks like.
func TestWire(t *testing.T) {
	both(t, &handler{watch: func(_ context.Context, _ api.WatchRequest, out *pets) error {
		assert.Equal(t, "41", out.LastEventID())
		if err := out.Send(born(1)); err != nil {
			return err
		}
		require.ErrorContains(t, out.SendEvent(tornado.Event[api.PetEvent]{ID: "a\nb"}), "id")
		if err := out.Comment("hello"); err != nil {
			return err
		}
		return out.SendEvent(tornado.Event[api.PetEvent]{ID: "42", Name: "pet", Data: born(2), Retry: time.Second})
	}}, func(t *testing.T, url string, _ *api.Client) {
		res, body := raw(t, url+"/pets/events", "Last-Event-ID", "41")
		assert.Equal(t, http.StatusOK, res.StatusCode)
		assert.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
		assert.Equal(t, "no-store", res.Header.Get("Cache-Control"))
		assert.Equal(t, "retry: 20\n\ndata: {\"pet\":1,\"what\":\"born\"}\n\n: hello\n\n"+
			"event: pet\nid: 42\nretry: 1000\ndata: {\"pet\":2,\"what\":\"born\"}\n\n", body)
	})
}

// TestClient ranges over events until the handler has returned, and over text of several lines.
func TestClient(t *testing.T) {
	both(t, &handler{
		watch: func(_ context.Context, req api.WatchRequest, out *pets) error {
			for i := range int64(3) {
				if err := out.SendEvent(tornado.Event[api.PetEvent]{ID: strconv.FormatInt(i, 10), Name: req.Kind.Value(), Data: born(i)}); err != nil {
					return err
				}
			}
			return nil
		},
		text: func(_ context.Context, out *text) error { return errors.Join(out.Send("a\n\"b\"\n"), out.Send("")) },
	}, func(t *testing.T, _ string, c *api.Client) {
		var got []string
		for event, err := range c.Watch(t.Context(), api.WatchRequest{Kind: tornado.Some("cat")}) {
			require.NoError(t, err)
			got = append(got, fmt.Sprint(event.ID, event.Name, event.Data.Pet))
		}
		assert.Equal(t, []string{"0cat0", "1cat1", "2cat2"}, got)
		got = nil
		for event, err := range c.Text(t.Context(), api.TextRequest{}) {
			require.NoError(t, err)
			got = append(got, event.Data)
		}
		assert.Equal(t, []string{"a\n\"b\"\n", ""}, got)
		for range c.Watch(t.Context(), api.WatchRequest{}) {
			break // the connection is given up
		}
	})
}

// TestErrors: before the first event any declared error is an answer, and other errors are a 500; afterwards the stream is cut, which
// is told from its end.
func TestErrors(t *testing.T) {
	fail := func(err error) func(context.Context, api.WatchRequest, *pets) error {
		return func(context.Context, api.WatchRequest, *pets) error { return err }
	}
	h := &handler{}
	both(t, h, func(t *testing.T, url string, _ *api.Client) {
		c, err := api.NewClient(url, client.WithReconnect(client.Reconnect{Attempts: -1}))
		require.NoError(t, err)
		last := func() (events int, last error) {
			for _, err := range c.Watch(t.Context(), api.WatchRequest{}) {
				if last = err; err == nil {
					events++
				}
			}
			return events, last
		}
		h.set(fail(api.WatchNotFound{Body: api.Problem{Title: "no cats"}}))
		_, err = last()
		var notFound api.WatchNotFound
		require.ErrorAs(t, err, &notFound)
		assert.Equal(t, "no cats", notFound.Body.Title)
		h.set(fail(errors.New("secret")))
		_, err = last()
		var unexpected *client.UnexpectedResponse
		require.ErrorAs(t, err, &unexpected)
		assert.Equal(t, http.StatusInternalServerError, unexpected.StatusCode)
		h.set(func(context.Context, api.WatchRequest, *pets) error { panic("oops") })
		_, err = last()
		require.ErrorAs(t, err, &unexpected)
		for name, end := range map[string]func(out *pets) error{
			"error": func(*pets) error { return errors.New("later") },
			"panic": func(*pets) error { panic("later") },
			"abort": func(out *pets) error { out.Abort(nil); return nil },
		} {
			t.Run(name, func(t *testing.T) {
				h.set(func(_ context.Context, _ api.WatchRequest, out *pets) error {
					require.NoError(t, out.Send(born(1)))
					return end(out)
				})
				events, err := last()
				if name != "abort" { // which is at once
					assert.Equal(t, 1, events)
				}
				assert.Error(t, err)
			})
		}
	})
}

// TestReconnect: a client whose connection is lost comes back with the last id it has seen, after the time that the server named.
func TestReconnect(t *testing.T) {
	h := &handler{}
	both(t, h, func(t *testing.T, _ string, c *api.Client) {
		var calls atomic.Int64
		h.set(func(_ context.Context, _ api.WatchRequest, out *pets) error {
			from, _ := strconv.ParseInt(out.LastEventID(), 10, 64)
			calls.Add(1)
			for i := from + 1; i <= from+2; i++ {
				if err := out.SendEvent(tornado.Event[api.PetEvent]{ID: strconv.FormatInt(i, 10), Data: born(i)}); err != nil {
					return err
				}
			}
			if from >= 4 {
				return nil
			}
			return errors.New("cut")
		})
		var got []int64
		for event, err := range c.Watch(t.Context(), api.WatchRequest{}) {
			require.NoError(t, err)
			got = append(got, event.Data.Pet)
		}
		assert.Equal(t, []int64{1, 2, 3, 4, 5, 6}, got)
		assert.EqualValues(t, 3, calls.Load())
	})
}

// TestKeep: a stream that its handler has kept lives on; others send to it, its end is sent when it is closed, and told once.
func TestKeep(t *testing.T) {
	h := &handler{}
	both(t, h, func(t *testing.T, _ string, c *api.Client) {
		kept, ended := make(chan *pets, 1), make(chan context.Context, 2)
		h.set(func(ctx context.Context, _ api.WatchRequest, out *pets) error {
			out.Keep()
			out.OnDone(func() { ended <- ctx })
			kept <- out
			return nil
		})
		go func() {
			out := <-kept
			event, err := out.Encode(tornado.Event[api.PetEvent]{Data: born(2)})
			assert.NoError(t, errors.Join(err, out.Send(born(1)), out.SendEncoded(event)))
			var senders sync.WaitGroup
			for i := range int64(4) {
				senders.Go(func() { assert.NoError(t, out.Send(born(10+i))) })
			}
			senders.Wait()
			out.Close()
			out.Close()
			assert.ErrorIs(t, out.Send(born(99)), tornado.ErrStreamEnded)
		}()
		sum, events := int64(0), 0
		for event, err := range c.Watch(t.Context(), api.WatchRequest{}) {
			require.NoError(t, err)
			sum, events = sum+event.Data.Pet, events+1
		}
		assert.Equal(t, 6, events)
		assert.EqualValues(t, 1+2+10+11+12+13, sum)
		<-(<-ended).Done()
		assert.Empty(t, ended)
	})
}

// TestClientGone: whoever keeps a stream learns that its client has gone.
func TestClientGone(t *testing.T) {
	h := &handler{}
	both(t, h, func(t *testing.T, _ string, c *api.Client) {
		gone := make(chan error, 2)
		h.set(func(_ context.Context, _ api.WatchRequest, out *pets) error {
			out.Keep()
			out.OnDone(func() { gone <- out.Send(born(2)) })
			return out.Send(born(1))
		})
		for _, err := range c.Watch(t.Context(), api.WatchRequest{}) {
			require.NoError(t, err)
			break
		}
		require.Error(t, <-gone)
		h.set(func(ctx context.Context, _ api.WatchRequest, out *pets) error {
			assert.NoError(t, out.Send(born(1)))
			<-ctx.Done()
			gone <- ctx.Err()
			return nil
		})
		for range c.Watch(t.Context(), api.WatchRequest{}) {
			break
		}
		require.Error(t, <-gone)
	})
}

// TestHeartbeat: a silent stream shows that it lives, while its handler runs and afterwards.
func TestHeartbeat(t *testing.T) {
	for name, keep := range map[string]bool{"running": false, "kept": true} {
		t.Run(name, func(t *testing.T) {
			both(t, &handler{watch: func(ctx context.Context, _ api.WatchRequest, out *pets) error {
				if keep {
					out.Keep()
				} else {
					<-ctx.Done()
				}
				return nil
			}}, func(t *testing.T, url string, _ *api.Client) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/pets/events", nil)
				require.NoError(t, err)
				res, err := http.DefaultClient.Do(req)
				require.NoError(t, err)
				defer res.Body.Close()
				lines := bufio.NewScanner(res.Body)
				for beats := 0; beats < 3; {
					require.True(t, lines.Scan())
					if lines.Text() == ":" {
						beats++
					}
				}
			})
		})
	}
}

// TestHead is answered without calling the handler.
func TestHead(t *testing.T) {
	both(t, &handler{}, func(t *testing.T, url string, _ *api.Client) {
		for range 2 {
			got := drive.Do(t, http.MethodHead, url+"/pets/events", "")
			assert.Equal(t, http.StatusOK, got.Status)
			assert.Equal(t, "text/event-stream", got.Header.Get("Content-Type"))
		}
	})
}

// TestOneOfSeveral: a stream that is one of the answers is a value, with its header fields.
func TestOneOfSeveral(t *testing.T) {
	ended := errors.New("ended")
	h := &handler{ask: func(req api.AskRequest) (api.AskResponse, error) {
		if !req.Body.Stream.Value() {
			return api.AskOK{XModel: "m", Body: api.Answer{Text: "whole"}}, nil
		}
		return api.AskOKEventStream{XModel: "s", Body: func(yield func(tornado.Event[api.Part], error) bool) {
			for _, word := range strings.Fields(req.Body.Question) {
				if !yield(tornado.Event[api.Part]{Data: api.Part{Delta: word}}, nil) {
					return
				}
			}
			if req.Body.Question == "fail" {
				yield(tornado.Event[api.Part]{}, ended)
			}
		}}, nil
	}}
	both(t, h, func(t *testing.T, _ string, c *api.Client) {
		ask := func(question string, stream bool) api.AskResponse {
			res, err := c.Ask(t.Context(), api.AskRequest{Body: api.AskBody{Question: question, Stream: tornado.Some(stream)}})
			require.NoError(t, err)
			return res
		}
		assert.Equal(t, api.AskOK{XModel: "m", Body: api.Answer{Text: "whole"}}, ask("a b", false))
		for question, want := range map[string][]string{"a b c": {"a", "b", "c"}, "": nil, "fail": {"fail"}} {
			var got []string
			var last error
			res := ask(question, true).(api.AskOKEventStream)
			assert.Equal(t, "s", res.XModel)
			for event, err := range res.Body {
				if last = err; err == nil {
					got = append(got, event.Data.Delta)
				}
			}
			assert.Equal(t, want, got)
			assert.Equal(t, question == "fail", last != nil, last)
		}
	})
}
