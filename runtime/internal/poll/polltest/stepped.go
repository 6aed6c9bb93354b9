package polltest

import (
	"syscall"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
)

// Stage decides, in a simulation, which goroutine goes on.
type Stage interface {
	Step(at string)
	Yield(at string)
	Await(at string, ready func() bool)
}

// Stepped returns a poller of n whose calls are steps of a simulation: others
// may come in before and after each.
func Stepped(n *Net, s Stage) poll.Poller {
	p := &Poller{net: n, regs: map[int]*registration{}}
	n.pollers = append(n.pollers, p)
	return &stepped{Poller: p, stage: s}
}

type stepped struct {
	*Poller
	stage Stage
}

// Sys implements poll.Poller.
func (p *stepped) Sys() poll.Sys { return p }

// Park implements poll.Poller.
func (p *stepped) Park(events []poll.Event, _, until time.Duration) (int, error) {
	p.stage.Await("parks", func() bool {
		p.net.mu.Lock()
		defer p.net.mu.Unlock()
		p.until = until
		return p.due()
	})
	return p.Poll(events)
}

// Nap implements poll.Poller: the clock moves on by d, and others run.
func (p *stepped) Nap(events []poll.Event, _, d time.Duration) (int, time.Duration, error) {
	p.net.Advance(d)
	p.stage.Yield("naps")
	n, err := p.Poll(events)
	return n, 0, err
}

// Sleep implements poll.Poller: the clock moves on by d, and others run.
func (p *stepped) Sleep(d time.Duration) {
	p.net.Advance(d)
	p.stage.Yield("sleeps")
}

// Read implements poll.Sys.
func (p *stepped) Read(fd int, b []byte) (int, syscall.Errno) {
	p.stage.Step("read")
	defer p.stage.Step("has read")
	return p.Poller.Read(fd, b)
}

// Write implements poll.Sys.
func (p *stepped) Write(fd int, b []byte) (int, syscall.Errno) {
	p.stage.Step("write")
	defer p.stage.Step("has written")
	return p.Poller.Write(fd, b)
}

// WriteLast implements poll.Sys.
func (p *stepped) WriteLast(fd int, b []byte) (int, syscall.Errno) { return p.Write(fd, b) }

// Writev implements poll.Sys.
func (p *stepped) Writev(fd int, bufs [][]byte) (int, syscall.Errno) {
	p.stage.Step("writev")
	defer p.stage.Step("has written")
	return p.Poller.Writev(fd, bufs)
}

// ShutdownWrite implements poll.Sys.
func (p *stepped) ShutdownWrite(fd int) syscall.Errno {
	p.stage.Step("ends writing")
	return p.Poller.ShutdownWrite(fd)
}

// Shutdown implements poll.Sys.
func (p *stepped) Shutdown(fd int) syscall.Errno {
	p.stage.Step("shuts down")
	return p.Poller.Shutdown(fd)
}

// Close implements poll.Sys.
func (p *stepped) Close(fd int) syscall.Errno {
	p.stage.Step("closes")
	return p.Poller.Close(fd)
}
