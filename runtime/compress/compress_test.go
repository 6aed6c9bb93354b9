package compress_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/compress"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
)

var text = strings.Repeat("the quick brown fox ", 200)

func newAPI(opts ...compress.Option) *tornado.API {
	a := apitest.New(compress.New(opts...), tornado.WithMaxBody(10_000))
	answers := map[string]apitest.Answer{
		"/text":   {Body: []byte(text), Head: http.Header{"Etag": {`"v1"`}, "Vary": {"Accept"}}},
		"/weak":   {Body: []byte(text), Head: http.Header{"Etag": {`W/"v1"`}}},
		"/small":  {Body: []byte("small")},
		"/image":  {Type: "image/png", Body: []byte(text)},
		"/json":   {Type: "application/problem+json; charset=utf-8", Body: []byte(text)},
		"/frozen": {Body: []byte(text), Head: http.Header{"Cache-Control": {"public, No-Transform"}}},
		"/coded":  {Body: []byte(text), Head: http.Header{"Content-Encoding": {"x-own"}}},
	}
	for path, answer := range answers {
		apitest.Handle(a, "GET", path, func(context.Context, []byte) (apitest.Answer, error) { return answer, nil })
	}
	apitest.Handle(a, "POST", "/echo", func(_ context.Context, body []byte) (apitest.Answer, error) {
		return apitest.Answer{Type: "image/png", Body: body}, nil
	})
	apitest.Stream(a, "/long", "text/plain", func(_ context.Context, out *tornado.ByteStream) error {
		out.SetSize(int64(20 * len(text)))
		for range 20 {
			if _, err := io.WriteString(out, text); err != nil {
				return err
			}
		}
		return nil
	})
	return a
}

// plain undoes a coding.
func plain(t *testing.T, coding, body string) string {
	t.Helper()
	all, err := io.ReadAll(decoder(t, coding, strings.NewReader(body)))
	require.NoError(t, err)
	return string(all)
}

func decoder(t *testing.T, coding string, r io.Reader) io.Reader {
	t.Helper()
	switch coding {
	case "gzip":
		z, err := gzip.NewReader(r)
		require.NoError(t, err)
		return z
	case "br":
		return brotli.NewReader(r)
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		require.NoError(t, err)
		t.Cleanup(z.Close)
		return z
	}
	return r
}

func TestChoice(t *testing.T) {
	apitest.Each(t, newAPI(), func(t *testing.T, c *apitest.Client) {
		for accept, want := range map[string]string{
			"gzip": "gzip", "br": "br", "zstd": "zstd", "x-gzip": "gzip", "gzip, deflate, br, zstd": "zstd", "gzip;q=1, br;q=0.5": "gzip",
			"*": "zstd", "*;q=0.5, gzip": "gzip", "zstd;q=0, *": "br", "GZIP": "gzip", "gzip ; Q=0.3": "gzip", "identity, gzip;q=0.5": "",
			"": "", "deflate": "", "gzip;q=0": "", "gzip;q=x": "", "gzip;q=NaN": "", "identity": "",
		} {
			res, body := c.Get("/text", "Accept-Encoding", accept)
			assert.Equal(t, want, res.Header.Get("Content-Encoding"), accept)
			assert.Equal(t, text, plain(t, want, body))
			assert.Equal(t, []string{"Accept, Accept-Encoding"}, res.Header.Values("Vary"), accept)
			tag := `"v1"`
			if want != "" {
				tag = `"v1-` + want + `"`
			}
			assert.Equal(t, tag, res.Header.Get("ETag"))
			assert.EqualValues(t, len(body), res.ContentLength)
			head, _ := c.Ask("HEAD", "/text", nil, "Accept-Encoding", accept)
			assert.Equal(t, res.ContentLength, head.ContentLength)
			assert.Equal(t, res.Header.Get("ETag"), head.Header.Get("ETag"))
		}
	})
}

func TestWhatIsLeftAlone(t *testing.T) {
	apitest.Each(t, newAPI(), func(t *testing.T, c *apitest.Client) {
		for path, want := range map[string]string{"/small": "", "/image": "", "/frozen": "", "/coded": "x-own", "/json": "gzip", "/weak": "gzip"} {
			res, body := c.Get(path, "Accept-Encoding", "gzip")
			assert.Equal(t, want, res.Header.Get("Content-Encoding"), path)
			if want != "gzip" {
				assert.Empty(t, res.Header.Get("Vary"), path)
				continue
			}
			assert.Equal(t, text, plain(t, "gzip", body))
		}
		res, _ := c.Get("/weak", "Accept-Encoding", "gzip")
		assert.Equal(t, `W/"v1"`, res.Header.Get("ETag"))
	})
}

// same is an answer 304.
type same struct{}

func (same) Error() string                  { return "304" }
func (same) StatusCode() int                { return http.StatusNotModified }
func (same) Undeclared()                    {}
func (same) WriteResponse(w *tornado.Reply) { w.NoBody(http.StatusNotModified) }

// TestNotModified: it has the Vary of the answer that it stands for (RFC 9110 section 15.4.5).
func TestNotModified(t *testing.T) {
	a := apitest.New(compress.New())
	apitest.Handle(a, "GET", "/same", func(context.Context, []byte) (apitest.Answer, error) { return apitest.Answer{}, same{} })
	apitest.Each(t, a, func(t *testing.T, c *apitest.Client) {
		for _, accept := range []string{"", "gzip"} {
			res, _ := c.Get("/same", "Accept-Encoding", accept)
			assert.Equal(t, 304, res.StatusCode)
			assert.Equal(t, "Accept-Encoding", res.Header.Get("Vary"))
		}
	})
}

