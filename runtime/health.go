package tornado

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"
)

// healthCheck is something that a server needs to be ready.
type healthCheck struct {
	name  string
	check func(ctx context.Context) error

	mu   sync.Mutex // held while it is checked
	at   time.Time  // guarded by mu; when err was found
	err  error      // guarded by mu
	told bool       // guarded by mu; err was logged
}

const (
	healthPatience = 5 * time.Second // for one check
	healthMemory   = time.Second     // how long its outcome counts
)

// WithReadyCheck makes the server ready only while check returns nil: that the database answers, say. Readiness is asked for on the
// listener of WithAdmin and by WithHealth: with an error it is 503, and names the check; the error itself is logged. Checks run at the
// same time, have 5 s each, and what they found counts for a second, however often it is asked. There may be several. They say nothing
// of being alive: a server that is not ready need not be killed.
func WithReadyCheck(name string, check func(ctx context.Context) error) Option {
	return func(s *Server) { s.checks = append(s.checks, &healthCheck{name: name, check: check}) }
}

// failing are the names of the checks that do not pass.
func (s *Server) failing(ctx context.Context) (names []string) {
	failed := make([]bool, len(s.checks))
	var all sync.WaitGroup
	for i, c := range s.checks {
		all.Go(func() { failed[i] = !c.passes(ctx, s) })
	}
	all.Wait()
	for i, c := range s.checks {
		if failed[i] {
			names = append(names, c.name)
		}
	}
	return names
}

// passes runs the check, unless it was run just now.
func (c *healthCheck) passes(ctx context.Context, s *Server) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() || time.Since(c.at) >= healthMemory {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthPatience)
		defer cancel()
		c.err, c.at = c.check(limited), time.Now()
		if c.err != nil && !c.told {
			s.logger.Warn("not ready", "check", c.name, "error", c.err)
		}
		c.told = c.err != nil
	}
	return c.err == nil
}

func (s *Server) serveLive(w http.ResponseWriter, _ *http.Request) {
	answerHealth(w, http.StatusOK, "ok")
}

func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	if s.unready.Load() {
		answerHealth(w, http.StatusServiceUnavailable, "draining")
		return
	}
	if names := s.failing(r.Context()); len(names) > 0 {
		answerHealth(w, http.StatusServiceUnavailable, "not ready: "+strings.Join(names, ", "))
		return
	}
	answerHealth(w, http.StatusOK, "ready")
}

func answerHealth(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // a client that is gone needs no answer
}
