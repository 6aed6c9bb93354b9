package tornado

import "github.com/tornadogen/tornadogen/runtime/internal/worker"

// tenant is who a connection belongs to beyond the call that served it: a request that waits for its deferred answer, a socket. It
// stands in Conn.Data while the connection is parked or idle; Conn.Resume, from any goroutine, has it served.
type tenant interface {
	// serve goes on with the connection: it was resumed, or its deadline has passed, or its client has hung up (Conn.HalfClosed,
	// Conn.Gone); and it may find that there is nothing to do. f is lent to it and holds no request. It answers endPark to wait
	// further, or endIdle to be served for what arrives too, with its deadline set and Conn.Data as it was, or goOn to give the
	// connection back, with Conn.Data nil. The owner of the connection calls it.
	serve(f *frame) verdict
	// closed is called instead of serve, as the last call, when the connection was cut or code of the user ended the goroutine in
	// serve. It must not block.
	closed(s *service, c *worker.Conn)
}
