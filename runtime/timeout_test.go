package tornado

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTimeouts(t *testing.T) {
	short := 60 * time.Millisecond
	for name, c := range map[string]struct {
		timeouts Timeouts
		send     string
		status   int // 0: closed in silence
	}{
		"29 idle before the first request": {Timeouts{Idle: short}, "", 0},
		"30 half a head":                   {Timeouts{Header: short}, "GET /items/1 HTTP/1.1\r\nHo", 408},
		"33 half a body":                   {Timeouts{Body: short}, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhel", 408},
		"33 half a chunked body":           {Timeouts{Body: short}, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel", 408},
	} {
		for mode, opts := range modes {
			t.Run(name+"/"+mode, func(t *testing.T) {
				r := start(t, newTestAPI(testHandlers{}), append([]Option{WithTimeouts(c.timeouts)}, opts...)...)
				conn := r.dial(t)
				conn.send(c.send)
				if c.status != 0 {
					res, body := conn.answer("GET")
					assert.Equal(t, c.status, res.StatusCode, body)
					assert.True(t, res.Close)
				}
				conn.ended()
			})
		}
	}
}

func TestIdleBetweenRequests(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), WithTimeouts(Timeouts{Idle: 60 * time.Millisecond}))
	c := r.dial(t)
	c.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	res, _ := c.answer("GET")
	require.Equal(t, http.StatusOK, res.StatusCode)
	c.ended()
}

// TestExpect is behaviours 38 and 39: 100 is sent when the body is wanted, not when the answer is final already.
func TestExpect(t *testing.T) {
	const head = "Host: x\r\nContent-Type: text/plain\r\nExpect: 100-continue\r\n"
	for mode, opts := range modes {
		t.Run(mode, func(t *testing.T) {
			r := start(t, newTestAPI(testHandlers{}), opts...)

			c := r.dial(t)
			c.send("POST /echo HTTP/1.1\r\n" + head + "Content-Length: 5\r\n\r\n")
			line, err := c.r.ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
			_, err = c.r.ReadString('\n')
			require.NoError(t, err)
			c.send("hello")
			res, body := c.answer("POST")
			assert.Equal(t, http.StatusOK, res.StatusCode)
			assert.Equal(t, "hello", body)

			for want, request := range map[int]string{
				http.StatusRequestEntityTooLarge: "POST /echo HTTP/1.1\r\n" + head + "Content-Length: 99000000\r\n\r\n",
				http.StatusNotFound:              "POST /nothing HTTP/1.1\r\n" + head + "Content-Length: 5\r\n\r\n",
			} {
				c = r.dial(t)
				c.send(request)
				res, _ = c.answer("POST")
				assert.Equal(t, want, res.StatusCode)
				assert.True(t, res.Close)
			}
		})
	}
}
