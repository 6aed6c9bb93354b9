package tornado

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// journal collects what loggers write.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

// However a handler ends, the client sees whether the answer is whole, and the access log has one line.
func TestMountedEnds(t *testing.T) {
	begin := func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", "200")
		_, _ = io.WriteString(w, "begin")
	}
	flushed := func(w http.ResponseWriter) {
		begin(w)
		_ = http.NewResponseController(w).Flush()
	}
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		status  int // 0: no answer
		whole   bool
		logged  string
	}{
		{"returns", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }, 200, true, "status=200 bytes=5"},
		{"panics", func(http.ResponseWriter, *http.Request) { panic("oops") }, 500, true, "status=500 bytes=46"},
		{"panics, chosen", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201); panic("oops") }, 500, true, "status=500 bytes=46"},
		{"panics, begun", func(w http.ResponseWriter, _ *http.Request) { begin(w); panic("oops") }, 500, true, "status=500 bytes=46"},
		{"panics, sent", func(w http.ResponseWriter, _ *http.Request) { flushed(w); panic("oops") }, 200, false, "status=200 bytes=5"},
		{"aborts", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0, false, "bytes=0"},
		{"aborts, begun", func(w http.ResponseWriter, _ *http.Request) { begin(w); panic(http.ErrAbortHandler) }, 0, false, "bytes=0"},
		{"aborts, sent", func(w http.ResponseWriter, _ *http.Request) { flushed(w); panic(http.ErrAbortHandler) }, 200, false, "status=200 bytes=5"},
		{"exits", func(http.ResponseWriter, *http.Request) { runtime.Goexit() }, 500, true, "status=500 bytes=46"},
		{"exits, sent", func(w http.ResponseWriter, _ *http.Request) { flushed(w); runtime.Goexit() }, 200, false, "status=200 bytes=5"},
		{"hijacks", func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := http.NewResponseController(w).Hijack(); assert.NoError(t, err) {
				conn.Close()
			}
		}, 0, false, "bytes=0"},
		{"writes too little", func(w http.ResponseWriter, _ *http.Request) { begin(w) }, 200, false, "status=200 bytes=5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var access, errs journal
			r := mountOne(t, c.handler, WithAccessLog(access.logger()), WithLogger(errs.logger()))
			p := r.dial(t)
			p.send(getMounted)
			res, err := http.ReadResponse(p.r, nil)
			if c.status == 0 {
				require.Error(t, err)
			} else {
				require.NoError(t, err)
				assert.Equal(t, c.status, res.StatusCode)
				_, err = io.ReadAll(res.Body)
				assert.Equal(t, c.whole, err == nil)
				assert.Equal(t, c.status == 500 || c.name == "writes too little", res.Close)
			}
			require.NoError(t, r.stop(t))
			assert.Equal(t, 1, strings.Count(access.String(), "target=/m"), access.String())
			assert.Contains(t, access.String(), c.logged)
			assert.Equal(t, strings.HasPrefix(c.name, "panics"), strings.Contains(errs.String(), "panicked"), errs.String())
		})
	}
}

