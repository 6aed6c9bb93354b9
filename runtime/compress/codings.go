package compress

import (
	"errors"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// writer is what the encoders of all codings are.
type writer interface {
	io.WriteCloser
	Flush() error
	Reset(w io.Writer)
}

// encoder keeps writers of one coding.
type encoder struct{ pool sync.Pool }

func newEncoder(fresh func() writer) *encoder {
	return &encoder{sync.Pool{New: func() any { return fresh() }}}
}

func (e *encoder) get(out io.Writer) writer {
	w, _ := e.pool.Get().(writer)
	w.Reset(out)
	return w
}

func (e *encoder) put(w writer) {
	w.Reset(io.Discard)
	e.pool.Put(w)
}

// brotliLevel and gzipLevel suit answers that are made anew for each request.
const (
	brotliLevel = 4
	gzipLevel   = 5
)

// window is how far back a Zstandard decoder looks, in bytes: RFC 9659 has clients and servers support no more.
const window = 8 << 20

var encoders = map[string]*encoder{
	"br": newEncoder(func() writer { return brotli.NewWriterLevel(io.Discard, brotliLevel) }),
	"gzip": newEncoder(func() writer {
		w, err := gzip.NewWriterLevel(io.Discard, gzipLevel)
		if err != nil {
			panic(err) // the level is one
		}
		return w
	}),
	"zstd": newEncoder(func() writer {
		w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(256<<10),
			zstd.WithLowerEncoderMem(true))
		if err != nil {
			panic(err) // the options are valid
		}
		return w
	}),
}

var decoders = map[string]tornado.ContentDecoder{
	"gzip":   openGzip,
	"x-gzip": openGzip, // RFC 9110 section 8.4.1.3
	"br":     openBrotli,
	"zstd":   openZstd,
}

// pooled is a decoder that goes back where it came from when it is closed.
type pooled struct {
	io.Reader
	back func()
}

// Close gives the decoder back.
func (p *pooled) Close() error {
	p.back()
	return nil
}

var gzipReaders = sync.Pool{New: func() any { return new(gzip.Reader) }}

func openGzip(r io.Reader) (io.Reader, error) {
	z, _ := gzipReaders.Get().(*gzip.Reader)
	if err := z.Reset(r); err != nil {
		gzipReaders.Put(z)
		return nil, err
	}
	return &pooled{z, func() { gzipReaders.Put(z) }}, nil
}

var brotliReaders = sync.Pool{New: func() any { return brotli.NewReader(nil) }}

func openBrotli(r io.Reader) (io.Reader, error) {
	z, _ := brotliReaders.Get().(*brotli.Reader)
	if err := z.Reset(r); err != nil {
		return nil, err
	}
	whole := &wholeBody{z: z, r: r}
	return &pooled{whole, func() { brotliReaders.Put(z) }}, nil
}

// wholeBody demands that nothing follows the end of the coding, which a Brotli reader does not look for.
type wholeBody struct {
	z, r io.Reader
}

var errTrailing = errors.New("compress: something follows the end of the coding")

// Read implements io.Reader.
func (w *wholeBody) Read(p []byte) (int, error) {
	n, err := w.z.Read(p)
	if errors.Is(err, io.EOF) {
		var one [1]byte
		if k, _ := io.ReadFull(w.r, one[:]); k > 0 {
			return n, errTrailing
		}
	}
	return n, err
}

var zstdReaders = sync.Pool{New: func() any {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		panic(err) // the options are valid
	}
	return z
}}

func openZstd(r io.Reader) (io.Reader, error) {
	z, _ := zstdReaders.Get().(*zstd.Decoder)
	if err := z.Reset(r); err != nil {
		return nil, err
	}
	return &pooled{z, func() {
		if z.Reset(nil) == nil {
			zstdReaders.Put(z)
		}
	}}, nil
}
