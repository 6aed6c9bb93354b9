package tornado

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/budget"
)

// withBodies is a limit that a few bodies of some KiB fill.
func withBodies(size int) Option { return WithLimits(Limits{Bodies: size}) }

// postEcho is a request of echo with so many bytes, as far as the last left ones, in a chunk or not.
func postEcho(size, left int, chunk bool) string {
	body := strings.Repeat("x", size)
	framing := fmt.Sprintf("Content-Length: %d\r\n\r\n%s", size, body)
	if chunk {
		framing = chunked(body)
	}
	return "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n" + framing[:len(framing)-left]
}

// While others hold what bodies may take, small requests are answered, and large ones told to come again; then they are served, too.
func TestBodiesTogether(t *testing.T) {
	inEveryMode(t, func(t *testing.T, opts ...Option) {
		for _, chunk := range []bool{false, true} {
			t.Run(fmt.Sprint("chunked ", chunk), func(t *testing.T) {
				r := start(t, newTestAPI(testHandlers{}), append(opts[:len(opts):len(opts)], withBodies(512<<10))...)
				slow := r.dial(t)
				slow.send(postEcho(200<<10, 20, chunk))
				require.Eventually(t, func() bool { return r.bodies.Taken() >= 200<<10 }, patience, time.Millisecond)
				c := r.dial(t)
				for _, request := range []string{getItem, postEcho(3000, 0, chunk), postEcho(5000, 0, chunk)} {
					c.send(request)
					res, _ := c.answer("POST")
					require.Equal(t, http.StatusOK, res.StatusCode)
				}
				refused := uint64(1)
				if !chunk {
					early := r.dial(t)
					early.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 400000\r\n\r\n")
					res, _ := early.answer("POST")
					require.Equal(t, http.StatusServiceUnavailable, res.StatusCode, "it is told before it has sent any of it")
					refused++
				}
				large := r.dial(t)
				go func() { _, _ = io.WriteString(large.Conn, postEcho(300<<10, 0, chunk)) }() // it may be told before it has sent all
				res, body := large.answer("POST")
				require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
				require.Equal(t, "1", res.Header.Get("Retry-After"))
				require.Equal(t, ProblemType, res.Header.Get("Content-Type"))
				require.Contains(t, body, tooManyBodies)
				require.True(t, res.Close)
				require.Equal(t, refused, r.Stats().Bounds[BoundBodies])
				slow.vanish()
				require.Eventually(t, func() bool { return r.bodies.Taken() == 0 }, patience, time.Millisecond)
				c.send(postEcho(120<<10, 0, chunk))
				res, body = c.answer("POST")
				require.Equal(t, http.StatusOK, res.StatusCode)
				require.Len(t, body, 120<<10)
			})
		}
	})
}

// A body that is longer than all may take is not told to come again: there will never be room.
func TestBodyLongerThanAllMayTake(t *testing.T) {
	for _, chunk := range []bool{false, true} {
		r := start(t, newTestAPI(testHandlers{}), withBodies(100<<10))
		c := r.dial(t)
		go func() { _, _ = io.WriteString(c.Conn, postEcho(101<<10, 0, chunk)) }()
		res, _ := c.answer("POST")
		require.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
	}
}

