package tornado

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

var textCodec = StreamCodec[string]{
	Append: func(b []byte, v string) []byte { return jsonwire.AppendString(b, v) },
	Decode: func(d *Decoder) string { return d.String(nil) },
	Text:   true,
}

// watching is an API of one operation that sends events.
func watching(options *StreamOptions, watch func(ctx context.Context, out *EventStream[string]) error, opts ...APIOption) *API {
	a := newTestAPI(testHandlers{}, opts...)
	op := &Operation{ID: "watch", Name: "Watch", Method: "GET", Path: "/watch", Produces: []string{"text/event-stream"}, Kind: KindStream, Stream: options}
	RegisterEvents(a, op, (*noRequest).decode, func(ctx context.Context, _ noRequest, out *EventStream[string]) error { return watch(ctx, out) }, http.StatusOK, &textCodec)
	return a
}

// keeping gives each stream to a channel and returns.
func keeping(options *StreamOptions) (*API, chan *EventStream[string]) {
	streams := make(chan *EventStream[string], 4096)
	return watching(options, func(_ context.Context, out *EventStream[string]) error {
		out.Keep()
		streams <- out
		return nil
	}), streams
}

const askWatch = "GET /watch HTTP/1.1\r\nHost: h\r\n\r\n"

// TestStreamKeepsTheConnection: what is pipelined behind a stream is answered when that was closed, and the connection goes on.
func TestStreamKeepsTheConnection(t *testing.T) {
	for _, opts := range [][]Option{{}, {WithHandlersOnLoop()}, {over(overTLS)}, {over(overUnix)}} {
		api, streams := keeping(nil)
		c := start(t, api, opts...).dial(t)
		for range 2 {
			c.send(askWatch + "GET /items/2 HTTP/1.1\r\nHost: h\r\n\r\n")
			out := <-streams
			require.NoError(t, out.Send("a"))
			require.NoError(t, out.Send("b\nc"))
			out.Close()
			res, body := c.answer("GET")
			require.Equal(t, []string{"chunked"}, res.TransferEncoding)
			require.Equal(t, "data: a\n\ndata: b\ndata: c\n\n", body)
			_, body = c.answer("GET")
			require.Equal(t, `{"id":11}`, body)
		}
	}
}

