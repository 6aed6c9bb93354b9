//go:build unix

package wsgi_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/wsgi"
)

// TestContentLength: the length that the application declares is kept to, or the client sees that it is not.
func TestContentLength(t *testing.T) {
	_, c := open(t, wsgi.Config{App: "plain", Workers: 1, Threads: 1})
	c.Client.Timeout = 10 * time.Second
	for _, how := range []string{"list", "iter", "write"} {
		for range 3 { // what is too much is no part of the next answer
			res, body := c.Get("/length?" + how + ",4,abcdef")
			assert.Equal(t, 200, res.StatusCode, how)
			assert.Equal(t, "abcd", body, how)
		}
		res, body := c.Get("/length?" + how + ",6,abcdef")
		assert.Equal(t, 200, res.StatusCode, how)
		assert.Equal(t, "abcdef", body, how)
		for _, text := range []string{"abcdef", ""} {
			short, err := c.Client.Get(fmt.Sprint(c.URL, "/length?", how, ",10,", text))
			if err == nil {
				_, err = io.ReadAll(short.Body)
				require.NoError(t, short.Body.Close())
			}
			require.ErrorContains(t, err, "EOF", how) // it may come in place of the head
		}
	}
	for _, bad := range []string{"x", "-1", "+1", "1_0", ""} {
		res, _ := c.Get("/length?list," + bad + ",abc")
		assert.Equal(t, 500, res.StatusCode, bad)
	}
	res, _ := c.Ask("HEAD", "/length?list,6,abcdef", nil)
	assert.Equal(t, 200, res.StatusCode)
	assert.Equal(t, int64(6), res.ContentLength)
	for _, path := range []string{"/split-status", "/odd-status"} {
		res, _ := c.Get(path)
		assert.Equal(t, 500, res.StatusCode, path)
		assert.Empty(t, res.Header.Get("Set-Cookie"), path)
	}
}

// sayings counts what workers write.
type sayings struct {
	slog.Handler
	mu   sync.Mutex
	text strings.Builder // guarded by mu
}

func (s *sayings) Handle(_ context.Context, r slog.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Attrs(func(a slog.Attr) bool { s.text.WriteString(a.Value.String() + "\n"); return true })
	return nil
}

func (s *sayings) WithAttrs([]slog.Attr) slog.Handler       { return s }
func (s *sayings) Enabled(context.Context, slog.Level) bool { return true }
func (s *sayings) logger() *slog.Logger                     { return slog.New(s) }
func (s *sayings) count(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.text.String(), text)
}

// TestErrorsOfTheSystem: a file that the application does not find is its failure, and says so; it is not the client that has gone.
func TestErrorsOfTheSystem(t *testing.T) {
	var said sayings
	_, c := open(t, wsgi.Config{App: "plain", Workers: 1, Logger: said.logger()})
	for range 2 { // no failure costs the process
		res, body := c.Get("/no-file")
		assert.Equal(t, 500, res.StatusCode)
		assert.Equal(t, "the application has failed\n", body)
	}
	late, err := c.Client.Get(c.URL + "/no-file-late")
	if err == nil {
		_, err = io.ReadAll(late.Body)
		require.NoError(t, late.Body.Close())
	}
	require.ErrorContains(t, err, "EOF", "what is not complete is seen to be so")
	res, body := c.Get("/close")
	assert.Equal(t, 200, res.StatusCode)
	assert.Equal(t, "whole", body)
	assert.Eventually(t, func() bool { return said.count("FileNotFoundError") == 4 }, 10*time.Second, time.Millisecond)
}

// TestCutOffBody: an application may handle that a body is cut off as it does elsewhere, as an OSError.
func TestCutOffBody(t *testing.T) {
	var said sayings
	_, c := open(t, wsgi.Config{App: "plain", Workers: 1, Logger: said.logger()})
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.URL, "http://"))
	require.NoError(t, err)
	_, err = io.WriteString(conn, "POST /patient HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	assert.Eventually(t, func() bool { return said.count("cut off: the body is cut off") == 1 }, 10*time.Second, time.Millisecond)
	assert.Zero(t, said.count("Traceback"), "nobody is there to be told of a failure")
}
