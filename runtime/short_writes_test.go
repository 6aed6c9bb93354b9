package tornado

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
	"github.com/tornadogen/tornadogen/runtime/internal/ws"
)

// narrowConn is a client of a network in memory. Where a write of the server has found no room, it makes some, as script says.
type narrowConn struct {
	net.Conn // nil
	peer     *polltest.Peer
	rest     string // taken, not read
	script   []int  // the rooms that it makes; the last one again and again, -1 is for all
	taken    int    // bytes
}

func (c *narrowConn) Read(p []byte) (int, error) {
	for c.rest == "" {
		text, full, closed := c.peer.Take()
		if text == "" && closed {
			return 0, io.EOF
		}
		if full {
			c.peer.Window(c.script[0])
			c.script = c.script[min(1, len(c.script)-1):]
		}
		c.rest, c.taken = text, c.taken+len(text)
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *narrowConn) Write(p []byte) (int, error) {
	c.peer.Send(string(p))
	return len(p), nil
}

func (c *narrowConn) Close() error {
	c.peer.Reset()
	return nil
}

// inMemory serves s over a network in memory, until the test ends.
func inMemory(t *testing.T, s *Server, secure bool) (*polltest.Net, *loop.Listener) {
	t.Helper()
	world := polltest.NewAt(time.Now())
	base, cut := context.WithCancelCause(context.Background())
	svc := s.newService(base)
	o := s.workerOptions(svc)
	o.Pollers = func() (loop.Poller, error) { return world.NewPoller() }
	engine, err := worker.New(o)
	require.NoError(t, err)
	svc.servedBy(engine)
	s.service.Store(svc)
	socket := world.Listen()
	l := &Listener{bound: worker.NewListener(socket)}
	if secure {
		require.NoError(t, l.UseTLS(TLS{Config: authority().server()}))
	}
	svc.equip(l)
	require.NoError(t, engine.AddListener(l.bound))
	ran := make(chan error, 1)
	go func() { ran <- engine.Run() }()
	t.Cleanup(func() {
		require.NoError(t, svc.drain(engine, cut))
		require.NoError(t, <-ran)
		cut(context.Canceled)
		assert.Empty(t, world.Faults())
		assert.Zero(t, world.Open(), "descriptors left open")
	})
	return world, socket
}

// narrow serves an API over a network in memory, and returns what dials it: prepare has a connection that has not been accepted.
func narrow(t *testing.T, api *API, secure bool, opts ...Option) func(t *testing.T, prepare func(p *polltest.Peer)) (net.Conn, *narrowConn) {
	t.Helper()
	world, socket := inMemory(t, NewServer(append(opts, WithLogger(quiet), WithLoops(1))...).Handle(api), secure)
	return func(t *testing.T, prepare func(p *polltest.Peer)) (net.Conn, *narrowConn) {
		t.Helper()
		below := &narrowConn{peer: world.Dial(socket), script: []int{1}}
		prepare(below.peer)
		t.Cleanup(func() { _ = below.Close() })
		if !secure {
			return below, below
		}
		return tls.Client(below, authority().client()), below
	}
}

// narrowAPI has what narrowKinds ask for.
func narrowAPI() *API {
	api := watching(&StreamOptions{}, func(_ context.Context, out *EventStream[string]) error {
		out.Keep()
		go func() {
			for i := range 3 {
				_ = out.Send("event " + strconv.Itoa(i)) // a client who is gone is told of elsewhere
			}
			out.Close()
		}()
		return nil
	}, WithAPILogger(slog.New(slog.DiscardHandler)))
	RegisterBytes(api, &Operation{ID: "download", Method: "GET", Path: "/download", Produces: []string{"a/b"}}, (*noRequest).decode,
		func(_ context.Context, _ noRequest, out *ByteStream) error {
			for i := range 3 {
				if _, err := out.Write([]byte("piece " + strconv.Itoa(i))); err != nil {
					return err
				}
				if err := out.Flush(); err != nil {
					return err
				}
			}
			return nil
		}, http.StatusOK, "a/b")
	RegisterItems(api, &Operation{ID: "list", Method: "GET", Path: "/list", Produces: []string{"application/jsonl"}, Kind: KindStream}, (*noRequest).decode,
		func(_ context.Context, _ noRequest, out *ItemStream[string]) error {
			for i := range 3 {
				if err := out.Send("line " + strconv.Itoa(i)); err != nil {
					return err
				}
			}
			return nil
		}, http.StatusOK, &textCodec)
	RegisterDeferred(api, &opPoll, (*noRequest).decode, func(_ context.Context, _ noRequest, r pollReply) {
		go AnswerWith(r.Deferred, "answered elsewhere", writeText)
	})
	for path, handle := range echoStyles {
		for folder, compression := range map[string]bool{"/chat/": false, "/deflated/": true} {
			op := &Operation{ID: folder + path, Method: http.MethodGet, Path: folder + path, Socket: &SocketOptions{Compression: compression}}
			RegisterSocket(api, op, (*noRequest).decode, func(ctx context.Context, _ noRequest, s *chatSocket) error { return handle(ctx, s) }, sendText(), receiveText())
		}
	}
	return api
}

// narrowMount has what narrowKinds ask a handler of net/http for. Package files answers with ServeContent, too.
func narrowMount() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /app/whole", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a whole answer") })
	mux.HandleFunc("GET /app/pieces", func(w http.ResponseWriter, _ *http.Request) {
		for i := range 3 {
			_, _ = io.WriteString(w, "piece "+strconv.Itoa(i)) // a client who is gone is told of elsewhere
			_ = http.NewResponseController(w).Flush()
		}
	})
	mux.HandleFunc("GET /app/until", func(w http.ResponseWriter, _ *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(patience)) // which has it written in a way of its own
		_, _ = io.WriteString(w, "in time")
	})
	mux.HandleFunc("GET /app/file", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "file.txt", time.Unix(1, 0), strings.NewReader("what a file holds"))
	})
	return mux
}

