package tornado

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// TestDrainAnswersWhatWasAccepted: a request that runs, one that is half received, and one that waits in the socket, all get
// their answers after the drain has begun.
func TestDrainAnswersWhatWasAccepted(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) {
		close(started)
		<-release
		return []byte("held"), nil
	}}))
	busy, idle := r.dial(t), r.dial(t)
	idle.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	idle.answer("GET")
	half := r.dial(t)
	half.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /items/2 HTTP/1.1\r\nHo")
	half.answer("GET")
	busy.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\nGET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	<-started

	r.Shutdown()
	r.Shutdown() // twice is fine
	require.Eventually(t, r.Draining, patience, time.Millisecond)
	idle.send("GET /items/2 HTTP/1.1\r\nHost: x\r\n\r\n") // it could not know
	res, body := idle.answer("GET")
	assert.Equal(t, `{"id":11}`, body)
	assert.True(t, res.Close)
	idle.ended()
	half.send("st: x\r\n\r\n")
	res, body = half.answer("GET")
	assert.Equal(t, `{"id":11}`, body)
	assert.True(t, res.Close)
	close(release)
	_, body = busy.answer("GET")
	assert.Equal(t, "held", body)
	require.NoError(t, r.stop(t))
	_, err := net.Dial("tcp", r.addr)
	assert.Error(t, err, "nobody listens any more")
}

// TestDrainUnderLoad: whoever has sent a request before the drain gets an answer.
func TestDrainUnderLoad(t *testing.T) {
	var answered, sent atomic.Int64
	var stopping atomic.Bool
	r := start(t, newTestAPI(testHandlers{}))
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for range 20 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				c, _, err := r.transport.dial(r.addr)
				if err != nil {
					return // nobody listens any more
				}
				_, err = io.WriteString(c, "GET /items/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
				if due := err == nil && !stopping.Load(); due {
					sent.Add(1)
					if b, err := io.ReadAll(c); err == nil && bytes.HasSuffix(b, []byte("\r\n\r\n{\"id\":1}")) {
						answered.Add(1)
					}
				}
				c.Close()
			}
		})
	}
	require.Eventually(t, func() bool { return answered.Load() > 200 }, patience, time.Millisecond)
	stopping.Store(true)
	require.NoError(t, r.stop(t))
	close(stop)
	clients.Wait()
	assert.Equal(t, sent.Load(), answered.Load(), "requests and answers")
}

func TestDrainCutsAfterItsTime(t *testing.T) {
	started := make(chan struct{})
	cause := make(chan error, 1)
	r := start(t, newTestAPI(testHandlers{hold: func(ctx context.Context) ([]byte, error) {
		close(started)
		<-ctx.Done()
		cause <- context.Cause(ctx)
		return nil, nil
	}}), WithTimeouts(Timeouts{Drain: 50 * time.Millisecond}))
	c := r.dial(t)
	c.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	<-started
	require.ErrorIs(t, r.stop(t), ErrCut)
	require.ErrorIs(t, <-cause, ErrCut)
}

func TestStopFromAHandler(t *testing.T) {
	var r *running
	ready := make(chan struct{})
	r = start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) {
		<-ready
		r.Shutdown()
		return []byte("bye"), nil
	}}))
	close(ready)
	status, body := r.exchange(t, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "bye", body)
	require.NoError(t, r.stop(t))
}

func TestSecondServerIsRefusedThePort(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), over(overTCP))
	_, err := Listen("tcp", r.addr)
	require.ErrorContains(t, err, "in use")
	require.ErrorIs(t, r.Serve(context.Background()), ErrServed)
}

func TestReadinessTurnsOffFirst(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) { close(started); <-release; return nil, nil }}),
		WithHealth("/healthz", "/readyz"))
	status, body := r.exchange(t, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusOK, status, body)
	c := r.dial(t)
	c.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
	<-started
	r.Shutdown()
	require.Eventually(t, r.Draining, patience, time.Millisecond)
	close(release)
	res, _ := c.answer("GET")
	assert.True(t, res.Close)
	require.NoError(t, r.stop(t))
}

// TestDrainIdle: a connection that waits for a next request, or for its first, does not hold up the drain.
func TestDrainIdle(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), WithTimeouts(Timeouts{DrainIdle: time.Millisecond}))
	silent, idle := r.dial(t), r.dial(t)
	idle.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	idle.answer("GET")
	require.NoError(t, r.stop(t))
	silent.ended()
	idle.ended()
}

// TestUnready: readiness turns off while all else goes on; then the listener closes.
func TestUnready(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), WithHealth("/healthz", "/readyz"),
		WithTimeouts(Timeouts{Unready: 300 * time.Millisecond, DrainIdle: time.Millisecond}))
	r.Shutdown()
	require.Eventually(t, func() bool {
		status, _ := r.exchange(t, "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		return status == http.StatusServiceUnavailable
	}, patience, time.Millisecond)
	assert.False(t, r.Draining())
	c := r.dial(t)
	c.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	res, _ := c.answer("GET")
	assert.False(t, res.Close)
	require.NoError(t, r.stop(t))
}

// TestHandlersAreToldOfTheDrain: one that would run on and on comes to its end.
func TestHandlersAreToldOfTheDrain(t *testing.T) {
	started := make(chan struct{})
	r := start(t, newTestAPI(testHandlers{hold: func(ctx context.Context) ([]byte, error) {
		close(started)
		<-Draining(ctx)
		return []byte("so far"), nil
	}}))
	c := r.dial(t)
	c.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	<-started
	r.Shutdown()
	res, body := c.answer("GET")
	assert.Equal(t, "so far", body)
	assert.True(t, res.Close)
	require.NoError(t, r.stop(t))
	assert.Nil(t, Draining(context.Background()))
}

// TestDrainers: what was handed out of the loops is told of the drain, waited for, and told when time is up.
func TestDrainers(t *testing.T) {
	for name, limit := range map[string]time.Duration{"in time": time.Minute, "too late": 20 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			patient := limit == time.Minute
			s := NewServer(WithTimeouts(Timeouts{Drain: limit}))
			base, cut := context.WithCancelCause(t.Context())
			svc := s.newService(base)
			engine, err := worker.New(s.workerOptions(svc))
			require.NoError(t, err)
			var told bool
			svc.whenDraining(func(ctx context.Context) {
				told = s.Draining()
				if !patient {
					<-ctx.Done()
				}
			})
			err = svc.drain(engine, cut)
			assert.True(t, told)
			if patient {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrCut)
			assert.ErrorIs(t, context.Cause(base), ErrCut)
		})
	}
}
