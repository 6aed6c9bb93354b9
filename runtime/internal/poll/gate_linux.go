//go:build !tornado_net

package poll

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe" // pointers for the kernel, which become numbers in the call itself, so that what they point to stays

	"golang.org/x/sys/unix"
)

// parkEvery is the longest time that Park finds events each time it is called
// before it parks nevertheless. The scheduler looks for readiness of its own
// (a database connection, say) only when a processor has nothing to run, which
// a loop that never parks keeps from happening: 20 ms instead of 5 for the
// slowest in a hundred round trips.
const parkEvery = 500 * time.Microsecond

// napParkEvery is the same for Nap, whose processor mostly has nothing to do:
// what the blocked goroutines wait for may be among what the scheduler would
// find.
const napParkEvery = 200 * time.Microsecond

// busyFinds is how many times in a row Park finds events at once until the loop counts as busy.
const busyFinds = 3

// parking waits in Go's own poller. The epoll instance is registered, one-shot,
// in a second one, the gate, and that one in an os.File. So Go's poller, which
// is edge-triggered, hears of readiness only when it was asked for.
//
// The order matters, or a wake-up is lost. Within the callback of RawConn.Read
// Go's poller has been reset, so what happens from then on is remembered: look
// for events; if there are none, arm the gate, unless it is, which reports at
// once what came in between, and wait. See look for when to empty it.
type parking struct {
	*epoll
	gate int // the second epoll; immutable
	file *os.File
	conn syscall.RawConn
	step func(uintptr) bool // callback, kept so that Park allocates nothing

	// Owner only from here.
	limit    int // events wanted
	found    int // raw events found
	err      error
	armed    bool          // the gate reports what comes
	straight int           // calls of Park in a row that had not to wait
	must     bool          // wait once, even if there are events
	waited   bool          // this Park really parked
	alarm    time.Duration // deadline of file on the clock; 0: none
	passed   bool          // the deadline of file has passed, whatever alarm says: see Prod
	lastPark time.Duration
}

// NewParking returns a poller whose Park costs no thread: the goroutine waits
// as it would for a network connection.
func NewParking() (Poller, error) {
	base, err := newEpoll()
	if err != nil {
		return nil, err
	}
	gate, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("epoll_create1: %w", err), base.closeAll())
	}
	p := &parking{epoll: base, gate: gate}
	p.step = p.look
	if err := p.open(); err != nil {
		return nil, errors.Join(err, unix.Close(gate), base.closeAll())
	}
	return p, nil
}

// open registers the loop's epoll in the gate, not armed, and the gate in Go's
// poller.
func (p *parking) open() error {
	ev := unix.EpollEvent{Events: unix.EPOLLONESHOT}
	if err := unix.EpollCtl(p.gate, unix.EPOLL_CTL_ADD, p.fd, &ev); err != nil {
		return fmt.Errorf("epoll_ctl: %w", err)
	}
	if err := unix.SetNonblock(p.gate, true); err != nil {
		return fmt.Errorf("fcntl: %w", err)
	}
	file := os.NewFile(uintptr(p.gate), "tornado-gate")
	conn, err := file.SyscallConn()
	if err == nil {
		err = file.SetReadDeadline(time.Time{}) // fails unless Go's poller took it
	}
	if err != nil {
		return fmt.Errorf("gate: %w", err)
	}
	p.file, p.conn = file, conn
	return nil
}

func (p *parking) Park(events []Event, now, until time.Duration) (int, error) {
	if until != Forever && until <= now {
		return p.Poll(events)
	}
	return p.park(events, now, until, now-p.lastPark >= parkEvery)
}

// Nap parks, too, now and then: for no longer than the scheduler needs to look
// at Go's poller, as it has woken itself before.
func (p *parking) Nap(events []Event, now, d time.Duration) (n int, idle time.Duration, err error) {
	idle = p.pause(d)
	if now-p.lastPark < napParkEvery {
		n, err = p.Poll(events)
	} else {
		p.Wake()
		n, err = p.park(events, now, Forever, true)
	}
	return n, idle, err
}

// park waits; with must even if there are events.
func (p *parking) park(events []Event, now, until time.Duration, must bool) (int, error) {
	if err := p.setAlarm(now, until); err != nil {
		return 0, err
	}
	p.limit, p.found, p.err = min(len(events), batch), 0, nil
	p.must, p.waited = must, false
	err := p.conn.Read(p.step)
	if p.waited {
		p.lastPark = p.Now()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		p.passed = true
		return p.Poll(events)
	}
	if err != nil {
		return 0, fmt.Errorf("gate: %w", err)
	}
	return p.fill(events, p.found), p.err
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// Prod makes the deadline of file pass, for that makes its goroutine ready at once. It may come late, when the owner has gone on: then the
// next Park returns early, as it may.
func (p *parking) Prod() {
	if p.wakers.enter() {
		loop, atOnce := unix.PollFd{Fd: int32(p.fd), Events: unix.POLLIN}, unix.Timespec{}
		n, _, _ := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&loop)), 1, uintptr(unsafe.Pointer(&atOnce)), 0, 0, 0)
		if int(n) == 1 {
			_ = p.file.SetReadDeadline(longAgo) // it was made for that, see open
		}
	}
	p.wakers.leave()
}

// look is the callback of RawConn.Read: it returns false to wait for the gate.
//
// A gate that is armed stays so beyond a wait: whoever waits again soon saves two calls. The kernel looks anew at what it is about to
// report, so events that were taken meanwhile do not end a wait. But as long as the gate is armed, each event wakes Go's poller for
// nothing while the loop is at work: a busy loop empties it.
func (p *parking) look(uintptr) bool {
	if p.armed && (p.must || p.straight >= busyFinds) {
		p.empty()
	}
	if !p.must {
		p.found, p.err = p.ready(p.limit)
		if p.found != 0 || p.err != nil {
			if !p.waited {
				p.straight++
			}
			return true
		}
	}
	p.must, p.waited, p.straight = false, true, 0
	if p.armed {
		return false
	}
	ev := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLONESHOT}
	if _, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(p.gate), unix.EPOLL_CTL_MOD, uintptr(p.fd),
		uintptr(unsafe.Pointer(&ev)), 0, 0); errno != 0 {
		p.err = fmt.Errorf("epoll_ctl: %w", errno)
		return true
	}
	p.armed = true
	return false
}

// empty takes the report of the gate, if there is one, which disarms it. It comes before ready: that would take what is reported. A
// gate that has nothing to report stays armed, and will report what comes from now on.
func (p *parking) empty() {
	var ev unix.EpollEvent
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.gate), uintptr(unsafe.Pointer(&ev)), 1, 0, 0, 0)
	p.armed = errno != 0 || n == 0
}

// setAlarm makes sure that the wait ends at until. An alarm that is set
// already and comes earlier is left: waking once for nothing is cheaper than
// setting an alarm for each wait.
func (p *parking) setAlarm(now, until time.Duration) error {
	pending := p.alarm > now && !p.passed
	if until == Forever {
		if p.alarm == 0 && !p.passed || pending {
			return nil
		}
		// One that has passed would fail every later wait.
		p.alarm, p.passed = 0, false
		return p.file.SetReadDeadline(time.Time{})
	}
	if pending && p.alarm <= until {
		return nil
	}
	p.alarm, p.passed = until, false
	return p.file.SetReadDeadline(p.origin.Add(until))
}

func (p *parking) Free() error {
	return errors.Join(p.closeAll(), p.file.Close())
}
