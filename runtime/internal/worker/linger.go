package worker

import (
	"errors"
	"sync"
)

var discards = sync.Pool{New: func() any { return new([8 << 10]byte) }}

// beginLinger ends the writing direction. Whatever follows is dropped: by
// discard, which is called instead of Serve from then on. Owner only.
func (c *Conn) beginLinger() {
	c.linger = 1 + int32(c.pool.engine.opts.LingerBytes)
	c.SetTimeout(c.pool.engine.opts.LingerTime)
	if c.layer != nil {
		c.layer.CloseWrite()
	}
	_ = c.pool.sys.ShutdownWrite(int(c.fd)) // if it fails, so will reading
	c.state.Or(readable)
}

// discard drops what has come. It answers Close at the end of the stream, on an
// error, and when bytes or time have run out, and else Idle. Owner only.
func (c *Conn) discard() Next {
	if c.Expired() {
		return Close
	}
	buf, _ := discards.Get().(*[8 << 10]byte)
	defer discards.Put(buf)
	for {
		n, err := c.read(buf[:])
		if errors.Is(err, ErrWouldBlock) {
			return Idle
		}
		if err != nil {
			return Close
		}
		if c.linger -= int32(n); c.linger <= 0 {
			return Close
		}
	}
}
