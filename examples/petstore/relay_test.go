package main

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// relay stands between the shop and its database, so that the database can go away, or hang.
type relay struct {
	to string // the socket of PostgreSQL

	mu      sync.Mutex
	state   relayState // guarded by mu
	answers int        // guarded by mu; in relayDying: how many more the database gives
	conns   []net.Conn // guarded by mu
}

// relayState is how the database is.
type relayState int

const (
	relayPassing relayState = iota // -> all others
	relayAway                      // connections are refused; -> relayPassing
	relayHanging                   // connections are accepted, and nothing is answered any more; -> relayPassing
	relayDying                     // it answers a few times more; -> relayAway
)

// between puts a relay between a shop and the database of source, which then leads there.
func between(t *testing.T, source *url.URL) *relay {
	t.Helper()
	const socket = ".s.PGSQL.5432"
	dir, err := os.MkdirTemp("", "away") // the name of a socket is short
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	query := source.Query()
	r := &relay{to: filepath.Join(query.Get("host"), socket)}
	r.listen(t, filepath.Join(dir, socket))
	query.Set("host", dir)
	source.RawQuery = query.Encode()
	return r
}

// listen takes connections at a socket until the test ends.
func (r *relay) listen(t *testing.T, at string) {
	listener, err := net.Listen("unix", at)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		r.set(relayAway) // what hangs has an end
	})
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			r.join(conn)
		}
	}()
}

func (r *relay) join(conn net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	database, err := net.Dial("unix", r.to)
	if r.state == relayAway || err != nil {
		conn.Close()
		return
	}
	r.conns = append(r.conns, conn, database)
	go r.pass(conn, database, false)
	go r.pass(database, conn, true)
}

// pass hands on what comes, as long as the database is as it should be. answers says that it comes from there.
func (r *relay) pass(from, to net.Conn, answers bool) {
	defer to.Close()
	for buf := make([]byte, 64<<10); ; {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if r.passes(answers) {
			to.Write(buf[:n]) // to one that is gone; so is from, soon
		}
	}
}

func (r *relay) passes(answer bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state == relayDying && answer {
		if r.answers == 0 {
			r.become(relayAway)
		}
		r.answers--
	}
	return r.state == relayPassing || r.state == relayDying
}

// set makes the database be so, and ends all connections unless it hangs.
func (r *relay) set(state relayState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.become(state)
}

// dieAfter has the database go away in the place of an answer after some.
func (r *relay) dieAfter(answers int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state, r.answers = relayDying, answers
}

// dying reports whether the database has given fewer answers than after which it dies.
func (r *relay) dying() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state == relayDying
}

// become is set. The caller holds mu.
func (r *relay) become(state relayState) {
	r.state = state
	if state == relayHanging {
		return
	}
	for _, conn := range r.conns {
		conn.Close()
	}
	r.conns = nil
}
