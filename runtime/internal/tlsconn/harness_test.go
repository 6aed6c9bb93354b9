package tlsconn

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testCert = sync.OnceValue(func() tls.Certificate {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"test"}}
	der := must(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
})

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var (
	errNothing = wouldBlock{}
	errBroken  = errors.New("broken")
)

type wouldBlock struct{}

func (wouldBlock) Error() string   { return "nothing there" }
func (wouldBlock) Timeout() bool   { return false }
func (wouldBlock) Temporary() bool { return true }

// wire is a connection in memory: Raw at the server's end, a blocking net.Conn at the client's. What the client sends reaches the
// server in pieces of at most feed bytes, one for each call.
type wire struct {
	feed int

	mu       sync.Mutex
	changed  *sync.Cond
	toServer []byte
	toClient []byte
	ended    bool // by the client
	shut     bool // by the server
	window   int  // bytes that the server may write; -1: all
	reads    int  // calls that gave something
	writes   int
	waited   int // calls of ReadWait that had to wait

	serverRandom []byte // of the server's first message
}

func newWire(feed int) *wire {
	w := &wire{feed: feed, window: -1}
	w.changed = sync.NewCond(&w.mu)
	return w
}

// server and client are the two ends.
type (
	server struct{ *wire }
	client struct{ *wire }
)

func (w server) Read(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case len(w.toServer) > 0:
		n := copy(p[:min(len(p), w.feed)], w.toServer)
		w.toServer = w.toServer[n:]
		w.reads++
		return n, nil
	case w.ended:
		return 0, io.EOF
	}
	return 0, errNothing
}

func (w server) ReadWait(p []byte, until time.Time) (int, error) {
	n, err := w.Read(p)
	if err != errNothing { //nolint:errorlint // its own
		return n, err
	}
	w.mu.Lock()
	w.waited++
	for len(w.toServer) == 0 && !w.ended {
		if !time.Now().Before(until) {
			w.mu.Unlock()
			return 0, os.ErrDeadlineExceeded
		}
		stop := time.AfterFunc(time.Until(until), w.changed.Broadcast)
		w.changed.Wait()
		stop.Stop()
	}
	w.mu.Unlock()
	return w.Read(p)
}

func (w server) Peer() netip.Addr { return netip.MustParseAddr("192.0.2.1") }

func (w server) Write(p []byte, _ time.Duration) error {
	if w.TryWrite(p) < len(p) {
		return errBroken
	}
	return nil
}

func (w server) GiveWay() {}

func (w server) TryWrite(p []byte) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(p)
	if w.window >= 0 {
		n = min(n, w.window)
		w.window -= n
	}
	if w.toClient = append(w.toClient, p[:n]...); w.serverRandom == nil {
		w.serverRandom = append(w.serverRandom, p[11:43]...)
	}
	w.writes++
	w.changed.Broadcast()
	return n
}

func (w server) TrySend(p []byte) (int, error) {
	if w.cut() {
		return 0, net.ErrClosed
	}
	return w.TryWrite(p), nil
}

func (w server) cut() (cut bool) {
	w.within(func() { cut = w.shut })
	return cut
}

func (w server) LocalAddr() net.Addr  { return &net.UnixAddr{Name: "server"} }
func (w server) RemoteAddr() net.Addr { return &net.UnixAddr{Name: "client"} }

func (w client) Read(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.toClient) == 0 && !w.shut {
		w.changed.Wait()
	}
	n := copy(p, w.toClient)
	if w.toClient = w.toClient[n:]; n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (w client) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.toServer = append(w.toServer, p...)
	w.changed.Broadcast()
	return len(p), nil
}

func (w client) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended, w.shut = true, true
	w.changed.Broadcast()
	return nil
}

func (w client) LocalAddr() net.Addr              { return &net.UnixAddr{Name: "client"} }
func (w client) RemoteAddr() net.Addr             { return &net.UnixAddr{Name: "server"} }
func (w client) SetDeadline(time.Time) error      { return nil }
func (w client) SetReadDeadline(time.Time) error  { return nil }
func (w client) SetWriteDeadline(time.Time) error { return nil }

// within calls fn with the wire locked.
func (w *wire) within(fn func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fn()
}

// pair makes both ends of a connection, with their handshake made.
func pair(t *testing.T, version uint16, feed int) (*Conn, *tls.Conn, *wire) {
	t.Helper()
	w := newWire(feed)
	source := must(NewSource(&tls.Config{Certificates: []tls.Certificate{testCert()}, MinVersion: tls.VersionTLS12}, Files{}))
	near := Server(server{w}, source.Config())
	far := tls.Client(client{w}, &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version}) //nolint:gosec // a test of bytes
	done := make(chan error, 1)
	go func() { done <- far.Handshake() }()
	gate := NewGate(1)
	require.NoError(t, near.Handshake(gate, time.Now().Add(10*time.Second)))
	require.True(t, gate.idle(), "nobody is left in the gate")
	require.NoError(t, <-done)
	t.Cleanup(func() { _ = client{w}.Close() })
	return near, far, w
}
