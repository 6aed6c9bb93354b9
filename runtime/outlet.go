package tornado

import (
	"bytes"
	"errors"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
	"github.com/tornadogen/tornadogen/runtime/internal/queue"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// ErrSlowClient ends a stream or a socket whose policy is SlowClose, when there is no room for a message.
var ErrSlowClient = errors.New("tornado: the client does not take what it is sent")

// outlet is the way out to a client that is sent message after message: those that wait, bounded, and whoever writes them just now.
// Whoever sends writes, unless somebody does already; then the message waits. The policy says what becomes of a client that does not
// take them. With SlowBlock the sender waits for the client, where it may; with the others nobody but a goroutine of its own, which is there as long
// as the client is behind.
type outlet struct {
	mu      mutex
	sink    sink          // guarded by mu, like all below; nil before there is one
	waiting queue.Queue   // of messages
	writing bool          // a goroutine writes, without mu: sink.write and sink.try are its own
	blocked int           // those that wait for room
	err     error         // why no message is taken any more
	changed chan struct{} // closed when one of the above has; nil while nobody waits for that
	last    time.Duration // since epoch: when something was last written
	owner   waker         // of the connection, once it is parked; nil before
	attend  bool          // the owner waits until it is not busy
}

// sink is where an outlet writes to. One goroutine at a time calls write or try.
type sink interface {
	// write writes a message as a whole, and waits as long as the client makes progress.
	write(m []byte) error
	// frame appends a message as it is written.
	frame(b, m []byte) []byte
	// writeFramed writes what frame has made, as write does.
	writeFramed(b []byte) error
	// handOver is called once the handler has returned: from now on others write than the goroutine of the request. No write is
	// under way.
	handOver()
	// mayWait reports whether whoever sends may wait for the client: not where that may be the loop, which tells when it takes more.
	mayWait() bool
	// cut ends the connection, and with it a write that is under way. Any goroutine.
	cut()
	// try writes of what frame has made as much as the client takes at once. Its error is worker.ErrWouldBlock where writeFramed is to
	// follow, with what is left, also if that is nothing.
	try(b []byte) (n int, err error)
}

// framed is how many bytes of messages are joined for one write, or a little more.
const framed = 16 << 10

// frames are buffers for what is being written.
var frames = sync.Pool{New: func() any { return new([]byte) }}

// sendMode is how a message is sent.
type sendMode uint8

const (
	sendCopied sendMode = iota // its bytes are the caller's again: it is copied if it has to wait
	sendKept                   // nobody will change its bytes
	sendNow                    // the same, and where the sender would wait for the client, that is given up
)

// sendLocked sends m. A message that the policy drops is no error. The caller holds mu.
func (o *outlet) sendLocked(m []byte, how sendMode) error {
	for {
		switch {
		case o.err != nil:
			return o.err
		case !o.writing && o.waiting.Len() == 0:
			return o.writeThrough(m, how)
		}
		if how == sendCopied {
			m, how = bytes.Clone(m), sendKept
		}
		switch o.waiting.Push(m) {
		case queue.Queued:
			o.attendTo(how)
			return nil
		case queue.Dropped:
			return nil
		case queue.Overflow:
			return o.giveUp()
		case queue.Full:
			if how == sendNow || !o.sink.mayWait() {
				return o.giveUp()
			}
			o.blocked++
			o.wait()
			o.blocked--
		}
	}
}

// busy reports whether a message is under way: one is written, or whoever sends it waits for room. While it is, the stream has no end: who was
// woken may write. rest follows, or fail. The caller holds mu.
func (o *outlet) busy() bool { return o.err == nil && o.blocked > 0 || o.writing }

// giveUp ends the outlet of a client that is slow. The caller holds mu.
func (o *outlet) giveUp() error {
	o.waiting.Limits().Meter.GaveUp()
	o.fail(ErrSlowClient)
	o.sink.cut()
	return ErrSlowClient
}

// waits reports whether who sends waits for the client.
func (o *outlet) waits(how sendMode) bool {
	return how != sendNow && o.waiting.Limits().Policy == queue.Block && o.sink.mayWait()
}

// attendTo writes what waits, if nobody writes. The caller holds mu.
func (o *outlet) attendTo(how sendMode) {
	switch {
	case o.writing || o.waiting.Len() == 0:
	case o.waits(how):
		o.writing = true
		o.drain()
	default:
		o.writing = true
		o.catchUpLater(nil, 0)
	}
}

// writeThrough writes m, behind which nothing waits.
func (o *outlet) writeThrough(m []byte, how sendMode) error {
	o.writing = true
	block := o.waits(how)
	s := o.sink
	o.mu.Unlock()
	if block {
		err := s.write(m)
		o.mu.Lock()
		o.wrote(err)
		o.drain() // what others have sent meanwhile
		return err
	}
	buf, _ := frames.Get().(*[]byte)
	*buf = s.frame((*buf)[:0], m)
	n, err := s.try(*buf)
	o.mu.Lock()
	if !errors.Is(err, worker.ErrWouldBlock) {
		release(buf)
		o.wrote(err)
		if o.waiting.Len() == 0 || err != nil {
			o.rest()
			return err
		}
		buf, n = nil, 0
	}
	o.catchUpLater(buf, n)
	return nil
}

// catchUpLater has a goroutine of its own do catchUp.
func (o *outlet) catchUpLater(buf *[]byte, n int) {
	loop.Go("catches up", func() { o.catchUp(buf, n) })
}

// catchUp writes buf from n on, and then what waits, as the client takes it.
func (o *outlet) catchUp(buf *[]byte, n int) {
	if buf != nil {
		err := o.sink.writeFramed((*buf)[n:]) // sink does not change while writing
		release(buf)
		o.mu.Lock()
		o.wrote(err)
	} else {
		o.mu.Lock()
	}
	o.drain()
	o.mu.Unlock()
}

func release(buf *[]byte) {
	if cap(*buf) <= maxKeptBuffer {
		frames.Put(buf)
	}
}

// drain writes what waits and gives up the turn. The caller holds mu and has the turn.
func (o *outlet) drain() {
	for o.err == nil && o.waiting.Len() > 0 {
		buf, _ := frames.Get().(*[]byte)
		for *buf = (*buf)[:0]; o.waiting.Len() > 0 && len(*buf) < framed; {
			*buf = o.sink.frame(*buf, o.waiting.Pop())
		}
		o.signal()
		s := o.sink
		o.mu.Unlock()
		err := s.writeFramed(*buf)
		release(buf)
		o.mu.Lock()
		o.wrote(err)
	}
	o.rest()
}

// wrote notes how a write ended. The caller holds mu.
func (o *outlet) wrote(err error) {
	o.last = sinceEpoch()
	if err != nil {
		o.fail(err)
	}
}

// rest gives up the turn. The caller holds mu.
func (o *outlet) rest() {
	o.writing = false
	o.signal()
	if o.attend {
		o.attend = false
		o.owner.wake()
	}
}

// fail refuses every message from now on, with err, and drops those that wait. The first error stays. The caller holds mu.
func (o *outlet) fail(err error) {
	if o.err == nil {
		o.err = err
		if o.owner != nil {
			o.owner.wake()
		}
	}
	o.waiting.Clear()
	o.signal()
}

// poke has m written unless something else is, and never waits for the client. The caller holds mu.
func (o *outlet) poke(m []byte) {
	if o.err != nil || o.writing {
		return
	}
	o.writing = true
	if o.waiting.Len() == 0 {
		o.waiting.Push(m)
	}
	o.catchUpLater(nil, 0)
}

// wait waits for signal. The caller holds mu.
func (o *outlet) wait() {
	if o.changed == nil {
		o.changed = make(chan struct{})
	}
	changed := o.changed
	o.mu.Unlock()
	await("waits for the outlet", changed)
	o.mu.Lock()
}

// signal wakes those that wait. The caller holds mu.
func (o *outlet) signal() {
	if o.changed != nil {
		close(o.changed)
		o.changed = nil
	}
}
