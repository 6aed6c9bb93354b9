package worker

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// lineEcho answers lines; a half line is kept in Data. "wait" answers when
// the test says so, "big" with a megabyte, "bye" ends the connection.
type lineEcho struct {
	closed  atomic.Int64
	waiting atomic.Int64  // lines that wait, or did
	wait    chan struct{} // closed when they may go on
}

type lineFrame struct{ buf [4096]byte }

func (*lineFrame) Lend(*Borrower) {}

func (*lineFrame) Release() {}

func (*lineFrame) Abandon(any) {}

func (*lineEcho) NewFrame() Frame         { return &lineFrame{} }
func (*lineEcho) Hangup(*Conn, bool)      {}
func (h *lineEcho) Closed(*Conn)          { h.closed.Add(1) }
func (h *lineEcho) Shed(c *Conn, _ Frame) { _ = c.Write([]byte("busy\n"), 0) }

const megabyte = 1 << 20

func (h *lineEcho) Serve(c *Conn, f Frame) Next {
	if c.Expired() {
		return Close
	}
	buf := &f.(*lineFrame).buf
	rest, _ := c.Data.([]byte)
	n := copy(buf[:], rest)
	c.Data = nil
	for {
		k, err := c.Read(buf[n:])
		if errors.Is(err, ErrWouldBlock) {
			break
		}
		if err != nil {
			return Close
		}
		n += k
		for {
			line, after, ok := bytes.Cut(buf[:n], []byte("\n"))
			if !ok {
				break
			}
			if !h.answer(c, string(line)) {
				return Linger
			}
			n = copy(buf[:], after)
		}
	}
	if n > 0 {
		c.Data = append([]byte(nil), buf[:n]...)
	} else if c.Draining() {
		return Close
	}
	c.SetTimeout(30 * time.Second)
	return Idle
}

func (h *lineEcho) answer(c *Conn, line string) bool {
	switch line {
	case "wait":
		h.waiting.Add(1)
		<-h.wait
	case "big":
		half := bytes.Repeat([]byte("x"), megabyte/2)
		return c.Writev([][]byte{half, half, []byte("\n")}, 5*time.Second) == nil
	case "bye":
		_ = c.Write([]byte("bye\n"), time.Second)
		return false
	}
	return c.Write([]byte(line+"\n"), 5*time.Second) == nil
}

// serveReal starts an engine on a real socket.
func serveReal(t testing.TB, network, address string, opts Options) (*Engine, net.Addr) {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	e, err := New(opts)
	require.NoError(t, err)
	ln, err := Listen(network, address, len(e.loops))
	require.NoError(t, err)
	require.NoError(t, e.AddListener(ln))
	ran := make(chan error, 1)
	go func() { ran <- e.Run() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		assert.NoError(t, e.Drain(ctx))
		assert.NoError(t, <-ran)
	})
	return e, ln.Addr()
}

type client struct {
	net.Conn
	r *bufio.Reader
	t testing.TB
}

func connect(t testing.TB, addr net.Addr) *client {
	c, err := net.Dial(addr.Network(), addr.String())
	require.NoError(t, err)
	require.NoError(t, c.SetDeadline(time.Now().Add(30*time.Second)))
	return &client{c, bufio.NewReader(c), t}
}

func (c *client) say(line string) {
	_, err := io.WriteString(c, line+"\n")
	assert.NoError(c.t, err)
}

func (c *client) hear() string {
	line, err := c.r.ReadString('\n')
	assert.NoError(c.t, err)
	return strings.TrimSuffix(line, "\n")
}

// variants are the ways to serve, all of which must behave alike.
var variants = map[string]Options{
	"parking":     {Loops: 2},
	"blocking":    {Loops: 2, BlockingWait: true},
	"on the loop": {Loops: 2, OnLoop: true},
}