// What net/http serves shares the same bodies: HTTP/2 of the server, and the server as its handler.
func TestBodiesTogetherOverHTTP2(t *testing.T) {
	for _, way := range []string{"h2c", "handler"} {
		t.Run(way, func(t *testing.T) {
			api, opts := newTestAPI(testHandlers{}), []Option{WithH2C(), withBodies(512 << 10)}
			var server *Server
			var client *http.Client
			var url string
			if way == "handler" {
				server = NewServer(opts...).Handle(api)
				s := httptest.NewServer(server.HTTPHandler())
				t.Cleanup(s.Close)
				client, url = s.Client(), s.URL
			} else {
				r := start(t, api, opts...)
				server = r.Server
				client, url = http2Client(t, r, way)
			}
			post := func(body io.Reader) (*http.Response, error) {
				return client.Post(url+"/echo", "text/plain", body)
			}
			pipe, feed := io.Pipe()
			go func() {
				if res, err := post(pipe); err == nil {
					res.Body.Close()
				}
			}()
			_, err := feed.Write(make([]byte, 300<<10))
			require.NoError(t, err)
			require.Eventually(t, func() bool { return server.bodies.Taken() > 250<<10 }, patience, time.Millisecond)
			for size, want := range map[int]int{3000: 200, 300 << 10: 503} {
				res, err := post(bytes.NewReader(make([]byte, size)))
				require.NoError(t, err)
				assert.Equal(t, want, res.StatusCode)
				assert.Equal(t, want == 503, res.Header.Get("Retry-After") == "1")
				require.NoError(t, res.Body.Close())
			}
			require.NoError(t, feed.CloseWithError(errors.New("it goes")))
			require.Eventually(t, func() bool { return server.bodies.Taken() == 0 }, patience, time.Millisecond)
			res, err := post(bytes.NewReader(make([]byte, 150<<10)))
			require.NoError(t, err)
			assert.Equal(t, 200, res.StatusCode)
			require.NoError(t, res.Body.Close())
		})
	}
}

// bigItem is a value of a kilobyte.
type bigItem struct{ _ [1 << 10]byte }

func (*bigItem) DecodeJSON(d *Decoder) { d.Skip() }

// valuesAPI reads lists of large values, of JSON and of JSON lines, forms and XML; then does what end says.
func valuesAPI(end func(ctx context.Context), opts ...APIOption) *API {
	a := newTestAPI(testHandlers{echo: func(ctx context.Context, _ echoRequest) ([]byte, error) {
		end(ctx)
		return nil, nil
	}}, append(opts, WithAPILogger(quiet), WithContentDecoder("gzip", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }))...)
	op := &Operation{ID: "values", Method: "POST", Path: "/values", Consumes: []string{"application/json"}}
	RegisterNoContent(a, op, func(_ *noRequest, in *Input) {
		DecodeItems[bigItem](in.JSONBody())
		in.EndJSON()
	}, func(ctx context.Context, _ *noRequest) error { end(ctx); return nil }, http.StatusNoContent)
	op = &Operation{ID: "lines", Method: "POST", Path: "/lines", Consumes: []string{"application/jsonl"}, Streams: []string{"application/jsonl"}}
	type linesRequest struct{ Body Items[[]bigItem] }
	RegisterNoContent(a, op, func(req *linesRequest, in *Input) {
		req.Body = ItemsBody(in, func(v *[]bigItem, d *Decoder) { *v = DecodeItems[bigItem](d) })
	}, func(ctx context.Context, req *linesRequest) error {
		for _, err := range req.Body {
			if err != nil {
				return err
			}
			end(ctx)
		}
		return nil
	}, http.StatusNoContent)
	shapes := NewShapes("any", "any")
	op = &Operation{ID: "document", Method: "POST", Path: "/document", Consumes: []string{"application/xml", "application/x-www-form-urlencoded", "text/plain"}}
	RegisterNoContent(a, op, func(_ *noRequest, in *Input) {
		in.MediaBody(shapes, "any").Skip()
		in.EndJSON()
	}, func(ctx context.Context, _ *noRequest) error { end(ctx); return nil }, http.StatusNoContent)
	return a
}

