package tornado

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var opUpload = Operation{
	ID: "upload", Name: "Upload", Method: "PUT", Path: "/files/{name}", Consumes: []string{"text/plain", "*/*"}, Streams: []string{"*/*"},
	BodyRequired: true, Produces: []string{"text/plain"},
}

type uploadRequest struct {
	Name string
	Body io.Reader
	Text []byte
}

func (r *uploadRequest) decode(in *Input) {
	r.Name = in.Path(0, "name", Simple).String(nil)
	if in.ContentType() == "text/plain" {
		r.Text = in.BytesBody()
		return
	}
	r.Body = in.StreamBody()
}

// uploadAPI is an API with one operation that reads its body as it comes, unless it is a text.
func uploadAPI(handle func(ctx context.Context, req uploadRequest) (string, error), opts ...APIOption) *API {
	a := NewAPI(Info{Title: "Test", Version: "1"}, opts...)
	Register(a, &opUpload, (*uploadRequest).decode, func(ctx context.Context, req *uploadRequest) (string, error) { return handle(ctx, *req) }, func(w *Reply, s string) { w.Bytes(http.StatusOK, "text/plain", []byte(s)) })
	return a
}

// count answers with the name and the length of the body.
func count(_ context.Context, req uploadRequest) (string, error) {
	n, err := io.Copy(io.Discard, req.Body)
	return fmt.Sprint(req.Name, " ", n), err
}

const putBinary = "PUT /files/a%20b HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"

func chunked(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&b, "%x\r\n%s\r\n", len(p), p)
	}
	return "Transfer-Encoding: chunked\r\n\r\n" + b.String() + "0\r\n\r\n"
}

// The body of an upload arrives whatever its framing is and however it is cut, and what follows it is the next request.
func TestUploadFraming(t *testing.T) {
	r := start(t, uploadAPI(count), WithLoops(1))
	large := strings.Repeat("0123456789abcdef", 10_000)
	next := "PUT /files/next HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Length: 2\r\n\r\nok"
	for name, c := range map[string]struct{ send, want string }{
		"length":         {"Content-Length: 5\r\n\r\nhello", "a b 5"},
		"empty":          {"Content-Length: 0\r\n\r\n", "a b 0"},
		"chunked":        {chunked("hel", "lo"), "a b 5"},
		"large":          {"Content-Length: " + strconv.Itoa(len(large)) + "\r\n\r\n" + large, "a b 160000"},
		"large, chunked": {chunked(large[:1000], large[1000:]), "a b 160000"},
	} {
		t.Run(name, func(t *testing.T) {
			c2 := r.dial(t)
			c2.send(putBinary + c.send + next)
			_, body := c2.answer("PUT")
			assert.Equal(t, c.want, body)
			_, body = c2.answer("PUT")
			assert.Equal(t, "next 2", body)
		})
	}
	c := r.dial(t)
	all := putBinary + chunked("hel", "lo") + next
	for i := range all {
		c.send(all[i : i+1])
	}
	_, body := c.answer("PUT")
	assert.Equal(t, "a b 5", body)
	_, body = c.answer("PUT")
	assert.Equal(t, "next 2", body)
}

