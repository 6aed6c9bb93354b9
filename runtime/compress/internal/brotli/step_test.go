package brotli

import (
	"bytes"
	"io"
	"slices"
	"testing"
	"time"

	reference "github.com/andybalholm/brotli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bitWriter writes a coding by hand, the lowest bit of a number first.
type bitWriter struct {
	b []byte
	n uint // bits of the last byte that are used, 0 for none
}

func (w *bitWriter) put(v, n uint) *bitWriter {
	for ; n > 0; n-- {
		if w.n == 0 {
			w.b = append(w.b, 0)
		}
		w.b[len(w.b)-1] |= byte(v&1) << w.n
		v, w.n = v>>1, (w.n+1)%8
	}
	return w
}

func (w *bitWriter) align() { w.n = 0 }

// window begins a coding with a window of so many bits, 18 or more.
func (w *bitWriter) window(bits uint) *bitWriter { return w.put(1, 1).put(bits-17, 3) }

// one is a prefix code of one symbol.
func (w *bitWriter) one(symbol, width uint) *bitWriter {
	return w.put(1, 2).put(0, 2).put(symbol, width)
}

// begin is the head of a metablock of n bytes that all come from one command, and the codes of literals and distances: 0, and the last.
func (w *bitWriter) begin(n, command uint) *bitWriter {
	w.put(0, 1).put(2, 2).put(n-1, 24).put(0, 1) // not the last, six digits, coded
	w.put(0, 3).put(0, 6).put(0, 2).put(0, 2)    // one type each, no direct distances, a mode, one code each
	return w.one(0, 8).one(command, 10).one(0, 6)
}

// costly are codings that take long for what they have of bytes.
func costly() map[string][]byte {
	all := make(map[string][]byte)
	const copies, all16 = 703, 1 << 24 // inserts 22,594 and more, copies 2,118 and more, each with 24 more bits
	w := new(bitWriter).window(24)
	for range 2 {
		w.begin(all16, copies).put(0, 24).put(all16-22_594-2118, 24)
	}
	all["a copy of 16 MiB"] = w.b

	w = new(bitWriter).window(22)
	for range 2 { // inserts all
		w.begin(all16, copies).put(all16-22_594, 24).put(0, 24)
	}
	all["16 MiB of literals without bits"] = w.b

	w = new(bitWriter).window(16)
	many(w)
	for range 1 << 18 { // bytes that hold no bytes
		w.put(0, 1).put(3, 2).put(0, 1).put(0, 2).align()
	}
	all["nothing behind 768 codes"] = w.b

	w = new(bitWriter).window(16)
	for len(w.b) < 1<<18 {
		many(w)
	}
	all["768 codes for a byte"] = w.b

	w = new(bitWriter).window(16)
	for len(w.b) < 1<<18 {
		maps(w)
	}
	all["16,384 contexts for a byte"] = w.b
	return all
}

// many is a metablock of one literal, with as many prefix codes as there can be: 256 of a kind, each of four symbols.
func many(w *bitWriter) {
	w.put(0, 1).put(0, 2).put(0, 16).put(0, 1) // one byte
	for range kinds {                          // 256 types, the first for one
		w.put(1, 1).put(7, 3).put(127, 7)
		w.one(0, 9).one(0, 5).put(0, 2)
	}
	w.put(0, 6).put(0, 2*256)
	for range 2 { // 256 codes for literals, and for distances, of which the contexts have the first
		w.put(1, 1).put(7, 3).put(127, 7)
		w.put(0, 1).one(0, 8).put(0, 1)
	}
	four := func(first, width uint) {
		for range 256 {
			w.put(1, 2).put(3, 2)
			for i := range uint(4) {
				w.put(first+16*i, width)
			}
			w.put(0, 1)
		}
	}
	four(0, 8)
	four(insertsOne, 10)
	four(0, 6)
	w.put(0, 2).put(0, 2) // the command and its literal
}

// insertsOne is a command with one literal.
const insertsOne = 8

// maps is a metablock of one literal, whose contexts cost most.
func maps(w *bitWriter) {
	w.put(0, 1).put(0, 2).put(0, 16).put(0, 1)
	w.put(1, 1).put(7, 3).put(127, 7).one(0, 9).one(0, 5).put(0, 2) // 256 types of literals
	w.put(0, 2).put(0, 6).put(0, 2*256)
	w.put(1, 1).put(7, 3).put(127, 7).put(0, 1).one(255, 8).put(1, 1) // 256 codes, and the contexts move them to the front
	w.put(0, 1)
	for range 256 {
		w.one(0, 8)
	}
	w.one(insertsOne, 10).one(0, 6)
}

// counting says how much is asked for at once.
type counting struct {
	io.Reader
	reads, most int
}

func (c *counting) Read(p []byte) (int, error) {
	c.reads, c.most = c.reads+1, max(c.most, len(p))
	return c.Reader.Read(p)
}

// A step ends soon: it takes little of what was sent, and gives little of what that stands for.
func TestStepsAreShort(t *testing.T) {
	bodies := costly()
	bodies["zeros"] = coded(make([]byte, 16<<20), 1, 0)
	d := new(Reader)
	for name, stream := range bodies {
		source := &counting{Reader: bytes.NewReader(stream)}
		d.Reset(source)
		p := make([]byte, 1<<20)
		total := 0
		for {
			n, err := d.Read(p)
			total += n
			require.LessOrEqual(t, n, step+maxTransformed, name)
			if err != nil {
				if name == "zeros" {
					require.ErrorIs(t, err, io.EOF)
				} else {
					require.ErrorIs(t, err, io.ErrUnexpectedEOF, name) // there is no last metablock
				}
				break
			}
		}
		assert.Positive(t, total, name)
		assert.Equal(t, inputPiece, source.most, name)
	}
}

// What was read first is all that is read before the first bytes are given, though they stand for 16 MiB.
func TestFirstBytesNeedNoMore(t *testing.T) {
	source := &counting{Reader: bytes.NewReader(costly()["a copy of 16 MiB"])}
	d := new(Reader)
	d.Reset(source)
	n, err := d.Read(make([]byte, 1))
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	assert.LessOrEqual(t, d.pos, int64(step+maxTransformed))
	assert.Equal(t, 1, source.reads)
}

// BenchmarkSlices tells for how long a processor is kept: between one call of the source, or of Read, and the next.
func BenchmarkSlices(b *testing.B) {
	bodies := costly()
	bodies["zeros"] = coded(make([]byte, 16<<20), 1, 0)
	bodies["words"] = coded([]byte(words), 9, 0)
	bodies["list"] = coded(samples()["list"], 5, 0)
	type decoder interface {
		io.Reader
		Reset(io.Reader)
	}
	for name, stream := range bodies {
		for kind, d := range map[string]decoder{"": new(Reader), " (another)": other{reference.NewReader(nil)}} {
			b.Run(name+kind, func(b *testing.B) {
				var slices []time.Duration
				p := make([]byte, 64<<10)
				for b.Loop() {
					since, longest, total := time.Now(), time.Duration(0), 0
					pause := func() {
						now := time.Now()
						longest, since = max(longest, now.Sub(since)), now
					}
					source := bytes.NewReader(stream[:min(len(stream), 100_000)])
					d.Reset(paused{source, pause})
					for total <= 4<<20 {
						n, err := d.Read(p)
						total += n
						pause()
						if err != nil {
							break
						}
					}
					slices = append(slices, longest)
				}
				b.ReportMetric(float64(median(slices).Microseconds()), "µs-slice")
			})
		}
	}
}

type other struct{ *reference.Reader }

func (o other) Reset(r io.Reader) { _ = o.Reader.Reset(r) }

type paused struct {
	io.Reader
	pause func()
}

func (p paused) Read(b []byte) (int, error) {
	p.pause()
	return p.Reader.Read(b)
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}