// TestBodiesAreGivenBack: however a request ends, and before its connection does, nothing of it is counted any more; while its handler runs it is.
func TestBodiesAreGivenBack(t *testing.T) {
	gzipped := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		return b.String()
	}
	post := func(path, media, fields, body string) string {
		return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n%s", path, media, fields, len(body), body)
	}
	long := strings.Repeat("x", 50<<10)
	list := "[" + strings.Repeat("{},", 99) + "{}]"
	for name, c := range map[string]struct {
		request string
		status  int // 0: none
		held    int // at least, while the handler runs
		end     func()
	}{
		"a text":                {postEcho(50<<10, 0, false), 200, 2 * 50 << 10, nil},
		"a text in chunks":      {postEcho(50<<10, 0, true), 200, 2 * 50 << 10, nil},
		"a text that is coded":  {post("/echo", "text/plain", "Content-Encoding: gzip\r\n", gzipped(long)), 200, 2 * 50 << 10, nil},
		"a pipeline":            {postEcho(50<<10, 0, false) + postEcho(5, 0, true), 200, 2 * 50 << 10, nil},
		"values":                {post("/values", "application/json", "", list), 204, 80 << 10, nil},
		"values, line by line":  {post("/lines", "application/jsonl", "", list+"\n"+list+"\n"), 204, 80 << 10, nil},
		"XML":                   {post("/document", "application/xml", "", "<a>"+strings.Repeat("<b/>", 5000)+long+"</a>"), 204, 5000 * 512, nil},
		"a form":                {post("/document", "application/x-www-form-urlencoded", "", "a="+long), 204, 3 * 50 << 10, nil},
		"another text":          {post("/document", "text/plain", "", long), 204, 3 * 50 << 10, nil},
		"an error":              {post("/values", "application/json", "", list[1:]+long), 400, 0, nil},
		"a chunk that is none":  {postEcho(50<<10, len("\r\n0\r\n\r\n"), true) + "none", 400, 0, nil},
		"a coding that is none": {post("/echo", "text/plain", "Content-Encoding: gzip\r\n", gzipped(long)[:60]+long), 400, 0, nil},
		"a panic":               {postEcho(50<<10, 0, false), 500, 2 * 50 << 10, func() { panic("chosen") }},
		"a handler that leaves": {postEcho(50<<10, 0, true), 500, 2 * 50 << 10, runtime.Goexit},
		"an abort":              {postEcho(50<<10, 0, false), 0, 2 * 50 << 10, func() { panic(http.ErrAbortHandler) }},
		"a panic over values":   {post("/values", "application/json", "", list), 500, 80 << 10, func() { panic("chosen") }},
		"a panic over lines":    {post("/lines", "application/jsonl", "", list), 500, 80 << 10, func() { panic("chosen") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entered, goOn := make(chan int, 8), make(chan struct{})
			api := valuesAPI(func(ctx context.Context) {
				entered <- bodiesOf(ctx, nil).Taken()
				<-goOn
				if c.end != nil {
					c.end()
				}
			})
			r := start(t, api, withBodies(16<<20), WithLogger(quiet))
			peer := r.dial(t)
			peer.send(c.request)
			if c.held > 0 {
				assert.GreaterOrEqual(t, <-entered, c.held)
			}
			close(goOn)
			if c.status > 0 {
				res, _ := peer.answer("POST")
				assert.Equal(t, c.status, res.StatusCode)
			}
			require.Eventually(t, func() bool { return r.bodies.Taken() == 0 }, patience, time.Millisecond)
		})
	}
}

// A request that waits for its answer, or for the rest of its stream, holds nothing of its body, wherever it waits.
func TestBodiesThatWaitOverHTTP2(t *testing.T) {
	for _, way := range []string{"", "h2c"} {
		t.Run("way "+way, func(t *testing.T) {
			replies, streams, taken := make(chan *Deferred, 1), make(chan *EventStream[string], 1), make(chan int, 1)
			api := newTestAPI(testHandlers{})
			deferred, kept := opPoll, Operation{ID: "watch", Name: "Watch", Produces: []string{"text/event-stream"}, Kind: KindStream, Stream: &StreamOptions{}}
			for path, op := range map[string]*Operation{"/later": &deferred, "/kept": &kept} {
				op.Method, op.Path, op.Consumes = "POST", path, opEcho.Consumes
			}
			RegisterDeferred(api, &deferred, (*echoRequest).decode, func(ctx context.Context, _ echoRequest, p pollReply) {
				taken <- bodiesOf(ctx, nil).Taken()
				replies <- p.Deferred
			})
			RegisterEvents(api, &kept, (*echoRequest).decode, func(ctx context.Context, _ echoRequest, out *EventStream[string]) error {
				taken <- bodiesOf(ctx, nil).Taken()
				out.Keep()
				streams <- out
				return out.Send("first")
			}, http.StatusOK, &textCodec)
			r := start(t, api, WithH2C(), withBodies(1<<20))
			client, url := r.client(t)
			if way != "" {
				client, url = http2Client(t, r, way)
			}
			for _, path := range []string{"/later", "/kept"} {
				answered := make(chan int, 1)
				go func() {
					res, err := client.Post(url+path, "text/plain", strings.NewReader(strings.Repeat("x", 100<<10)))
					if err != nil {
						answered <- 0
						return
					}
					_, _ = io.Copy(io.Discard, res.Body)
					_ = res.Body.Close()
					answered <- res.StatusCode
				}()
				assert.GreaterOrEqual(t, <-taken, 2*100<<10)
				require.Eventually(t, func() bool { return r.bodies.Taken() == 0 }, patience, time.Millisecond, path)
				if path == "/later" {
					AnswerWith(<-replies, "late", writeText)
				} else {
					(<-streams).Close()
				}
				assert.Equal(t, 200, <-answered)
			}
		})
	}
}

