package tornado

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
)

// http2Ways are the ways in which clients come to HTTP/2.
var http2Ways = map[string][]Option{
	"tls":        {over(overTLS)},
	"tls onloop": {over(overTLS), WithHandlersOnLoop()},
	"h2c":        {WithH2C()},
	"h2c onloop": {WithH2C(), WithHandlersOnLoop()},
	"h2c unix":   {WithH2C(), over(overUnix)},
}

// http2Client is net/http's client, and the beginning of the URLs for it.
func http2Client(t *testing.T, r *running, way string) (*http.Client, string) {
	t.Helper()
	protocols := new(http.Protocols)
	transport := &http.Transport{Protocols: protocols}
	t.Cleanup(transport.CloseIdleConnections)
	if strings.HasPrefix(way, "tls") {
		protocols.SetHTTP2(true)
		transport.TLSClientConfig = authority().client()
		return &http.Client{Transport: transport}, "https://" + r.addr
	}
	protocols.SetUnencryptedHTTP2(true)
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		c, _, err := r.transport.dial(r.addr)
		return c, err
	}
	return &http.Client{Transport: transport}, "http://localhost"
}

func readAll(t *testing.T, res *http.Response, err error) string {
	t.Helper()
	require.NoError(t, err)
	defer res.Body.Close()
	assert.Equal(t, 2, res.ProtoMajor)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(body)
}

// TestHTTP2: the same handlers, checks and answers, many requests on one connection at a time.
func TestHTTP2(t *testing.T) {
	for way, opts := range http2Ways {
		t.Run(way, func(t *testing.T) {
			var logged syncBuffer
			r := start(t, newTestAPI(testHandlers{}), append([]Option{
				WithAccessLog(slog.New(slog.NewTextHandler(&logged, nil))),
				WithMount("/page", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) })),
			}, opts...)...)
			client, base := http2Client(t, r, way)
			var all sync.WaitGroup
			for range 50 {
				all.Go(func() {
					res, err := client.Post(base+"/echo", "text/plain", strings.NewReader(strings.Repeat("a", 100_000)))
					if assert.NoError(t, err) {
						assert.Equal(t, http.StatusOK, res.StatusCode)
						assert.Len(t, readAll(t, res, err), 100_000)
					}
				})
			}
			all.Wait()
			res, err := client.Get(base + "/items/2?mode=a")
			assert.Equal(t, `{"id":11}`, readAll(t, res, err))
			res, err = client.Get(base + "/items/0")
			assert.Contains(t, readAll(t, res, err), "minimum")
			assert.Equal(t, http.StatusUnprocessableEntity, res.StatusCode)
			res, err = client.Get(base + "/nothing")
			readAll(t, res, err)
			assert.Equal(t, http.StatusNotFound, res.StatusCode)
			res, err = client.Get(base + "/page")
			assert.Equal(t, "HTTP/2.0", readAll(t, res, err))
			res, err = client.Head(base + "/items/2")
			assert.Empty(t, readAll(t, res, err))
			assert.EqualValues(t, 9, res.ContentLength)
			client.CloseIdleConnections()
			require.NoError(t, r.stop(t))
			assert.Contains(t, logged.String(), `target="/items/2?mode=a" operation=getItem status=200 bytes=9`)
			assert.Equal(t, 55, strings.Count(logged.String(), "ended=answered"))
		})
	}
}

// TestHTTP1BesideHTTP2: a client that does not ask for HTTP/2 gets HTTP/1.1, and h2c needs its option.
func TestHTTP1BesideHTTP2(t *testing.T) {
	for name, opts := range map[string][]Option{"tls": {over(overTLS)}, "h2c": {WithH2C()}} {
		r := start(t, newTestAPI(testHandlers{}), opts...)
		status, _ := r.exchange(t, getItem)
		assert.Equal(t, http.StatusOK, status, name)
		if name == "tls" { // it did not say so in ALPN
			status, _ = r.exchange(t, http1.Preface)
			assert.Equal(t, http.StatusHTTPVersionNotSupported, status)
		}
	}
	r := start(t, newTestAPI(testHandlers{}))
	status, _ := r.exchange(t, http1.Preface)
	assert.Equal(t, http.StatusHTTPVersionNotSupported, status)

	config := authority().server()
	config.NextProtos = []string{"http/1.1"}
	r = start(t, newTestAPI(testHandlers{}), withTLS(TLS{Config: config}))
	asking := authority().client()
	asking.NextProtos = []string{"h2", "http/1.1"}
	conn, err := handshake(t, r.addr, asking)
	require.NoError(t, err)
	assert.Equal(t, "http/1.1", conn.ConnectionState().NegotiatedProtocol, "it can be turned off")
}

