// Package poll is where the server meets the operating system: it tells which
// sockets are ready, and it makes every system call on a socket that the
// server makes.
//
// The flow: Listen binds sockets. A loop adds its listeners and connections to
// a Poller, edge-triggered and once, and asks Poll for what is ready without
// waiting, or Park to wait without holding a thread. What the events name is
// then accepted, read and written with the calls of Sys, none of which blocks.
//
// On Linux there are two pollers over epoll, which differ only in how Park
// waits: NewParking, the default, waits as any goroutine waits for a network
// connection, in Go's own poller; NewBlocking waits inside epoll_wait, and is
// kept for comparison. On macOS, FreeBSD, NetBSD and OpenBSD both are the one
// over kqueue, which waits inside kevent. Elsewhere, and with the build tag
// tornado_net, both are one over package net, in which a goroutine for each
// connection reads ahead and another writes what is left over; what is called a
// descriptor is a number there that only this package knows. Package polltest
// holds one more, which plays a script.
package poll
