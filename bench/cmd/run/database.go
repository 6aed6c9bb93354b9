package main

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
)

// database is what the database client of a server talks to: it sends every question back, and keeps how long the client
// says that the round trip before took. It runs in the runner, beside the load.
type database struct {
	listener net.Listener

	mu    sync.Mutex
	trips []time.Duration // guarded by mu
}

func openDatabase() (*database, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	db := &database{listener: listener}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed
			}
			go db.serve(conn)
		}
	}()
	return db, nil
}

func (db *database) address() string { return db.listener.Addr().String() }

// close accepts no further client. Those that are there leave when their server ends.
func (db *database) close() { _ = db.listener.Close() }

func (db *database) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }() // nothing is left to be written
	var message [extra.MessageSize]byte
	for {
		if _, err := io.ReadFull(conn, message[:]); err != nil {
			return
		}
		if _, err := conn.Write(message[:]); err != nil {
			return
		}
		if took := binary.BigEndian.Uint64(message[:]); took > 0 {
			db.mu.Lock()
			db.trips = append(db.trips, time.Duration(took))
			db.mu.Unlock()
		}
	}
}

// take gives the round trips since it was last called, the shortest first.
func (db *database) take() []time.Duration {
	db.mu.Lock()
	trips := db.trips
	db.trips = nil
	db.mu.Unlock()
	slices.Sort(trips)
	return trips
}

// percentile gives the p-th percentile of sorted, which is not empty, by nearest rank.
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[max((len(sorted)*p+99)/100, 1)-1]
}
