//go:build unix

package tornado

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests of this file run servers in processes of their own: this program again, told by serverEnv to be one.
const serverEnv = "TORNADO_TEST_SERVER"

// serverProcess serves what serverEnv lists, "network address" by commas, "tls" for TLS over TCP, or with "inherited" what was passed. It says where it
// listens, and who it is: each answer is its process's number.
func serverProcess(what string) {
	if os.Getenv("TORNADO_TEST_BROKEN") != "" && os.Getenv(passedEnv) != "" {
		os.Exit(3)
	}
	debug.SetMaxStack(8 << 20) // for TestOverflowBesideOthers: one that overflows is not to take half a gigabyte
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	bound := stays(ctx)
	var listeners []*Listener
	var err error
	if what == "inherited" {
		listeners, err = Inherited()
	} else {
		for _, at := range strings.Split(what, ",") {
			var l *Listener
			network, address, _ := strings.Cut(at, " ")
			if network == "tls" {
				l, err = ListenTLS("tcp", address, TLS{Config: authority().server()})
			} else {
				l, err = Listen(network, address, WithMode(0o600))
			}
			if err != nil {
				break
			}
			listeners = append(listeners, l)
		}
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	bound()
	pid := []byte(strconv.Itoa(os.Getpid()))
	api := newTestAPI(testHandlers{item: func(ctx context.Context, req itemRequest) ([]byte, error) {
		switch req.ID {
		case overflows:
			return make([]byte, fill(1)), nil
		case untilDrain:
			fmt.Println("untilDrain")
			<-Draining(ctx)
		}
		return pid, nil
	}})
	// The clients are never idle, but the machine may keep them waiting.
	patient := WithTimeouts(Timeouts{DrainIdle: 20 * time.Second})
	opts := []Option{patient, WithRestartSignal(syscall.SIGUSR2), WithLoops(2), WithLogger(slog.New(slog.NewTextHandler(os.Stdout, nil)))}
	if os.Getenv(stayEnv) == "" {
		opts = append(opts, WithAdmin("127.0.0.1:0"))
	}
	s := NewServer(opts...).Handle(api)
	go func() {
		<-s.Bound()
		for _, l := range listeners {
			fmt.Println("listens", l.Addr().Network(), l.Addr(), l.Name())
		}
		fmt.Println("serves", os.Getpid())
	}()
	if err := s.Serve(ctx, listeners...); err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("drained", os.Getpid())
}

// overflows is the item whose handler needs more stack than there is.
const overflows = 666

func fill(n int) int {
	if n < 0 {
		return 0
	}
	return 1 + fill(n+1)
}

// processes are a server process and those that replace it, as long as one of them lives.
type processes struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string // closed when the last has ended
	kept  []string    // who has drained, lines that were read while others were waited for
	addrs []net.Addr
}

// launch starts a server process.
func launchServer(t *testing.T, cmd *exec.Cmd, what string, env ...string) *processes {
	out, in, err := os.Pipe()
	require.NoError(t, err)
	cmd.Stdout, cmd.Stderr = in, in
	cmd.Env = append(append(os.Environ(), serverEnv+"="+what), env...)
	require.NoError(t, cmd.Start())
	require.NoError(t, in.Close())
	p := &processes{t: t, cmd: cmd, lines: make(chan string, 1000)}
	go func() {
		defer close(p.lines)
		defer out.Close()
		for scan := bufio.NewScanner(out); scan.Scan(); {
			p.lines <- scan.Text()
		}
	}()
	return p
}

// until reads what the processes say up to a line that has word in it, and returns the rest of that. That one has drained
// is kept for whoever asks for it: it may be said before the next one says that it serves.
func (p *processes) until(word string) string {
	p.t.Helper()
	for i, line := range p.kept {
		if _, rest, ok := strings.Cut(line, word); ok {
			p.kept = slices.Delete(p.kept, i, i+1)
			return strings.TrimSpace(rest)
		}
	}
	timeout := time.After(30 * time.Second)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				p.t.Fatalf("the processes have ended without %q", word)
			}
			p.notesAddress(line)
			if _, rest, ok := strings.Cut(line, word); ok {
				return strings.TrimSpace(rest)
			}
			if strings.Contains(line, "level=") {
				p.t.Log(line)
			}
			if strings.HasPrefix(line, "drained ") {
				p.kept = append(p.kept, line)
			}
		case <-timeout:
			p.t.Fatalf("waited in vain for %q", word)
		}
	}
}

