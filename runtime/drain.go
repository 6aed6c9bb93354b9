package tornado

import "context"

// serverKey is what a Server is found by in the contexts of its requests.
type serverKey struct{}

// Draining is closed when the server that serves ctx begins to drain. Handlers that run for long, or on and on, wait for it
// beside what else they wait for, and come to their end. It is nil, and so never closed, on a net/http server.
func Draining(ctx context.Context) <-chan struct{} {
	if s, ok := ctx.Value(serverKey{}).(*Server); ok {
		return s.winding.Done()
	}
	return nil
}