// A media type that is named for a body in memory is held there; the rest streams.
func TestUploadByMediaType(t *testing.T) {
	r := start(t, uploadAPI(func(_ context.Context, req uploadRequest) (string, error) {
		return string(req.Text), nil
	}, WithMaxBody(4), WithMaxStream(8)))
	status, body := r.exchange(t, "PUT /files/a HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi")
	assert.Equal(t, "200 hi", fmt.Sprint(status, " ", body))
	status, _ = r.exchange(t, "PUT /files/a HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
	status, _ = r.exchange(t, putBinary+"Content-Length: 8\r\n\r\n12345678")
	assert.Equal(t, http.StatusOK, status)
	status, _ = r.exchange(t, putBinary+"Content-Length: 9\r\n\r\n123456789")
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
	status, _ = r.exchange(t, "PUT /files/a HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusBadRequest, status, "no body at all")
}

// The handler starts before the body has ended, reads what is there, and its client waits while it does not read.
func TestUploadBackpressure(t *testing.T) {
	first, more := make(chan string), make(chan struct{})
	r := start(t, uploadAPI(func(ctx context.Context, req uploadRequest) (string, error) {
		p := make([]byte, 100)
		n, err := req.Body.Read(p)
		if err != nil {
			return "", err
		}
		first <- string(p[:n])
		<-more
		return count(ctx, req)
	}))
	c := r.dial(t)
	const size = 64 << 20
	c.send(putBinary + "Content-Length: " + strconv.Itoa(size+5) + "\r\n\r\nhello")
	assert.Equal(t, "hello", <-first)
	block := make([]byte, 64<<10)
	sent := 0
	for sent < size { // until the kernel takes no more: 64 MiB are more than any window
		require.NoError(t, c.SetWriteDeadline(time.Now().Add(300*time.Millisecond)))
		n, err := c.Write(block[:min(len(block), size-sent)])
		sent += n
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		require.NoError(t, err)
	}
	assert.Less(t, sent, size, "the client was not slowed down")
	close(more)
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	for sent < size {
		n, err := c.Write(block[:min(len(block), size-sent)])
		require.NoError(t, err)
		sent += n
	}
	_, body := c.answer("PUT")
	assert.Equal(t, fmt.Sprint("a b ", size), body)
}

// A client that waits for 100 gets it when the body is read, and not before an answer that does not need the body.
func TestUploadContinue(t *testing.T) {
	r := start(t, uploadAPI(func(ctx context.Context, req uploadRequest) (string, error) {
		if req.Name == "no" {
			return "", &StatusError{Status: http.StatusConflict}
		}
		return count(ctx, req)
	}))
	c := r.dial(t)
	c.send(putBinary + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n")
	res, err := http.ReadResponse(c.r, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusContinue, res.StatusCode)
	c.send("hello")
	_, body := c.answer("PUT")
	assert.Equal(t, "a b 5", body)
	c.send(strings.Replace(putBinary, "a%20b", "no", 1) + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n")
	res, _ = c.answer("PUT")
	assert.Equal(t, http.StatusConflict, res.StatusCode)
	assert.True(t, res.Close)
	c.ended()
}

// What an early answer leaves unread is dropped, and the connection goes on; it closes where that is much.
func TestUploadEarlyAnswer(t *testing.T) {
	r := start(t, uploadAPI(func(context.Context, uploadRequest) (string, error) { return "enough", nil }))
	c := r.dial(t)
	c.send(putBinary + "Content-Length: 10000\r\n\r\n" + strings.Repeat("x", 5000))
	res, body := c.answer("PUT")
	assert.Equal(t, "enough", body)
	assert.False(t, res.Close)
	c.send(strings.Repeat("x", 5000) + putBinary + chunked("abc", "def"))
	_, body = c.answer("PUT")
	assert.Equal(t, "enough", body)
	c.send(putBinary + "Content-Length: 100000000\r\n\r\n" + strings.Repeat("x", 100_000))
	res, body = c.answer("PUT")
	assert.Equal(t, "enough", body)
	assert.True(t, res.Close)
	c.ended()
}

// A body that ends too early is an error of its reader, and the context of the request ends with it.
func TestUploadCutOff(t *testing.T) {
	got := make(chan error, 2)
	r := start(t, uploadAPI(func(ctx context.Context, req uploadRequest) (string, error) {
		_, err := io.Copy(io.Discard, req.Body)
		got <- err
		<-ctx.Done()
		got <- context.Cause(ctx)
		return "", err
	}))
	for _, framing := range []string{"Content-Length: 100\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"} {
		c := r.dial(t)
		c.send(putBinary + framing)
		require.NoError(t, c.CloseWrite())
		err := <-got
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.ErrorIs(t, <-got, ErrClientGone)
		res, body := c.answer("PUT")
		assert.Equal(t, http.StatusBadRequest, res.StatusCode)
		assert.Contains(t, body, "cut off")
		c.ended()
	}
}

// faultyUploads are bodies that end in an error of the reader, with the status that the client is told.
var faultyUploads = map[string]struct {
	send   string
	status int
	detail string
}{
	"chunked over the limit": {chunked(strings.Repeat("x", 60), strings.Repeat("x", 60)), http.StatusRequestEntityTooLarge, "100 bytes"},
	"no chunk":               {"Transfer-Encoding: chunked\r\n\r\nzz\r\n", http.StatusBadRequest, "chunk"},
	"too slow":               {"Content-Length: 10\r\n\r\nhello", http.StatusRequestTimeout, "too long"},
}

func TestUploadFaults(t *testing.T) {
	r := start(t, uploadAPI(func(ctx context.Context, req uploadRequest) (string, error) {
		text, err := count(ctx, req)
		if err != nil {
			return "", fmt.Errorf("storing: %w", err)
		}
		return text, nil
	}, WithMaxStream(100), WithErrorMapper(func(_ context.Context, _ *Operation, err error) error {
		return &StatusError{Status: http.StatusTeapot, Err: err}
	})), WithTimeouts(Timeouts{Stream: 100 * time.Millisecond}))
	for name, c := range faultyUploads {
		t.Run(name, func(t *testing.T) {
			conn := r.dial(t)
			conn.send(putBinary + c.send)
			res, body := conn.answer("PUT")
			assert.Equal(t, c.status, res.StatusCode, body)
			assert.Contains(t, body, c.detail)
			assert.True(t, res.Close)
			conn.ended()
		})
	}
}

// The reader is of no use once its handler has returned, by a value, a panic or the end of its goroutine.
func TestUploadReadAfterReturn(t *testing.T) {
	for name, end := range map[string]func(){
		"value": func() {}, "panic": func() { panic("stop") }, "goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			got := make(chan error, 1)
			r := start(t, uploadAPI(func(_ context.Context, req uploadRequest) (string, error) {
				go func() {
					_, err := io.Copy(io.Discard, req.Body)
					got <- err
				}()
				end()
				return "", nil
			}))
			c := r.dial(t)
			c.send(putBinary + "Content-Length: 10\r\n\r\nhello")
			res, _ := c.answer("PUT")
			assert.Equal(t, name == "value", res.StatusCode == http.StatusOK)
			require.ErrorIs(t, <-got, http.ErrBodyReadAfterClose)
		})
	}
}

// zeros is a body that costs nothing to make.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// Three hundred megabytes are received in memory that does not depend on their number, on the loops and on net/http.
func TestUploadMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 600 MB")
	}
	const size = 300 << 20
	api := uploadAPI(count)
	other := httptest.NewServer(uploadAPI(count).HTTPHandler())
	defer other.Close()
	for name, url := range map[string]string{"loops": "http://" + start(t, api, over(overTCP)).addr, "net/http": other.URL} {
		for framing, length := range map[string]int64{"length": size, "chunked": -1} {
			t.Run(name+" "+framing, func(t *testing.T) {
				req, err := http.NewRequest("PUT", url+"/files/zeros", io.LimitReader(zeros{}, size))
				require.NoError(t, err)
				req.ContentLength = length
				req.Header.Set("Content-Type", "application/octet-stream")
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				res, err := http.DefaultClient.Do(req)
				require.NoError(t, err)
				body, err := io.ReadAll(res.Body)
				require.NoError(t, err)
				require.NoError(t, res.Body.Close())
				runtime.ReadMemStats(&after)
				assert.Equal(t, fmt.Sprint("zeros ", size), string(body))
				if !overNet { // which reads ahead, into a buffer for each piece
					assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20), "bytes that were allocated on both sides, alive or not")
				}
			})
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// The same operation on any http.Server.
func TestUploadHTTPHandler(t *testing.T) {
	s := httptest.NewServer(uploadAPI(count, WithMaxStream(100)).HTTPHandler())
	defer s.Close()
	put := func(body io.Reader) (int, string) {
		req, err := http.NewRequest("PUT", s.URL+"/files/a%20b", body)
		require.NoError(t, err)
		req.Header.Set("Content-Type", "image/png")
		res, err := s.Client().Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(text)
	}
	status, body := put(strings.NewReader("hello"))
	assert.Equal(t, "200 a b 5", fmt.Sprint(status, " ", body))
	status, body = put(strings.NewReader(""))
	assert.Equal(t, "200 a b 0", fmt.Sprint(status, " ", body))
	for _, long := range []io.Reader{strings.NewReader(strings.Repeat("x", 101)), io.LimitReader(zeros{}, 101)} {
		status, body = put(long)
		assert.Equal(t, http.StatusRequestEntityTooLarge, status)
		assert.Contains(t, body, "100 bytes")
	}
}

// A deferred answer comes when the body has been dealt with, and what follows is the next request.
func TestUploadDeferred(t *testing.T) {
	a := NewAPI(Info{Title: "Test", Version: "1"})
	RegisterDeferred(a, &opUpload, (*uploadRequest).decode, func(_ context.Context, req uploadRequest, r pollReply) {
		p := make([]byte, 5)
		_, err := io.ReadFull(req.Body, p)
		assert.NoError(t, err)
		go AnswerWith(r.Deferred, string(p), writeText)
	})
	c := start(t, a).dial(t)
	for range 2 {
		c.send(putBinary + "Content-Length: 10000\r\n\r\nhello" + strings.Repeat("x", 5000))
		c.send(strings.Repeat("x", 4995))
		res, body := c.answer("PUT")
		assert.Equal(t, "hello", body)
		assert.False(t, res.Close)
	}
	c.send(putBinary + "Content-Length: 100000000\r\n\r\nhello" + strings.Repeat("x", 10_000))
	res, body := c.answer("PUT")
	assert.Equal(t, "hello", body)
	assert.True(t, res.Close)
	c.ended()
}