// notesAddress takes down where a process says that it listens.
func (p *processes) notesAddress(line string) {
	rest, ok := strings.CutPrefix(line, "listens ")
	if !ok {
		return
	}
	fields := strings.Fields(rest)
	if fields[0] != "tcp" {
		p.addrs = append(p.addrs, &net.UnixAddr{Net: "unix", Name: fields[1]})
		return
	}
	a, err := net.ResolveTCPAddr("tcp", fields[1])
	require.NoError(p.t, err)
	p.addrs = append(p.addrs, a)
}

// serves waits for the next process that serves, and returns its number.
func (p *processes) serves() int {
	pid, err := strconv.Atoi(p.until("serves "))
	require.NoError(p.t, err)
	return pid
}

// ended waits until all of them have.
func (p *processes) ended() {
	timeout := time.After(30 * time.Second)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				return
			}
			assert.NotContains(p.t, line, "error")
		case <-timeout:
			p.t.Fatal("the processes do not end")
		}
	}
}

const whoAnswers = "GET /items/1 HTTP/1.1\r\nHost: x\r\n"

// askWho sends a request and returns who has answered, and whether the connection ends.
func askWho(c net.Conn, r *bufio.Reader, last string) (pid int, closes bool, err error) {
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return 0, false, err
	}
	if _, err := io.WriteString(c, whoAnswers+last+"\r\n"); err != nil {
		return 0, false, err
	}
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		return 0, false, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, false, err
	}
	pid, err = strconv.Atoi(string(body))
	return pid, res.Close, err
}

// load asks all addresses, by new connections and by ones that stay, until it is stopped. It stands for a load balancer: it stops
// using a connection when it is told so, and every other fault is one.
type load struct {
	stop    atomic.Bool
	clients sync.WaitGroup
	answers sync.Map // pid -> *atomic.Int64
}

func (l *load) start(t *testing.T, addrs []net.Addr) {
	for _, addr := range addrs {
		for _, last := range []string{"Connection: close\r\n", ""} {
			for range 3 {
				l.clients.Go(func() {
					for !l.stop.Load() {
						if err := l.connection(addr, last); err != nil {
							assert.NoError(t, err)
							return
						}
					}
				})
			}
		}
	}
}

func (l *load) connection(addr net.Addr, last string) error {
	c, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		return err
	}
	defer c.Close()
	r := bufio.NewReader(c)
	for closes := false; !closes && !l.stop.Load(); {
		var pid int
		if pid, closes, err = askWho(c, r, last); err != nil {
			return err
		}
		n, _ := l.answers.LoadOrStore(pid, new(atomic.Int64))
		n.(*atomic.Int64).Add(1)
	}
	return nil
}

// answered waits until a process has answered some requests.
func (l *load) answered(t *testing.T, pid int) {
	require.Eventually(t, func() bool {
		n, ok := l.answers.Load(pid)
		return ok && n.(*atomic.Int64).Load() > 50
	}, 30*time.Second, time.Millisecond)
}

// TestRestart replaces a process under load, twice: no connection is refused or reset.
func TestRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	what := "tcp 127.0.0.1:0,unix " + path
	p := launchServer(t, exec.Command(os.Args[0]), what)
	pid := p.serves()
	addrs := p.addrs
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	var l load
	l.start(t, addrs)
	for range 2 {
		l.answered(t, pid)
		require.NoError(t, syscall.Kill(pid, syscall.SIGUSR2))
		next := p.serves()
		assert.NotEqual(t, pid, next)
		assert.Equal(t, strconv.Itoa(pid), p.until("drained "))
		pid = next
	}
	require.NoError(t, p.cmd.Wait())
	l.answered(t, pid)
	l.stop.Store(true)
	l.clients.Wait()
	assert.Equal(t, addrs, p.addrs[len(p.addrs)-len(addrs):], "the last process listens where the first did")
	require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
	p.ended()
	assert.NoFileExists(t, path, "the last one removes it")
}

// TestTerminatedUnderLoad: a process that gets SIGTERM answers whoever had connected before, and whoever it has answered before until it says
// that the connection ends; then it ends without a fault.
func TestTerminatedUnderLoad(t *testing.T) {
	p := launchServer(t, exec.Command(os.Args[0]), "tcp 127.0.0.1:0")
	pid := p.serves()
	var terminated atomic.Bool
	var answered, late atomic.Int64
	connection := func(last string) error {
		c, err := net.Dial("tcp", p.addrs[0].String())
		owed := !terminated.Load()
		if err != nil {
			if owed {
				return err
			}
			return nil // nobody listens any more
		}
		defer c.Close()
		r := bufio.NewReader(c)
		for closes := false; !closes; owed = true {
			if _, closes, err = askWho(c, r, last); err != nil {
				if owed {
					return err
				}
				return nil // it came too late to be accepted
			}
			answered.Add(1)
			if terminated.Load() {
				late.Add(1)
			}
		}
		return nil
	}
	var clients sync.WaitGroup
	for i := range 12 {
		clients.Go(func() {
			for !terminated.Load() {
				assert.NoError(t, connection([]string{"Connection: close\r\n", ""}[i%2]))
			}
		})
	}
	require.Eventually(t, func() bool { return answered.Load() > 200 }, 30*time.Second, time.Millisecond)
	terminated.Store(true) // so that the signal is no earlier than that
	require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
	clients.Wait()
	assert.Positive(t, late.Load())
	assert.Equal(t, strconv.Itoa(pid), p.until("drained "))
	require.NoError(t, p.cmd.Wait())
	p.ended()
}