// TestPrefaceInPieces: the bytes that tell HTTP/2 from HTTP/1 may come one by one, and requests before them are answered.
func TestPrefaceInPieces(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), WithH2C())
	for cut := 1; cut < len(http1.Preface); cut++ {
		c := r.dial(t)
		c.send(http1.Preface[:cut])
		if cut%5 == 0 {
			status, _ := r.exchange(t, getItem) // meanwhile
			require.Equal(t, http.StatusOK, status)
		}
		c.send(http1.Preface[cut:] + "\x00\x00\x00\x04\x00\x00\x00\x00\x00")
		kind, _ := readFrame(t, c.r)
		assert.Equal(t, byte(4), kind, "SETTINGS, cut at %d", cut)
	}
}

// readFrame reads one frame (RFC 9113 section 4.1).
func readFrame(t *testing.T, r *bufio.Reader) (kind byte, payload []byte) {
	t.Helper()
	var head [9]byte
	_, err := io.ReadFull(r, head[:])
	require.NoError(t, err)
	payload = make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
	_, err = io.ReadFull(r, payload)
	require.NoError(t, err)
	return head[3], payload
}

// settled is a client of HTTP/2 that has exchanged settings.
func settled(t *testing.T, r *running, way string) *peerConn {
	t.Helper()
	var c *peerConn
	if strings.HasPrefix(way, "tls") {
		config := authority().client()
		config.NextProtos = []string{"h2"}
		conn, err := handshake(t, r.addr, config)
		require.NoError(t, err)
		c = &peerConn{Conn: conn, below: conn.NetConn(), t: t}
		c.reader()
	} else {
		c = r.dial(t)
	}
	c.send(http1.Preface + "\x00\x00\x00\x04\x00\x00\x00\x00\x00")
	kind, settings := readFrame(t, c.r)
	require.Equal(t, byte(4), kind)
	require.Contains(t, string(settings), string(binary.BigEndian.AppendUint32([]byte{0, 3}, http2Streams)), "SETTINGS_MAX_CONCURRENT_STREAMS")
	c.send("\x00\x00\x00\x04\x01\x00\x00\x00\x00")
	return c
}

// goAway reads until GOAWAY, and returns its last stream and code.
func goAway(t *testing.T, c *peerConn) (last, code uint32) {
	t.Helper()
	for {
		if kind, payload := readFrame(t, c.r); kind == 7 {
			return binary.BigEndian.Uint32(payload), binary.BigEndian.Uint32(payload[4:])
		}
	}
}

// TestDrainSaysGoAway: idle connections of HTTP/2 get a GOAWAY before they are closed; a request that runs is answered; and the drain
// waits for it.
func TestDrainSaysGoAway(t *testing.T) {
	for way, opts := range http2Ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			started, release := make(chan struct{}), make(chan struct{})
			r := start(t, newTestAPI(testHandlers{hold: func(ctx context.Context) ([]byte, error) {
				close(started)
				<-Draining(ctx)
				<-release
				return []byte("late"), nil
			}}), opts...)
			idle := settled(t, r, way)
			client, base := http2Client(t, r, way)
			answer := make(chan string, 1)
			go func() {
				res, err := client.Get(base + "/hold")
				if assert.NoError(t, err) {
					answer <- readAll(t, res, err)
				}
			}()
			<-started
			r.Shutdown()
			_, code := goAway(t, idle)
			assert.Zero(t, code)
			_, err := io.Copy(io.Discard, idle.r)
			require.NoError(t, err, "closed, not reset")
			select {
			case err := <-r.err:
				assert.Fail(t, "ended before its request", "%v", err)
			default:
			}
			close(release)
			assert.Equal(t, "late", <-answer)
			require.NoError(t, r.stop(t))
		})
	}
}

// TestLateHTTP2: who comes with HTTP/2 while the server drains is told to go elsewhere.
func TestLateHTTP2(t *testing.T) {
	release := make(chan struct{})
	r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) { <-release; return nil, nil }}), WithH2C())
	c := r.dial(t)
	c.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n") // keeps the drain from ending
	late := r.dial(t)
	late.send("PRI")
	status, _ := r.exchange(t, getItem) // what was sent before is with the server
	require.Equal(t, http.StatusOK, status)
	r.Shutdown()
	require.Eventually(t, r.Draining, patience, time.Millisecond)
	late.send(http1.Preface[3:])
	last, code := goAway(t, late)
	assert.Zero(t, last)
	assert.Zero(t, code)
	late.Close()
	close(release)
	require.NoError(t, r.stop(t))
}