func TestMountedHead(t *testing.T) {
	text := func(w http.ResponseWriter) { _, _ = io.WriteString(w, "hello") }
	for _, c := range []struct {
		name     string
		handler  func(w http.ResponseWriter, h http.Header)
		contains []string
		lacks    []string
	}{
		{"transfer coding", func(w http.ResponseWriter, h http.Header) { h.Set("Transfer-Encoding", "gzip"); text(w) }, []string{"Content-Length: 5\r\n"}, []string{"Transfer"}},
		{"204", func(w http.ResponseWriter, h http.Header) { h.Set("Content-Length", "5"); w.WriteHeader(204) }, []string{" 204 "}, []string{"Length"}},
		{"304", func(w http.ResponseWriter, h http.Header) { h.Set("Content-Length", "5"); w.WriteHeader(304) }, []string{" 304 "}, []string{"Length"}},
		{"set too late", func(w http.ResponseWriter, h http.Header) { w.WriteHeader(200); h.Set("X-Late", "1"); text(w) }, []string{"text/plain"}, []string{"X-Late"}},
		{"length too late", func(w http.ResponseWriter, h http.Header) { w.WriteHeader(200); h.Set("Content-Length", "9"); text(w) }, []string{"Content-Length: 5\r\n"}, []string{": 9"}},
		{"two lengths", func(w http.ResponseWriter, h http.Header) { h["Content-Length"] = []string{"5", "6"}; text(w) }, []string{"Content-Length: 5\r\n"}, []string{": 6"}},
		{"no length", func(w http.ResponseWriter, h http.Header) { h.Set("Content-Length", "+5"); text(w) }, []string{"Content-Length: 5\r\n"}, []string{"+"}},
		{"close", func(w http.ResponseWriter, h http.Header) { h.Set("Connection", "x, Close"); text(w) }, []string{"Connection: x\r\n", "Connection: close\r\n"}, nil},
		{"upgrade required", func(w http.ResponseWriter, h http.Header) { h.Set("Connection", "Upgrade"); w.WriteHeader(426) }, []string{"Connection: Upgrade\r\n"}, []string{"close"}},
		{"invalid field", func(w http.ResponseWriter, h http.Header) { h.Set("X-Bad", "a\r\nb: c"); text(w) }, []string{"Content-Length: 5\r\n"}, []string{"X-Bad", "b: c"}},
		{"no type", func(w http.ResponseWriter, h http.Header) { h["Content-Type"], h["Date"] = nil, nil; text(w) }, []string{" 200 "}, []string{"Type", "Date"}},
		{"encoded", func(w http.ResponseWriter, h http.Header) { h.Set("Content-Encoding", "br"); text(w) }, []string{"Encoding: br"}, []string{"Type"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mountOne(t, func(w http.ResponseWriter, _ *http.Request) { c.handler(w, w.Header()) }).dial(t)
			p.send(getMounted + "GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			all, err := io.ReadAll(p.r)
			require.NoError(t, err)
			head, _, _ := strings.Cut(string(all), "\r\n\r\n")
			head += "\r\n"
			for _, text := range c.contains {
				assert.Contains(t, head, text)
			}
			for _, text := range c.lacks {
				assert.NotContains(t, head, text)
			}
			if c.name != "close" {
				assert.Equal(t, 2, strings.Count(string(all), "HTTP/1.1 "), "the next answer follows")
			}
		})
	}
}

func TestMountedTrailers(t *testing.T) {
	r := mountOne(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Sum, Content-Length, X-Unset")
		_, _ = io.WriteString(w, "hello")
		w.Header().Set("X-Sum", "5")
		w.Header().Set(http.TrailerPrefix+"X-Late", "yes")
		w.Header().Set(http.TrailerPrefix+"Set-Cookie", "no")
	})
	p := r.dial(t)
	p.send(getMounted)
	res, body := p.answer("GET")
	assert.Equal(t, "hello", body)
	assert.Equal(t, http.Header{"X-Sum": {"5"}, "X-Unset": nil, "X-Late": {"yes"}}, res.Trailer)
	p.send("GET /m HTTP/1.0\r\nHost: x\r\n\r\n")
	res, body = p.answer("GET")
	assert.Equal(t, "hello", body)
	assert.Empty(t, res.Trailer)
	assert.True(t, res.Close)
}

func TestMountedInterimAnswer(t *testing.T) {
	p := mountOne(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</a.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusNoContent)
	}).dial(t)
	p.send(getMounted)
	res, _ := p.answer("GET")
	assert.Equal(t, http.StatusEarlyHints, res.StatusCode)
	assert.Equal(t, "</a.css>; rel=preload", res.Header.Get("Link"))
	res, _ = p.answer("GET")
	assert.Equal(t, http.StatusNoContent, res.StatusCode)
}

// A head that was fixed comes before what the hijacker writes, and nothing that was received is lost.
func TestMountedUpgrade(t *testing.T) {
	r := mountOne(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadFull(r.Body, make([]byte, 1))
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "echo")
		w.WriteHeader(http.StatusSwitchingProtocols)
		conn, rw, err := http.NewResponseController(w).Hijack()
		if !assert.NoError(t, err) {
			return
		}
		defer conn.Close()
		early, err := rw.Peek(rw.Reader.Buffered())
		assert.NoError(t, err)
		_, _, err = http.NewResponseController(w).Hijack()
		assert.ErrorIs(t, err, http.ErrHijacked)
		if r.Body != http.NoBody {
			_, err = r.Body.Read(make([]byte, 1))
			assert.ErrorIs(t, err, http.ErrBodyReadAfterClose)
		}
		fmt.Fprintf(conn, "early=%s", early)
	})
	for body, want := range map[string]string{
		"Content-Length: 3\r\n\r\nabcrest": "early=bcrest",
		"\r\nrest":                         "early=rest",
		"\r\n":                             "early=",
		"\r\n" + strings.Repeat("r", 3900): "early=" + strings.Repeat("r", 3900),
		"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n": "early=bc\r\n0\r\n\r\n",
	} {
		p := r.dial(t)
		p.send("POST /m HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n" + body)
		all, err := io.ReadAll(p.r)
		require.NoError(t, err)
		head, rest, _ := strings.Cut(string(all), "\r\n\r\n")
		assert.True(t, strings.HasPrefix(head, "HTTP/1.1 101 "), head)
		assert.Contains(t, head, "Connection: Upgrade")
		assert.Equal(t, want, rest)
	}
}

func TestMountedContext(t *testing.T) {
	r := mountOne(t, func(w http.ResponseWriter, r *http.Request) {
		_, ok := r.Context().Value(http.ServerContextKey).(*http.Server)
		fmt.Fprint(w, ok, r.Context().Value(http.LocalAddrContextKey))
	})
	p := r.dial(t)
	p.send(getMounted)
	_, body := p.answer("GET")
	assert.Equal(t, "true "+r.addr, body)
}

