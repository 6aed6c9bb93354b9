package tornado

import (
	"io"

	"github.com/tornadogen/tornadogen/runtime/internal/budget"
	"github.com/tornadogen/tornadogen/runtime/internal/slab"
)

// piece is how many bytes of a body are moved at a time: between two, others may go first.
const piece = 64 << 10

// gather reads r to its end, as io.ReadAll does, and gives way now and then. What is long is kept in pieces until then: most of what is
// read here and far too long is no more than that. share has what is long of it; where it gets no more, the error is errCrowded.
func gather(r io.Reader, share *budget.Share, giveWay func()) (body []byte, err error) {
	var pieces [][]byte
	defer func() {
		for _, p := range pieces {
			slab.Put(p)
		}
	}()
	last, size := make([]byte, 0, 512), 0
	for {
		n, err := r.Read(last[len(last):cap(last)])
		last = last[:len(last)+n]
		switch {
		case err == io.EOF && pieces == nil: // a wrapped one means that the body is cut off
			return last, nil
		case err == io.EOF:
			pieces = append(pieces, last)
			if size += len(last); !share.Take(size) {
				return nil, errCrowded
			}
			defer share.Give(len(pieces)*piece - slabSize)
			return join(pieces, size, giveWay), nil
		case err != nil:
			pieces = append(pieces, last)
			return nil, err
		case len(last) < cap(last):
		case cap(last) >= slabSize && !share.Take(cap(last)):
			pieces = append(pieces, last)
			return nil, errCrowded
		case cap(last) < piece:
			last = append(slab.Get(2 * cap(last))[:0], last...)
		default:
			pieces, size = append(pieces, last), size+len(last)
			last = slab.Get(piece)[:0]
		}
	}
}

func join(pieces [][]byte, size int, giveWay func()) []byte {
	all := make([]byte, size)
	at := 0
	for _, p := range pieces {
		giveWay()
		slab.Copy(all[at:], p, giveWay)
		at += len(p)
	}
	return all
}
