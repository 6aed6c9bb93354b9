// Package extra gives every server of the bench what some workloads ask of the process beside serving: handlers that
// sometimes sleep or that compute, bodies that stream, a database client that shares the process, and TLS. They are asked for
// by environment variables and are off without them, so that a server does nothing but serve in the plain workloads.
package extra

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

const (
	// SleepVariable names the variable that holds how long one call in SleepEvery sleeps, as in "20ms".
	SleepVariable = "BENCH_SLEEP"
	// WorkVariable names the variable that holds how many Rounds each call computes.
	WorkVariable = "BENCH_WORK"
	// StreamVariable names the variable that, when it holds anything, makes those servers stream bodies that choose between that
	// and holding every body in memory.
	StreamVariable = "BENCH_STREAM"
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
	work  int
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
	if text := os.Getenv(WorkVariable); text != "" {
		rounds, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", WorkVariable, err)
		}
		e.work = rounds
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

// Streams tells whether bodies are to be streamed.
func Streams() bool { return os.Getenv(StreamVariable) != "" }

// Occupy is called by every handler of GET /pets/{petId}. It blocks if this call is one of the sleepers, and computes if calls
// are to.
func (e *Extra) Occupy(petID int64) {
	if e.pause > 0 && petID%SleepEvery == 0 {
		time.Sleep(e.pause)
	}
	if e.work > 0 {
		Rounds(e.work)
	}
}

// Rounds computes something that takes the same processor time for each of n rounds, allocates nothing, and can be preempted.
func Rounds(n int) [sha256.Size]byte {
	var sum [sha256.Size]byte
	for range n {
		sum = sha256.Sum256(sum[:])
	}
	return sum
}

// Count reads r to its end, as every handler of PUT /files does, and gives how many bytes there were. Like whatever stores a
// file it takes them in pieces of 32 KiB: io.Discard would ask for less at a time.
func Count(r io.Reader) (int64, error) { return io.Copy(nowhere{}, r) }

type nowhere struct{}

func (nowhere) Write(b []byte) (int, error) { return len(b), nil }

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

// ListenAndServe serves handler with net/http in its defaults, with TLS if that is asked for.
func ListenAndServe(address string, handler http.Handler) error {
	if cert, key := Certificate(); cert != "" {
		return http.ListenAndServeTLS(address, cert, key, handler)
	}
	return http.ListenAndServe(address, handler)
}
