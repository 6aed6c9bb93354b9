package client

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/operation"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

var putFile = operation.Operation{ID: "putFile", Name: "PutFile", Method: "PUT", Path: "/file", Consumes: []string{"*/*"}, BodyRequired: true}

// receiver counts requests, refuses the first ones, and tells of the others what came.
func receiver(t *testing.T, refuse int32) (*Client, *atomic.Int32) {
	t.Helper()
	var calls atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := calls.Add(1)
		body, err := io.ReadAll(r.Body)
		if n <= refuse || err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, r.Header.Get("Content-Type"), " ", r.ContentLength, " ", string(body))
	}))
	t.Cleanup(s.Close)
	c, err := New(s.URL)
	require.NoError(t, err)
	return c, &calls
}

// A body whose length can be found out is announced, and sent again.
func TestUploadSeekable(t *testing.T) {
	c, calls := receiver(t, 1)
	call := c.Call(t.Context(), &putFile)
	file := strings.NewReader("-hello")
	_, err := file.ReadByte()
	require.NoError(t, err)
	call.Upload(value.Upload{ContentType: "image/png", Reader: file})
	res, err := call.Do()
	require.NoError(t, err)
	assert.Equal(t, "image/png 5 hello", string(res.Body))
	assert.EqualValues(t, 2, calls.Load())
}

// Another one is sent in chunks, once.
func TestUploadOnce(t *testing.T) {
	c, calls := receiver(t, 1)
	for _, want := range []string{"503 ", "200 application/octet-stream -1 hello"} {
		call := c.Call(t.Context(), &putFile)
		call.Upload(value.Upload{Reader: iotest.OneByteReader(strings.NewReader("hello"))})
		res, err := call.Do()
		require.NoError(t, err)
		assert.Equal(t, want, fmt.Sprint(res.StatusCode, " ", string(res.Body)))
	}
	assert.EqualValues(t, 2, calls.Load())
}

func TestUploadMissing(t *testing.T) {
	c, calls := receiver(t, 0)
	call := c.Call(t.Context(), &putFile)
	call.Reader("image/png", nil)
	_, err := call.Do()
	require.ErrorIs(t, err, errBodyMissing)
	assert.Zero(t, calls.Load())
}

// What the reader fails with is the error of the call.
func TestUploadReaderFails(t *testing.T) {
	c, calls := receiver(t, 0)
	call := c.Call(t.Context(), &putFile)
	broken := errors.New("the disk is broken")
	call.Reader("image/png", io.MultiReader(strings.NewReader("hello"), iotest.ErrReader(broken)))
	_, err := call.Do()
	require.ErrorIs(t, err, broken)
	assert.LessOrEqual(t, calls.Load(), int32(1))
}

// slow gives a byte when it is asked to.
type slow struct{ next chan byte }

func (s slow) Read(p []byte) (int, error) {
	b, ok := <-s.next
	if !ok {
		return 0, io.EOF
	}
	p[0] = b
	return 1, nil
}

// The time limit of a call is the server's: it does not run while the body is waited for.
func TestUploadTimeout(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && string(body) == "ab" {
			return
		}
		<-r.Context().Done()
	}))
	defer s.Close()
	c, err := New(s.URL, WithTimeout(50*time.Millisecond))
	require.NoError(t, err)
	body := slow{make(chan byte)}
	go func() {
		for _, b := range []byte("ab") {
			time.Sleep(80 * time.Millisecond) // longer than the server may take
			body.next <- b
		}
		close(body.next)
	}()
	call := c.Call(t.Context(), &putFile)
	call.Reader("image/png", body)
	_, err = call.Do()
	require.NoError(t, err)
	call = c.Call(t.Context(), &putFile)
	call.Reader("image/png", strings.NewReader("never answered"))
	_, err = call.Do()
	require.ErrorContains(t, err, "no answer within 50ms")
}

// The time of an attempt does not count for an upload: a server that hangs ends the call, which is not sent again.
func TestUploadAttemptTimeout(t *testing.T) {
	var calls atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer s.Close()
	c, err := New(s.URL, WithTimeout(50*time.Millisecond), WithAttemptTimeout(time.Hour))
	require.NoError(t, err)
	call := c.Call(t.Context(), &putFile)
	call.Reader("image/png", strings.NewReader("never answered"))
	_, err = call.Do()
	var failed *Error
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, 1, failed.Attempts)
	require.ErrorContains(t, err, "no answer within 50ms")
	assert.EqualValues(t, 1, calls.Load())
}
