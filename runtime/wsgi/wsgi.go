// Package wsgi runs an application of Python (WSGI, PEP 3333: Django, Flask, what ran on Tornado's WSGIContainer) beside an API. It starts
// worker processes, speaks to them over Unix sockets whose connections are kept, starts those anew that die or hang, and lets them end
// what they have begun. Needed is a python3 with the application; the runner needs only the standard library.
package wsgi

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

//go:embed runner.py
var runner []byte

// Config says what is to be run, and how. All but App have defaults.
type Config struct {
	// App is what is served: "shop.wsgi:application", module and attribute; "shop:create_app()" calls it first. Without an attribute it is
	// "application".
	App string
	// Prefix is where it is mounted, "/shop" say: the SCRIPT_NAME of the application. "" is the root: it has what no API has.
	Prefix string
	// Dir is the folder that the workers run in, and import from. "" is that of the process.
	Dir string
	// Python is the interpreter, that of a virtual environment say: "venv/bin/python". "" is python3.
	Python string
	// Env is added to the environment of the process: "DJANGO_SETTINGS_MODULE=shop.settings".
	Env []string
	// Workers is the number of processes, Threads that of the requests that each has at a time. 0: 2, and 4. More requests wait.
	Workers, Threads int
	// MaxBody is how many bytes a request may have: 413 beyond. 0: 1 GiB.
	MaxBody int64
	// Start is how long a worker may take until it serves. Answer is how long a request waits for a worker and a free thread of it (503),
	// and then until its answer begins (504, and the worker is replaced, unless it is gunicorn's). Drain is how long workers may go on at
	// their end. 0: 30 s, 60 s and 30 s.
	Start, Answer, Drain time.Duration
	// Gunicorn runs the workers by gunicorn, which must be installed there, instead of by the runner of this package. It replaces
	// workers by itself: its --timeout is a second more than Answer, of which it keeps whole seconds.
	Gunicorn bool
	// Logger gets what workers write, and what becomes of them. nil: slog.Default.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Python == "" {
		c.Python = "python3"
	}
	if c.Workers <= 0 {
		c.Workers = 2
	}
	if c.Threads <= 0 {
		c.Threads = 4
	}
	if c.MaxBody <= 0 {
		c.MaxBody = 1 << 30
	}
	for d, otherwise := range map[*time.Duration]time.Duration{&c.Start: 30 * time.Second, &c.Answer: time.Minute, &c.Drain: 30 * time.Second} {
		if *d <= 0 {
			*d = otherwise
		}
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	c.Prefix = tornado.CleanPrefix(c.Prefix)
	return c
}

// App is an application that runs. It is an http.Handler.
type App struct {
	config  Config
	folder  string // of sockets and the runner
	slots   []*slot
	proxy   http.Handler
	ctx     context.Context // ends with Close
	stop    context.CancelFunc
	running sync.WaitGroup // the goroutines of slots
	close   func() error
}

// errGone says that no worker takes requests.
var errGone = errors.New("wsgi: no worker serves")

// Start starts the workers and returns when all of them serve, or the error of the first that does not, with what it wrote last. Close
// ends them.
func Start(c Config) (*App, error) {
	c = c.withDefaults()
	if c.App == "" {
		return nil, errors.New(`wsgi: name the application: "shop.wsgi:application"`)
	}
	if !supported {
		return nil, errors.New("wsgi: this system has no Unix sockets for Python")
	}
	folder, err := os.MkdirTemp("", "tornado-wsgi-")
	if err != nil {
		return nil, fmt.Errorf("wsgi: %w", err)
	}
	a := &App{config: c, folder: folder}
	a.ctx, a.stop = context.WithCancel(context.Background())
	a.close = sync.OnceValue(a.end)
	a.proxy = a.newProxy()
	if err := os.WriteFile(filepath.Join(folder, "runner.py"), runner, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("wsgi: %w", err), a.Close())
	}
	slots, connections := c.Workers, c.Threads
	if c.Gunicorn { // it has workers of its own
		slots, connections = 1, c.Workers*c.Threads
	}
	begun := make(chan error, slots)
	for i := range slots {
		s := newSlot(a, i, connections)
		a.slots = append(a.slots, s)
	}
	for _, s := range a.slots {
		a.running.Go(func() { s.keep(begun) })
	}
	for range slots {
		if err := <-begun; err != nil {
			return nil, errors.Join(err, a.Close())
		}
	}
	return a, nil
}

// At mounts a on a server, at its prefix. The access log has its requests.
func (a *App) At() tornado.Option { return tornado.WithMount(a.config.Prefix, a) }

// ServeHTTP hands the request to a worker. Bodies are streamed both ways. The application is told of the client by X-Forwarded-For,
// X-Forwarded-Proto, X-Forwarded-Host and Host, as far as the server knows it; what the client has sent of the former is dropped.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength > a.config.MaxBody {
		http.Error(w, "the body is too long", http.StatusRequestEntityTooLarge)
		return
	}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = upload{http.MaxBytesReader(w, r.Body, a.config.MaxBody)}
	}
	a.proxy.ServeHTTP(w, r)
}

// Ready is nil while a worker serves: tornado.WithReadyCheck("shop", app.Ready).
func (a *App) Ready(context.Context) error {
	for _, s := range a.slots {
		if s.current() != nil {
			return nil
		}
	}
	return errGone
}

// Close ends the workers: they finish what they have begun, in Config.Drain, and are killed then. Call it when the server has drained. It
// may be called twice.
func (a *App) Close() error { return a.close() }

func (a *App) end() error {
	a.stop()
	a.running.Wait()
	if err := os.RemoveAll(a.folder); err != nil {
		return fmt.Errorf("wsgi: %w", err)
	}
	return nil
}