// narrowKinds are the exchanges: each returns how it is to be played on a connection, and play returns what has come.
var narrowKinds = map[string]func(t *testing.T, c net.Conn) (play func() string, want string){
	"answer": func(t *testing.T, c net.Conn) (func() string, string) {
		return plays(t, c, "GET /items/3 HTTP/1.1\r\nHost: h\r\n\r\n", 1), `{"id":111}`
	},
	"pipelined answers": func(t *testing.T, c net.Conn) (func() string, string) {
		const text = "GET /items/3 HTTP/1.1\r\nHost: h\r\n\r\nGET /nothing HTTP/1.1\r\nHost: h\r\n\r\nGET /items/4 HTTP/1.1\r\nHost: h\r\n\r\n"
		return plays(t, c, text, 3), `{"id":111}{"title":"Not Found","status":404,"detail":"no operation has this path"}{"id":1111}`
	},
	"stream of bytes": func(t *testing.T, c net.Conn) (func() string, string) {
		return plays(t, c, "GET /download HTTP/1.1\r\nHost: h\r\n\r\n", 1), "piece 0piece 1piece 2"
	},
	"kept stream of events": func(t *testing.T, c net.Conn) (func() string, string) {
		return plays(t, c, "GET /watch HTTP/1.1\r\nHost: h\r\n\r\n", 1), "data: event 0\n\ndata: event 1\n\ndata: event 2\n\n"
	},
	"stream of JSON lines": func(t *testing.T, c net.Conn) (func() string, string) {
		return plays(t, c, "GET /list HTTP/1.1\r\nHost: h\r\n\r\n", 1), "\"line 0\"\n\"line 1\"\n\"line 2\"\n"
	},
	"deferred answer": func(t *testing.T, c net.Conn) (func() string, string) {
		return plays(t, c, askPoll, 1), "answered elsewhere"
	},
	"deferred between answers": func(t *testing.T, c net.Conn) (func() string, string) {
		return plays(t, c, getItem+askPoll+getItem, 3), `{"id":1}answered elsewhere{"id":1}`
	},
	"mounted handler": func(t *testing.T, c net.Conn) (func() string, string) {
		return plays(t, c, "GET /app/whole HTTP/1.1\r\nHost: h\r\n\r\n", 1), "a whole answer"
	},
	"mounted handler that flushes": func(t *testing.T, c net.Conn) (func() string, string) {
		return plays(t, c, "GET /app/pieces HTTP/1.1\r\nHost: h\r\n\r\n", 1), "piece 0piece 1piece 2"
	},
	"mounted handler with a deadline": func(t *testing.T, c net.Conn) (func() string, string) {
		return plays(t, c, "GET /app/until HTTP/1.1\r\nHost: h\r\n\r\n", 1), "in time"
	},
	"file": func(t *testing.T, c net.Conn) (func() string, string) {
		return plays(t, c, "GET /app/file HTTP/1.1\r\nHost: h\r\nRange: bytes=5-\r\n\r\nGET /app/file HTTP/1.1\r\nHost: h\r\n\r\n", 2), "a file holdswhat a file holds"
	},
	"socket with a loop":                func(t *testing.T, c net.Conn) (func() string, string) { return chats(t, c, "/chat/loop") },
	"socket with a callback":            func(t *testing.T, c net.Conn) (func() string, string) { return chats(t, c, "/chat/callback") },
	"compressed socket with a loop":     func(t *testing.T, c net.Conn) (func() string, string) { return chats(t, c, "/deflated/loop") },
	"compressed socket with a callback": func(t *testing.T, c net.Conn) (func() string, string) { return chats(t, c, "/deflated/callback") },
}