// TestNotifyUntaken: whoever holds a socket that was passed learns that nobody has taken it.
func TestNotifyUntaken(t *testing.T) {
	socket, addr := sharedSocket(t)
	path := filepath.Join(t.TempDir(), "notify")
	told, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: path})
	require.NoError(t, err)
	defer told.Close()
	require.NoError(t, told.SetDeadline(time.Now().Add(30*time.Second)))
	anywhere := "tcp " + strings.TrimPrefix(addr, "127.0.0.1")
	for what, more := range map[string]string{"tcp " + addr: "", anywhere: "", "tcp 127.0.0.1:0": "\nX_TORNADO_UNTAKEN=1"} {
		p := activated(t, socket, what, "NOTIFY_SOCKET="+path)
		buf := make([]byte, 200)
		n, err := told.Read(buf)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("READY=1\nMAINPID=%d%s", p.cmd.Process.Pid, more), string(buf[:n]), what)
		require.NoError(t, syscall.Kill(p.serves(), syscall.SIGTERM))
		n, err = told.Read(buf)
		require.NoError(t, err)
		assert.Equal(t, "STOPPING=1", string(buf[:n]))
		p.ended()
		require.NoError(t, p.cmd.Wait())
	}
}

// TestRestartOfActivated: a socket of systemd's that Listen was asked for in other words is found by the process that replaces this one.
func TestRestartOfActivated(t *testing.T) {
	socket, addr := sharedSocket(t)
	p := activated(t, socket, "tcp "+strings.TrimPrefix(addr, "127.0.0.1"))
	pid := p.serves()
	require.NoError(t, syscall.Kill(pid, syscall.SIGUSR2))
	next := p.serves()
	assert.NotEqual(t, pid, next)
	assert.Equal(t, addr, p.addrs[len(p.addrs)-1].String())
	require.NoError(t, syscall.Kill(next, syscall.SIGTERM))
	p.ended()
	require.NoError(t, p.cmd.Wait())
}

// TestRestartThatFails: the process serves on when the new one does not begin to.
func TestRestartThatFails(t *testing.T) {
	p := launchServer(t, exec.Command(os.Args[0]), "tcp 127.0.0.1:0", "TORNADO_TEST_BROKEN=1")
	pid := p.serves()
	require.NoError(t, syscall.Kill(pid, syscall.SIGUSR2))
	assert.Contains(t, p.until("this process serves on"), "exit status 3")
	c, err := net.Dial("tcp", p.addrs[0].String())
	require.NoError(t, err)
	defer c.Close()
	by, _, err := askWho(c, bufio.NewReader(c), "")
	require.NoError(t, err)
	assert.Equal(t, pid, by)
	require.NoError(t, c.Close())
	require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
	p.ended()
	require.NoError(t, p.cmd.Wait())
}

