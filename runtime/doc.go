// Package tornado runs typed APIs that tornadogen generated from OpenAPI documents, on a non-blocking server of its own.
//
// A request goes one way through it: a loop sees that a connection is readable and hands it to a worker; the worker reads
// and parses (internal/http1), matches the route (internal/route), asks the authenticators, lets the generated code decode
// and validate, calls the user's handler, lets the generated code encode the answer, and writes once for all requests that
// were pipelined. Then the connection is idle again and costs neither a goroutine nor a buffer.
//
// A service is a handler, an API and a server:
//
//	api := petapi.New(handler, auth)
//	err := tornado.Serve(ctx, ":8080", api) // nil after ctx ended and every accepted request was answered
//
// Handlers are plain Go: they run on a goroutine of their own and may block. The package is imported as tornado, since its
// folder bears another name:
//
//	import tornado "github.com/tornadogen/tornadogen/runtime"
package tornado
