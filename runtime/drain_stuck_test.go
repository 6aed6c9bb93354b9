package tornado

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestServeReturnsWithoutHandlers: a handler that never returns, whatever its context says, does not keep Serve from it.
func TestServeReturnsWithoutHandlers(t *testing.T) {
	for name, opts := range map[string][]Option{"HTTP/1": nil, "HTTP/1 TLS": {over(overTLS)}, "HTTP/2": {WithH2C(), over(overTCP)}} {
		t.Run(name, func(t *testing.T) {
			entered, release, returned := make(chan struct{}), make(chan struct{}), make(chan struct{})
			r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) {
				defer close(returned)
				close(entered)
				<-release
				return nil, nil
			}}, WithAPILogger(quiet)), append([]Option{WithTimeouts(Timeouts{Drain: 50 * time.Millisecond})}, opts...)...)
			if name == "HTTP/2" {
				settled(t, r, "h2c").send(http2Get(1, "/hold"))
			} else {
				r.dial(t).send(askHold)
			}
			<-entered
			require.ErrorIs(t, r.stop(t), ErrCut)
			select {
			case <-returned:
				assert.Fail(t, "the handler has returned")
			default:
			}
			close(release)
			<-returned
		})
	}
}

// TestDrainDuringAnUpload: an upload that is read as it comes when the drain begins is read to its end, and answered.
func TestDrainDuringAnUpload(t *testing.T) {
	for name, opts := range map[string][]Option{"plain": nil, "TLS": {over(overTLS)}} {
		t.Run(name, func(t *testing.T) {
			begun := make(chan struct{})
			r := start(t, uploadAPI(func(ctx context.Context, req uploadRequest) (string, error) {
				if _, err := io.ReadFull(req.Body, make([]byte, 5)); err != nil {
					return "", err
				}
				close(begun)
				<-Draining(ctx)
				return count(ctx, req)
			}), opts...)
			c := r.dial(t)
			c.send(putBinary + fmt.Sprintf("Content-Length: %d\r\n\r\nhello", 5+1<<20))
			<-begun
			r.Shutdown()
			require.Eventually(t, r.Draining, patience, time.Millisecond)
			for range 16 {
				c.send(string(bytes.Repeat([]byte("x"), 1<<16)))
			}
			res, body := c.answer("PUT")
			assert.Equal(t, http.StatusOK, res.StatusCode)
			assert.Equal(t, fmt.Sprint("a b ", 1<<20), body)
			assert.True(t, res.Close)
			require.NoError(t, r.stop(t))
		})
	}
}

// TestDrainOfASlowReader: an answer that its client takes slowly when the drain begins is sent to its end, or cut when the time is up.
func TestDrainOfASlowReader(t *testing.T) {
	large := bytes.Repeat([]byte("x"), 32<<20)
	for name, opts := range map[string][]Option{"plain": nil, "TLS": {over(overTLS)}} {
		for _, reads := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " reads ", reads), func(t *testing.T) {
				limit := time.Minute
				if !reads {
					limit = 100 * time.Millisecond
				}
				var once sync.Once
				entered := make(chan struct{})
				r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) {
					once.Do(func() { close(entered) })
					return large, nil
				}}), append([]Option{WithTimeouts(Timeouts{Drain: limit})}, opts...)...)
				c := r.dial(t)
				c.send(askHold)
				<-entered
				_, err := c.r.Peek(1)
				require.NoError(t, err, "the answer is on its way")
				r.Shutdown()
				require.Eventually(t, r.Draining, patience, time.Millisecond)
				if !reads {
					require.ErrorIs(t, r.stop(t), ErrCut)
					return
				}
				_, body := c.answer("GET")
				assert.Len(t, body, len(large))
				require.NoError(t, r.stop(t))
			})
		}
	}
}
