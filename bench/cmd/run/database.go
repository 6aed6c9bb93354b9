package main

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

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

// serve answers one client. It shares the core with the load, which would make the client wait for a turn of the scheduler
// that no database would cost it; so it has a thread of its own, which goes first where the system lets it.
func (db *database) serve(conn net.Conn) {
	file, err := conn.(*net.TCPConn).File() // a descriptor that blocks: no poller of Go stands between
	_ = conn.Close()                        // file has a descriptor of its own
	if err != nil {
		return
	}
	defer func() { _ = file.Close() }()                         // nothing is left to be written
	runtime.LockOSThread()                                      // and never unlocked: the thread ends with this goroutine
	_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), -20) // without the right to, the figures are worse by the load's turns
	fd := int(file.Fd())
	var message [extra.MessageSize]byte
	for {
		if err := transfer(message[:], func(b []byte) (int, error) { return unix.Read(fd, b) }); err != nil {
			return
		}
		if err := transfer(message[:], func(b []byte) (int, error) { return unix.Write(fd, b) }); err != nil {
			return
		}
		if took := binary.BigEndian.Uint64(message[:]); took > 0 {
			db.mu.Lock()
			db.trips = append(db.trips, time.Duration(took))
			db.mu.Unlock()
		}
	}
}

// transfer reads or writes all of b.
func transfer(b []byte, step func([]byte) (int, error)) error {
	for len(b) > 0 {
		n, err := step(b)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return err
		case n == 0:
			return io.EOF
		default:
			b = b[n:]
		}
	}
	return nil
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
