//go:build unix

package tornado

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stayEnv has a process of serverProcess stay in a state until it gets SIGTERM: "unbound" before it listens; "unbound successor", likewise if it is to
// replace another; and "unready successor", where it accepts and does not get to say that it serves: it does that on SIGUSR1, too.
const stayEnv = "TORNADO_TEST_STAY"

// stays is to be called when the process has nothing yet; bound when it has its listeners.
func stays(ctx context.Context) (bound func()) {
	successor := os.Getenv(passedEnv) != ""
	say := make(chan os.Signal, 1)
	signal.Notify(say, syscall.SIGUSR1)
	fmt.Println("begun", os.Getpid())
	switch stay := os.Getenv(stayEnv); {
	case stay == "unbound", stay == "unbound successor" && successor:
		<-ctx.Done()
	case stay == "unready successor" && successor:
		return func() {
			inherited.mu.Lock()
			go func() {
				select {
				case <-ctx.Done():
				case <-say:
				}
				inherited.mu.Unlock()
			}()
		}
	}
	return func() {}
}

// untilDrain is the item that is answered once its server drains.
const untilDrain = 667

// everyWay are the kinds of listeners that these tests are of.
var everyWay = []string{"tcp", "tls", "unix"}

// shortDir is a folder where sockets can be: the names of these tests are too long for that.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "restart")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// listensOn is one of them, as serverProcess takes it.
func listensOn(t *testing.T, way string) string {
	t.Helper()
	if way == "unix" {
		return "unix " + filepath.Join(shortDir(t), "s")
	}
	return way + " 127.0.0.1:0"
}

// connect connects to a server process.
func (p *processes) connect(way string) net.Conn {
	p.t.Helper()
	c, err := net.Dial(p.addrs[0].Network(), p.addrs[0].String())
	require.NoError(p.t, err)
	p.t.Cleanup(func() { _ = c.Close() })
	require.NoError(p.t, c.SetDeadline(time.Now().Add(patience)))
	if way == "tls" { // each process has an authority of its own
		return tls.Client(c, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // each process makes a certificate of its own, which nobody else knows
	}
	return c
}

// owed is an answer that a process owes.
type owed struct {
	net.Conn
	r   *bufio.Reader
	pid int
}

// owes has a process begin with a request that it answers when it drains. Connections go to whichever process accepts first.
func (p *processes) owes(way string, pid int) owed {
	p.t.Helper()
	for end := time.Now().Add(patience); ; {
		c := p.connect(way)
		r := bufio.NewReader(c)
		by, _, err := askWho(c, r, "")
		require.NoError(p.t, err)
		if by == pid {
			_, err := fmt.Fprintf(c, "GET /items/%d HTTP/1.1\r\nHost: x\r\n\r\n", untilDrain)
			require.NoError(p.t, err)
			p.until("untilDrain")
			return owed{c, r, pid}
		}
		require.NoError(p.t, c.Close())
		require.True(p.t, time.Now().Before(end), "%d accepts nothing", pid)
	}
}

// answered demands the answer.
func (o owed) answered(t *testing.T) {
	t.Helper()
	res, err := http.ReadResponse(o.r, nil)
	require.NoError(t, err, "an accepted request is lost")
	defer res.Body.Close()
	body := make([]byte, 10)
	n, _ := res.Body.Read(body)
	assert.Equal(t, strconv.Itoa(o.pid), string(body[:n]))
	require.NoError(t, o.Close())
}

// begun waits for the next process that has begun.
func (p *processes) begun() int {
	p.t.Helper()
	pid, err := strconv.Atoi(p.until("begun "))
	require.NoError(p.t, err)
	return pid
}

// drained waits until as many processes have ended without a fault, and then until none is left.
func (p *processes) drained(pids ...int) {
	p.t.Helper()
	var got []int
	for range pids {
		pid, err := strconv.Atoi(p.until("drained "))
		require.NoError(p.t, err)
		got = append(got, pid)
	}
	assert.ElementsMatch(p.t, pids, got)
	p.ended()
}

// leftNoFile demands that the processes have removed the file of their Unix socket.
func (p *processes) leftNoFile() {
	p.t.Helper()
	if p.addrs[0].Network() == "unix" {
		assert.NoFileExists(p.t, p.addrs[0].String())
	}
}

// notified is what systemd has for processes to tell it of their state.
type notified struct {
	*net.UnixConn
	t    *testing.T
	path string
}

func listensToNotify(t *testing.T) *notified {
	t.Helper()
	path := filepath.Join(shortDir(t), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: path})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return &notified{c, t, path}
}

