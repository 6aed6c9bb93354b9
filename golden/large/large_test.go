package large_test

import (
	"context"
	"flag"
	"io"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/large/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

var size = flag.Int64("size", 300<<20, "bytes that go each way")

// zeros never ends, and costs nothing to make.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

type handler struct{}

func (handler) PutBytes(_ context.Context, req api.PutBytesRequest) (int64, error) {
	return io.Copy(io.Discard, req.Body)
}

func (handler) GetBytes(_ context.Context, req api.GetBytesRequest, out *tornado.ByteStream) error {
	_, err := io.CopyN(out, zeros{}, req.Size)
	return err
}

func (handler) PostFiles(_ context.Context, req api.PostFilesRequest) (n int64, err error) {
	for part, err := range req.Body {
		if err != nil {
			return n, err
		}
		if part.File != nil {
			if n, err = io.Copy(io.Discard, part.File); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// TestLarge moves bodies of -size bytes there and back, and counts what both sides allocate, alive or not.
func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 1.8 GB")
	}
	other := httptest.NewServer(api.New(handler{}).HTTPHandler())
	t.Cleanup(other.Close)
	for name, url := range map[string]string{"loops": drive.Serve(t, api.New(handler{})), "net/http": other.URL} {
		c, err := api.NewClient(url, client.WithTimeout(time.Minute))
		require.NoError(t, err)
		for way, move := range map[string]func() (int64, error){
			"upload": func() (int64, error) {
				return c.PutBytes(t.Context(), api.PutBytesRequest{Body: io.LimitReader(zeros{}, *size)})
			},
			"form": func() (int64, error) {
				file := &tornado.FilePart{Name: "zeros", Reader: io.LimitReader(zeros{}, *size)}
				return c.PostFiles(t.Context(), api.PostFilesRequest{Body: tornado.Parts(struct{}{}, file)})
			},
			"download": func() (int64, error) {
				body, err := c.GetBytes(t.Context(), api.GetBytesRequest{Size: *size})
				if err != nil {
					return 0, err
				}
				defer body.Close()
				return io.Copy(io.Discard, body)
			},
		} {
			t.Run(name+" "+way, func(t *testing.T) {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				begun := time.Now()
				n, err := move()
				took := time.Since(begun)
				runtime.ReadMemStats(&after)
				require.NoError(t, err)
				assert.Equal(t, *size, n)
				allocated, heap := after.TotalAlloc-before.TotalAlloc, after.HeapSys
				t.Logf("%d MiB in %v, %d KiB allocated, heap of %d MiB", n>>20, took.Round(time.Millisecond), allocated>>10, heap>>20)
				assert.Less(t, allocated, uint64(4<<20)+uint64(*size>>7), "bytes that were allocated, less than one in 128")
				assert.Less(t, heap, uint64(64<<20), "bytes of the heap")
			})
		}
	}
}