// What is decoded of a body that is read as it comes is refused, too, and each item gives back what the last one had.
func TestBodiesOfItems(t *testing.T) {
	r := start(t, valuesAPI(func(context.Context) {}), withBodies(512<<10), WithLogger(quiet))
	lines := func(n, items int) string { return strings.Repeat("["+strings.Repeat("{},", items-1)+"{}]\n", n) }
	for body, want := range map[string]int{lines(50, 100): 204, lines(1, 100) + lines(1, 1000): 503, "\"" + strings.Repeat("x", 600<<10): 503} {
		c := r.dial(t)
		go func() {
			_, _ = fmt.Fprintf(c.Conn, "POST /lines HTTP/1.1\r\nHost: x\r\nContent-Type: application/jsonl\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		}()
		res, _ := c.answer("POST")
		assert.Equal(t, want, res.StatusCode)
		assert.Equal(t, want == 503, res.Header.Get("Retry-After") == "1")
	}
	assert.Equal(t, uint64(2), r.Stats().Bounds[BoundBodies])
}

// A request that parks keeps what came behind it, and no long buffer for that; one whose body is on its way counts its buffer, and keeps it.
func TestParkedRequestsHaveNoLongBuffer(t *testing.T) {
	const rest = 50 << 10
	for _, parks := range []bool{true, false} {
		f := frame{buf: make([]byte, 2*maxKeptBuffer), r: 1000, w: 1000 + rest}
		f.buf[1000], f.buf[1000+rest-1] = 'a', 'z'
		received := f.unload(parks)
		assert.Len(t, received, rest)
		assert.Equal(t, "az", string(received[0])+string(received[rest-1]))
		assert.Equal(t, parks, cap(received) < maxKeptBuffer)
		assert.Equal(t, parks, f.buf != nil, "it is for who comes next")
		assert.Zero(t, f.w)
	}
}

// What a request has counted ends with it, however it ends: its share is given back.
func TestNothingCountsBehindARequest(t *testing.T) {
	bodies := budget.New(1 << 20)
	var f frame
	f.x.shareOf(bodies)
	require.True(t, f.count(100<<10))
	f.closeExchange()
	assert.Zero(t, bodies.Taken())
	assert.Zero(t, f.counted)
	require.True(t, f.count(50<<10))
	assert.Equal(t, 50<<10, bodies.Taken())
}

// A long buffer does not stay with the connection beside what follows.
func TestLongBuffersAreLetGo(t *testing.T) {
	entered, goOn := make(chan int, 1), make(chan struct{})
	quietly := func(context.Context, echoRequest) ([]byte, error) { return nil, nil } // nobody reads meanwhile
	r := start(t, newTestAPI(testHandlers{echo: quietly, hold: func(ctx context.Context) ([]byte, error) {
		entered <- cap(Raw(ctx).exchange().host.(*frame).buf)
		<-goOn
		return nil, nil
	}}))
	c := r.dial(t)
	c.send(postEcho(1<<20, 0, false) + askHold + "GET /items/1 HT")
	assert.LessOrEqual(t, <-entered, maxKeptBuffer)
	close(goOn)
	for range 2 {
		res, _ := c.answer("GET")
		assert.Equal(t, http.StatusOK, res.StatusCode)
	}
	c.send("TP/1.1\r\nHost: x\r\n\r\n")
	_, body := c.answer("GET")
	assert.Equal(t, `{"id":1}`, body)
}
