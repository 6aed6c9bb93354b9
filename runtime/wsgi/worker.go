package wsgi

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	patience  = 30 * time.Second // without a sign of life, after which a worker is killed
	keepAlive = 75 * time.Second // that gunicorn keeps a connection
	minPause  = 100 * time.Millisecond
	maxPause  = 10 * time.Second
	lastWords = 20 // lines of a worker that Start's error tells
)

// slot is the place of one worker: where one has ended, the next one stands.
type slot struct {
	app         *App
	index       int
	connections int
	born        int // workers so far; of keep alone

	mu  sync.Mutex
	now *worker // guarded by mu; nil while none serves
}

func newSlot(a *App, index, connections int) *slot {
	return &slot{app: a, index: index, connections: connections}
}

// current is the worker that serves, nil if none does.
func (s *slot) current() *worker {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == nil || s.now.hasLeft() {
		return nil
	}
	return s.now
}

// put has w serve, or nobody. The one before takes no more requests, ends what it has begun, and nobody waits for that.
func (s *slot) put(w *worker) {
	s.mu.Lock()
	old := s.now
	s.now = w
	s.mu.Unlock()
	if old != nil {
		s.app.running.Go(func() { old.end(s.app.config.Drain) })
	}
}

// keep has a worker serve until the application is closed. begun is told how it went the first time.
func (s *slot) keep(begun chan<- error) {
	a, pause := s.app, minPause
	defer s.put(nil)
	for {
		at := time.Now()
		w, err := s.start()
		if begun != nil {
			begun <- err
			if err != nil {
				return
			}
			begun = nil
		}
		if err == nil {
			s.put(w)
			if err = w.serve(a.ctx); !errors.Is(err, errSlow) { // a slow one serves until there is another one
				s.put(nil)
			}
		}
		if a.ctx.Err() != nil {
			return
		}
		a.config.Logger.Error("wsgi worker is replaced", "app", a.config.App, "worker", s.index, "error", err)
		if time.Since(at) > maxPause {
			pause = minPause
		}
		select {
		case <-a.ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, maxPause)
	}
}

// worker is a process that serves.
type worker struct {
	cmd       *exec.Cmd
	stdin     io.Closer // whose end tells that this process is gone
	socket    string
	transport *http.Transport
	load      atomic.Int64  // requests under way
	lively    chan struct{} // has a sign of life; closed when there will be no more
	left      chan struct{} // closed when the process has ended
	retired   chan struct{} // closed when it is to be replaced
	retire    func()
	here      context.Context // ends when it takes no more requests
	leave     context.CancelFunc
	err       error // of the process; set before left is closed

	mu    sync.Mutex
	words []string // guarded by mu; the last lines
}

// start starts a process and waits until it serves.
func (s *slot) start() (*worker, error) {
	s.born++
	a, c := s.app, &s.app.config
	w := &worker{
		socket: filepath.Join(a.folder, fmt.Sprintf("%d-%d.sock", s.index, s.born)),
		lively: make(chan struct{}, 1), left: make(chan struct{}), retired: make(chan struct{}),
	}
	w.here, w.leave = context.WithCancel(context.Background())
	if c.Gunicorn {
		w.retire = func() {} // it is all workers, and their --timeout says when one is to go
	} else {
		w.retire = sync.OnceFunc(func() { close(w.retired) })
	}
	w.transport = &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", w.socket)
		},
		MaxConnsPerHost: s.connections, MaxIdleConnsPerHost: s.connections, DisableCompression: true, ResponseHeaderTimeout: c.Answer,
	}
	if c.Gunicorn {
		w.transport.IdleConnTimeout = keepAlive - 15*time.Second // it ends by this side, or a request would meet its end
	}
	w.cmd = exec.Command(c.Python, w.arguments(a)...)
	w.cmd.Dir, w.cmd.SysProcAttr = c.Dir, ownGroup
	w.cmd.Env = append(append(os.Environ(), "SCRIPT_NAME="+c.Prefix, "PYTHONUNBUFFERED=1"), c.Env...)
	if err := w.run(s); err != nil {
		return nil, fmt.Errorf("wsgi: %w", err)
	}
	limit := time.NewTimer(c.Start)
	defer limit.Stop()
	select {
	case <-w.lively:
		return w, nil
	case <-w.left:
		w.end(0)
		return nil, fmt.Errorf("wsgi: %s cannot be served: %w; look at what it said, and that App and Dir name it\n%s", c.App, w.err, w.said())
	case <-limit.C:
		w.end(0)
		return nil, fmt.Errorf("wsgi: %s does not serve after %s; give it more time with Start, or look at what it said\n%s", c.App, c.Start, w.said())
	case <-a.ctx.Done():
		w.end(0)
		return nil, a.ctx.Err()
	}
}

