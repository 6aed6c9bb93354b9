package download_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/download/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// zeros gives n bytes of which each is its position.
type zeros struct{ at, n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.at == z.n {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), z.n-z.at)]
	for i := range p {
		p[i] = byte(z.at)
		z.at++
	}
	return len(p), nil
}

type handler struct {
	api.UnimplementedDefaultHandler
	after atomic.Value // func(out *tornado.ByteStream) error
	body  atomic.Pointer[file]
}

// file is a reader that knows whether it was closed.
type file struct {
	io.Reader
	closed atomic.Bool
}

func (f *file) Close() error { f.closed.Store(true); return nil }

func (h *handler) File(_ context.Context, req api.FileRequest, out *tornado.ByteStream) error {
	if req.Size == 404 {
		return api.FileNotFound{}
	}
	if req.Known.Value() {
		out.SetSize(req.Size)
	}
	if _, err := io.Copy(out, &zeros{n: req.Size}); err != nil {
		return err
	}
	if after, ok := h.after.Load().(func(out *tornado.ByteStream) error); ok {
		return after(out)
	}
	return nil
}

func (h *handler) Named(context.Context, api.NamedRequest) (api.NamedResponse, error) {
	return api.NamedOK{ContentDisposition: `attachment; filename="a"`, Body: h.body.Load()}, nil
}

func both(t *testing.T, h *handler, test func(t *testing.T, url string, c *api.Client)) {
	drive.Both(t, func(*testing.T) *tornado.API { return api.New(h) }, func(t *testing.T, url string) {
		c, err := api.NewClient(url)
		require.NoError(t, err)
		t.Cleanup(http.DefaultClient.CloseIdleConnections)
		test(t, url, c)
	})
}

// TestSizes: every byte arrives, whether the size is known or not. What is small is sent as a whole.
func TestSizes(t *testing.T) {
	both(t, &handler{}, func(t *testing.T, url string, c *api.Client) {
		for _, size := range []int64{0, 1, 4095, 4096, 4097, 16 << 10, 65<<10 + 1, 300_000} {
			for _, known := range []bool{false, true} {
				body, err := c.File(t.Context(), api.FileRequest{Size: size, Known: tornado.Some(known)})
				require.NoError(t, err)
				data, err := io.ReadAll(body)
				require.NoError(t, err)
				require.NoError(t, body.Close())
				want, _ := io.ReadAll(&zeros{n: size})
				require.True(t, bytes.Equal(want, data), "size %d known %v", size, known)
			}
		}
		small, large := drive.Do(t, http.MethodGet, url+"/file?size=4096", ""), drive.Do(t, http.MethodGet, url+"/file?size=40960", "")
		assert.Equal(t, "4096", small.Header.Get("Content-Length"))
		assert.Empty(t, large.Header.Get("Content-Length"))
		assert.Equal(t, "40960", drive.Do(t, http.MethodGet, url+"/file?size=40960&known=true", "").Header.Get("Content-Length"))
		_, err := c.File(t.Context(), api.FileRequest{Size: 404})
		var notFound api.FileNotFound
		require.ErrorAs(t, err, &notFound)
		head := drive.Do(t, http.MethodHead, url+"/file?size=100000&known=true", "")
		assert.Equal(t, http.StatusOK, head.Status)
		assert.Equal(t, "100000", head.Header.Get("Content-Length"))
		assert.Equal(t, http.StatusOK, drive.Do(t, http.MethodGet, url+"/file?size=1", "").Status, "the connection stays usable")
	})
}

