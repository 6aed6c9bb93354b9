package compress

import (
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	tornado "github.com/tornadogen/tornadogen/runtime"
	unbrotli "github.com/tornadogen/tornadogen/runtime/compress/internal/brotli"
	"github.com/tornadogen/tornadogen/runtime/internal/kept"
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

// pooled is a decoder that goes back where it came from when it is closed. It lets go of its source then.
type pooled struct {
	io.Reader
	source source
	back   func()
}

// source is where a decoder reads from. What is kept for later holds nothing of a body.
type source struct{ io.Reader }

// Close gives the decoder back.
func (p *pooled) Close() error {
	p.source.Reader, p.Reader = closed{}, closed{}
	p.back()
	return nil
}

type closed struct{}

// Read implements io.Reader.
func (closed) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

var gzipReaders = sync.Pool{New: func() any { return new(gzip.Reader) }}

func openGzip(r io.Reader) (io.Reader, error) {
	z, _ := gzipReaders.Get().(*gzip.Reader)
	p := &pooled{Reader: z, source: source{r}, back: func() { gzipReaders.Put(z) }}
	if err := z.Reset(&p.source); err != nil {
		_ = p.Close() // it says nothing
		return nil, err
	}
	return p, nil
}

var brotliReaders = sync.Pool{New: func() any { return new(unbrotli.Reader) }}

func openBrotli(r io.Reader) (io.Reader, error) {
	z, _ := brotliReaders.Get().(*unbrotli.Reader)
	z.Reset(r)
	return &pooled{Reader: z, back: func() {
		_ = z.Close() // it says nothing
		brotliReaders.Put(z)
	}}, nil
}

var zstdReaders = kept.Pool[*zstd.Decoder]{Most: 8, New: func() *zstd.Decoder {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		panic(err) // the options are valid
	}
	return z
}}

func openZstd(r io.Reader) (io.Reader, error) {
	z := zstdReaders.Get()
	if err := z.Reset(r); err != nil {
		return nil, err
	}
	return &pooled{Reader: z, back: func() {
		if z.Reset(nil) == nil {
			zstdReaders.Put(z)
		}
	}}, nil
}
