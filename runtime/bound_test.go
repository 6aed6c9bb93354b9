package tornado

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

const askHold = "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n"

// holdingAPI has a handler that runs until its context ends or the test does.
func holdingAPI(t *testing.T, entered chan struct{}) *API {
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	return newTestAPI(testHandlers{hold: func(ctx context.Context) ([]byte, error) {
		entered <- struct{}{}
		select {
		case <-ctx.Done():
		case <-over:
		}
		return nil, context.Cause(ctx)
	}}, WithAPILogger(quiet))
}

// send is a server on which one connection sends something.
func sent(text string, opts ...Option) func(t *testing.T) *running {
	return func(t *testing.T) *running {
		r := start(t, newTestAPI(testHandlers{}, WithMaxBody(100)), opts...)
		r.dial(t).send(text)
		return r
	}
}

// echoed is sent of a body.
func echoed(fields, body string) func(t *testing.T) *running {
	return sent("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n" + fields + "\r\n" + body)
}

// jsonAPI reads a body of JSON.
func jsonAPI(opts ...APIOption) *API {
	a := newTestAPI(testHandlers{}, opts...)
	op := &Operation{ID: "json", Name: "JSON", Method: "POST", Path: "/json", Consumes: []string{"application/json"}}
	RegisterNoContent(a, op, func(_ *noRequest, in *Input) {
		in.JSONBody().Skip()
		in.EndJSON()
	}, func(context.Context, *noRequest) error { return nil }, http.StatusNoContent)
	return a
}

// chatting is a server with a socket, which is open.
func chatting(options SocketOptions, play func(p *socketPeer)) func(t *testing.T) *running {
	return func(t *testing.T) *running {
		r := start(t, chatAPI(options, func(_ context.Context, s *chatSocket) error {
			for range s.Messages() { //nolint:revive // it reads
			}
			return nil
		}))
		play(open(t, r.dialer()))
		return r
	}
}