func TestRealBurst(t *testing.T) {
	for name, opts := range variants {
		t.Run(name, func(t *testing.T) {
			opts.Handler = &lineEcho{}
			e, addr := serveReal(t, "tcp", "127.0.0.1:0", opts)
			const conns, rounds = 1000, 3
			var all []*client
			for range conns {
				all = append(all, connect(t, addr))
			}
			for r := range rounds {
				for i, c := range all {
					c.say(fmt.Sprint("hello ", i, r))
				}
				for i, c := range all {
					assert.Equal(t, fmt.Sprint("hello ", i, r), c.hear())
				}
			}
			await(t, func() bool { return e.Open() == conns }, "all open")
			for _, c := range all {
				require.NoError(t, c.Close())
			}
			await(t, func() bool { return e.Open() == 0 }, "all closed")
		})
	}
}

// Pipelined and split at odd places.
func TestRealPipeline(t *testing.T) {
	for name, opts := range variants {
		t.Run(name, func(t *testing.T) {
			opts.Handler = &lineEcho{}
			_, addr := serveReal(t, "tcp", "127.0.0.1:0", opts)
			c := connect(t, addr)
			defer c.Close()
			var want strings.Builder
			for i := range 2000 {
				fmt.Fprintln(&want, "line", i)
			}
			var wg sync.WaitGroup
			wg.Go(func() {
				for rest := want.String(); rest != ""; {
					n := min(len(rest), 1+len(rest)%977)
					_, err := io.WriteString(c, rest[:n])
					assert.NoError(t, err)
					rest = rest[n:]
				}
			})
			got := make([]byte, want.Len())
			_, err := io.ReadFull(c.r, got)
			require.NoError(t, err)
			assert.Equal(t, want.String(), string(got))
			wg.Wait()
		})
	}
}

// A client that reads slowly holds up itself alone.
func TestRealSlowReader(t *testing.T) {
	for _, name := range []string{"parking", "blocking"} {
		t.Run(name, func(t *testing.T) {
			opts := variants[name]
			opts.Handler = &lineEcho{}
			_, addr := serveReal(t, "tcp", "127.0.0.1:0", opts)
			slow := connect(t, addr)
			defer slow.Close()
			const asked = 8 // more than the kernel buffers
			for range asked {
				slow.say("big")
			}
			quick := connect(t, addr)
			defer quick.Close()
			for range 100 {
				quick.say("hello")
				assert.Equal(t, "hello", quick.hear())
			}
			n, err := io.CopyN(io.Discard, slow.r, asked*(megabyte+1))
			require.NoError(t, err)
			assert.Equal(t, int64(asked*(megabyte+1)), n)
		})
	}
}

// begins works for some slices on each line, and counts them.
type begins struct {
	lineEcho
	worked atomic.Int64
}

func (h *begins) Serve(c *Conn, f Frame) Next {
	n, err := c.Read(f.(*lineFrame).buf[:])
	switch {
	case errors.Is(err, ErrWouldBlock) && !c.Draining():
		return Idle
	case err != nil:
		return Close
	}
	h.work(c)
	if c.Write(f.(*lineFrame).buf[:n], time.Second) != nil || c.Draining() {
		return Close
	}
	return Idle
}

// work works for three slices.
func (h *begins) work(c *Conn) {
	for range 3 {
		for begun := c.Loop().Precise(); c.Loop().Precise()-begun < slice; {
		}
		h.worked.Add(1)
		c.GiveWay()
	}
}

// wakes waits for a second line before it works.
type wakes struct {
	begins
	waiting atomic.Int64
}

func (h *wakes) Serve(c *Conn, f Frame) Next {
	buf := f.(*lineFrame).buf[:]
	if _, err := c.Read(buf); errors.Is(err, ErrWouldBlock) && !c.Draining() {
		return Idle
	} else if err != nil {
		return Close
	}
	h.waiting.Add(1)
	n, err := c.ReadWait(buf, time.Time{})
	if err != nil {
		return Close
	}
	h.work(c)
	if c.Write(buf[:n], time.Second) != nil {
		return Close
	}
	return Idle
}

