package tornado

import (
	"context"
	"math"
	"time"
)

// WithSlowLog logs each handler that has run for d, once, with its stack while it runs, at level Warn. Handlers of streams and WebSockets
// are meant to run for long, and are not logged. It has requests measured, see Server.Measure. The default is no such log.
func WithSlowLog(d time.Duration) Option {
	return func(s *Server) {
		s.slow = max(d, minSlow)
		s.Measure()
	}
}

// minSlow is the least time that a handler is allowed, and how often it is looked at those that run at most.
const minSlow = time.Millisecond

// watchSlow logs slow handlers until ctx ends.
func (s *Server) watchSlow(ctx context.Context) {
	tick := time.NewTicker(max(s.slow/4, minSlow))
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
	fresh := false
	for _, c := range s.calls() {
		if c.match != nil && (c.match.op.Kind == KindStream || c.match.op.Socket != nil) || time.Since(c.since) < s.slow {
			continue
		}
		slow[c.goroutine] = c.since
		fresh = fresh || !told[c.goroutine].Equal(c.since)
	}
	if fresh {
		for _, r := range s.Running(math.MaxInt, true) {
			since, ok := slow[r.Goroutine]
			if !ok || told[r.Goroutine].Equal(since) || r.Stack == "" {
				continue
			}
			operation := ""
			if r.Operation != nil {
				operation = r.Operation.ID
			}
			s.logger.Warn("a handler is slow", "operation", operation, "path", r.Path, "for", r.For, "stack", r.Stack)
		}
	}
	clear(told)
	for goroutine, since := range slow {
		told[goroutine] = since
	}
}
