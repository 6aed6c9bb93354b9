package soak

import (
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
	"github.com/tornadogen/tornadogen/conformance/internal/targetapi"
)

// TestBook: what the server knows of each request, refused or served, is held against what its client does.
func TestBook(t *testing.T) {
	for _, c := range []struct {
		name         string
		status       int // of the answer; 0: none
		begun, ended byte
		want         []string
	}{
		{"served", 200, 1, 1, nil},
		{"failed, as it was asked to", 500, 1, 1, nil},
		{"served, without an ending", 200, 1, 0, []string{"request 0 was answered and has not ended", "request 0 has begun and not ended"}},
		{"served by none", 200, 0, 1, []string{"request 0 was answered by its handler, which has not begun"}},
		{"refused", 503, 0, 1, nil},
		{"refused, without an ending", 503, 0, 0, []string{"request 0 was answered and has not ended"}},
		{"left, and the server had it", 0, 0, 1, nil},
		{"left, and the server had it not", 0, 0, 0, nil},
		{"left, and the server has kept it", 0, 1, 0, []string{"request 0 has begun and not ended"}},
		{"of nobody", 200, 3, 3, []string{"request 1 was never made"}},
		{"of nobody, refused", 200, 1, 3, []string{"request 1 was never made"}},
	} {
		var b book
		nonce := target.Nonce(7, b.number())
		if c.status != 0 {
			b.answered(nonce, c.status)
		}
		assert.Equal(t, c.want, b.judge(&targetapi.Requests{Begun: []byte{c.begun}, Ended: []byte{c.ended}}), c.name)
	}
}

// TestNarrow: a narrow connection takes far less than the answer of a slow reader, so the server meets back-pressure.
func TestNarrow(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	var run Run
	conn, err := run.dial(0, l.Addr().String(), true)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	peer, err := l.Accept()
	require.NoError(t, err)
	defer func() { _ = peer.Close() }()
	require.NoError(t, peer.SetDeadline(time.Now().Add(time.Second)))
	n, err := io.CopyN(peer, zeros{}, 8<<20)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	t.Log(n, "bytes")
	assert.Less(t, n, int64(manyLines*64/4*3))
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// TestLate: a line that was made before anything was read is told.
func TestLate(t *testing.T) {
	made := time.Unix(0, 1_000_000_000)
	line := []byte(`{"nonce":"1-1","made":1000000000}`)
	require.NoError(t, late(line, made.Add(-1)))
	require.ErrorContains(t, late(line, made.Add(time.Millisecond)), "it met no back-pressure")
	require.Error(t, late([]byte(`{"nonce":"1-1","ma`), made))
}
