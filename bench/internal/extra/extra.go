// Package extra gives every server of the bench what some workloads ask of the process beside serving: handlers that
// sometimes sleep, a database client that shares the process, and TLS. They are asked for by environment variables and are
// off without them, so that a server does nothing but serve in the plain workloads.
package extra

import (
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	// SleepVariable names the variable that holds how long one call in SleepEvery sleeps, as in "20ms".
	SleepVariable = "BENCH_SLEEP"
	// DatabaseVariable names the variable that holds the address of the database.
	DatabaseVariable = "BENCH_DATABASE"
	// TLSVariable names the variable that holds the folder of the certificate to serve with.
	TLSVariable = "BENCH_TLS"

	// SleepEvery says which calls sleep: those whose petId is a multiple of it. So the load decides, and can tell
	// the sleepers from the others.
	SleepEvery = 20

	// MessageSize is the size of a question to the database and of its answer, in bytes. The first eight bytes of
	// a question are the nanoseconds that the round trip before it took, big endian; zero in the first question.
	MessageSize = 64

	// QueryPause is what the database client waits between two round trips.
	QueryPause = time.Millisecond
)

// Extra is what the environment asks of a server. It is immutable after Start and safe for concurrent use.
type Extra struct {
	pause time.Duration
}

// Start reads the environment and starts the database client if one is asked for. It refuses what it cannot read, and
// a database that it cannot reach.
func Start() (*Extra, error) {
	e := &Extra{}
	if text := os.Getenv(SleepVariable); text != "" {
		pause, err := time.ParseDuration(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", SleepVariable, err)
		}
		e.pause = pause
	}
	if address := os.Getenv(DatabaseVariable); address != "" {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", DatabaseVariable, err)
		}
		go func() {
			if err := query(conn); err != nil {
				log.Printf("database client: %v", err)
			}
		}()
	}
	return e, nil
}

// Certificate names the files of the certificate and of its key in the folder that the environment asks to serve with. They are
// empty if it asks for none.
func Certificate() (cert, key string) {
	folder := os.Getenv(TLSVariable)
	if folder == "" {
		return "", ""
	}
	return filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
}

// Sleep is called by every handler of GET /pets/{petId}. It blocks if this call is one of the sleepers.
func (e *Extra) Sleep(petID int64) {
	if e.pause > 0 && petID%SleepEvery == 0 {
		time.Sleep(e.pause)
	}
}

// query does round trips until the database goes away. It takes the time of each as a caller sees it, from before the
// write until the answer is there, and tells it to the database with the next question.
func query(conn net.Conn) error {
	defer func() { _ = conn.Close() }() // what went wrong before says more
	var question, answer [MessageSize]byte
	for {
		start := time.Now()
		if _, err := conn.Write(question[:]); err != nil {
			return err
		}
		if _, err := io.ReadFull(conn, answer[:]); err != nil {
			return err
		}
		binary.BigEndian.PutUint64(question[:], uint64(time.Since(start)))
		time.Sleep(QueryPause)
	}
}
