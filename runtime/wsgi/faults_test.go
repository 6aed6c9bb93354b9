//go:build unix

package wsgi_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
	"github.com/tornadogen/tornadogen/runtime/wsgi"
)

// begin sends what may be no whole request, and gives the answer.
func begin(t *testing.T, c *apitest.Client, text string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.URL, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, text)
	require.NoError(t, err)
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// pidOf is the process that serves, "" if none does.
func pidOf(c *apitest.Client) string {
	res, err := c.Client.Get(c.URL + "/environ")
	if err != nil {
		return ""
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return res.Header.Get("X-Pid")
}

// stays sees that the process serves on: a successor would show by then.
func stays(t *testing.T, c *apitest.Client, pid string) {
	t.Helper()
	require.NotEmpty(t, pid)
	require.Never(t, func() bool { return pidOf(c) != pid }, time.Second, 20*time.Millisecond)
}

// inBackground sends a request, and tells its status.
func inBackground(c *apitest.Client, path string) <-chan int {
	status := make(chan int, 1)
	go func() {
		res, err := c.Client.Get(c.URL + path)
		if err != nil {
			status <- 0
			return
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		status <- res.StatusCode
	}()
	return status
}

// TestStalledUpload: what a client does not send is no fault of a worker.
func TestStalledUpload(t *testing.T) {
	c := wsgi.Config{App: "plain", Workers: 1, Answer: 10 * time.Second}
	_, client := open(t, c, tornado.WithTimeouts(tornado.Timeouts{Stream: 100 * time.Millisecond}))
	first := pidOf(client)
	for _, head := range []string{
		"Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "Content-Length: 10\r\n\r\n",
	} {
		res := begin(t, client, "POST /echo HTTP/1.1\r\nHost: a\r\n"+head)
		assert.Equal(t, 408, res.StatusCode, head)
		assert.True(t, res.Close, head)
	}
	res := begin(t, client, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n")
	assert.Equal(t, 400, res.StatusCode)
	stays(t, client, first)
}

// TestHangsBeforeTheBody: an application that reads nothing of a body is as late as one that does not answer, however long the body is, and
// the worker is replaced.
func TestHangsBeforeTheBody(t *testing.T) {
	for name, head := range map[string]string{"of no known length": "Transfer-Encoding: chunked", "of a known length": "Content-Length: 8388608"} {
		t.Run(name, func(t *testing.T) {
			_, c := open(t, wsgi.Config{App: "plain", Workers: 1, Threads: 2, Answer: 300 * time.Millisecond, Drain: 10 * time.Millisecond})
			first := pidOf(c)
			require.NotEmpty(t, first)
			conn, err := net.Dial("tcp", strings.TrimPrefix(c.URL, "http://"))
			require.NoError(t, err)
			defer conn.Close()
			sent := make(chan struct{})
			go func() { // until nobody takes it
				defer close(sent)
				_, err := io.WriteString(conn, "POST /hang HTTP/1.1\r\nHost: a\r\n"+head+"\r\n\r\n")
				chunk := []byte("2000\r\n" + strings.Repeat("a", 0x2000) + "\r\n")
				for n := 0; n < 1<<10 && err == nil; n++ {
					_, err = conn.Write(chunk)
				}
			}()
			require.NoError(t, conn.SetReadDeadline(time.Now().Add(time.Minute)))
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			assert.Equal(t, 504, res.StatusCode)
			require.NoError(t, conn.Close())
			<-sent
			require.Eventually(t, func() bool { pid := pidOf(c); return pid != "" && pid != first }, 20*time.Second, 20*time.Millisecond)
		})
	}
}

// TestSlowClient: while the client is waited for, the application is not late, however little time it has.
func TestSlowClient(t *testing.T) {
	_, c := open(t, wsgi.Config{App: "plain", Workers: 1, Answer: time.Second}, tornado.WithTimeouts(tornado.Timeouts{Stream: 3 * time.Second}))
	first := pidOf(c)
	res := begin(t, c, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
	assert.Equal(t, 408, res.StatusCode)
	assert.Equal(t, first, pidOf(c))
}

// TestSlowAnswer: the other threads of a worker that is to be replaced serve until there is another one, and nobody waits for the end of it.
func TestSlowAnswer(t *testing.T) {
	_, c := open(t, wsgi.Config{App: "plain", Workers: 1, Threads: 2, Answer: 300 * time.Millisecond, Drain: time.Minute})
	first := pidOf(c)
	pid, err := strconv.Atoi(first)
	require.NoError(t, err)
	status := inBackground(c, "/nap?60") // Drain lets it end
	require.Eventually(t, func() bool {
		now := pidOf(c)
		assert.NotEmpty(t, now, "somebody serves all the time")
		return now != first
	}, 20*time.Second, time.Millisecond)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL), "it is still there, as the nap is not over")
	assert.Equal(t, 504, <-status)
}

// TestSlowAnswerOfGunicorn: one request does not end its other workers.
func TestSlowAnswerOfGunicorn(t *testing.T) {
	_, c := open(t, wsgi.Config{
		App: "plain", Gunicorn: true, Python: python(t, "gunicorn"), Workers: 1, Threads: 2, Answer: time.Second, Drain: 100 * time.Millisecond,
	})
	first := pidOf(c)
	res, _ := c.Get("/nap?3")
	assert.Equal(t, 504, res.StatusCode)
	stays(t, c, first)
}

// TestNoThreadIsFree: requests wait for a thread as long as for an answer, and no worker is to blame.
func TestNoThreadIsFree(t *testing.T) {
	_, c := open(t, wsgi.Config{App: "plain", Workers: 1, Threads: 1, Answer: 500 * time.Millisecond})
	first := pidOf(c)
	res, err := c.Client.Get(c.URL + "/long?3") // has begun, so that it is not late
	require.NoError(t, err)
	defer res.Body.Close()
	begun := time.Now()
	refused, _ := c.Get("/environ")
	assert.Equal(t, 503, refused.StatusCode)
	assert.Equal(t, "1", refused.Header.Get("Retry-After"))
	assert.Less(t, time.Since(begun), 2*time.Second)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Equal(t, "begun done", string(body))
	assert.Equal(t, first, pidOf(c))
}

// TestWhoWaitsIsMoved: those that wait for a thread of a worker that leaves go to its successor.
func TestWhoWaitsIsMoved(t *testing.T) {
	_, c := open(t, wsgi.Config{App: "plain", Workers: 1, Threads: 2, Answer: 4 * time.Second})
	begun := time.Now()
	late := inBackground(c, "/nap?5")
	first, err := c.Client.Get(c.URL + "/long?8")
	require.NoError(t, err)
	defer first.Body.Close()
	<-time.After(time.Until(begun.Add(3 * time.Second))) // the worker is replaced when these have waited for a second, and its successor has three to come up
	answers := make(chan *http.Response, 2)
	for range 2 { // the first has the thread of who was late
		go func() {
			res, err := c.Post(c.URL+"/long?4", "text/plain", strings.NewReader("their bodies go with them"))
			assert.NoError(t, err)
			answers <- res
		}()
	}
	pids := map[string]bool{}
	for range 2 {
		if res := <-answers; assert.NotNil(t, res) {
			assert.Equal(t, 200, res.StatusCode)
			pids[res.Header.Get("X-Pid")] = true
			defer res.Body.Close()
		}
	}
	assert.Equal(t, 504, <-late)
	assert.Len(t, pids, 2, "one has waited for the successor")
}
