package tornado

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// slowRule has a pattern that RE2 does not take, over which the engine of this test backtracks for a fifth of the patience.
var slowRule = StringRule{Pattern: validate.NewPattern(`^(?=a)a+$`)}

func useSlowEngine(t *testing.T) {
	t.Helper()
	validate.RegisterECMA(func(string) (func(string) (bool, time.Duration), error) {
		return func(string) (bool, time.Duration) { return true, validate.MaxPatience / 5 }, nil
	})
}

// TestPatienceOfItems: the items of a body have it together, and those behind are refused one by one.
func TestPatienceOfItems(t *testing.T) {
	useSlowEngine(t)
	op := Operation{ID: "post", Name: "Post", Method: http.MethodPost, Path: "/", Consumes: []string{"application/jsonl"}, Streams: []string{"application/jsonl"}, BodyRequired: true}
	var read, refused int
	a := NewAPI(Info{Title: "Test", Version: "1"})
	Register(a, &op, func(r *Items[string], in *Input) {
		*r = ItemsBody(in, func(v *string, d *Decoder) { *v = d.String(&slowRule) })
	},
		func(_ context.Context, body *Items[string]) (string, error) {
			for _, err := range *body {
				var wrong *BodyError
				if err == nil {
					read++
				} else if errors.As(err, &wrong) && assert.Contains(t, wrong.Detail, "patterns take too long") {
					refused++
				}
			}
			return "", nil
		}, func(w *Reply, s string) { w.Bytes(http.StatusOK, "text/plain", []byte(s)) })
	req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("\"a\"\n", 20)))
	req.Header.Set("Content-Type", "application/jsonl")
	res := httptest.NewRecorder()
	a.HTTPHandler().ServeHTTP(res, req)
	assert.Equal(t, http.StatusOK, res.Code)
	assert.Equal(t, 20, read+refused)
	assert.InDelta(t, 6, read, 2, "what comes back meanwhile is soon taken")
}

// TestPatienceOfASocket: so have the messages of a socket, whoever reads them.
func TestPatienceOfASocket(t *testing.T) {
	useSlowEngine(t)
	for name, loop := range map[string]bool{"loop": true, "callback": false} {
		t.Run(name, func(t *testing.T) {
			done := make(chan [2]int, 1)
			a := NewAPI(Info{Title: "Chat", Version: "1"})
			op := &Operation{ID: "chat", Name: "Chat", Method: http.MethodGet, Path: "/chat", Socket: &SocketOptions{}}
			var read, refused int
			RegisterSocket(a, op, (*noRequest).decode, func(_ context.Context, _ noRequest, s *chatSocket) error {
				s.OnInvalid = func(err error) error {
					assert.ErrorContains(t, err, "patterns take too long")
					refused++
					return nil
				}
				s.OnMessage = func(string) error { read++; return nil }
				s.OnClose = func(error) { done <- [2]int{read, refused} }
				if loop {
					for range s.Messages() {
						read++
					}
				}
				return nil
			}, sendText(), ReceiveJSON(func(v *string, d *Decoder) { *v = d.String(&slowRule) }))
			p := open(t, start(t, a).dialer())
			for range 12 {
				p.send(ws.OpText, `"a"`)
			}
			require.NoError(t, p.Close())
			got := <-done
			assert.Equal(t, 12, got[0]+got[1])
			assert.InDelta(t, 6, got[0], 2)
		})
	}
}

// TestPatienceOfAChoice: the operations that a path may be for have it together.
func TestPatienceOfAChoice(t *testing.T) {
	tried := 0
	validate.RegisterECMA(func(string) (func(string) (bool, time.Duration), error) {
		return func(string) (bool, time.Duration) { tried++; return false, validate.MaxPatience / 5 }, nil
	})
	a := NewAPI(Info{Title: "Test", Version: "1"})
	for i := range 20 {
		rule := StringRule{Pattern: validate.NewPattern(`^(?=a)a+$`)}
		read := func(in *Input) { p := in.Path(0, "p", Simple); p.String(&rule) }
		op := &Operation{ID: strconv.Itoa(i), Name: "Op", Method: http.MethodGet, Path: "/{p}", Choice: &RouteChoice{Rank: i}}
		Register(a, op, func(_ *noRequest, in *Input) { read(in) }, func(context.Context, *noRequest) (string, error) { return "", nil },
			func(w *Reply, s string) { w.Bytes(http.StatusOK, "text/plain", []byte(s)) })
		a.ValidPath(op, read)
	}
	res := httptest.NewRecorder()
	a.HTTPHandler().ServeHTTP(res, httptest.NewRequest(http.MethodGet, "/aaa", http.NoBody))
	assert.Equal(t, http.StatusUnprocessableEntity, res.Code)
	assert.Equal(t, 5, tried)
}

// TestPatienceReturns with the time, slowly.
func TestPatienceReturns(t *testing.T) {
	var d jsonwire.Decoder
	take := func(s spent) time.Duration {
		d.Reset(nil)
		s.begin(&d)
		return d.Spent()
	}
	assert.Zero(t, take(0))
	assert.Zero(t, take(spent(sinceEpoch())))
	assert.InDelta(t, validate.MaxPatience, take(spent(sinceEpoch()+patienceReturns*validate.MaxPatience)), float64(50*time.Millisecond))
	half := spent(sinceEpoch() + patienceReturns*validate.MaxPatience/2)
	assert.InDelta(t, validate.MaxPatience/2, take(half), float64(50*time.Millisecond))
	took := half
	assert.True(t, took.end(&d))
	assert.GreaterOrEqual(t, took, half-spent(time.Second))
	d.Reset(nil)
	assert.False(t, took.end(&d), "nothing was tried")
}