// countTurns counts what is worked between two turns of a loop, until the function is called that it returns.
func countTurns(l *loop.Loop, worked *atomic.Int64) (stop func() []int64) {
	var met []int64
	var seen int64
	over := false
	var turn func()
	turn = func() {
		now := worked.Load()
		met, seen = append(met, now-seen), now
		if !over {
			l.Post(turn)
		}
	}
	l.Post(turn)
	return func() []int64 {
		done := make(chan []int64)
		l.Post(func() {
			over = true
			l.Post(func() { done <- met })
		})
		return <-done
	}
}

// TestRealBegunAtOnce: however many begin something long at the same time, the loop meets with a few of them each time that it wants to run.
func TestRealBegunAtOnce(t *testing.T) {
	onOneProcessor(t)
	h := &begins{}
	e, addr := serveReal(t, "tcp", "127.0.0.1:0", Options{Handler: h, Loops: 1})
	clients := make([]*client, 64)
	for i := range clients {
		clients[i] = connect(t, addr)
	}
	turns := countTurns(e.pools[0].loop, &h.worked)
	for _, c := range clients {
		c.say("begin")
	}
	for _, c := range clients {
		assert.Equal(t, "begin", c.hear())
	}
	assert.EqualValues(t, 3*len(clients), h.worked.Load())
	assert.Less(t, slices.Max(turns()), int64(12+e.Stats()[0].Soft), "between two turns of the loop")
}

func TestRealUnix(t *testing.T) {
	for name, address := range map[string]string{
		"path":     filepath.Join(t.TempDir(), "socket"),
		"abstract": fmt.Sprintf("@tornado-test-%d", os.Getpid()),
	} {
		t.Run(name, func(t *testing.T) {
			_, addr := serveReal(t, "unix", address, Options{Loops: 2, Handler: &lineEcho{}})
			for range 20 {
				c := connect(t, addr)
				c.say("hello")
				assert.Equal(t, "hello", c.hear())
				require.NoError(t, c.Close())
			}
		})
	}
}

// Handlers that wait, as for a database, with more connections than loops and
// workers at the start: each gets a worker, and others are served beside them.
func TestRealBlockingHandlers(t *testing.T) {
	h := &lineEcho{wait: make(chan struct{})}
	e, addr := serveReal(t, "tcp", "127.0.0.1:0", Options{Loops: 1, Handler: h})
	const waiting = 60
	var clients []*client
	for range waiting {
		c := connect(t, addr)
		defer c.Close()
		c.say("wait")
		clients = append(clients, c)
	}
	quick := connect(t, addr)
	defer quick.Close()
	for h.waiting.Load() < waiting {
		quick.say("hello")
		assert.Equal(t, "hello", quick.hear())
	}
	assert.GreaterOrEqual(t, e.Stats()[0].Soft, waiting)
	close(h.wait)
	for _, c := range clients {
		assert.Equal(t, "wait", c.hear())
	}
}

