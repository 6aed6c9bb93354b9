package deferred_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/deferred/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// room is a chat that is polled.
type room struct {
	api.UnimplementedDefaultHandler
	patience time.Duration
	waits    chan struct{} // gets one for each request that waits
	ended    chan bool     // whether it was answered

	mu      sync.Mutex
	texts   []string            // guarded by mu
	waiting []func(text string) // guarded by mu
}

func (r *room) PollMessages(_ context.Context, req api.PollMessagesRequest, reply api.PollMessagesReply) {
	after := req.After.Value()
	if after < 0 {
		reply.NotFound(api.PollMessagesNotFound{Body: api.Problem{Title: "no such room"}})
		return
	}
	reply.After(r.patience, reply.NoContent)
	reply.OnDone(func() { r.ended <- reply.Answered() })
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.texts) > int(after) {
		reply.OK(api.Messages{Last: int64(len(r.texts)), Texts: r.texts[after:]})
		return
	}
	r.waiting = append(r.waiting, func(text string) { reply.OK(api.Messages{Last: after + 1, Texts: []string{text}}) })
	r.waits <- struct{}{}
}

func (r *room) Say(_ context.Context, req api.SayRequest) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.texts = append(r.texts, req.Body.Text)
	for _, tell := range r.waiting {
		tell(req.Body.Text)
	}
	r.waiting = nil
	return nil
}

func (*room) RunJob(_ context.Context, _ api.RunJobRequest, reply api.RunJobReply) {
	go func() {
		reply.Conflict(api.RunJobConflict{RetryAfter: 7})
		reply.OK(&api.Message{Text: "too late"})
	}()
}

func (*room) Count(_ context.Context, _ api.CountRequest, reply api.CountReply) {
	go reply.Fail(errors.New("nobody counts"))
}

func (*room) TakeTurn(_ context.Context, _ api.TakeTurnRequest, reply api.TakeTurnReply) {
	go reply.Fail(api.TakeTurnClientError{Status: http.StatusGone})
}

func (*room) Place(_ context.Context, _ api.PlaceRequest, reply api.PlaceReply) {
	go reply.OK(&api.PlaceOK{XLength: 2, Body: []string{"a", "b"}})
}

func (*room) Key(ctx context.Context, _ tornado.APIKey) (context.Context, error) { return ctx, nil }

// both runs a test on the loops and on net/http.
func both(t *testing.T, patience time.Duration, test func(t *testing.T, r *room, url string, c *api.Client)) {
	for name, serve := range map[string]func(t *testing.T, a *tornado.API) string{
		"loops": func(t *testing.T, a *tornado.API) string { return drive.Serve(t, a) },
		"net/http": func(t *testing.T, a *tornado.API) string {
			s := httptest.NewServer(a.HTTPHandler())
			t.Cleanup(s.Close)
			return s.URL
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := &room{patience: patience, waits: make(chan struct{}, 100), ended: make(chan bool, 100)}
			url := serve(t, api.New(r, r))
			c, err := api.NewClient(url, api.WithKey("k"))
			require.NoError(t, err)
			test(t, r, url, c)
		})
	}
}

func TestPollIsAnsweredBySay(t *testing.T) {
	both(t, time.Hour, func(t *testing.T, r *room, _ string, c *api.Client) {
		const clients = 20
		var all sync.WaitGroup
		for range clients {
			all.Go(func() {
				res, err := c.PollMessages(t.Context(), api.PollMessagesRequest{})
				if assert.NoError(t, err) {
					assert.Equal(t, api.PollMessagesOK{Body: api.Messages{Last: 1, Texts: []string{"hello"}}}, res)
				}
			})
		}
		for range clients {
			<-r.waits
		}
		require.NoError(t, c.Say(t.Context(), api.SayRequest{Body: api.Message{Text: "hello"}}))
		all.Wait()
		for range clients {
			require.True(t, <-r.ended)
		}
		res, err := c.PollMessages(t.Context(), api.PollMessagesRequest{})
		require.NoError(t, err)
		require.Equal(t, api.PollMessagesOK{Body: api.Messages{Last: 1, Texts: []string{"hello"}}}, res)
	})
}

func TestPollGivesUp(t *testing.T) {
	both(t, 5*time.Millisecond, func(t *testing.T, r *room, _ string, c *api.Client) {
		res, err := c.PollMessages(t.Context(), api.PollMessagesRequest{})
		require.NoError(t, err)
		require.Equal(t, api.PollMessagesNoContent{}, res)
		require.True(t, <-r.ended)
	})
}

func TestPollWhoseClientLeaves(t *testing.T) {
	both(t, time.Hour, func(t *testing.T, r *room, url string, _ *api.Client) {
		c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		require.NoError(t, err)
		_, err = io.WriteString(c, "GET /messages HTTP/1.1\r\nHost: h\r\n\r\n")
		require.NoError(t, err)
		<-r.waits
		require.NoError(t, c.(*net.TCPConn).SetLinger(0))
		require.NoError(t, c.Close())
		require.False(t, <-r.ended)
	})
}

func TestErrorsAndHeaders(t *testing.T) {
	both(t, time.Hour, func(t *testing.T, _ *room, url string, c *api.Client) {
		_, err := c.PollMessages(t.Context(), api.PollMessagesRequest{After: tornado.Some[int64](-1)})
		var missing api.PollMessagesNotFound
		require.ErrorAs(t, err, &missing)
		require.Equal(t, "no such room", missing.Body.Title)

		_, err = c.RunJob(t.Context(), api.RunJobRequest{})
		var busy api.RunJobConflict
		require.ErrorAs(t, err, &busy)
		require.EqualValues(t, 7, busy.RetryAfter)

		require.Equal(t, http.StatusInternalServerError, drive.Do(t, http.MethodGet, url+"/count", "").Status)

		var never api.TakeTurnClientError
		require.ErrorAs(t, c.TakeTurn(t.Context(), api.TakeTurnRequest{}), &never)
		require.Equal(t, http.StatusGone, never.Status)

		place, err := c.Place(t.Context(), api.PlaceRequest{})
		require.NoError(t, err)
		require.Equal(t, &api.PlaceOK{XLength: 2, Body: []string{"a", "b"}}, place)

		require.Equal(t, http.StatusUnprocessableEntity, drive.Do(t, http.MethodGet, url+"/messages?after=x", "").Status)
		require.Equal(t, http.StatusUnauthorized, drive.Do(t, http.MethodPost, url+"/turn", "").Status)
	})
}

func TestUnimplemented(t *testing.T) {
	url := drive.Serve(t, api.New(api.UnimplementedDefaultHandler{}, &room{}))
	require.Equal(t, http.StatusNotImplemented, drive.Do(t, http.MethodGet, url+"/job", "").Status)
}
