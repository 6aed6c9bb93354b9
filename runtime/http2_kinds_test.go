package tornado

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// overHTTP2 runs a test for each way to come to HTTP/2.
func overHTTP2(t *testing.T, test func(t *testing.T, way string, opts []Option)) {
	for way, opts := range http2Ways {
		t.Run(way, func(t *testing.T) { test(t, way, opts[:len(opts):len(opts)]) })
	}
}

// TestDeferredOverHTTP2: many requests of one connection wait at a time, and each ends in its own way: answered, by its time, left by
// its client, or because the server drains.
func TestDeferredOverHTTP2(t *testing.T) {
	overHTTP2(t, func(t *testing.T, way string, opts []Option) {
		api, replies := waiting()
		r := start(t, api, opts...)
		client, base := http2Client(t, r, way)
		poll := func(ctx context.Context) <-chan string {
			result := make(chan string, 1)
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/poll", nil)
			require.NoError(t, err)
			go func() {
				res, err := client.Do(req)
				if err != nil {
					result <- err.Error()
					return
				}
				defer res.Body.Close()
				body, _ := io.ReadAll(res.Body)
				result <- fmt.Sprint(res.StatusCode, " ", string(body))
			}()
			return result
		}
		var results []<-chan string
		var given []*Deferred
		for range 10 { // one after the other: the replies come in order
			results = append(results, poll(t.Context()))
			given = append(given, <-replies)
		}
		for i := range given {
			i = len(given) - 1 - i
			_, done := endOf(given[i])
			require.True(t, AnswerWith(given[i], fmt.Sprint("answer ", i), writeText))
			require.Equal(t, fmt.Sprint("200 answer ", i), <-results[i])
			require.True(t, <-done)
		}

		late := poll(t.Context())
		d := <-replies
		d.After(time.Millisecond, func() bool { return AnswerWith(d, "time", writeText) })
		require.Equal(t, "200 time", <-late)

		ctx, cancel := context.WithCancel(t.Context())
		left := poll(ctx)
		times, done := endOf(<-replies)
		cancel()
		require.Contains(t, <-left, "canceled")
		require.False(t, <-done, "its client has gone")
		require.EqualValues(t, 1, times.Load())

		waits := poll(t.Context())
		last := <-replies
		last.After(time.Hour, func() bool { return AnswerWith(last, "drained", writeText) })
		require.NoError(t, r.stop(t))
		require.Equal(t, "200 drained", <-waits)
	})
}

// TestSlowClientOverHTTP2: a client that does not read its stream is waited for as long as Timeouts.Write, and the other streams of its
// connection go on.
func TestSlowClientOverHTTP2(t *testing.T) {
	overHTTP2(t, func(t *testing.T, way string, opts []Option) {
		api, streams := keeping(nil)
		r := start(t, api, append(opts, WithTimeouts(Timeouts{Write: 100 * time.Millisecond}))...)
		client, base := http2Client(t, r, way)
		res, err := client.Get(base + "/watch")
		require.NoError(t, err)
		defer res.Body.Close()
		out := <-streams
		ended := make(chan struct{})
		out.OnDone(func() { close(ended) })
		text := strings.Repeat("x", 64<<10)
		begun := time.Now()
		for n := 0; err == nil; n++ {
			require.Less(t, n, 10_000, "a client that reads nothing is waited for")
			err = out.Send(text)
		}
		<-ended
		assert.Less(t, time.Since(begun), defaultWriteTimeout/2)
		_, err = io.Copy(io.Discard, res.Body)
		require.Error(t, err, "it was cut, not ended")
		item, err := client.Get(base + "/items/2")
		assert.Equal(t, `{"id":11}`, readAll(t, item, err))
	})
}

// TestUploadOverHTTP2: bodies reach their handlers as they come, many at a time, no faster than they are read; limits and clients that
// break off are what they are on HTTP/1.
func TestUploadOverHTTP2(t *testing.T) {
	overHTTP2(t, func(t *testing.T, way string, opts []Option) {
		slow := make(chan struct{})
		cause := make(chan error, 1)
		r := start(t, uploadAPI(func(ctx context.Context, req uploadRequest) (string, error) {
			switch req.Name {
			case "slow":
				<-slow
			case "enough":
				return "enough", nil
			case "broken":
				_, err := io.Copy(io.Discard, req.Body)
				assert.Error(t, err)
				<-ctx.Done()
				cause <- context.Cause(ctx)
				return "", err
			}
			return count(ctx, req)
		}, WithMaxStream(16<<20)), opts...)
		client, base := http2Client(t, r, way)
		put := func(name string, body io.Reader) (*http.Response, error) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, base+"/files/"+name, body)
			require.NoError(t, err)
			req.Header.Set("Content-Type", "image/png")
			return client.Do(req)
		}
		const size = 3 << 20
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				res, err := put(fmt.Sprint("f", i), io.LimitReader(endless{}, size)) // of a length that is not told
				if assert.NoError(t, err) {
					assert.Equal(t, fmt.Sprint("f", i, " ", size), readAll(t, res, err))
				}
			})
		}
		all.Wait()

		counted := &countingReader{Reader: io.LimitReader(endless{}, size)}
		answer := make(chan string, 1)
		go func() {
			res, err := put("slow", counted)
			answer <- readAll(t, res, err)
		}()
		res, err := put("next", strings.NewReader("beside it"))
		assert.Equal(t, "next 9", readAll(t, res, err))
		assert.Less(t, counted.count(), size, "nobody reads it")
		close(slow)
		assert.Equal(t, fmt.Sprint("slow ", size), <-answer)

		res, err = put("enough", io.LimitReader(endless{}, size))
		if err == nil { // the client may find that its body is not wanted before it sees the answer
			assert.Equal(t, "enough", readAll(t, res, err))
		}
		res, err = put("large", strings.NewReader(strings.Repeat("x", 17<<20)))
		readAll(t, res, err)
		assert.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
		_, err = put("broken", io.MultiReader(strings.NewReader("begun"), failingReader{}))
		require.ErrorIs(t, err, errFails)
		require.ErrorIs(t, <-cause, context.Canceled)
	})
}

// endless is a reader without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

var errFails = errors.New("it fails")

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errFails }

// countingReader counts what was read.
type countingReader struct {
	io.Reader
	mu sync.Mutex
	n  int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += n
	return n, err
}

func (c *countingReader) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