// metBy drives clients into a bound. What stands in other tests is nil here.
var metBy = map[Bound]func(t *testing.T) *running{
	BoundHandshakes: nil, BoundHandshakeTime: nil, BoundHandshake: nil, BoundWorkers: nil,

	BoundConnections: func(t *testing.T) *running { return crowded(t, Limits{Connections: 1}) },
	BoundPerPeer:     func(t *testing.T) *running { return crowded(t, Limits{PerPeer: 1}) },
	BoundDescriptors: func(t *testing.T) *running { // in memory: a test that took all of its process would starve the others
		s := NewServer(WithLogger(quiet), WithLoops(1)).Handle(newTestAPI(testHandlers{}))
		world, socket := inMemory(t, s, false)
		world.ScriptAccept(socket, polltest.Result{Errno: syscall.EMFILE})
		world.Dial(socket)
		return &running{Server: s}
	},
	BoundIdleTime:   sent("", WithTimeouts(Timeouts{Idle: 10 * time.Millisecond})),
	BoundHeaderTime: sent("GET / HT", WithTimeouts(Timeouts{Header: 10 * time.Millisecond})),
	BoundBodyTime: sent("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhe",
		WithTimeouts(Timeouts{Body: 10 * time.Millisecond})),
	BoundStreamTime: func(t *testing.T) *running {
		r := start(t, uploadAPI(count, WithAPILogger(quiet)), WithTimeouts(Timeouts{Stream: 10 * time.Millisecond}))
		r.dial(t).send(putBinary + "Content-Length: 5\r\n\r\nhe")
		return r
	},
	BoundWriteTime: func(t *testing.T) *running {
		large := bytes.Repeat([]byte("x"), 32<<20)
		r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) { return large, nil }}),
			WithTimeouts(Timeouts{Write: 10 * time.Millisecond}))
		r.dial(t).send(askHold)
		return r
	},
	BoundDrainTime: func(t *testing.T) *running {
		entered := make(chan struct{})
		r := start(t, holdingAPI(t, entered), WithTimeouts(Timeouts{Drain: 10 * time.Millisecond}))
		r.dial(t).send(askHold)
		<-entered
		require.ErrorIs(t, r.stop(t), ErrCut)
		return r
	},
	BoundHalfClose: func(t *testing.T) *running {
		entered := make(chan struct{})
		r := start(t, holdingAPI(t, entered), WithTimeouts(Timeouts{HalfClose: 10 * time.Millisecond}))
		c := r.dial(t)
		c.send(askHold)
		<-entered
		require.NoError(t, c.CloseWrite())
		return r
	},
	BoundSyntax:      sent("GET / HTTP/9.9\r\n\r\n"),
	BoundTarget:      sent("GET /" + strings.Repeat("x", 9<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n"),
	BoundHeaderBytes: sent("GET / HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("x", 33<<10) + "\r\n\r\n"),
	BoundHeaderCount: sent("GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: x\r\n", 129) + "\r\n"),
	BoundChunks:      echoed("Transfer-Encoding: chunked\r\n", "1;"+strings.Repeat("x", 2000)+"\r\n"),
	BoundTrailers:    echoed("Transfer-Encoding: chunked\r\n", "0\r\n"+strings.Repeat("A: x\r\n", 2000)+"\r\n"),
	BoundBody:        echoed("Content-Length: 101\r\n", ""),
	BoundDecodedBody: func(t *testing.T) *running {
		r := start(t, newTestAPI(testHandlers{}, WithContentDecoder("x", func(io.Reader) (io.Reader, error) { return zeros{}, nil })))
		r.dial(t).send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Encoding: x\r\nContent-Length: 1\r\n\r\nx")
		return r
	},
	BoundFields: sent("GET /items/1?" + strings.Repeat("a&", 1001) + " HTTP/1.1\r\nHost: x\r\n\r\n"),
	BoundDepth: func(t *testing.T) *running {
		r := start(t, jsonAPI())
		r.dial(t).send("POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("[", 1000))
		return r
	},
	BoundMemory: func(t *testing.T) *running {
		a := newTestAPI(testHandlers{}, WithMaxMemory(1000))
		op := &Operation{ID: "entries", Name: "Entries", Method: "POST", Path: "/entries", Consumes: []string{"application/json"}}
		RegisterNoContent(a, op, func(_ *noRequest, in *Input) {
			d := in.JSONBody()
			for more := d.Map(); more; more = d.NextEntry() {
				RoomEntry[[500]byte](d, 1)
				d.Skip()
			}
			in.EndJSON()
		}, func(context.Context, *noRequest) error { return nil }, http.StatusNoContent)
		r := start(t, a)
		r.dial(t).send("POST /entries HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n" + `{"a":1,"b":2, "c": 3}`)
		return r
	},
	BoundBodies: func(t *testing.T) *running {
		r := start(t, newTestAPI(testHandlers{}), withBodies(10<<10))
		r.dial(t).send(postEcho(9<<10, 1<<10, false))
		return r
	},
	BoundDeferredTime: func(t *testing.T) *running {
		api, _ := waiting(WithDeferredTimeout(time.Millisecond), WithAPILogger(quiet))
		r := start(t, api)
		r.dial(t).send(askPoll)
		return r
	},
	BoundOperationTime: func(t *testing.T) *running {
		a := newTestAPI(testHandlers{}, WithAPILogger(quiet))
		op := &Operation{ID: "soon", Name: "Soon", Method: "GET", Path: "/soon", Timeout: time.Millisecond}
		RegisterNoContent(a, op, (*noRequest).decode, func(ctx context.Context, _ *noRequest) error {
			<-ctx.Done()
			return ctx.Err()
		}, http.StatusNoContent)
		r := start(t, a)
		r.dial(t).send("GET /soon HTTP/1.1\r\nHost: x\r\n\r\n")
		return r
	},
	BoundSlowClient: func(t *testing.T) *running {
		text := strings.Repeat("x", 64<<10)
		r := start(t, watching(&StreamOptions{Queue: 2, Slow: SlowClose}, func(_ context.Context, out *EventStream[string]) error {
			for out.Send(text) == nil { //nolint:revive // it sends
			}
			return nil
		}, WithAPILogger(quiet)))
		r.dial(t).send(askWatch)
		return r
	},
	BoundMessage: chatting(SocketOptions{MaxMessage: 10}, func(p *socketPeer) { p.say("more than ten bytes") }),
	BoundFrames:  chatting(SocketOptions{}, func(p *socketPeer) { p.send(ws.Opcode(3), "") }),
	BoundPing:    chatting(SocketOptions{PingInterval: 10 * time.Millisecond}, func(*socketPeer) {}),
	BoundOrigin: func(t *testing.T) *running {
		r := start(t, chatAPI(SocketOptions{}, func(context.Context, *chatSocket) error { return nil }))
		ask(t, r.dialer(), "Origin: https://evil.example\r\n").answered(http.StatusForbidden)
		return r
	},
	BoundFlood: func(t *testing.T) *running {
		r := start(t, newTestAPI(testHandlers{}), WithH2C())
		c := settled(t, r, "h2c")
		go func() { // its answers are not read
			pings := strings.Repeat("\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678", 10_000)
			for {
				if _, err := io.WriteString(c, pings); err != nil {
					return
				}
			}
		}()
		return r
	},
	BoundStreams: func(t *testing.T) *running { return streaming(t, http2Streams+1, "") },
	BoundResets: func(t *testing.T) *running {
		return streaming(t, http2Streams+4*http2Streams+2, "\x00\x00\x04\x03\x00%s\x00\x00\x00\x08") // RST_STREAM, as soon as it is open
	},
	BoundHTTP2: func(t *testing.T) *running {
		r := start(t, newTestAPI(testHandlers{}), WithH2C())
		settled(t, r, "h2c").send("\x00\x00\x00\x05\x00\x00\x00\x00\x00") // PUSH_PROMISE without a stream
		return r
	},
}

// streaming is a server on which one connection of HTTP/2 opens streams whose handlers do not heed that they are reset. net/http lets http2Streams
// of them run, and four times as many wait. What is sent behind each has %s for the stream.
func streaming(t *testing.T, streams uint32, behind string) *running {
	over := make(chan struct{})
	r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) {
		<-over
		return nil, nil
	}}), WithH2C(), WithLogger(quiet))
	t.Cleanup(func() { close(over) })            // before the server is stopped
	const ask = "\x82\x86\x04\x05/hold\x01\x01x" // GET, http, the path and the authority, as literals
	var all strings.Builder
	for i := range streams {
		stream := string(binary.BigEndian.AppendUint32(nil, 2*i+1))
		all.WriteString("\x00\x00" + string(rune(len(ask))) + "\x01\x05" + stream + ask) // HEADERS, the last ones of the stream
		all.WriteString(strings.ReplaceAll(behind, "%s", stream))
	}
	settled(t, r, "h2c").send(all.String())
	return r
}