// hears demands that a process tells that it serves.
func (n *notified) hears(pid int) {
	n.t.Helper()
	require.NoError(n.t, n.SetReadDeadline(time.Now().Add(patience)))
	buf := make([]byte, 200)
	size, err := n.Read(buf)
	require.NoError(n.t, err)
	require.Equal(n.t, fmt.Sprintf("READY=1\nMAINPID=%d", pid), string(buf[:size]))
}

// rest is what was told since.
func (n *notified) rest() (all []string) {
	for buf := make([]byte, 200); ; {
		require.NoError(n.t, n.SetReadDeadline(time.Now().Add(time.Millisecond)))
		size, err := n.Read(buf)
		if err != nil {
			require.ErrorIs(n.t, err, os.ErrDeadlineExceeded)
			return all
		}
		all = append(all, string(buf[:size]))
	}
}

// TestTerminatedBeforeItListens: a process that gets SIGTERM before it has bound its listener ends without a fault, and has told nobody that it serves.
func TestTerminatedBeforeItListens(t *testing.T) {
	t.Parallel()
	for _, way := range everyWay {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			told := listensToNotify(t)
			p := launchServer(t, exec.Command(os.Args[0]), listensOn(t, way), stayEnv+"=unbound", "NOTIFY_SOCKET="+told.path)
			pid := p.begun()
			require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
			p.drained(pid)
			require.NoError(t, p.cmd.Wait())
			assert.Empty(t, told.rest(), "systemd was told something")
		})
	}
}

// TestTerminatedInARestart: the old process gets SIGTERM while the one that replaces it has not said that it serves. Both end, and answer what they have
// accepted.
func TestTerminatedInARestart(t *testing.T) {
	t.Parallel()
	for _, way := range everyWay {
		for _, state := range []string{"unbound successor", "unready successor"} {
			t.Run(way+", "+state, func(t *testing.T) {
				t.Parallel()
				p := launchServer(t, exec.Command(os.Args[0]), listensOn(t, way), stayEnv+"="+state)
				pid := p.serves()
				owed := []owed{p.owes(way, pid)}
				require.NoError(t, syscall.Kill(pid, syscall.SIGUSR2))
				next := p.begun()
				if state == "unready successor" {
					require.Equal(t, next, p.serves())
					owed = append(owed, p.owes(way, next))
				}
				require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
				for _, o := range owed {
					o.answered(t)
				}
				p.drained(pid, next)
				require.NoError(t, p.cmd.Wait())
				p.leftNoFile()
			})
		}
	}
}

// TestSuccessorTerminated: the process that is to replace another gets SIGTERM before it has said that it serves. It ends, answers what it has accepted,
// and the old one serves on where it did.
func TestSuccessorTerminated(t *testing.T) {
	t.Parallel()
	for _, way := range everyWay {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			told := listensToNotify(t)
			p := launchServer(t, exec.Command(os.Args[0]), listensOn(t, way), stayEnv+"=unbound successor", "NOTIFY_SOCKET="+told.path)
			pid := p.serves()
			for range 2 {
				require.NoError(t, syscall.Kill(pid, syscall.SIGUSR2))
				next := p.begun()
				require.NoError(t, syscall.Kill(next, syscall.SIGTERM))
				p.until("this process serves on")
				p.owes(way, pid) // and the address is there
			}
			last := p.owes(way, pid)
			require.NoError(t, syscall.Kill(pid, syscall.SIGTERM))
			last.answered(t)
			p.until("drained " + strconv.Itoa(pid))
			require.NoError(t, p.cmd.Wait())
			p.ended()
			p.leftNoFile()
			assert.Equal(t, []string{fmt.Sprintf("READY=1\nMAINPID=%d", pid), "STOPPING=1"}, told.rest())
		})
	}
}

