package tlsconn

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var versions = []uint16{tls.VersionTLS12, tls.VersionTLS13}

// TestReadResumes pins what this package relies on in crypto/tls: after a temporary error of its connection, Read goes on where it was,
// however the bytes come; and when Read says that nothing is held back, that is so.
func TestReadResumes(t *testing.T) {
	for _, version := range versions {
		for _, feed := range []int{1, 7, 600, math.MaxInt} {
			t.Run(fmt.Sprint(tls.VersionName(version), " ", feed), func(t *testing.T) {
				near, far, w := pair(t, version, feed)
				random := rand.New(rand.NewPCG(1, uint64(feed)))
				var sent, got bytes.Buffer
				buf := make([]byte, 4<<10)
				for round := range 60 {
					for range 1 + random.IntN(3) { // records of several sizes, more than one at a time
						p := bytes.Repeat([]byte{byte(round)}, 1+random.IntN([]int{10, 3000, 20_000}[round%3]))
						_, err := far.Write(p)
						require.NoError(t, err)
						sent.Write(p)
					}
					for got.Len() < sent.Len() {
						p := buf[:1+random.IntN(len(buf))]
						n, more, err := near.Read(p)
						got.Write(p[:n])
						if n == 0 {
							require.ErrorIs(t, err, errNothing)
						} else {
							require.NoError(t, err)
						}
						if !more {
							nothingHeldBack(t, near, w, &got)
						}
					}
				}
				require.True(t, bytes.Equal(sent.Bytes(), got.Bytes()), "every byte, in order")
				n, more, err := near.Read(buf)
				require.Zero(t, n)
				require.False(t, more)
				require.ErrorIs(t, err, errNothing)
				require.NoError(t, far.Close())
				for errors.Is(err, errNothing) {
					_, _, err = near.Read(buf)
				}
				require.ErrorIs(t, err, io.EOF)
			})
		}
	}
}

// nothingHeldBack reads with nothing on the wire: crypto/tls must have nothing either.
func nothingHeldBack(t *testing.T, near *Conn, w *wire, got *bytes.Buffer) {
	t.Helper()
	var kept []byte
	w.within(func() { kept, w.toServer = w.toServer, nil })
	n, _, err := near.Read(make([]byte, 1))
	require.Zero(t, n, "held back, after %d bytes", got.Len())
	require.ErrorIs(t, err, errNothing)
	w.within(func() { w.toServer = append(kept, w.toServer...) })
}

// TestSmallRecordsCostOneRead: a record that is there as a whole is read by one call, and no other is made in vain.
func TestSmallRecordsCostOneRead(t *testing.T) {
	near, far, w := pair(t, tls.VersionTLS13, math.MaxInt)
	_, _, err := near.Read(make([]byte, 1))
	require.ErrorIs(t, err, errNothing)
	before := w.reads
	for range 10 {
		_, err := far.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
		require.NoError(t, err)
		n, more, err := near.Read(make([]byte, 4096))
		require.NoError(t, err)
		require.Equal(t, 18, n)
		require.False(t, more)
	}
	assert.Equal(t, before+10, w.reads)
}

// TestWrites: what is written goes out in pieces, each by one write, and arrives; more holds it back.
func TestWrites(t *testing.T) {
	for _, version := range versions {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			near, far, w := pair(t, version, math.MaxInt)
			before := w.writes
			require.NoError(t, near.Write([]byte("head "), true, time.Second))
			require.NoError(t, near.Write(nil, true, time.Second))
			assert.Equal(t, before, w.writes)
			large := bytes.Repeat([]byte("0123456789"), 20_000)
			require.NoError(t, near.Write(large, false, time.Second))
			assert.Equal(t, before+7, w.writes, "200,000 bytes in pieces of 32 KiB")
			got := make([]byte, 5+len(large))
			_, err := io.ReadFull(far, got)
			require.NoError(t, err)
			assert.True(t, bytes.Equal(append([]byte("head "), large...), got))
			near.CloseWrite()
			near.CloseWrite()
			_, err = far.Read(got)
			require.ErrorIs(t, err, io.EOF, "close_notify, once")
		})
	}
}

