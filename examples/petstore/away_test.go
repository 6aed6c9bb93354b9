package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/tornadotest"
)

// relay stands between the shop and its database, so that the database can go away.
type relay struct {
	to string // the socket of PostgreSQL

	mu    sync.Mutex
	away  bool       // guarded by mu
	conns []net.Conn // guarded by mu
}

// listen takes connections at a socket until the test ends.
func (r *relay) listen(t *testing.T, at string) {
	listener, err := net.Listen("unix", at)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, listener.Close()) })
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
	if r.away || err != nil {
		conn.Close()
		return
	}
	r.conns = append(r.conns, conn, database)
	for _, pair := range [][2]net.Conn{{conn, database}, {database, conn}} {
		go func() {
			io.Copy(pair[0], pair[1])
			pair[0].Close()
		}()
	}
}

// set lets the database go away, with all connections, or come back.
func (r *relay) set(away bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.away = away
	for _, conn := range r.conns {
		conn.Close()
	}
	r.conns = nil
}

// TestDatabaseComesBack: while PostgreSQL is away the shop says that it cannot answer, and afterwards it does again, without a restart.
func TestDatabaseComesBack(t *testing.T) {
	if !onPostgres {
		t.Skip("SQLite is in the process: it does not go away")
	}
	source := newSchema(t)
	const socket = ".s.PGSQL.5432"
	dir, err := os.MkdirTemp("", "away") // the name of a socket is short
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	between := &relay{to: filepath.Join(source.Query().Get("host"), socket)}
	between.listen(t, filepath.Join(dir, socket))
	query := source.Query()
	query.Set("host", dir)
	source.RawQuery = query.Encode()
	db, err := openStore(t.Context(), source.String())
	require.NoError(t, err)

	t.Cleanup(func() { require.NoError(t, db.Close()) })
	server := tornadotest.ServeServer(t, newServer(newAPI(db), "127.0.0.1:0"))
	ask := func() int {
		res, err := server.HTTPClient().Get(server.URL + "/v1/pets")
		require.NoError(t, err)
		defer res.Body.Close()
		_, err = io.Copy(io.Discard, res.Body)
		require.NoError(t, err)
		return res.StatusCode
	}
	assert.Equal(t, http.StatusOK, ask())
	between.set(true)
	for range 5 {
		assert.Equal(t, http.StatusInternalServerError, ask())
	}
	between.set(false)
	assert.Eventually(t, func() bool { return ask() == http.StatusOK }, 10*time.Second, 20*time.Millisecond)
}