// TestDrainCutsHTTP2: what is open after Timeouts.Drain is cut, and the context of its request says why.
func TestDrainCutsHTTP2(t *testing.T) {
	started, release, cause := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	r := start(t, newTestAPI(testHandlers{hold: func(ctx context.Context) ([]byte, error) {
		close(started)
		<-ctx.Done()
		cause <- context.Cause(ctx)
		<-release
		return nil, nil
	}}), over(overTLS), WithTimeouts(Timeouts{Drain: 50 * time.Millisecond}))
	client, base := http2Client(t, r, "tls")
	failed := make(chan error, 1)
	go func() {
		res, err := client.Get(base + "/hold")
		if err == nil {
			res.Body.Close()
		}
		failed <- err
	}()
	<-started
	require.ErrorIs(t, r.stop(t), ErrCut)
	require.Error(t, <-failed)
	close(release)
	require.ErrorIs(t, <-cause, ErrCut)
}

// TestHTTP2CountsAsOpen: connections that have left the loops count for the limit on connections.
func TestHTTP2CountsAsOpen(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), WithH2C(), over(overTCP), WithLimits(Limits{Connections: 1}))
	first := settled(t, r, "h2c")
	c, err := net.Dial("tcp", r.addr)
	require.NoError(t, err)
	defer c.Close()
	_, err = io.ReadAll(c)
	require.NoError(t, err, "there is no place")
	first.Close()
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", r.addr)
		require.NoError(t, err)
		defer c.Close()
		_, _ = io.WriteString(c, getItem)
		n, _ := c.Read(make([]byte, 1))
		return n == 1
	}, patience, time.Millisecond)
}

// TestHijackOverTLS: a handler that takes a connection over reads and writes plain bytes.
func TestHijackOverTLS(t *testing.T) {
	r := start(t, nil, over(overTLS), WithMount("/take", http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		assert.NotNil(t, req.TLS)
		conn, rw, err := http.NewResponseController(w).Hijack()
		if !assert.NoError(t, err) {
			return
		}
		assert.IsType(t, (*tls.Conn)(nil), conn)
		go func() {
			defer conn.Close()
			_, _ = io.Copy(conn, rw) // echoes what had been read, too, until the client ends
		}()
	})))
	c := r.dial(t)
	c.send("GET /take HTTP/1.1\r\nHost: x\r\n\r\nhello, ")
	var got [12]byte
	_, err := io.ReadFull(c, got[:7])
	require.NoError(t, err)
	c.send("world")
	_, err = io.ReadFull(c, got[7:])
	require.NoError(t, err)
	assert.Equal(t, "hello, world", string(got[:]))
	require.NoError(t, c.CloseWrite())
	c.ended()
}

// TestHTTP2BodyTimeouts: bodies are waited for as on HTTP/1, and no longer than they come.
func TestHTTP2BodyTimeouts(t *testing.T) {
	short := 100 * time.Millisecond
	ended := make(chan error, 1)
	r := start(t, newTestAPI(testHandlers{echo: func(ctx context.Context, req echoRequest) ([]byte, error) {
		select { // the time to send is over long before the handler is
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(3 * short):
			return req.Body, nil
		}
	}}), WithH2C(), WithTimeouts(Timeouts{Body: short, Stream: short}), WithMount("/read", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		ended <- err
	})))
	client, base := http2Client(t, r, "h2c")
	res, err := client.Post(base+"/echo", "text/plain", strings.NewReader("hello"))
	assert.Equal(t, "hello", readAll(t, res, err))
	stall, stalled := io.Pipe()
	go func() { _, _ = io.WriteString(stalled, "hel") }()
	defer stalled.Close()
	res, err = client.Post(base+"/echo", "text/plain", stall)
	readAll(t, res, err)
	assert.Equal(t, http.StatusRequestTimeout, res.StatusCode)
	stall, stalled = io.Pipe()
	go func() { _, _ = io.WriteString(stalled, "hel") }()
	defer stalled.Close()
	res, err = client.Post(base+"/read", "text/plain", stall)
	readAll(t, res, err)
	assert.ErrorIs(t, <-ended, os.ErrDeadlineExceeded)
}

// TestHTTP2Abort: an answer that its handler gives up is none to a client that is there, whether it has begun or not.
func TestHTTP2Abort(t *testing.T) {
	r := start(t, watching(nil, func(_ context.Context, out *EventStream[string]) error {
		err := out.Send("one")
		out.Abort(nil)
		return err
	}), WithH2C(), WithMount("/begun", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "some")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})), WithMount("/held", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "some")
		panic(http.ErrAbortHandler)
	})), WithMount("/whole", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "all") })))
	client, base := http2Client(t, r, "h2c")
	for _, path := range []string{"/watch", "/begun", "/held"} {
		res, err := client.Get(base + path)
		if err == nil {
			_, err = io.ReadAll(res.Body)
			_ = res.Body.Close()
		}
		require.ErrorContains(t, err, "INTERNAL_ERROR", path)
	}
	res, err := client.Get(base + "/whole")
	assert.Equal(t, "all", readAll(t, res, err))
}

