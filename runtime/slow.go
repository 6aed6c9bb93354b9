package tornado

import (
	"context"
	"time"
)

// WithSlowLog logs handlers that have run for d, each once, with their stacks while they run, at level Warn: the slowest ten each time that
// it looks, and how many there are besides. Handlers of streams and WebSockets are meant to run for long, and are not logged. It has requests measured, see Server.Measure. The default is no such log.
func WithSlowLog(d time.Duration) Option {
	return func(s *Server) {
		s.slow = max(d, minSlow)
		s.Measure()
	}
}

const (
	minSlow  = time.Millisecond      // the least time that a handler is allowed
	slowTick = 20 * time.Millisecond // how often it is looked at those that run at most
	mostSlow = 10                    // that are logged at a time
)

// beginSlowLog begins what WithSlowLog asks for, until ctx ends.
func (s *Server) beginSlowLog(ctx context.Context) {
	if s.slow > 0 {
		go s.watchSlow(ctx)
	}
}

// watchSlow logs slow handlers until ctx ends.
func (s *Server) watchSlow(ctx context.Context) {
	tick := time.NewTicker(max(s.slow/4, slowTick))
	defer tick.Stop()
	told := map[uint64]time.Time{} // when the call began that was logged, by goroutine
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.logSlow(told)
		}
	}
}

// logSlow logs those that are slow and were not logged before. told has those that still run when it returns.
func (s *Server) logSlow(told map[uint64]time.Time) {
	slow := map[uint64]time.Time{}
	var fresh []call
	for _, c := range s.calls() {
		if c.match != nil && (c.match.op.Kind == KindStream || c.match.op.Socket != nil) || time.Since(c.since) < s.slow {
			continue
		}
		slow[c.goroutine] = c.since
		if !told[c.goroutine].Equal(c.since) {
			fresh = append(fresh, c)
		}
	}
	for _, r := range slowest(fresh, mostSlow, true) {
		operation := ""
		if r.Operation != nil {
			operation = r.Operation.ID
		}
		s.logger.Warn("a handler is slow", "operation", operation, "path", r.Path, "for", r.For, "stack", r.Stack)
	}
	if more := len(fresh) - mostSlow; more > 0 {
		s.logger.Warn("more handlers are slow", "handlers", more)
	}
	clear(told)
	for goroutine, since := range slow {
		told[goroutine] = since
	}
}