// activated starts a process as systemd does for a socket unit: the socket is descriptor 3.
func activated(t *testing.T, socket *os.File, what string, env ...string) *processes {
	cmd := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ exec "$0"`, os.Args[0])
	cmd.ExtraFiles = []*os.File{socket}
	return launchServer(t, cmd, what, append(env, "LISTEN_FDS=1", "LISTEN_FDNAMES=web")...)
}

// sharedSocket is what systemd would listen on, and its address.
func sharedSocket(t *testing.T) (socket *os.File, addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() }) // its processes are gone
	socket, err = ln.(*net.TCPListener).File()
	require.NoError(t, err)
	t.Cleanup(func() { _ = socket.Close() })
	return socket, ln.Addr().String()
}

// TestCrashBesideOthers: two processes share a socket of systemd's. When one is killed, the other's connections do not notice,
// and new ones are served.
func TestCrashBesideOthers(t *testing.T) {
	socket, addr := sharedSocket(t)
	first := activated(t, socket, "inherited")
	assert.Contains(t, first.until("listens "), "web")
	second := activated(t, socket, "tcp "+addr) // Listen finds it, too
	doomed, survivor := first.serves(), second.serves()

	type client struct {
		net.Conn
		r *bufio.Reader
	}
	by := map[int][]client{}
	open := func() int {
		c, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
		r := bufio.NewReader(c)
		pid, _, err := askWho(c, r, "")
		require.NoError(t, err)
		by[pid] = append(by[pid], client{c, r})
		return pid
	}
	for end := time.Now().Add(20 * time.Second); len(by[doomed]) < 5 || len(by[survivor]) < 5; {
		open()
		require.True(t, time.Now().Before(end), "one of them accepts nothing: %d and %d", len(by[doomed]), len(by[survivor]))
	}
	require.NoError(t, syscall.Kill(doomed, syscall.SIGKILL))
	require.Error(t, first.cmd.Wait())
	for _, c := range by[survivor] {
		pid, _, err := askWho(c.Conn, c.r, "")
		require.NoError(t, err)
		assert.Equal(t, survivor, pid)
	}
	for range 20 {
		assert.Equal(t, survivor, open())
	}
	for _, c := range by[survivor] {
		require.NoError(t, c.Close())
	}
	require.NoError(t, syscall.Kill(survivor, syscall.SIGTERM))
	second.ended()
	first.ended()
	require.NoError(t, second.cmd.Wait())
}

// TestReplacedUnderLoad: processes that share a socket of systemd's start and get SIGTERM in turn, while clients come and go: each request is answered. Who
// starts one makes the socket block that the others accept from, as os/exec does.
func TestReplacedUnderLoad(t *testing.T) {
	socket, addr := sharedSocket(t)
	at, err := net.ResolveTCPAddr("tcp", addr)
	require.NoError(t, err)
	old := activated(t, socket, "inherited")
	pid := old.serves()
	var l load
	l.start(t, []net.Addr{at})
	defer l.clients.Wait()
	defer l.stop.Store(true)
	for range 3 {
		next := activated(t, socket, "inherited")
		nextPID := next.serves()
		l.answered(t, nextPID)
		require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
		old.ended()
		require.NoError(t, old.cmd.Wait())
		old, pid = next, nextPID
	}
	l.stop.Store(true)
	l.clients.Wait()
	require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
	old.ended()
	require.NoError(t, old.cmd.Wait())
}

// TestOverflowBesideOthers: a stack that overflows ends the process, which nothing can recover from, and that alone: the other one that
// shares the socket serves on.
func TestOverflowBesideOthers(t *testing.T) {
	socket, addr := sharedSocket(t)
	first := activated(t, socket, "inherited")
	doomed := first.serves()
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer c.Close()
	pid, _, err := askWho(c, bufio.NewReader(c), "")
	require.NoError(t, err)
	require.Equal(t, doomed, pid)
	second := activated(t, socket, "inherited")
	survivor := second.serves()

	_, err = fmt.Fprintf(c, "GET /items/%d HTTP/1.1\r\nHost: x\r\n\r\n", overflows)
	require.NoError(t, err)
	first.until("stack overflow")
	require.Error(t, first.cmd.Wait())
	for range 20 {
		other, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		pid, _, err := askWho(other, bufio.NewReader(other), "")
		require.NoError(t, err)
		assert.Equal(t, survivor, pid)
		require.NoError(t, other.Close())
	}
	require.NoError(t, syscall.Kill(survivor, syscall.SIGTERM))
	second.ended()
	require.NoError(t, second.cmd.Wait())
}

// TestNotify: systemd is told when the process serves and when it stops.
func TestNotify(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	told, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: path})
	require.NoError(t, err)
	defer told.Close()
	require.NoError(t, told.SetDeadline(time.Now().Add(30*time.Second)))
	hear := func() string {
		buf := make([]byte, 200)
		n, err := told.Read(buf)
		require.NoError(t, err)
		return string(buf[:n])
	}
	p := launchServer(t, exec.Command(os.Args[0]), "tcp 127.0.0.1:0", "NOTIFY_SOCKET="+path)
	assert.Equal(t, fmt.Sprintf("READY=1\nMAINPID=%d", p.cmd.Process.Pid), hear())
	pid := p.serves()
	require.NoError(t, syscall.Kill(pid, syscall.SIGUSR2))
	next := p.serves()
	assert.Equal(t, fmt.Sprintf("READY=1\nMAINPID=%d", next), hear())
	require.NoError(t, p.cmd.Wait())
	require.NoError(t, syscall.Kill(next, syscall.SIGTERM))
	assert.Equal(t, "STOPPING=1", hear())
	p.ended()
}

func TestRestartNeedsAServerThatServes(t *testing.T) {
	require.ErrorContains(t, NewServer().Restart(t.Context()), "serves")
}