// crowded is a server with one connection more than it takes.
func crowded(t *testing.T, limits Limits) *running {
	r := start(t, newTestAPI(testHandlers{}), WithLimits(limits))
	first := r.dial(t)
	first.send(getItem)
	first.answer("GET")
	c, err := net.Dial("tcp", r.addr)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return r
}

// TestEachBoundIsCounted: whoever meets a bound is counted by it, and by no other.
func TestEachBoundIsCounted(t *testing.T) {
	for _, b := range Bounds() {
		drive, known := metBy[b]
		require.True(t, known, "who meets %s?", b)
		if drive == nil {
			continue
		}
		t.Run(b.String(), func(t *testing.T) {
			t.Parallel()
			var r *running
			t.Run("met", func(t *testing.T) { // at its end the clients leave and the server has ended: nothing is counted later
				r = drive(t)
				require.Eventually(t, func() bool { return r.Stats().Bounds[b] > 0 }, patience, time.Millisecond)
			})
			for other, n := range r.Stats().Bounds {
				if other != b {
					assert.Zero(t, n, other.String())
				}
			}
		})
	}
}

// TestAnswerAtTheDeadline: whoever answers just when the time is up has answered in time.
func TestAnswerAtTheDeadline(t *testing.T) {
	api, replies := waiting(WithDeferredTimeout(time.Hour), WithAPILogger(quiet))
	r := start(t, api)
	c := r.dial(t)
	c.send(askPoll)
	d := <-replies
	d.mu.Lock()
	giveUp := d.due(d.until, false)
	d.mu.Unlock()
	require.NotNil(t, giveUp)
	require.True(t, AnswerWith(d, "in time", writeText))
	assert.False(t, giveUp())
	_, body := c.answer("GET")
	assert.Equal(t, "in time", body)
	assert.Zero(t, r.Stats().Bounds[BoundDeferredTime])
}

func TestBoundsOfHTTP2(t *testing.T) {
	var met bounds
	for _, name := range []string{
		"stream_PROTOCOL_ERROR_over_max_streams", "stream_REFUSED_STREAM_over_max_streams_race", "conn_ENHANCE_YOUR_CALM_too_many_early_resets",
		"conn_FRAME_SIZE_ERROR_frame_ping_length",
	} {
		met.meetHTTP2(name)
	}
	assert.Equal(t, uint64(2), met[BoundStreams].Load())
	assert.Equal(t, uint64(1), met[BoundResets].Load())
	assert.Zero(t, met[BoundHTTP2].Load())
	names := map[string]bool{}
	for _, b := range Bounds() {
		assert.False(t, names[b.String()] || b.String() == "", b.String())
		names[b.String()] = true
	}
}