func (w *worker) arguments(a *App) []string {
	c := &a.config
	if !c.Gunicorn {
		return []string{filepath.Join(a.folder, "runner.py"), c.App, w.socket, strconv.Itoa(c.Threads)}
	}
	return []string{
		"-m", "gunicorn", "--bind", "unix:" + w.socket, "--workers", strconv.Itoa(c.Workers), "--threads", strconv.Itoa(c.Threads),
		"--keep-alive", strconv.Itoa(int(keepAlive / time.Second)), "--forwarded-allow-ips", "*",
		"--timeout", strconv.Itoa(int(c.Answer/time.Second) + 1), "--graceful-timeout", strconv.Itoa(int(c.Drain/time.Second) + 1), c.App,
	}
}

// run starts the process, and goroutines that end with it.
func (w *worker) run(s *slot) error {
	c := &s.app.config
	out, outEnd, err := os.Pipe()
	if err != nil {
		return err
	}
	signs, signsEnd, err := os.Pipe()
	if err != nil {
		return errors.Join(err, out.Close(), outEnd.Close())
	}
	w.cmd.Stdout, w.cmd.Stderr, w.cmd.ExtraFiles = outEnd, outEnd, []*os.File{signsEnd}
	w.stdin, err = w.cmd.StdinPipe()
	if err == nil {
		err = w.cmd.Start()
	}
	_, _ = outEnd.Close(), signsEnd.Close() // they are the process's
	if err != nil {
		return errors.Join(err, out.Close(), signs.Close())
	}
	var readers sync.WaitGroup
	readers.Go(func() { w.listen(out, c, s.index) })
	readers.Go(func() { w.feel(signs) })
	if c.Gunicorn {
		readers.Go(w.probe)
	}
	go func() {
		w.err = w.cmd.Wait()
		if w.err == nil {
			w.err = errors.New("the process has ended")
		}
		close(w.left)
		_, _ = out.SetReadDeadline(time.Now().Add(time.Second)), signs.SetReadDeadline(time.Now().Add(time.Second)) // a child may hold them open
		readers.Wait()
		_, _ = out.Close(), signs.Close()
	}()
	return nil
}

// listen logs what the worker writes.
func (w *worker) listen(out io.Reader, c *Config, index int) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text := lines.Text()
		w.mu.Lock()
		if w.words = append(w.words, text); len(w.words) > lastWords {
			w.words = w.words[1:]
		}
		w.mu.Unlock()
		c.Logger.Info("wsgi worker says", "app", c.App, "worker", index, "text", text)
	}
	_, _ = io.Copy(io.Discard, out) // a line that is too long: it must not wait
}

func (w *worker) said() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.words, "\n")
}

// feel passes signs of life on.
func (w *worker) feel(signs io.Reader) {
	one := make([]byte, 16)
	for {
		if _, err := signs.Read(one); err != nil {
			return
		}
		w.alive()
	}
}

func (w *worker) alive() {
	select {
	case w.lively <- struct{}{}:
	default:
	}
}

// probe connects, where the process gives no signs.
func (w *worker) probe() {
	pause := 20 * time.Millisecond
	for {
		if conn, err := net.Dial("unix", w.socket); err == nil {
			_ = conn.Close() // it was there
			w.alive()
			pause = time.Second
		}
		select {
		case <-w.left:
			return
		case <-time.After(pause):
		}
	}
}

// errSlow is of a worker that serves, but had a request for too long.
var errSlow = errors.New("an answer took too long")

// hasLeft reports whether the process has ended.
func (w *worker) hasLeft() bool {
	select {
	case <-w.left:
		return true
	default:
		return false
	}
}

// serve returns when the worker is of no more use, or is to end.
func (w *worker) serve(ctx context.Context) error {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.left:
			return fmt.Errorf("%w\n%s", w.err, w.said())
		case <-w.retired:
			return errSlow
		case <-w.lively:
			limit.Reset(patience)
		case <-limit.C:
			return errors.New("it gives no sign of life")
		}
	}
}

// end lets the process finish what it has begun, and kills it after grace.
func (w *worker) end(grace time.Duration) {
	w.leave()
	limit := time.NewTimer(grace)
	defer limit.Stop()
	if terminate(w.cmd) != nil || grace == 0 {
		kill(w.cmd)
	}
	select {
	case <-w.left:
	case <-limit.C:
		kill(w.cmd)
		<-w.left
	}
	_ = w.stdin.Close() // nobody reads it any more
	w.transport.CloseIdleConnections()
	_ = os.Remove(w.socket) // it may have removed it itself
}