// plays sends text, and returns the bodies of n answers.
func plays(t *testing.T, c net.Conn, text string, n int) func() string {
	r := bufio.NewReader(c)
	return func() string {
		_, err := io.WriteString(c, text)
		require.NoError(t, err)
		var bodies strings.Builder
		for range n {
			res, err := http.ReadResponse(r, nil)
			require.NoError(t, err)
			_, err = io.Copy(&bodies, res.Body)
			require.NoError(t, err)
		}
		return bodies.String()
	}
}

// chats says two messages at a time, one of which is long, and pings.
func chats(t *testing.T, c net.Conn, path string) (play func() string, want string) {
	p := &socketPeer{Conn: c, t: t, r: bufio.NewReader(c), rules: ws.Rules{Client: true}}
	long := strings.Repeat("long ", 30)
	return func() string {
		if p.answer == nil {
			_, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\n"+handshakeFields+"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
			require.NoError(t, err)
			p.opened()
			require.Equal(t, strings.HasPrefix(path, "/deflated/"), p.rules.Deflate)
		}
		p.say("short")
		p.say(long)
		heard := p.next() + p.next()
		p.send(ws.OpPing, "hello")
		return heard + p.next()
	}, `"short""` + long + `"pong hello`
}

// TestShortWritesAtEveryByte: wherever a write stops, each byte of answers, streams and messages arrives once, with TLS and without. Package
// worker has a test of this name for its own calls. Connections of HTTP/2 leave the loops for net/http, and so do those that a mounted handler hijacks:
// TestHTTP2ShortWrites and TestShortWritesOutsideTheLoops have what is done there.
func TestShortWritesAtEveryByte(t *testing.T) {
	for transport, secure := range map[string]bool{"plain": false, "tls": true} {
		dial := narrow(t, narrowAPI(), secure, WithMount("/app", narrowMount()))
		for name, kind := range narrowKinds {
			for what, one := range map[string][]polltest.Result{"short": {{N: 1}}, "interrupted": {{N: 1}, {Errno: syscall.EINTR}}} {
				t.Run(transport+"/"+name+"/"+what, func(t *testing.T) {
					c, below := dial(t, func(p *polltest.Peer) {
						var script []polltest.Result
						for range 10_000 { // a handshake, and more
							script = append(script, one...)
						}
						p.ScriptWrite(script...)
					})
					play, want := kind(t, c)
					assert.Equal(t, want, play())
					assert.Less(t, below.taken, below.peer.Writes()+1, "each was short")
				})
			}
			t.Run(transport+"/"+name+"/full", func(t *testing.T) {
				c, below := dial(t, func(p *polltest.Peer) { p.Window(1) })
				play, want := kind(t, c)
				assert.Equal(t, want, play(), "one byte at a time")
				below.script = []int{-1}
				assert.Equal(t, want, play())
				before := below.taken
				assert.Equal(t, want, play(), "in one piece")
				length := below.taken - before
				for at := 1; at < length; at++ {
					below.peer.Window(at)
					below.script = []int{1, -1}
					require.Equal(t, want, play(), "after %d bytes of %d", at, length)
				}
			})
		}
	}
}
