package tornado

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

// drains has the drain begin.
func (r *running) drains(t *testing.T) {
	t.Helper()
	r.Shutdown()
	require.Eventually(t, r.Draining, patience, time.Millisecond)
}

// cutShort asserts that a drain cuts what it waits for once its time is up, and that a client sees its connection end without a byte more.
func (r *running) cutShort(t *testing.T, c *peerConn) {
	t.Helper()
	begun := time.Now()
	require.ErrorIs(t, r.stop(t), ErrCut)
	assert.Less(t, time.Since(begun), patience/2)
	rest, err := io.ReadAll(c.r)
	assert.Empty(t, string(rest))
	if err != nil {
		assert.ErrorContains(t, err, "reset")
	}
}

// shortDrain is over long before any other time.
var shortDrain = WithTimeouts(Timeouts{Drain: 50 * time.Millisecond, Header: 2 * patience, Body: 2 * patience, Stream: 2 * patience})

// TestDrainInsideOfAProxyHeader: a client whose PROXY header is half received when the drain begins is served once the rest has come, and is
// let go when the time of the drain, or that of a header, is up.
func TestDrainInsideOfAProxyHeader(t *testing.T) {
	for name, header := range map[string]string{"version 1": v1From, "version 2": v2From} {
		half := func(t *testing.T, opts ...Option) (*running, *peerConn) {
			l, err := Listen("tcp", "127.0.0.1:0", WithProxyProtocol(loopback))
			require.NoError(t, err)
			r := serveOn(t, newTestAPI(told), l, opts...)
			c := r.dial(t)
			c.send(header[:len(header)/2])
			require.Eventually(t, func() bool { return r.Stats().Connections.Handshakes == 1 }, patience, time.Millisecond, "it waits for the rest")
			return r, c
		}
		t.Run(name+", then the rest", func(t *testing.T) {
			r, c := half(t)
			r.drains(t)
			c.send(header[len(header)/2:] + "GET /hold HTTP/1.1\r\nHost: a.example\r\n\r\n")
			res, body := c.answer("GET")
			assert.Contains(t, body, "192.0.2.7:4711 ")
			assert.True(t, res.Close)
			c.ended()
			require.NoError(t, r.stop(t))
		})
		t.Run(name+", then nothing", func(t *testing.T) {
			r, c := half(t, shortDrain)
			r.cutShort(t, c)
		})
		t.Run(name+", and its own time ends first", func(t *testing.T) {
			r, c := half(t, WithTimeouts(Timeouts{Drain: 2 * patience, Header: 50 * time.Millisecond}))
			require.NoError(t, r.stop(t))
			_, err := io.ReadAll(c.r)
			if err != nil {
				assert.ErrorContains(t, err, "reset")
			}
		})
	}
}

// TestDrainInsideOfAPreface: a client of HTTP/2 whose preface is half received when the drain begins is told by a GOAWAY that nothing of it
// was begun, so that it may ask elsewhere; one that sends no more is cut.
func TestDrainInsideOfAPreface(t *testing.T) {
	half := func(t *testing.T, opts ...Option) (*running, *peerConn) {
		r := start(t, newTestAPI(testHandlers{}), append(opts, WithH2C(), over(overTCP))...)
		c := r.dial(t)
		c.send(http1.Preface[:len(http1.Preface)/2])
		require.Eventually(t, func() (served bool) {
			for _, l := range r.Stats().Loops {
				if served = l.Taken > 0 && l.Running == 0; served {
					return true
				}
			}
			return false
		}, patience, time.Millisecond, "a worker has seen what came")
		return r, c
	}
	t.Run("then the rest", func(t *testing.T) {
		r, c := half(t)
		r.drains(t)
		c.send(http1.Preface[len(http1.Preface)/2:] + "\x00\x00\x00\x04\x00\x00\x00\x00\x00" + http2Get(1, "/items/1"))
		last, code := goAway(t, c)
		assert.Zero(t, last, "it may be asked again elsewhere")
		assert.Zero(t, code)
		_, err := io.Copy(io.Discard, c.r)
		require.NoError(t, err, "closed, not reset")
		require.NoError(t, c.Close())
		require.NoError(t, r.stop(t))
	})
	t.Run("then nothing", func(t *testing.T) {
		r, c := half(t, shortDrain)
		r.cutShort(t, c)
	})
}

const expectsFive = "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"

// expecting is a request whose client waits for 100 before it sends "hello".
type expecting struct {
	api    *API
	opts   []Option
	head   string
	atOnce bool // it is told to go on when its head has come; else when the handler reads
	want   string
}

// expectations are requests of each kind: of a body that is held in memory, and of one that is read as it comes, before which the handlers call
// until.
func expectations(until func(context.Context)) map[string]expecting {
	upload := uploadAPI(func(ctx context.Context, req uploadRequest) (string, error) { until(ctx); return count(ctx, req) })
	mounted := WithMount("/m", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		until(r.Context())
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	}))
	return map[string]expecting{
		"in memory": {newTestAPI(testHandlers{}), nil, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n" + expectsFive, true, "hello"},
		"upload":    {upload, nil, putBinary + expectsFive, false, "a b 5"},
		"mounted":   {newTestAPI(testHandlers{}), []Option{mounted}, "POST /m HTTP/1.1\r\nHost: x\r\n" + expectsFive, false, "hello"},
	}
}

// TestDrainBeforeTheBody: who was told, or is to be told, to go on is listened to when the drain begins before its body has come, and is answered.
func TestDrainBeforeTheBody(t *testing.T) {
	entered := make(chan struct{}, 1)
	for name, way := range expectations(func(ctx context.Context) { entered <- struct{}{}; <-Draining(ctx) }) {
		t.Run(name, func(t *testing.T) {
			r := start(t, way.api, way.opts...)
			c := r.dial(t)
			c.send(way.head)
			if way.atOnce {
				c.continued()
			} else {
				<-entered
			}
			r.drains(t)
			if !way.atOnce {
				c.continued()
			}
			c.send("hello")
			res, body := c.answer("POST")
			assert.Equal(t, http.StatusOK, res.StatusCode)
			assert.Equal(t, way.want, body)
			assert.True(t, res.Close)
			c.ended()
			require.NoError(t, r.stop(t))
		})
	}
}

// TestDrainCutsBeforeTheBody: one that was told to go on and sends nothing is waited for as long as the drain takes.
func TestDrainCutsBeforeTheBody(t *testing.T) {
	for name, way := range expectations(func(context.Context) {}) {
		t.Run(name, func(t *testing.T) {
			r := start(t, way.api, append(way.opts, shortDrain)...)
			c := r.dial(t)
			c.send(way.head)
			c.continued()
			r.cutShort(t, c)
		})
	}
}

// TestDrainWhileA100IsOwed: a handler that answers without the body does so in the drain, too, and no 100 comes before.
func TestDrainWhileA100IsOwed(t *testing.T) {
	entered := make(chan struct{})
	r := start(t, uploadAPI(func(ctx context.Context, _ uploadRequest) (string, error) {
		close(entered)
		<-Draining(ctx)
		return "", &StatusError{Status: http.StatusServiceUnavailable}
	}))
	c := r.dial(t)
	c.send(putBinary + expectsFive)
	<-entered
	r.drains(t)
	res, _ := c.answer("PUT")
	assert.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
	assert.True(t, res.Close)
	c.ended()
	require.NoError(t, r.stop(t))
}