// TestHTTP2LateReader: who still reads a body when its handler has returned, or given up since the client has left, gets an error and no panic.
func TestHTTP2LateReader(t *testing.T) {
	begun, panicked := make(chan struct{}), make(chan any)
	late := func(r *http.Request, over <-chan struct{}) {
		defer func() { panicked <- recover() }()
		<-over
		for range 50 { // net/http has more to do, and does not tell
			_, err := r.Body.Read(make([]byte, 1))
			assert.Error(t, err)
			time.Sleep(time.Millisecond)
		}
	}
	r := start(t, newTestAPI(testHandlers{}), WithH2C(),
		WithMount("/returns", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			begun <- struct{}{}
			over := make(chan struct{})
			go late(r, over)
			_ = r.Body.Close() // as httputil.ReverseProxy does
			close(over)
		})),
		WithMount("/aborts", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			begun <- struct{}{}
			over := make(chan struct{})
			go late(r, over)
			<-r.Context().Done()
			close(over)
			panic(http.ErrAbortHandler)
		})))
	client, base := http2Client(t, r, "h2c")
	for _, path := range []string{"/returns", "/aborts"} {
		body, more := io.Pipe()
		ctx, leave := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+path, body)
		require.NoError(t, err)
		go func() {
			if res, err := client.Do(req); err == nil {
				_ = res.Body.Close()
			}
		}()
		<-begun
		if path == "/aborts" {
			leave()
		}
		assert.Nil(t, <-panicked, path)
		leave()
		_ = more.Close()
	}
}

// TestStreamsOverHTTP2: event streams go on after their handlers have returned, and a drain ends them; bodies are read as they come,
// while the answer is sent.
func TestStreamsOverHTTP2(t *testing.T) {
	for way, opts := range http2Ways {
		t.Run(way, func(t *testing.T) {
			streams := make(chan *EventStream[string], 1)
			api := NewAPI(Info{Title: "Test", Version: "1"})
			codec := &StreamCodec[string]{Append: AppendString, Text: true}
			RegisterEvents(api, &Operation{ID: "watch", Method: "GET", Path: "/watch", Produces: []string{"text/event-stream"}, Stream: &StreamOptions{}},
				(*noRequest).decode, func(_ context.Context, _ noRequest, out *EventStream[string]) error {
					out.Keep()
					streams <- out
					return out.Send("first")
				}, http.StatusOK, codec)
			r := start(t, api, append([]Option{WithMount("/double", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for buf := make([]byte, 1); ; {
					if _, err := r.Body.Read(buf); err != nil {
						return
					}
					_, _ = w.Write([]byte{buf[0], buf[0]})
					_ = http.NewResponseController(w).Flush()
				}
			}))}, opts...)...)
			client, base := http2Client(t, r, way)
			res, err := client.Get(base + "/watch")
			require.NoError(t, err)
			defer res.Body.Close()
			require.Equal(t, 2, res.ProtoMajor)
			events := bufio.NewReader(res.Body)
			assert.Equal(t, "data:first", event(t, events))
			out := <-streams
			require.NoError(t, out.Send("second"))
			assert.Equal(t, "data:second", event(t, events))

			body, send := io.Pipe()
			more := make(chan byte, 3)
			more <- 'a'
			go func() {
				for b := range more {
					_, _ = send.Write([]byte{b})
				}
				send.Close()
			}()
			double, err := client.Post(base+"/double", "text/plain", body)
			require.NoError(t, err)
			var got [2]byte
			for _, b := range []byte("abc") {
				if b != 'a' {
					more <- b
				}
				_, err = io.ReadFull(double.Body, got[:])
				require.NoError(t, err)
				assert.Equal(t, [2]byte{b, b}, got)
			}
			close(more)
			require.NoError(t, double.Body.Close())

			ended := make(chan struct{})
			go func() {
				defer close(ended)
				_, _ = io.Copy(io.Discard, events) // the client comes back, to another server
			}()
			require.NoError(t, r.stop(t))
			<-ended
			require.ErrorIs(t, out.Send("third"), ErrDraining)
		})
	}
}

// event reads the lines of an event, without the spaces that may follow their colons.
func event(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	var lines []string
	for {
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return strings.Join(lines, "\n")
		}
		lines = append(lines, strings.Replace(line, ": ", ":", 1))
	}
}