// TestTryWrite: what the peer takes at once goes out by one write. Of the rest it is told, and Write sends that, whatever is read
// meanwhile.
func TestTryWrite(t *testing.T) {
	for _, version := range versions {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			near, far, w := pair(t, version, math.MaxInt)
			before := w.writes
			n, rest, err := near.TryWrite([]byte("hello "))
			require.NoError(t, err)
			assert.Equal(t, 6, n)
			assert.False(t, rest)
			assert.Equal(t, before+1, w.writes)

			large := bytes.Repeat([]byte("0123456789"), 20_000)
			w.within(func() { w.window = piece + 10_000 })
			n, rest, err = near.TryWrite(large)
			require.NoError(t, err)
			assert.Equal(t, 2*piece, n, "the second piece was begun")
			assert.True(t, rest)
			more, rest, err := near.TryWrite([]byte("x"))
			require.NoError(t, err)
			assert.Equal(t, 1, more)
			assert.True(t, rest)
			_, _, err = near.Read(make([]byte, 1))
			require.ErrorIs(t, err, errNothing, "it is not owed")

			w.within(func() { w.window = -1 })
			require.NoError(t, near.Write(large[n:], false, time.Second))
			want := slices.Concat([]byte("hello "), large[:n], []byte("x"), large[n:])
			got := make([]byte, len(want))
			_, err = io.ReadFull(far, got)
			require.NoError(t, err)
			assert.True(t, bytes.Equal(want, got))

			w.within(func() { w.shut = true })
			_, _, err = near.TryWrite([]byte("late"))
			require.ErrorIs(t, err, net.ErrClosed)
		})
	}
}

// TestReadBesideAWrite: who reads sends what crypto/tls owes, and not what a Write is about to send, which may be much.
func TestReadBesideAWrite(t *testing.T) {
	near, far, w := pair(t, tls.VersionTLS13, math.MaxInt)
	w.within(func() { w.window = 100 })
	text := bytes.Repeat([]byte("x"), 2*maxOwed)
	require.NoError(t, near.Write(text, true, time.Second))
	_, _, err := near.Read(make([]byte, 1))
	require.ErrorIs(t, err, errNothing)
	w.within(func() { w.window = -1 })
	require.NoError(t, near.Write(nil, false, time.Second))
	got := make([]byte, len(text))
	_, err = io.ReadFull(far, got)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(got))
}

// TestWriteFails: after a part of a record was sent nothing may follow.
func TestWriteFails(t *testing.T) {
	near, _, w := pair(t, tls.VersionTLS13, math.MaxInt)
	w.within(func() { w.window = 10 })
	require.ErrorIs(t, near.Write([]byte("hello"), false, time.Second), errBroken)
	var before int
	w.within(func() { before, w.window = w.writes, -1 })
	require.ErrorIs(t, near.Write([]byte("again"), false, time.Second), errBroken)
	near.CloseWrite()
	assert.Equal(t, before, w.writes)
}

// TestAlertOfRead: what crypto/tls has to say about bytes that are wrong is sent although nobody writes.
func TestAlertOfRead(t *testing.T) {
	near, far, w := pair(t, tls.VersionTLS13, math.MaxInt)
	w.within(func() { w.toServer = []byte("\x17\x03\x03\x00\x20" + "0123456789abcdef0123456789abcdef") })
	_, _, err := near.Read(make([]byte, 100))
	require.ErrorContains(t, err, "bad record MAC")
	_, err = far.Read(make([]byte, 100))
	require.ErrorContains(t, err, "bad record MAC", "the alert")
}

