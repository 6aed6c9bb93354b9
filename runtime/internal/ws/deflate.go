package ws

import (
	"bytes"
	"compress/flate"
	"io"
	"sync"

	"github.com/tornadogen/tornadogen/runtime/internal/slab"
)

// minDeflate is the smallest message that is compressed: smaller ones hardly
// shrink without the context of others.
const minDeflate = 256

// maxKept is the largest buffer that a deflater keeps.
const maxKept = 64 << 10

// maxLast is how many blocks of a message may say that they are the last. Beginning anew behind each costs as much as 32 KiB of text
// do, for two bytes of the sender; a real one has none, or one.
const maxLast = 64

// tail is what a sender takes from the end of a compressed message (RFC 7692
// section 7.2.1), and a last block behind it, so that a reader finds an end.
const (
	tail     = "\x00\x00\xff\xff"
	fullTail = tail + "\x01" + tail
)

// MaxBits is the size of the largest window, as a power of two.
const MaxBits = 15

// Fits reports whether a message of n bytes may be compressed for an end that
// takes windows of a size: what is not longer than the window has no distance that
// is.
func Fits(n, bits int) bool { return bits >= MaxBits || n <= 1<<bits }

// deflater is a compressor with the buffer that it writes to.
type deflater struct {
	out    bytes.Buffer
	writer *flate.Writer
}

var deflaters = sync.Pool{New: func() any {
	d := new(deflater)
	var err error
	if d.writer, err = flate.NewWriter(&d.out, flate.BestSpeed); err != nil {
		panic(err) // the level is one that exists
	}
	return d
}}

// Deflate compresses the payload of a frame in place of it, if that pays. bits
// is the size of the window that was agreed on, see Agreement.Bits and Fits. It
// returns the frame, and whether it was compressed.
func Deflate(f Frame, bits int) (Frame, bool) {
	n := len(f.Payload())
	if n < minDeflate || !Fits(n, bits) {
		return f, false
	}
	d := deflaters.Get().(*deflater)
	defer d.release()
	d.writer.Reset(&d.out)
	_, err := d.writer.Write(f.Payload())
	if err == nil {
		err = d.writer.Flush()
	}
	size := d.out.Len() - len(tail)
	if err != nil || size >= n { // a buffer gives no error
		return f, false
	}
	return append(f[:HeadRoom], d.out.Bytes()[:size]...), true
}

func (d *deflater) release() {
	d.out.Reset()
	if d.out.Cap() <= maxKept {
		deflaters.Put(d)
	}
}

// minRoom is the smallest buffer for what is inflated.
const minRoom = 512

// inflater is a decompressor with the source that it reads.
type inflater struct {
	source source
	reader io.ReadCloser
}

// source gives a compressed message and fullTail behind it. It is an
// io.ByteReader, so that the decompressor takes no byte that it does not need.
type source struct {
	data []byte
	tail string
}

func (s *source) ReadByte() (byte, error) {
	if len(s.data) > 0 {
		c := s.data[0]
		s.data = s.data[1:]
		return c, nil
	}
	if len(s.tail) > 0 {
		c := s.tail[0]
		s.tail = s.tail[1:]
		return c, nil
	}
	return 0, io.EOF
}

func (s *source) Read(p []byte) (int, error) {
	n := copy(p, s.data)
	s.data = s.data[n:]
	m := copy(p[n:], s.tail)
	s.tail = s.tail[m:]
	if n+m == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n + m, nil
}

var inflaters = sync.Pool{New: func() any {
	f := new(inflater)
	f.reader = flate.NewReader(&f.source)
	return f
}}

// Worker is who inflates. It lets others go first now and then: a little data may
// be a long message.
type Worker interface{ GiveWay() }

// nobody waits for it.
type nobody struct{}

func (nobody) GiveWay() {}

// Inflate appends the message that data is compressed of to b, whose memory nobody
// else may use: it is given away where it is too small. w is nil where nobody
// waits. The error is a *ProtocolError: 1009 if the message is longer than limit,
// which is no bound unless positive, 1007 if data cannot be read.
func Inflate(b, data []byte, limit int, w Worker) ([]byte, error) {
	if w == nil {
		w = nobody{}
	}
	f := inflaters.Get().(*inflater)
	defer func() {
		f.source = source{}
		inflaters.Put(f)
	}()
	f.source = source{data, fullTail}
	start := len(b)
	window := []byte(nil)
	for range maxLast {
		f.reset(window)
		out, err := f.readTo(b, start, limit, w)
		if b = out; err != nil {
			return b, err
		}
		if len(f.source.data) == 0 && len(f.source.tail) < len(fullTail)-len(tail) {
			return b, nil
		}
		window = b[max(start, len(b)-1<<MaxBits):] // a block said it was the last (RFC 7692 section 7.2.3.5)
	}
	return b, errDeflate
}

// reset begins anew, behind what was inflated of the message.
func (f *inflater) reset(window []byte) {
	if r, ok := f.reader.(flate.Resetter); ok {
		_ = r.Reset(&f.source, window) // it returns no error
	}
}

// readTo appends what one run of the decompressor gives.
func (f *inflater) readTo(b []byte, start, limit int, w Worker) ([]byte, error) {
	for {
		w.GiveWay()
		if len(b) == cap(b) {
			b = slab.Grow(b, minRoom, w.GiveWay)
		}
		n, err := f.reader.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case limit > 0 && len(b)-start > limit:
			return b, errTooBig
		case err == io.EOF: // package flate returns it as it is
			return b, nil
		case err != nil:
			return b, errDeflate
		}
	}
}
