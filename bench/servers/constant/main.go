// Command constant answers fixed bytes from the runtime's own loops and workers, without HTTP, a router, or JSON: what is left
// when all of that costs nothing. Its only argument is the address. It knows no requests, only how many bytes each has
// (extra.RequestVariable), and answers as many of them as have come with what is in a file (extra.AnswerVariable).
package main

import (
	"errors"
	"log"
	"os"
	"time"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return errors.New("usage: constant ADDRESS")
	}
	fixed, err := extra.ReadFixed()
	if err != nil {
		return err
	}
	engine, err := worker.New(worker.Options{Handler: handler{fixed}})
	if err != nil {
		return err
	}
	listener, err := worker.Listen("tcp", os.Args[1], 1)
	if err != nil {
		return err
	}
	if err := engine.AddListener(listener); err != nil {
		return err
	}
	return engine.Run()
}

const (
	readSize     = 16 << 10
	idleTimeout  = 75 * time.Second
	writeTimeout = 30 * time.Second
)

// handler implements worker.Handler.
type handler struct {
	*extra.Fixed
}

type frame struct {
	in  [readSize]byte
	out []byte
}

func (*frame) Release() {}

func (*frame) Abandon(any) {}

func (*frame) Lend(*worker.Borrower) {}

func (handler) NewFrame() worker.Frame { return new(frame) }

// Serve keeps in c.Data, as an int, how many bytes of a request have come that is not complete.
func (h handler) Serve(c *worker.Conn, f worker.Frame) worker.Next {
	if c.Expired() || c.Draining() {
		return worker.Close
	}
	fr := f.(*frame)
	for {
		n, err := c.Read(fr.in[:])
		if errors.Is(err, worker.ErrWouldBlock) {
			return worker.Idle
		}
		if err != nil {
			return worker.Close
		}
		if rest, ok := c.Data.(int); ok {
			n += rest
			c.Data = nil
		}
		if rest := n % h.RequestSize; rest > 0 {
			c.Data = rest
		}
		fr.out = fr.out[:0]
		for range n / h.RequestSize {
			fr.out = append(fr.out, h.Answer...)
		}
		if len(fr.out) == 0 {
			continue
		}
		if c.Write(fr.out, writeTimeout) != nil || h.Close {
			return worker.Close
		}
		c.SetTimeout(idleTimeout)
		if c.Data == nil {
			return worker.Idle
		}
	}
}

func (handler) Hangup(*worker.Conn, bool)       {}
func (handler) Closed(*worker.Conn)             {}
func (handler) Shed(*worker.Conn, worker.Frame) {}
