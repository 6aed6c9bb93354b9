// Package poll is where the server meets the operating system: it tells which
// sockets are ready, and it makes every system call on a socket that the
// server makes.
//
// The flow: Listen binds sockets. A loop adds its listeners and connections to
// a Poller, edge-triggered and once, and asks Poll for what is ready without
// waiting, or Park to wait without holding a thread. What the events name is
// then accepted, read and written with the calls of Sys, none of which blocks.
//
// There are two pollers over epoll, which differ only in how Park waits:
// NewParking, the default, waits as any goroutine waits for a network
// connection, in Go's own poller; NewBlocking waits inside epoll_wait, and is
// kept for comparison. Package polltest holds a third, which plays a script.
//
// The package is built on Linux alone; elsewhere it is empty, and package
// tornado serves over net/http.
package poll
