package tornado

// Coder changes the bytes of an answer that is sent part by part, as a content coding does. It belongs to one answer, and one
// goroutine at a time uses it.
type Coder interface {
	// Encode appends what p becomes to b, so that the client can read all of p once it has come.
	Encode(b, p []byte) []byte
	// End appends the end of the body. It is not called for an answer that is cut off.
	End(b []byte) []byte
}

// coders are several, the innermost first.
type coders []Coder

// Encode implements Coder.
func (c coders) Encode(b, p []byte) []byte {
	for _, inner := range c[:len(c)-1] {
		p = inner.Encode(nil, p)
	}
	return c[len(c)-1].Encode(b, p)
}

// End implements Coder.
func (c coders) End(b []byte) []byte {
	last := len(c) - 1
	var tail []byte
	for i, inner := range c {
		if i == last {
			break
		}
		if len(tail) > 0 {
			tail = inner.Encode(nil, tail)
		}
		tail = inner.End(tail)
	}
	if len(tail) > 0 {
		b = c[last].Encode(b, tail)
	}
	return c[last].End(b)
}

// codedSink is a sink whose messages pass a Coder.
type codedSink struct {
	sink
	coder Coder
}

// frame implements sink. Frames are made in the order in which they are written.
func (c *codedSink) frame(b, m []byte) []byte {
	buf, _ := frames.Get().(*[]byte)
	defer release(buf)
	if *buf = c.coder.Encode((*buf)[:0], m); len(*buf) == 0 {
		return b
	}
	return c.sink.frame(b, *buf)
}

// write implements sink.
func (c *codedSink) write(m []byte) error {
	buf, _ := frames.Get().(*[]byte)
	defer release(buf)
	*buf = c.frame((*buf)[:0], m)
	return c.writeFramed(*buf)
}

// end appends the end of the body, as it is written.
func (c *codedSink) end(b []byte) []byte {
	if tail := c.coder.End(nil); len(tail) > 0 {
		return c.sink.frame(b, tail)
	}
	return b
}
