package compress

import (
	"bytes"
	"io"
	"runtime"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDecodersOutliveCollections: a body that comes after some collections of garbage is decoded with the window of the one before.
func TestDecodersOutliveCollections(t *testing.T) {
	w, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	body := w.EncodeAll(make([]byte, 1<<20), nil)
	decode := func() {
		r, err := openZstd(bytes.NewReader(body))
		require.NoError(t, err)
		n, err := io.Copy(io.Discard, r)
		require.NoError(t, err)
		require.EqualValues(t, 1<<20, n)
		require.NoError(t, r.(io.Closer).Close())
	}
	decode()
	for range 3 {
		runtime.GC()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	decode()
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}