// TestOtherLength: an answer of another length than was announced is cut off.
func TestOtherLength(t *testing.T) {
	h := &handler{}
	both(t, h, func(t *testing.T, _ string, c *api.Client) {
		for name, after := range map[string]func(out *tornado.ByteStream) error{
			"more": func(out *tornado.ByteStream) error {
				_, err := out.Write([]byte("x"))
				assert.ErrorIs(t, err, http.ErrContentLength)
				return err
			},
			"error": func(*tornado.ByteStream) error { return errors.New("later") },
		} {
			t.Run(name, func(t *testing.T) {
				h.after.Store(after)
				body, err := c.File(t.Context(), api.FileRequest{Size: 100_000, Known: tornado.Some(name == "more")})
				if err != nil {
					return
				}
				defer body.Close()
				n, err := io.Copy(io.Discard, body)
				assert.True(t, err != nil || n == 100_000, "it looks complete with %d bytes", n)
				if name == "error" {
					assert.Error(t, err)
				}
			})
		}
	})
}

// TestValue: with header fields the body is a reader, which is closed whatever happens.
func TestValue(t *testing.T) {
	h := &handler{}
	both(t, h, func(t *testing.T, url string, c *api.Client) {
		h.body.Store(&file{Reader: strings.NewReader("hello")})
		res, err := c.Named(t.Context(), api.NamedRequest{})
		require.NoError(t, err)
		ok, _ := res.(api.NamedOK)
		data, err := io.ReadAll(ok.Body)
		require.NoError(t, err)
		assert.Equal(t, "hello", string(data))
		assert.Equal(t, `attachment; filename="a"`, ok.ContentDisposition)
		assert.True(t, h.body.Load().closed.Load())
		h.body.Store(&file{Reader: io.MultiReader(strings.NewReader("x"), &zeros{n: 100_000})})
		assert.Len(t, drive.Do(t, http.MethodGet, url+"/named", "").Body, 100_001)
		assert.Equal(t, http.StatusOK, drive.Do(t, http.MethodHead, url+"/named", "").Status)
	})
}

// TestHTTP10 knows the end by that of the connection.
func TestHTTP10(t *testing.T) {
	base := drive.Serve(t, api.New(&handler{}))
	u, err := url.Parse(base)
	require.NoError(t, err)
	c, err := net.Dial("tcp", u.Host)
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, "GET /file?size=20000 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
	require.NoError(t, err)
	all, err := io.ReadAll(c)
	require.NoError(t, err)
	head, body, _ := strings.Cut(string(all), "\r\n\r\n")
	assert.Len(t, body, 20_000)
	assert.NotContains(t, head, "chunked")
	assert.Contains(t, head, "Connection: close")
}

var large = flag.Int64("large", 256<<20, "bytes of TestLarge")

// TestLarge sends what is larger than the memory that it may take.
func TestLarge(t *testing.T) {
	size := *large
	if testing.Short() {
		size = 64 << 20
	}
	both(t, &handler{}, func(t *testing.T, _ string, c *api.Client) {
		body, err := c.File(t.Context(), api.FileRequest{Size: size})
		require.NoError(t, err)
		defer body.Close()
		var before, now runtime.MemStats
		runtime.ReadMemStats(&before)
		buf, total := make([]byte, 1<<20), int64(0)
		for {
			n, err := body.Read(buf)
			total += int64(n)
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
		}
		runtime.ReadMemStats(&now)
		assert.Equal(t, size, total)
		assert.Less(t, now.HeapSys, before.HeapSys+16<<20, "the heap has grown over %d MiB", size>>20)
	})
}

// TestClientGone: a handler whose client goes in the middle of a download gets an error.
func TestClientGone(t *testing.T) {
	h := &handler{}
	both(t, h, func(t *testing.T, _ string, c *api.Client) {
		h.body.Store(&file{Reader: readerFunc(func(p []byte) (int, error) { return len(p), nil })})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		res, err := c.Named(ctx, api.NamedRequest{})
		require.NoError(t, err)
		ok, _ := res.(api.NamedOK)
		_, err = io.ReadFull(ok.Body, make([]byte, 1<<20))
		require.NoError(t, err)
		require.NoError(t, ok.Body.Close())
		require.Eventually(t, func() bool { return h.body.Load().closed.Load() }, 10*time.Second, time.Millisecond)
	})
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
