package tornado

import (
	"context"
	"sync"

	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// serverKey is what a Server is found by in the contexts of its requests.
type serverKey struct{}

// Draining is closed when the server that serves ctx begins to drain. Handlers that run for long, or on and on, wait for it
// beside what else they wait for, and come to their end. It is nil, and so never closed, where [API.HTTPHandler] serves.
func Draining(ctx context.Context) <-chan struct{} {
	if s, ok := ctx.Value(serverKey{}).(*Server); ok {
		return s.draining.Done()
	}
	return nil
}

// A drainer ends in order what was handed out of the loops (the server of another protocol, say), and returns when it has
// ended. The end of ctx means that time is up, and what is left is to be cut.
type drainer func(ctx context.Context)

// whenDraining has d called, once, on a goroutine of its own, when the drain begins; the drain waits for it. What concerns a
// single connection of the loops is simpler: it is served once more (worker.Conn.DrainBegun), or its goroutine waits for
// Server.draining.
func (s *service) whenDraining(d drainer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drainers = append(s.drainers, d)
}

// drain ends the engine and what whenDraining was told of; after Timeouts.Drain it cuts what is left, and returns ErrCut.
func (s *service) drain(engine *worker.Engine, cut context.CancelCauseFunc) error {
	limit, cancel := context.WithTimeout(s.base, s.timeouts.Drain)
	defer cancel()
	ctx, giveUp := context.WithCancel(context.WithoutCancel(s.base))
	defer giveUp()
	defer context.AfterFunc(limit, func() {
		engine.Overdue()
		cut(ErrCut) // before the connections are: their hang-up must not be taken for the clients'
		giveUp()
	})()
	engine.BeginDrain() // first, for handlers that are told of the drain give the last answers of their connections
	s.server.beginDrain()
	s.mu.Lock()
	drainers := s.drainers
	s.mu.Unlock()
	var others sync.WaitGroup
	for _, d := range drainers {
		others.Go(func() { d(ctx) })
	}
	if err := engine.Drain(ctx); err != nil {
		s.server.logger.Error("connections were cut", "error", err)
	}
	others.Wait()
	s.endings.Wait()
	if limit.Err() != nil { // also when the handlers ended because they were told so
		return ErrCut
	}
	return nil
}