// TestTerminatedAtTheHandover: one of the two gets SIGTERM just as the successor says that it serves, while the old one is stopped, so that both come to
// it at once. What was accepted is answered. If the old one was terminated, both end or the new one serves; if the new one was, both end.
func TestTerminatedAtTheHandover(t *testing.T) {
	t.Parallel()
	for _, way := range everyWay {
		for _, which := range []string{"old", "new"} {
			t.Run(way+", "+which, func(t *testing.T) {
				t.Parallel()
				for range 2 {
					told := listensToNotify(t)
					p := launchServer(t, exec.Command(os.Args[0]), listensOn(t, way), stayEnv+"=unready successor", "NOTIFY_SOCKET="+told.path)
					pid := p.serves()
					told.hears(pid)
					owed := []owed{p.owes(way, pid)}
					require.NoError(t, syscall.Kill(pid, syscall.SIGUSR2))
					next := p.serves()
					owed = append(owed, p.owes(way, next))
					require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
					require.NoError(t, syscall.Kill(next, syscall.SIGUSR1))
					told.hears(next) // and the old one, to which it has said so before, does not yet
					require.NoError(t, syscall.Kill(map[string]int{"old": pid, "new": next}[which], syscall.SIGTERM))
					require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))
					owed[0].answered(t)
					require.NoError(t, p.cmd.Wait())
					if which == "old" && syscall.Kill(next, 0) == nil { // then it is in the place of the old one
						c := p.connect(way)
						by, _, err := askWho(c, bufio.NewReader(c), "Connection: close\r\n")
						require.NoError(t, err)
						assert.Equal(t, next, by)
						require.NoError(t, syscall.Kill(next, syscall.SIGTERM))
					}
					owed[1].answered(t)
					p.drained(pid, next)
				}
			})
		}
	}
}

// TestHandoverOfAnEnded: a process may end as the one that replaces it begins to serve; the file of a Unix socket is there for the other one. It is removed
// where none has begun.
func TestHandoverOfAnEnded(t *testing.T) {
	for _, taken := range []bool{true, false} {
		path := filepath.Join(shortDir(t), "s")
		l, err := Listen("unix", path)
		require.NoError(t, err)
		lent, err := (&listenerSet{all: []*Listener{l}}).lend()
		require.NoError(t, err)
		lent.sent()
		require.NoError(t, l.Close())
		if taken {
			lent.keep()
			assert.FileExists(t, path)
		} else {
			require.NoError(t, lent.reclaim())
			assert.NoFileExists(t, path)
		}
	}
}

// TestServesTooLate: a process leaves the file of a Unix socket to the one that it was to replace and that goes on, as it did not hear in time that this one
// serves. It has the file where that one has ended, or says so.
func TestServesTooLate(t *testing.T) {
	for what, test := range map[string]struct {
		heard  string
		parent int
		owned  bool
	}{
		"it goes on":        {"", os.Getppid(), false},
		"it was killed":     {"", os.Getppid() + 1, true},
		"it has left":       {takenWord, os.Getppid(), true},
		"it has left, then": {takenWord, os.Getppid() + 1, true},
	} {
		t.Run(what, func(t *testing.T) {
			path := filepath.Join(shortDir(t), "s")
			l, err := Listen("unix", path)
			require.NoError(t, err)
			l.bound.Keep() // as whoever takes it over has it
			l.passed.Own = true
			taken, leaves, err := os.Pipe()
			require.NoError(t, err)
			_, err = leaves.WriteString(test.heard)
			require.NoError(t, errors.Join(err, leaves.Close()))
			succeed(taken, test.parent)
			require.NoError(t, l.Close())
			if test.owned {
				assert.NoFileExists(t, path)
			} else {
				assert.FileExists(t, path)
			}
		})
	}
}

// TestSuccessorThatDoesNotHeed: one that does not end by SIGTERM is killed once it had its time.
func TestSuccessorThatDoesNotHeed(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", `trap "" TERM; echo begun; exec sleep 100`)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // it tells of the signal
	}()
	end(cmd.Process, ended, time.Millisecond)
	assert.Equal(t, syscall.SIGKILL, cmd.ProcessState.Sys().(syscall.WaitStatus).Signal())
}