// TestStreamHTTP10: the end of the connection is that of the stream.
func TestStreamHTTP10(t *testing.T) {
	api, streams := keeping(nil)
	c := start(t, api).dial(t)
	c.send("GET /watch HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
	out := <-streams
	require.NoError(t, out.Send("a"))
	out.Close()
	all, err := io.ReadAll(c.r)
	require.NoError(t, err)
	head, body, _ := strings.Cut(string(all), "\r\n\r\n")
	require.Equal(t, "data: a\n\n", body)
	require.NotContains(t, head, "chunked")
	require.Contains(t, head, "Connection: close")
}

// TestStreamOfAClientThatLeaves: the end is told once, whether the client closes its side, or all of it, or vanishes.
func TestStreamOfAClientThatLeaves(t *testing.T) {
	for name, leave := range map[string]func(c *peerConn){
		"half":   func(c *peerConn) { _ = c.CloseWrite() },
		"close":  func(c *peerConn) { _ = c.Close() },
		"vanish": func(c *peerConn) { c.vanish() },
	} {
		t.Run(name, func(t *testing.T) {
			api, streams := keeping(nil)
			c := start(t, api, WithTimeouts(Timeouts{HalfClose: 20 * time.Millisecond})).dial(t)
			c.send(askWatch)
			out := <-streams
			require.NoError(t, out.Send("a"))
			var ends atomic.Int32
			ended := make(chan struct{}, 2)
			out.OnDone(func() { ends.Add(1); ended <- struct{}{} })
			leave(c)
			<-ended
			require.Error(t, out.Send("b"))
			out.Close()
			out.Abort(nil)
			late := make(chan struct{})
			out.OnDone(func() { close(late) })
			<-late
			require.EqualValues(t, 1, ends.Load())
		})
	}
}

// TestStreamOfASlowClient: a client that never reads costs what the policy says, and memory stays where it is.
func TestStreamOfASlowClient(t *testing.T) {
	const messages, size = 1000, 16 << 10 // 16 MB: more than the kernel keeps for a client with a small buffer
	text := strings.Repeat("x", size)
	for name, c := range map[string]struct {
		slow SlowPolicy
		want error
		on   transport
	}{
		"drop-oldest":      {SlowDropOldest, nil, overTCP},
		"drop-newest":      {SlowDropNewest, nil, overUnix},
		"close":            {SlowClose, ErrSlowClient, overTCP},
		"drop-oldest, TLS": {SlowDropOldest, nil, overTLS},
		"close, TLS":       {SlowClose, ErrSlowClient, overTLS},
	} {
		for _, keep := range []bool{false, true} {
			t.Run(name+map[bool]string{false: " running", true: " kept"}[keep], func(t *testing.T) {
				sent, grown := make(chan error, 1), make(chan int64, 1)
				send := func(out *EventStream[string]) {
					var err error
					before := heapNow()
					for range messages {
						if err = out.Send(text); err != nil {
							break
						}
					}
					grown <- heapNow() - before
					if err == nil {
						assert.Greater(t, out.Dropped(), uint64(messages/2))
						out.Abort(nil)
					}
					sent <- err
				}
				ended := make(chan struct{})
				api := watching(&StreamOptions{Queue: 8, Bytes: 256 << 10, Slow: c.slow}, func(_ context.Context, out *EventStream[string]) error {
					out.OnDone(func() { close(ended) })
					if keep {
						out.Keep()
						go send(out)
					} else {
						send(out)
					}
					return nil
				})
				client := start(t, api, over(c.on)).dial(t)
				smallBuffer(t, client.Conn)
				client.send(askWatch)
				require.Less(t, <-grown, int64(2<<20), "bytes that are kept")
				require.ErrorIs(t, <-sent, c.want)
				select {
				case <-ended: // although it reads nothing
				case <-time.After(patience):
					t.Fatal("the connection is not cut")
				}
				_, err := io.Copy(io.Discard, client.r)
				require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
			})
		}
	}
}

// heapNow is how many bytes of the heap are reachable.
func heapNow() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestStreamWritesAtOnce: what a client takes at once is written by who sends, whatever the transport and the policy.
func TestStreamWritesAtOnce(t *testing.T) {
	for name, on := range everyTransport {
		t.Run(name, func(t *testing.T) {
			api, streams := keeping(&StreamOptions{Slow: SlowDropOldest})
			c := start(t, api, over(on)).dial(t)
			c.send(askWatch)
			out := <-streams
			require.NoError(t, out.Open())
			res, err := http.ReadResponse(c.r, nil)
			require.NoError(t, err)
			require.Eventually(t, func() bool {
				out.mu.Lock()
				defer out.mu.Unlock()
				return out.state == streamParked
			}, patience, time.Millisecond)
			body := bufio.NewReader(res.Body)
			for range 100 {
				require.NoError(t, out.Send("x"))
				out.mu.Lock()
				behind := out.writing
				out.mu.Unlock()
				require.False(t, behind, "a goroutine writes what the client would have taken")
				require.Equal(t, "data:x", event(t, body))
			}
			out.Close()
			require.Empty(t, out.Dropped())
		})
	}
}

// TestStreamBlocks: with the policy that blocks, who sends waits for the client, and no longer than the time for writes.
func TestStreamBlocks(t *testing.T) {
	api, streams := keeping(nil)
	c := start(t, api, WithTimeouts(Timeouts{Write: 100 * time.Millisecond})).dial(t)
	c.send(askWatch)
	out := <-streams
	text := strings.Repeat("x", 64<<10)
	var err error
	for n := 0; err == nil; n++ {
		require.Less(t, n, 10_000, "a client that reads nothing is waited for")
		err = out.Send(text)
	}
	require.Zero(t, out.Dropped())

	c = start(t, api).dial(t)
	c.send(askWatch)
	out = <-streams
	done := make(chan error, 1)
	go func() {
		for range 200 {
			if err := out.Send(text); err != nil {
				done <- err
				return
			}
		}
		out.Close()
		done <- nil
	}()
	_, body := c.answer("GET")
	require.NoError(t, <-done)
	require.Len(t, body, 200*(len(text)+len("data: \n\n")))
}

// TestStreamSlowOnLoop: a loop that serves never waits for the client of a stream that was kept: it is given up, and others are served.
func TestStreamSlowOnLoop(t *testing.T) {
	streams := make(chan *EventStream[string], 1)
	ended := make(chan struct{})
	api := watching(&StreamOptions{Queue: 8}, func(_ context.Context, out *EventStream[string]) error {
		out.Keep()
		out.OnDone(func() { close(ended) })
		streams <- out
		return nil
	})
	text := strings.Repeat("x", 64<<10)
	op := &Operation{ID: "flood", Name: "Flood", Method: "POST", Path: "/flood"}
	RegisterNoContent(api, op, (*noRequest).decode, func(context.Context, *noRequest) error {
		out := <-streams
		for n := 0; ; n++ {
			if err := out.Send(text); err != nil || n > 1000 {
				return err
			}
		}
	}, http.StatusNoContent)
	r := start(t, api, WithHandlersOnLoop(), WithLoops(1))
	slow := r.dial(t)
	slow.send(askWatch)
	_, err := slow.r.ReadByte() // its handler has returned
	require.NoError(t, err)
	status, _ := r.exchange(t, "POST /flood HTTP/1.1\r\nHost: h\r\n\r\n")
	require.Equal(t, http.StatusInternalServerError, status, "ErrSlowClient")
	<-ended
	status, _ = r.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: h\r\n\r\n")
	require.Equal(t, http.StatusOK, status)
}

// TestStreamDrain: the event streams of a server that drains end at once, and not as if they were complete, so that their clients come
// back; what is no event stream is waited for.
func TestStreamDrain(t *testing.T) {
	ended := make(chan error, 1)
	api := watching(nil, func(ctx context.Context, out *EventStream[string]) error {
		if err := out.Send("a"); err != nil {
			return err
		}
		if out.LastEventID() == "keep" {
			out.Keep()
			out.OnDone(func() { ended <- out.Send("b") })
			return nil
		}
		<-ctx.Done()
		ended <- out.Send("b")
		return nil
	})
	for _, id := range []string{"keep", "run"} {
		r := start(t, api)
		c := r.dial(t)
		c.send("GET /watch HTTP/1.1\r\nHost: h\r\nLast-Event-ID: " + id + "\r\n\r\n")
		res, err := http.ReadResponse(c.r, &http.Request{Method: "GET"})
		require.NoError(t, err)
		require.NoError(t, r.stop(t))
		require.ErrorIs(t, <-ended, ErrDraining)
		_, err = io.ReadAll(res.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
}

// TestStreamParkedMemory: a kept stream holds no goroutine, and few bytes beside its connection.
func TestStreamParkedMemory(t *testing.T) {
	if overNet {
		t.Skip("over package net a connection has a goroutine")
	}
	const clients = 400
	api, streams := keeping(nil)
	r := start(t, api)
	conns := make([]net.Conn, clients)
	for i := range conns {
		c, _, err := r.transport.dial(r.addr)
		require.NoError(t, err)
		defer c.Close()
		conns[i] = c
	}
	ask := func(c net.Conn) *EventStream[string] {
		_, err := io.WriteString(c, askWatch)
		require.NoError(t, err)
		return <-streams
	}
	kept := make([]*EventStream[string], clients)
	kept[0] = ask(conns[0])
	goroutines, before := runtime.NumGoroutine(), heapNow()
	for i := range clients - 1 {
		kept[i+1] = ask(conns[i+1])
	}
	for _, c := range conns { // all are parked when the head has come
		head := bufio.NewReaderSize(io.LimitReader(c, 16), 16)
		_, err := head.ReadByte()
		require.NoError(t, err)
	}
	each := (heapNow() - before) / (clients - 1)
	assert.Less(t, runtime.NumGoroutine(), goroutines+50)
	assert.Less(t, each, int64(900), "bytes a stream")
	t.Logf("%d bytes a stream", each)
	for _, s := range kept {
		s.Abort(nil)
	}
}
