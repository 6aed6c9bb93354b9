package tornado

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// modes are the ways to serve that every behaviour must hold for.
var modes = map[string][]Option{
	"workers":       nil,
	"onloop":        {WithHandlersOnLoop()},
	"blocking wait": {WithBlockingWait()},
	"tls":           {over(overTLS)},
	"tls onloop":    {over(overTLS), WithHandlersOnLoop()},
	"unix":          {over(overUnix)},
}

// TestFraming sends what behaviours 1 to 20 are about. After each, the next connection is served.
func TestFraming(t *testing.T) {
	const host = "Host: x\r\n"
	get := "GET /items/1 HTTP/1.1\r\n" + host
	post := "POST /echo HTTP/1.1\r\nContent-Type: text/plain\r\n" + host
	for name, c := range map[string]struct {
		send   string
		status int
	}{
		"1 request line":             {"GET/items/1\r\n\r\n", 400},
		"1 two spaces":               {"GET  /items/1 HTTP/1.1\r\n" + host + "\r\n", 400},
		"2 no colon":                 {get + "Nonsense\r\n\r\n", 400},
		"3 space before colon":       {get + "X-A : 1\r\n\r\n", 400},
		"4 host":                     {"GET /items/1 HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
		"5 no host":                  {"GET /items/1 HTTP/1.1\r\n\r\n", 400},
		"5 two hosts":                {get + "Host: y\r\n\r\n", 400},
		"6 control in value":         {get + "X-A: a\x01b\r\n\r\n", 400},
		"6 control in target":        {"GET /items/\x01 HTTP/1.1\r\n" + host + "\r\n", 400},
		"7 method token":             {"G{T /items/1 HTTP/1.1\r\n" + host + "\r\n", 400},
		"7 method of another path":   {"POST /items/1 HTTP/1.1\r\n" + host + "\r\n", 405},
		"7 unknown method":           {"BREW /items/1 HTTP/1.1\r\n" + host + "\r\n", 501},
		"8 plus":                     {post + "Content-Length: +3\r\n\r\nabc", 400},
		"8 underscore":               {post + "Content-Length: 1_0\r\n\r\n0123456789", 400},
		"8 spaces":                   {post + "Content-Length: 1 0\r\n\r\n0123456789", 400},
		"9 equal lengths":            {post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 200},
		"9 unequal lengths":          {post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400},
		"10 both":                    {post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		"11 repeated":                {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		"11 other coding":            {post + "Transfer-Encoding: gzip\r\n\r\n", 501},
		"12 case":                    {post + "Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200},
		"13 signed chunk":            {post + "Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n", 400},
		"13 overflow":                {post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400},
		"14 trailers and extensions": {post + "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX-T: 1\r\n\r\n", 200},
		"15 end of chunk":            {post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n", 400},
		"16 folding":                 {get + "X-A: 1\r\n 2\r\n\r\n", 400},
		"16 bare LF":                 {"GET /items/1 HTTP/1.1\nHost: x\n\n", 400},
		"17 leading CRLF":            {"\r\n\r\n" + get + "\r\n", 200},
		"19 absolute form":           {"GET http://y/items/1 HTTP/1.1\r\n" + host + "\r\n", 200},
		"20 options star":            {"OPTIONS * HTTP/1.1\r\n" + host + "\r\n", 204},
		"20 options path":            {"OPTIONS /items/1 HTTP/1.1\r\n" + host + "\r\n", 204},
		"34 header limit":            {get + "X-A: " + strings.Repeat("a", 40<<10) + "\r\n\r\n", 431},
		"34 target limit":            {"GET /" + strings.Repeat("a", 9<<10) + " HTTP/1.1\r\n" + host + "\r\n", 414},
		"34 body limit":              {post + "Content-Length: 5000000\r\n\r\n", 413},
		"35 chunked body limit":      {post + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("10000\r\n"+strings.Repeat("a", 1<<16)+"\r\n", 65), 413},
		"44 content encoding":        {post + "Content-Encoding: GZIP\r\nContent-Length: 3\r\n\r\nabc", 415},
		"expectation":                {post + "Expect: gold\r\nContent-Length: 3\r\n\r\nabc", 417},
		"no path":                    {"GET /nothing HTTP/1.1\r\n" + host + "\r\n", 404},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, newTestAPI(testHandlers{}))
			status, body := r.exchange(t, c.send)
			assert.Equal(t, c.status, status, body)
			if status >= 400 {
				assert.Contains(t, body, `"status":`)
			}
			status, _ = r.exchange(t, get+"\r\n")
			assert.Equal(t, http.StatusOK, status, "the next connection")
		})
	}
}

func TestEverySplitGivesTheSameAnswers(t *testing.T) {
	const stream = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello" +
		"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" +
		"GET /items/2?mode=a HTTP/1.1\r\nHost: x\r\n\r\n"
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			r := start(t, newTestAPI(testHandlers{}), append(opts[:len(opts):len(opts)], WithLoops(1))...)
			other := r.dial(t)
			for cut := 1; cut < len(stream); cut++ {
				c := r.dial(t)
				c.send(stream[:cut])
				if cut%3 == 0 { // the only loop has seen the first part alone when this is answered
					other.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
					other.answer("GET")
				}
				c.send(stream[cut:])
				for _, want := range []string{"hello", "abcde", `{"id":11}`} {
					res, body := c.answer("POST")
					require.Equal(t, http.StatusOK, res.StatusCode, body)
					require.Equal(t, want, body, "cut at %d", cut)
				}
				c.Close()
			}
		})
	}
}