func TestWrongCodings(t *testing.T) {
	defer func() {
		err, _ := recover().(error)
		assert.ErrorContains(t, err, `nobody codes "gzp"`)
	}()
	newAPI(compress.WithCodings("gzip", "gzp")).HTTPHandler()
	t.Error("it is taken")
}

func TestCodings(t *testing.T) {
	apitest.Each(t, newAPI(compress.WithCodings("gzip", "br")), func(t *testing.T, c *apitest.Client) {
		for accept, want := range map[string]string{"br, gzip, zstd": "gzip", "br": "br", "zstd": ""} {
			res, _ := c.Get("/text", "Accept-Encoding", accept)
			assert.Equal(t, want, res.Header.Get("Content-Encoding"), accept)
		}
	})
}

func TestStreams(t *testing.T) {
	apitest.Each(t, newAPI(), func(t *testing.T, c *apitest.Client) {
		for _, coding := range []string{"gzip", "br", "zstd", ""} {
			res, body := c.Get("/long", "Accept-Encoding", coding)
			assert.Equal(t, coding, res.Header.Get("Content-Encoding"))
			assert.Equal(t, strings.Repeat(text, 20), plain(t, coding, body))
			assert.Equal(t, "Accept-Encoding", res.Header.Get("Vary"))
		}
	})
}

// TestEvents: left alone unless asked for, and then each can be read before the next is sent.
func TestEvents(t *testing.T) {
	for _, on := range []bool{false, true} {
		var opts []compress.Option
		if on {
			opts = append(opts, compress.WithEventStreams())
		}
		next := make(chan struct{})
		a := apitest.New(compress.New(opts...))
		apitest.Events(a, "/events", func(ctx context.Context, out *tornado.EventStream[string]) error {
			for range 3 {
				if err := out.Send("hello"); err != nil {
					return err
				}
				select {
				case <-next:
				case <-ctx.Done():
				}
			}
			return nil
		})
		apitest.Each(t, a, func(t *testing.T, c *apitest.Client) {
			for _, coding := range []string{"gzip", "br", "zstd"} {
				req, err := http.NewRequest(http.MethodGet, c.URL+"/events", nil)
				require.NoError(t, err)
				req.Header.Set("Accept-Encoding", coding)
				res, err := c.Do(req)
				require.NoError(t, err)
				defer res.Body.Close()
				if !on {
					coding = ""
				}
				require.Equal(t, coding, res.Header.Get("Content-Encoding"))
				lines := bufio.NewReaderSize(decoder(t, coding, res.Body), 16)
				for range 3 {
					line, err := lines.ReadString('\n')
					require.NoError(t, err)
					require.Equal(t, "data: hello\n", line)
					_, err = lines.ReadString('\n')
					require.NoError(t, err)
					next <- struct{}{}
				}
				_, err = lines.ReadByte()
				require.ErrorIs(t, err, io.EOF)
			}
		})
	}
}

func coded(t *testing.T, coding, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip", "x-gzip":
		w = gzip.NewWriter(&b)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		var err error
		w, err = zstd.NewWriter(&b)
		require.NoError(t, err)
	}
	_, err := io.WriteString(w, body)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// TestRequests: what is cut off, followed by junk, or too long when it is decoded, is refused.
func TestRequests(t *testing.T) {
	apitest.Each(t, newAPI(), func(t *testing.T, c *apitest.Client) {
		for _, coding := range []string{"gzip", "x-gzip", "br", "zstd"} {
			send := func(body []byte) (int, string) {
				res, got := c.Ask("POST", "/echo", bytes.NewReader(body), "Content-Encoding", coding, "Content-Type", "text/plain")
				return res.StatusCode, got
			}
			whole, long, bomb := coded(t, coding, text), coded(t, coding, strings.Repeat("a", 10_001)), coded(t, coding, strings.Repeat("a", 4<<20))
			for range 3 { // decoders are used again
				status, body := send(whole)
				require.Equal(t, 200, status, "%s %s", coding, body)
				require.Equal(t, text, body)
				for at := 1; at < len(whole); at += 7 {
					status, _ = send(whole[:at])
					require.Equal(t, 400, status, "%s cut at %d of %d", coding, at, len(whole))
				}
				status, _ = send(append(bytes.Clone(whole), "junk"...))
				require.Equal(t, 400, status, coding)
				status, _ = send(long)
				require.Equal(t, 413, status, coding)
				status, _ = send(bomb)
				require.Equal(t, 413, status, coding)
			}
		}
		res, _ := c.Ask("POST", "/echo", strings.NewReader("x"), "Content-Encoding", "deflate", "Content-Type", "text/plain")
		assert.Equal(t, 415, res.StatusCode)
		assert.Equal(t, "br, gzip, identity, x-gzip, zstd", res.Header.Get("Accept-Encoding"))
	})
}

// TestRequestsCodedTwice: what is coded twice is refused where the end of the outer coding is cut off, though the inner one is whole.
func TestRequestsCodedTwice(t *testing.T) {
	apitest.Each(t, newAPI(), func(t *testing.T, c *apitest.Client) {
		for _, inner := range []string{"gzip", "br", "zstd"} {
			for _, outer := range []string{"gzip", "br", "zstd"} {
				whole := coded(t, outer, string(coded(t, inner, text)))
				send := func(body []byte) (int, string) {
					res, got := c.Ask("POST", "/echo", bytes.NewReader(body), "Content-Encoding", inner+", "+outer, "Content-Type", "text/plain")
					return res.StatusCode, got
				}
				status, body := send(whole)
				require.Equal(t, 200, status, "%s in %s", inner, outer)
				require.Equal(t, text, body)
				for missing := 1; missing <= 12; missing++ {
					status, _ = send(whole[:len(whole)-missing])
					require.Equal(t, 400, status, "%s in %s, less %d", inner, outer, missing)
				}
			}
		}
	})
}
