package abuse

import (
	"bytes"
	"io"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// bombs are bodies with a content coding that are small, and grow when it is undone.
func bombs() []Attack {
	const media = "application/json"
	return []Attack{
		{Name: "a gzip body that grows to 1 GB", Does: "413 over 4 MiB", Bound: "decoded_body", clients: 8, once: coded("/json", media, "gzip", zip, 413)},
		{Name: "a Brotli body that grows", Does: "413 over 4 MiB", Bound: "decoded_body", clients: 8, once: coded("/json", media, "br", brotliBomb, 413)},
		{
			Name: "a Zstandard body that grows", Does: "413 over 4 MiB", Bound: "decoded_body", clients: 8,
			once: coded("/json", media, "zstd", zstdBomb, 413),
		},
		{
			Name: "gzip inside of gzip", Does: "413 over 4 MiB", Bound: "decoded_body", clients: 8,
			once: coded("/json", media, "gzip, gzip", func() []byte { return zipped(zip()) }, 413),
		},
		{
			Name: "gzip that holds members of nothing", Does: "413: the limit holds between two codings, too", Bound: "decoded_body", clients: 8,
			once: coded("/json", media, "gzip, gzip", nothing, 413),
		},
		{
			Name: "a gzip body that grows, as it comes", Does: "413 over the limit of the operation", Bound: "decoded_body", clients: 4,
			once: coded("/few", "application/octet-stream", "gzip", zip, 413),
		},
	}
}

// coded is one who sends a body with content codings, and wants a status. The body is made once, when it is asked for.
func coded(path, media, codings string, body func() []byte, status int) func(a *attacker) error {
	text := sync.OnceValue(func() string { return post(path, media+"\r\nContent-Encoding: "+codings, string(body())) })
	return func(a *attacker) error { return a.asks(text(), status) }
}

const megabyte = 1 << 20

func zipped(data []byte) []byte {
	return packed(data, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

// packed is data as a coder writes it.
func packed(data []byte, coder func(w io.Writer) io.WriteCloser) []byte {
	var b bytes.Buffer
	w := coder(&b)
	_, _ = w.Write(data) // a buffer gives no error
	_ = w.Close()
	return b.Bytes()
}

// zip is a thousand times a megabyte of zeros.
func zip() []byte { return bytes.Repeat(zipped(make([]byte, megabyte)), 1000) }

// nothing is 23 MB of members of gzip that hold nothing, in one that is small.
func nothing() []byte { return zipped([]byte(strings.Repeat(string(zipped(nil)), megabyte))) }

func brotliBomb() []byte {
	return packed(make([]byte, 64*megabyte), func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, 1) })
}

func zstdBomb() []byte {
	return bytes.Repeat(packed(make([]byte, megabyte), func(w io.Writer) io.WriteCloser {
		z, _ := zstd.NewWriter(w) // without options, there is none that is wrong
		return z
	}), 1000)
}
