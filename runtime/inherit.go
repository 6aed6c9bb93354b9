package tornado

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// firstPassed is the first descriptor that a process is given beside standard input, output and error.
const firstPassed = 3

// passedEnv tells a process which sockets the one that it replaces has passed to it, as JSON of a passedOn.
const passedEnv = "TORNADO_PASSED"

// passedOn is what a process passes to the one that replaces it: sockets, by descriptors from firstPassed on, and behind them the
// ends of two pipes: one that it writes readyWord to once it serves, and one that it reads takenWord from if that was heard in time.
type passedOn struct {
	Parent  int            `json:"parent"` // the process that this is meant for is its child
	Sockets []passedSocket `json:"sockets"`
}

// passedSocket is a listener that another process has bound.
type passedSocket struct {
	Name    string `json:"name,omitempty"` // that of systemd
	Network string `json:"network"`        // as Listen was asked for it
	Address string `json:"address"`        // likewise
	Count   int    `json:"count"`          // of descriptors
	Own     bool   `json:"own"`            // the file of the socket is ours to remove, once we serve in the place of the other process

	fds  []int
	held bool // whoever has passed it (systemd) holds it, too
}

// inheritance is what was passed to this process.
type inheritance struct {
	read    sync.Once
	mu      sync.Mutex
	sockets []passedSocket // guarded by mu; those that nobody has taken
	ready   *os.File       // guarded by mu; nil: nobody waits to hear that this process serves
	taken   *os.File       // guarded by mu; set with ready
	parent  int            // guarded by mu; who waits
	fault   error          // guarded by mu; what was said of them made no sense
}

var inherited inheritance

// get reads the environment, once, and clears it for the processes that this one starts.
func (i *inheritance) get() *inheritance {
	i.read.Do(func() {
		i.fromPredecessor(os.Getenv(passedEnv))
		if pid, err := strconv.Atoi(os.Getenv("LISTEN_PID")); err == nil && pid == os.Getpid() {
			i.fromSystemd(os.Getenv("LISTEN_FDS"), os.Getenv("LISTEN_FDNAMES"))
		}
		for _, name := range []string{passedEnv, "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
			_ = os.Unsetenv(name) // the name is valid
		}
	})
	return i
}

// fromPredecessor takes what Server.Restart of another process has passed.
func (i *inheritance) fromPredecessor(text string) {
	var p passedOn
	if text == "" {
		return
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		i.fault = fmt.Errorf("tornado: %s: %w", passedEnv, err)
		return
	}
	if p.Parent != os.Getppid() {
		return // it was meant for one between that process and this
	}
	fd := firstPassed
	for _, s := range p.Sockets {
		for range s.Count {
			s.fds = append(s.fds, fd)
			fd++
		}
		i.sockets = append(i.sockets, s)
	}
	i.ready, i.taken, i.parent = os.NewFile(uintptr(fd), "ready"), os.NewFile(uintptr(fd+1), "taken"), p.Parent
}

// fromSystemd takes what sd_listen_fds(3) describes.
func (i *inheritance) fromSystemd(count, names string) {
	n, err := strconv.Atoi(count)
	if err != nil || n < 0 {
		i.fault = fmt.Errorf("tornado: LISTEN_FDS is %q", count)
		return
	}
	list := strings.Split(names, ":")
	for at := range n {
		s := passedSocket{fds: []int{firstPassed + at}, Count: 1, held: true}
		if at < len(list) {
			s.Name = list[at]
		}
		i.sockets = append(i.sockets, s)
	}
}

// take makes a listener of the first socket that matches and that nobody has taken; nil if there is none. network and address are those
// by which Listen asks for it, "" where it does not.
func (i *inheritance) take(network, address string, match func(s *passedSocket) bool) (*Listener, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	at := slices.IndexFunc(i.sockets, func(s passedSocket) bool { return match(&s) })
	if at < 0 {
		return nil, i.fault
	}
	s := i.sockets[at]
	i.sockets = slices.Delete(i.sockets, at, at+1)
	bound, err := worker.AdoptListener(s.fds...)
	if err != nil {
		return nil, fmt.Errorf("tornado: socket %q that was passed: %w", s.Name, err)
	}
	l := &Listener{bound: bound, passed: s}
	if network == "" {
		network, address = bound.Addr().Network(), bound.Addr().String()
	}
	if s.Network == "" {
		l.passed.Network, l.passed.Address = network, address
	}
	return live.add(l), nil
}

// listening finds the socket that Listen is asked for; where every address of a port is asked for, else one that is bound to one of them.
func (i *inheritance) listening(network, address string) (*Listener, error) {
	l, err := i.take(network, address, func(s *passedSocket) bool {
		if s.Network != "" {
			return s.Network == network && s.Address == address
		}
		return boundAt(s.fds[0], network, address)
	})
	if l != nil || err != nil {
		return l, err
	}
	return i.take(network, address, func(s *passedSocket) bool { return s.Network == "" && boundWithin(s.fds[0], network, address) })
}

// boundWithin reports whether Listen is asked for every address of the port that systemd has bound a socket to.
func boundWithin(fd int, network, address string) bool {
	tcp, asked := samePort(fd, network, address)
	if asked == nil || len(asked.IP) > 0 && !asked.IP.IsUnspecified() {
		return false
	}
	four := tcp.IP.To4() != nil
	return network == "tcp" && len(asked.IP) == 0 || four == (network == "tcp4" || asked.IP.To4() != nil)
}

