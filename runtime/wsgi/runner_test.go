//go:build unix

package wsgi_test

import (
	"fmt"
	"io"
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