// Whoever has connected is heard, under load: the request that was under way is
// answered, and so is the first of those who wait to be accepted.
func TestRealDrainUnderLoad(t *testing.T) {
	for name, opts := range variants {
		t.Run(name, func(t *testing.T) {
			opts.Handler = &lineEcho{}
			e, addr := serveReal(t, "tcp", "127.0.0.1:0", opts)
			var wg sync.WaitGroup
			for range 100 {
				c := connect(t, addr)
				c.say("hello")
				assert.Equal(t, "hello", c.hear())
				wg.Go(func() {
					defer c.Close()
					for {
						if _, err := io.WriteString(c, "hello\n"); err != nil {
							return
						}
						if _, err := c.r.ReadString('\n'); err != nil {
							return
						}
					}
				})
			}
			silent := connect(t, addr)
			defer silent.Close()
			await(t, func() bool { return e.Open() == 101 }, "all open")
			// Nobody accepts for a while: the next ones wait in the kernel.
			goOn := make(chan struct{})
			for _, l := range e.loops {
				require.True(t, l.Post(func() { <-goOn }))
			}
			for range 50 {
				c := connect(t, addr)
				wg.Go(func() {
					defer c.Close()
					c.say("first")
					assert.Equal(t, "first", c.hear())
				})
			}
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			drained := make(chan error, 1)
			go func() { drained <- e.Drain(ctx) }()
			await(t, e.draining.Load, "draining")
			close(goOn)
			assert.NoError(t, <-drained)
			wg.Wait()
			assert.Zero(t, e.Open())
			_, err := silent.r.ReadByte()
			assert.Equal(t, io.EOF, err)
			_, err = net.Dial("tcp", addr.String())
			assert.ErrorIs(t, err, syscall.ECONNREFUSED)
		})
	}
}

// The answer reaches a client that still sends, because the server lingers.
func TestRealLinger(t *testing.T) {
	_, addr := serveReal(t, "tcp", "127.0.0.1:0", Options{Handler: &lineEcho{}})
	c := connect(t, addr)
	defer c.Close()
	_, err := io.WriteString(c, "bye\n"+strings.Repeat("x", 64<<10))
	require.NoError(t, err)
	rest, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Equal(t, "bye\n", string(rest))
}

func TestRealReset(t *testing.T) {
	h := &lineEcho{wait: make(chan struct{})}
	e, addr := serveReal(t, "tcp", "127.0.0.1:0", Options{Handler: h})
	for i := range 50 {
		c := connect(t, addr)
		c.say([]string{"hello", "wait", "big"}[i%3])
		require.NoError(t, c.Conn.(*net.TCPConn).SetLinger(0)) // closing resets
		require.NoError(t, c.Close())
	}
	close(h.wait)
	await(t, func() bool { return h.closed.Load() == 50 }, "all closed")
	await(t, func() bool { return e.Open() == 0 }, "all forgotten") // which follows the call of Closed
}

func TestRealDetach(t *testing.T) {
	got := make(chan net.Conn, 1)
	_, addr := serveReal(t, "tcp", "127.0.0.1:0", Options{Handler: newProbe(t, func(c *Conn, f *lines) Next {
		if _, err := c.Read(f.buf[:]); err != nil {
			return Close
		}
		conn, err := c.Detach()
		assert.NoError(t, err)
		got <- conn
		return Detached
	})})
	c := connect(t, addr)
	defer c.Close()
	c.say("upgrade")
	conn := <-got
	defer conn.Close()
	c.say("more")
	line, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "more\n", line)
}

// TestRealWokenAtOnce: those who are told at once what they have waited for have a slice each, and then one of them after the other between two turns
// of the loop, beside one that has given way before.
func TestRealWokenAtOnce(t *testing.T) {
	onOneProcessor(t)
	h := &wakes{}
	const many = 64
	e, addr := serveReal(t, "tcp", "127.0.0.1:0", Options{Handler: h, Loops: 1})
	clients := make([]*client, many)
	for i := range clients {
		clients[i] = connect(t, addr)
		clients[i].say("wait")
	}
	await(t, func() bool { return h.waiting.Load() == many }, "all wait")
	turns := countTurns(e.pools[0].loop, &h.worked)
	for _, c := range clients {
		c.say("begin")
	}
	for _, c := range clients {
		assert.Equal(t, "begin", c.hear())
	}
	crowds := int64(0) // slices between turns that many share
	for _, met := range turns() {
		if met > 12+int64(e.Stats()[0].Soft) {
			crowds += met
		}
	}
	assert.EqualValues(t, 3*many, h.worked.Load())
	assert.Less(t, crowds, int64(many+many/2))
}