// TestPeerThatDoesNotRead: what crypto/tls owes such a peer is bounded.
func TestPeerThatDoesNotRead(t *testing.T) {
	near, _, w := pair(t, tls.VersionTLS13, math.MaxInt)
	w.within(func() { w.window = 100 })
	for range 3 {
		_, err := near.socket.Write(make([]byte, 1000)) // as crypto/tls does
		require.NoError(t, err)
		_, _, err = near.Read(make([]byte, 1))
		require.ErrorIs(t, err, errNothing)
	}
	_, err := near.socket.Write(make([]byte, maxOwed))
	require.NoError(t, err)
	_, _, err = near.Read(make([]byte, 1))
	require.ErrorIs(t, err, errOwed)
	require.ErrorIs(t, near.Write([]byte("x"), false, time.Second), errOwed)
}

// TestHandshakeInPieces: however the bytes come, the handshake waits for them, outside of the gate.
func TestHandshakeInPieces(t *testing.T) {
	waited := 0
	for _, version := range versions {
		for _, feed := range []int{1, 7, math.MaxInt} {
			_, _, w := pair(t, version, feed)
			waited += w.waited
		}
	}
	assert.Positive(t, waited, "some client was slower than the server")
}

// TestHandshakeTimesOut: a peer that stops is not waited for beyond the time, and nobody stays in the gate.
func TestHandshakeTimesOut(t *testing.T) {
	w := newWire(math.MaxInt)
	near := Server(server{w}, &tls.Config{Certificates: []tls.Certificate{testCert()}, MinVersion: tls.VersionTLS12})
	_, err := client{w}.Write([]byte("\x16\x03\x01"))
	require.NoError(t, err)
	gate := NewGate(1)
	require.Error(t, near.Handshake(gate, time.Now().Add(20*time.Millisecond)))
	require.True(t, gate.idle())
}

// TestAdopt: the connection goes on over one that blocks, with what crypto/tls holds back.
func TestAdopt(t *testing.T) {
	near, far, w := pair(t, tls.VersionTLS13, math.MaxInt)
	_, err := far.Write([]byte("first "))
	require.NoError(t, err)
	_, err = far.Write([]byte("second"))
	require.NoError(t, err)
	var got [12]byte
	n, more, err := near.Read(got[:6])
	require.NoError(t, err)
	require.Equal(t, 6, n)
	require.True(t, more)
	_, err = near.socket.Write([]byte{}) // owed, and sent on
	require.NoError(t, err)
	conn, err := near.Adopt(backwards{w})
	require.NoError(t, err)
	_, err = io.ReadFull(conn, got[6:])
	require.NoError(t, err)
	assert.Equal(t, "first second", string(got[:]))
	assert.Equal(t, "client", conn.RemoteAddr().String())
	_, err = conn.Write([]byte("back"))
	require.NoError(t, err)
	_, err = io.ReadFull(far, got[:4])
	require.NoError(t, err)
	assert.Equal(t, "back", string(got[:4]))
	require.NoError(t, conn.SetDeadline(time.Now()))
	require.NoError(t, conn.SetReadDeadline(time.Now()))
	require.NoError(t, conn.Close())
}

// backwards is the server's end as a net.Conn that blocks.
type backwards struct{ *wire }

func (b backwards) Read(p []byte) (int, error) {
	return server(b).ReadWait(p, time.Now().Add(time.Minute))
}

func (b backwards) Write(p []byte) (int, error) {
	return len(p), server(b).Write(p, 0)
}
func (b backwards) Close() error                       { return client(b).Close() }
func (b backwards) LocalAddr() net.Addr                { return server(b).LocalAddr() }
func (b backwards) RemoteAddr() net.Addr               { return server(b).RemoteAddr() }
func (b backwards) SetDeadline(t time.Time) error      { return nil }
func (b backwards) SetReadDeadline(t time.Time) error  { return nil }
func (b backwards) SetWriteDeadline(t time.Time) error { return nil }
