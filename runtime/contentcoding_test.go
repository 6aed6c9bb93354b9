package tornado

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Who goes on decoding a body after the handler has returned touches nothing of its connection, which serves others by then. The race
// detector sees who does.
func TestCodedUploadReadAfterReturn(t *testing.T) {
	ended := make(chan struct{})
	r := start(t, uploadAPI(func(_ context.Context, req uploadRequest) (string, error) {
		go func() {
			_, _ = io.Copy(io.Discard, req.Body) // it ends with the body, or with the handler
			ended <- struct{}{}
		}()
		return "", nil
	}, WithContentDecoder("gzip", unzip)), WithLoops(1))
	body := zipped(strings.Repeat("a", 1<<20))
	for range 20 {
		c := r.dial(t)
		c.send(putBinary + "Content-Encoding: gzip\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
		res, _ := c.answer("PUT")
		assert.Equal(t, http.StatusOK, res.StatusCode)
		<-ended
	}
}

// closing is a decoder that notes how often it was closed, and is not read any more then.
type closing struct {
	io.Reader
	closed *atomic.Int32
}

func (c closing) Close() error {
	c.closed.Add(1)
	return nil
}

// A decoder is closed once, and before the answer, where the body has ended, is malformed or too long: whether the body is held, or read as it comes.
func TestDecodersAreClosed(t *testing.T) {
	var closed atomic.Int32
	decode := WithContentDecoder("gzip", func(r io.Reader) (io.Reader, error) {
		z, err := gzip.NewReader(r)
		return closing{z, &closed}, err
	})
	lax := WithContentDecoder("lax", func(r io.Reader) (io.Reader, error) {
		return closing{readerFunc(func(p []byte) (int, error) {
			n, err := r.Read(p)
			if err != nil {
				err = io.EOF
			}
			return n, err
		}), &closed}, nil
	})
	opts := []APIOption{decode, lax, WithMaxBody(100_000), WithMaxStream(100_000)}
	whole, long := zipped("some"), zipped(strings.Repeat("a", 1<<20))
	for way, a := range map[string]*API{"as it comes": uploadAPI(count, opts...), "held": newTestAPI(testHandlers{}, opts...)} {
		r := start(t, a)
		for _, c := range []struct {
			name, body string
			status     int
			decoders   int32
			codings    string
		}{
			{"whole", whole, 200, 1, "gzip"},
			{"cut off", whole[:len(whole)-3], 400, 1, "gzip"},
			{"too long", long, 413, 1, "gzip"},
			{"twice", zipped(whole), 200, 2, "gzip, gzip"},
			{"cut off, twice", zipped(whole)[:len(zipped(whole))-3], 400, 2, "gzip, gzip"},
			{"cut off below one that does not see it", whole[:len(whole)-3], 400, 2, "lax, gzip"},
			{"whole below one that does not see it", whole, 200, 2, "lax, gzip"},
			{"too long, twice", zipped(long), 413, 2, "gzip, gzip"},
		} {
			closed.Store(0)
			head := "PUT /files/a HTTP/1.1\r\nContent-Type: a/b\r\n"
			if way == "held" {
				head = "POST /echo HTTP/1.1\r\nContent-Type: text/plain\r\n"
			}
			client := r.dial(t)
			client.send(head + "Host: x\r\nContent-Encoding: " + c.codings + "\r\nContent-Length: " + strconv.Itoa(len(c.body)) + "\r\n\r\n" + c.body)
			res, body := client.answer("PUT")
			assert.Equal(t, c.status, res.StatusCode, "%s, %s: %s", way, c.name, body)
			assert.Equal(t, c.decoders, closed.Load(), "%s, %s", way, c.name)
		}
	}
}
