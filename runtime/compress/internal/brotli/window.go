package brotli

import "sync"

const (
	pageBits = 16
	pageSize = 1 << pageBits
	pageMask = pageSize - 1
	maxPages = 1 << (24 - pageBits)
)

// window holds what was decoded last, as far back as a copy may reach, in pages: each is found once something is to stand in it. So nothing
// grows, and a long window costs no more than what is written to it.
type window struct {
	pages [maxPages]*[pageSize]byte // by position; those that were begun
	mask  int64                     // of the number of a page
	pos   int64                     // how much was decoded; it may be more than an int of 32 bits counts
	given int64                     // and how much of it was read
}

var pages = sync.Pool{New: func() any { return new([pageSize]byte) }}

// reset begins a window of so many bytes, a power of two.
func (w *window) reset(size int) { w.pos, w.given, w.mask = 0, 0, int64(max(size>>pageBits, 1)-1) }

// release gives the pages back.
func (w *window) release() {
	for i, p := range w.pages {
		if p == nil {
			break // they are begun in order
		}
		pages.Put(p)
		w.pages[i] = nil
	}
}

// room is where the next bytes go, as far as the page goes.
func (w *window) room() []byte {
	p := &w.pages[w.pos>>pageBits&w.mask]
	if *p == nil {
		*p, _ = pages.Get().(*[pageSize]byte)
	}
	return (*p)[w.pos&pageMask:]
}

// at is what stands at a position that is in the window.
func (w *window) at(pos int64) byte {
	if pos < 0 {
		return 0 // before the first byte (RFC 7932 section 7.1)
	}
	return w.pages[pos>>pageBits&w.mask][pos&pageMask]
}

// append writes what stands elsewhere.
func (w *window) append(b []byte) {
	for len(b) > 0 {
		n := copy(w.room(), b)
		w.pos, b = w.pos+int64(n), b[n:]
	}
}

// repeat copies n bytes from so far back: what it writes itself is copied, too, where that is less than n.
func (w *window) repeat(distance, n int) {
	for n > 0 {
		from := w.pos - int64(distance)
		to, source := w.room(), w.pages[from>>pageBits&w.mask]
		at := int(from & pageMask)
		m := min(n, len(to), pageSize-at)
		to = to[:m]
		copy(to[:min(m, distance)], source[at:])
		for done := distance; done < m; done *= 2 { // then it is within one page
			copy(to[done:], to[:done])
		}
		w.pos += int64(m)
		n -= m
	}
}

// read moves what was decoded and not read.
func (w *window) read(p []byte) (n int) {
	for n < len(p) && w.given < w.pos {
		at := w.given & pageMask
		k := copy(p[n:], w.pages[w.given>>pageBits&w.mask][at:min(pageSize, at+w.pos-w.given)])
		n += k
		w.given += int64(k)
	}
	return n
}