func TestConnectionsPersistAsAsked(t *testing.T) {
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			r := start(t, newTestAPI(testHandlers{}), opts...)

			c := r.dial(t) // 21: 1.1 stays open; 22, 23: close in a list is heard and echoed
			c.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
			res, _ := c.answer("GET")
			assert.False(t, res.Close)
			c.send("GET /items/1 HTTP/1.1\r\nHost: x\r\nConnection: Close, te\r\n\r\n")
			res, _ = c.answer("GET")
			assert.True(t, res.Close)
			c.ended()

			c = r.dial(t) // 24: 1.0 closes
			c.send("GET /items/1 HTTP/1.0\r\n\r\n")
			c.answer("GET")
			c.ended()

			c = r.dial(t) // 24: 1.0 stays open when that is asked for, and it is echoed
			c.send("GET /items/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
			res, _ = c.answer("GET")
			assert.Equal(t, "keep-alive", res.Header.Get("Connection"))
			c.send("GET /items/1 HTTP/1.0\r\n\r\n")
			c.answer("GET")
			c.ended()

			c = r.dial(t) // 48: HEAD has the length and no body; 49: 204 has neither
			c.send("HEAD /items/2 HTTP/1.1\r\nHost: x\r\n\r\nDELETE /items/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
			res, _ = c.answer("HEAD")
			assert.EqualValues(t, 9, res.ContentLength)
			res, _ = c.answer("DELETE")
			assert.Equal(t, http.StatusNoContent, res.StatusCode)
			assert.Empty(t, res.Header.Values("Content-Length"))
			assert.Empty(t, res.Header.Get("Content-Type"))
			_, body := c.answer("GET")
			assert.Equal(t, `{"id":1}`, body)
		})
	}
}

// TestPipelineKeepsOrder is behaviour 26: a slow request does not let a fast one overtake it.
func TestPipelineKeepsOrder(t *testing.T) {
	release := make(chan struct{})
	r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) { <-release; return []byte("slow"), nil }}))
	c := r.dial(t)
	c.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\nGET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	status, _ := r.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusOK, status, "another connection is served meanwhile")
	close(release)
	_, body := c.answer("GET")
	assert.Equal(t, "slow", body)
	_, body = c.answer("GET")
	assert.Equal(t, `{"id":1}`, body)
}

func TestLongPipeline(t *testing.T) {
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			r := start(t, newTestAPI(testHandlers{}), opts...)
			c := r.dial(t)
			const n = 1000
			go func() {
				_, _ = io.WriteString(c.Conn, strings.Repeat("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n", n))
			}()
			for range n {
				_, body := c.answer("GET")
				require.Equal(t, `{"id":1}`, body)
			}
		})
	}
}

// TestHalfClose: a client that shuts down writing after its request still gets its answer.
func TestHalfClose(t *testing.T) {
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			r := start(t, newTestAPI(testHandlers{}), opts...)
			c := r.dial(t)
			c.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /items/2 HTTP/1.1\r\nHost: x\r\n\r\n")
			require.NoError(t, c.CloseWrite())
			_, body := c.answer("GET")
			assert.Equal(t, `{"id":1}`, body)
			_, body = c.answer("GET")
			assert.Equal(t, `{"id":11}`, body)
			c.ended()
		})
	}
}

func TestHalfCloseWhileTheHandlerRuns(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	r := start(t, newTestAPI(testHandlers{hold: func(ctx context.Context) ([]byte, error) {
		done := ctx.Done()
		close(started)
		select {
		case <-release:
			return []byte("late"), nil
		case <-done:
			return nil, context.Cause(ctx)
		}
	}}))
	c := r.dial(t)
	c.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	<-started
	require.NoError(t, c.CloseWrite())
	close(release)
	_, body := c.answer("GET")
	assert.Equal(t, "late", body)
}

// TestClientGone: the context of a request ends when its client is gone, and a later answer harms nobody.
func TestClientGone(t *testing.T) {
	started, cause := make(chan struct{}), make(chan error, 1)
	r := start(t, newTestAPI(testHandlers{hold: func(ctx context.Context) ([]byte, error) {
		done := ctx.Done()
		close(started)
		<-done
		cause <- context.Cause(ctx)
		return []byte("nobody reads this"), nil
	}}))
	c := r.dial(t)
	c.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	<-started
	c.vanish()
	require.ErrorIs(t, <-cause, ErrClientGone)
	status, _ := r.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusOK, status)
}

// TestClientLeaves: a client that closes and does not wait for the answer counts as gone after Timeouts.HalfClose.
func TestClientLeaves(t *testing.T) {
	started, cause := make(chan struct{}), make(chan error, 1)
	r := start(t, newTestAPI(testHandlers{hold: func(ctx context.Context) ([]byte, error) {
		done := ctx.Done()
		close(started)
		<-done
		cause <- context.Cause(ctx)
		return nil, nil
	}}), WithTimeouts(Timeouts{HalfClose: 20 * time.Millisecond}))
	c := r.dial(t)
	c.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	<-started
	require.NoError(t, c.CloseWrite())
	require.ErrorIs(t, <-cause, ErrClientGone)
}