// boundAt reports whether a socket that systemd has bound is the one that Listen is asked for.
func boundAt(fd int, network, address string) bool {
	if at, err := worker.BoundAddr(fd); err == nil && at.Network() == "unix" {
		return network == "unix" && at.String() == address
	}
	tcp, asked := samePort(fd, network, address)
	if asked == nil {
		return false
	}
	anywhere := len(asked.IP) == 0 || asked.IP.IsUnspecified()
	return anywhere && tcp.IP.IsUnspecified() || asked.IP.Equal(tcp.IP)
}

// samePort is where a socket of TCP is bound and where Listen is asked for, nil where the ports differ.
func samePort(fd int, network, address string) (bound, asked *net.TCPAddr) {
	at, err := worker.BoundAddr(fd)
	if err != nil {
		return nil, nil
	}
	bound, ok := at.(*net.TCPAddr)
	if !ok {
		return nil, nil
	}
	asked, err = net.ResolveTCPAddr(network, address)
	if err != nil || asked.Port != bound.Port || asked.Port == 0 {
		return nil, nil
	}
	return bound, asked
}

// Inherited returns the listeners that were passed to this process, by systemd (sd_listen_fds(3)) or by the process that it
// replaces (see [Server.Restart]), and that no [Listen] has taken; [Listener.Name] tells systemd's apart. They are the caller's to
// serve on or to close. An address that Listen is asked for and that was passed is taken over by Listen itself. The options, of
// which WithMode does nothing here, are for all of them.
func Inherited(opts ...ListenOption) ([]*Listener, error) {
	var o listenOptions
	for _, opt := range opts {
		opt(&o)
	}
	i := inherited.get()
	var all []*Listener
	for {
		l, err := i.take("", "", func(*passedSocket) bool { return true })
		if err != nil {
			return nil, closeAll(all, err)
		}
		if l == nil {
			return all, nil
		}
		l.proxies = o.proxies
		all = append(all, l)
	}
}

// serves tells whoever waits for it that this process serves, and gives up what it does not: nobody else will.
func (i *inheritance) serves() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	ready := i.ready
	if i.ready = nil; ready == nil {
		return nil
	}
	_, err := ready.WriteString(readyWord)
	err = errors.Join(err, ready.Close())
	go succeed(i.taken, i.parent)
	for _, s := range i.sockets {
		if s.held {
			continue
		}
		left, adopt := worker.AdoptListener(s.fds...)
		if adopt == nil {
			adopt = left.Close()
		}
		err = errors.Join(err, adopt, fmt.Errorf("tornado: nobody listens at %s %s any more", s.Network, s.Address))
	}
	i.sockets = slices.DeleteFunc(i.sockets, func(s passedSocket) bool { return !s.held })
	return err
}

// succeed takes over the files of Unix sockets once the process that this one replaces has left them to it, or has ended without a word: one that serves on
// keeps them. It may be stopped meanwhile, so nobody waits for it.
func succeed(taken *os.File, parent int) {
	word, _ := bufio.NewReader(taken).ReadString('\n')
	_ = taken.Close() // it was only read
	if word == takenWord || parent != os.Getppid() {
		live.own()
	}
}

// untaken counts the sockets that nobody has taken.
func (i *inheritance) untaken() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.sockets)
}

// The words of a handover.
const (
	readyWord = "ready\n" // of a process that serves
	takenWord = "taken\n" // of the one that it replaces, which leaves everything to it
)

// live are the listeners of this process that are open.
var live listenerSet

type listenerSet struct {
	mu  sync.Mutex
	all []*Listener // guarded by mu; oldest first
}

func (s *listenerSet) add(l *Listener) *Listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, l)
	return l
}

func (s *listenerSet) remove(l *Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = slices.DeleteFunc(s.all, func(other *Listener) bool { return other == l })
}

// loan is what a process that takes over gets. The files of Unix sockets stay until keep or reclaim is called, also where their listeners are closed
// meanwhile: this process may end as the other one begins to serve.
type loan struct {
	files   []*os.File     // copies of the sockets
	sockets []passedSocket // what it shall know of them
	all     []*Listener
}

// lend lends all of them but those that are closed: their server drains.
func (s *listenerSet) lend() (*loan, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lent := new(loan)
	for _, l := range s.all {
		copies, err := l.bound.Lend()
		if errors.Is(err, net.ErrClosed) {
			continue
		}
		if err != nil {
			lent.sent()
			return nil, fmt.Errorf("tornado: %s: %w", l.Addr(), errors.Join(err, lent.reclaim()))
		}
		p := l.passed
		p.Count, p.Own = len(copies), l.bound.Owned()
		lent.files, lent.sockets, lent.all = append(lent.files, copies...), append(lent.sockets, p), append(lent.all, l)
	}
	return lent, nil
}

// sent closes the copies: the other process has its own, or there is none.
func (l *loan) sent() {
	for _, f := range l.files {
		_ = f.Close()
	}
	l.files = nil
}

// keep leaves the files of Unix sockets to the process that has taken over.
func (l *loan) keep() {
	for _, lent := range l.all {
		lent.bound.Keep()
	}
}

// reclaim takes everything back, for there is no other process.
func (l *loan) reclaim() error {
	var err error
	for _, lent := range l.all {
		err = errors.Join(err, lent.bound.Reclaim())
	}
	return err
}

// own has this process remove the files of the Unix sockets that it takes over.
func (s *listenerSet) own() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.all {
		if l.passed.Own {
			l.bound.Own()
		}
	}
}
