// Package tlsconn drives crypto/tls over connections that are not waited for.
//
// A Conn is the layer of a connection of the loops (worker.Layer). What
// crypto/tls takes for the network is a socket: during the handshake, which
// cannot be resumed, its Read waits for the peer; afterwards it returns a
// temporary error when nothing is there, and crypto/tls goes on later with
// nothing lost. Its Write never waits: it keeps a copy, which the Conn sends
// when crypto/tls has returned. So no lock of crypto/tls is ever held while the
// peer is waited for.
//
// A Source is a configuration whose certificates are read again from their
// files when those change.
package tlsconn