// A proxy whose backend breaks off must not make the half answer a whole one.
func TestMountedProxyBreaksOff(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half of it")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	defer backend.Close()
	target, err := url.Parse(backend.URL)
	require.NoError(t, err)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }, Transport: transport, FlushInterval: -1,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0),
	}
	p := mountOne(t, proxy.ServeHTTP).dial(t)
	p.send(getMounted)
	res, err := http.ReadResponse(p.r, nil)
	require.NoError(t, err)
	_, err = io.ReadAll(res.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestMountedRaw(t *testing.T) {
	r := mountOne(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body) // it takes the place of the head in the buffer
		raw := Raw(r.Context())
		assert.NoError(t, raw.SetHeader("X-Set", "1"))
		assert.NoError(t, raw.SetCookie(&http.Cookie{Name: "a", Value: "b"}))
		assert.Nil(t, raw.Operation())
		fmt.Fprintln(w, raw.Method(), raw.Target(), raw.Path(), raw.Query(), raw.Host(), raw.Header("x-ask"), raw.Headers()["X-Ask"])
	})
	p := r.dial(t)
	p.send("POST /m?q=1 HTTP/1.1\r\nHost: x\r\nX-Ask: me\r\nContent-Length: 20000\r\n\r\n" + strings.Repeat("b", 20000))
	res, body := p.answer("POST")
	assert.Equal(t, "POST /m?q=1 /m q=1 x me [me]\n", body)
	assert.Equal(t, "1", res.Header.Get("X-Set"))
	assert.Equal(t, "a=b", res.Header.Get("Set-Cookie"))
}

func TestMountedDrainSaysClose(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	r := mountOne(t, func(http.ResponseWriter, *http.Request) { close(started); <-release })
	idle := r.dial(t)
	idle.send("GET /none HTTP/1.1\r\nHost: x\r\n\r\n")
	idle.answer("GET")
	p := r.dial(t)
	p.send(getMounted)
	<-started
	r.Shutdown()
	idle.ended() // so the connections know of the drain
	close(release)
	res, _ := p.answer("GET")
	assert.True(t, res.Close)
	p.ended()
}

// A pipeline of mounted requests gives way like any other: its answers do not pile up.
func TestMountedPipelineTakesTurns(t *testing.T) {
	var handled atomic.Int64
	block := make(chan struct{})
	r := mountOne(t, func(w http.ResponseWriter, _ *http.Request) {
		if handled.Add(1) == 3*maxBatch {
			<-block
		}
		w.WriteHeader(http.StatusNoContent)
	})
	p := r.dial(t)
	p.send(strings.Repeat(getMounted, 3*maxBatch))
	for range maxBatch {
		p.answer("GET")
	}
	close(block)
	for range 2 * maxBatch {
		p.answer("GET")
	}
}

// TestMountedPipelineOfPackets: requests that come one by one, each in a record of its own over TLS, have turns as those have that come together.
func TestMountedPipelineOfPackets(t *testing.T) {
	var handled atomic.Int64
	sent, block := make(chan struct{}), make(chan struct{})
	r := mountOne(t, func(w http.ResponseWriter, _ *http.Request) {
		switch handled.Add(1) {
		case 1:
			<-sent
		case 3 * maxBatch:
			<-block
		}
		w.WriteHeader(http.StatusNoContent)
	})
	p := r.dial(t)
	for range 3 * maxBatch {
		p.send(getMounted)
	}
	close(sent)
	for range maxBatch {
		p.answer("GET")
	}
	close(block)
	for range 2 * maxBatch {
		p.answer("GET")
	}
}

func TestMountedWriteDeadline(t *testing.T) {
	for name, flush := range map[string]bool{"flush": true, "write": false} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error, 1)
			p := mountOne(t, func(w http.ResponseWriter, _ *http.Request) {
				control := http.NewResponseController(w)
				assert.NoError(t, control.SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
				for {
					_, err := w.Write(bytes.Repeat([]byte("x"), 3000))
					if err == nil && flush {
						err = control.Flush()
					}
					if err != nil {
						ended <- err
						return
					}
				}
			}).dial(t)
			p.send(getMounted)
			require.ErrorIs(t, <-ended, os.ErrDeadlineExceeded)
		})
	}
}

// The last flush, behind the handler, obeys the deadline, too.
func TestMountedWriteDeadlineAtTheEnd(t *testing.T) {
	p := mountOne(t, func(w http.ResponseWriter, _ *http.Request) {
		_, err := io.WriteString(w, "small")
		assert.NoError(t, err)
		assert.NoError(t, http.NewResponseController(w).SetWriteDeadline(time.Now().Add(-time.Second)))
	}).dial(t)
	p.send(getMounted)
	_, err := bufio.NewReader(p.Conn).ReadByte()
	require.ErrorIs(t, err, io.EOF)
}
