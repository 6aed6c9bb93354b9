package tlsconn

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sealer makes records of a client as crypto/tls would not send them.
type sealer struct {
	aead cipher.AEAD
	iv   []byte
	seq  uint64
	tls3 bool
}

func newSealer(key, iv []byte, seq uint64, tls3 bool) *sealer {
	return &sealer{must(cipher.NewGCM(must(aes.NewCipher(key)))), iv, seq, tls3}
}

// seal makes one record of a handshake message.
func (s *sealer) seal(message []byte) []byte {
	defer func() { s.seq++ }()
	const handshake, applicationData = 22, 23
	var seq [8]byte
	binary.BigEndian.PutUint64(seq[:], s.seq)
	if s.tls3 { // RFC 8446 sections 5.2 and 5.3
		nonce := bytes.Clone(s.iv)
		for i := range seq {
			nonce[4+i] ^= seq[i]
		}
		inner := append(bytes.Clone(message), handshake)
		header := binary.BigEndian.AppendUint16([]byte{applicationData, 3, 3}, uint16(len(inner)+s.aead.Overhead()))
		return s.aead.Seal(header, nonce, inner, header)
	}
	// RFC 5246 section 6.2.3.3 and RFC 5288 section 3
	header := []byte{handshake, 3, 3}
	additional := binary.BigEndian.AppendUint16(append(seq[:], header...), uint16(len(message)))
	record := binary.BigEndian.AppendUint16(header, uint16(8+len(message)+s.aead.Overhead()))
	record = append(record, seq[:]...)
	return s.aead.Seal(record, append(bytes.Clone(s.iv), seq[:]...), message, additional)
}

// logged is the secret of a label in a key log.
func logged(t *testing.T, log, label string) (random, secret []byte) {
	t.Helper()
	for line := range strings.Lines(log) {
		if f := strings.Fields(line); f[0] == label {
			return must(hex.DecodeString(f[1])), must(hex.DecodeString(f[2]))
		}
	}
	require.Fail(t, "no secret of that label")
	return nil, nil
}

// expandLabel is HKDF-Expand-Label of RFC 8446 section 7.1, without a context.
func expandLabel(secret []byte, label string, n int) []byte {
	label = "tls13 " + label
	info := append([]byte{byte(n >> 8), byte(n), byte(len(label))}, label...)
	return must(hkdf.Expand(sha256.New, secret, string(append(info, 0)), n))
}

// prf is that of RFC 5246 section 5.
func prf(secret, seed []byte, n int) []byte {
	sum := func(parts ...[]byte) []byte {
		h := hmac.New(sha256.New, secret)
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	var out []byte
	for a := sum(seed); len(out) < n; a = sum(a) {
		out = append(out, sum(a, seed)...)
	}
	return out[:n]
}

// TestKeyUpdate: a client may ask for new keys (RFC 8446 section 4.6.3) although nothing is written; asking on and on without reading
// ends the connection.
func TestKeyUpdate(t *testing.T) {
	w := newWire(math.MaxInt)
	near, far, log := open(t, w, tls.VersionTLS13)
	require.Equal(t, tls.TLS_AES_128_GCM_SHA256, far.ConnectionState().CipherSuite)
	_, secret := logged(t, log, "CLIENT_TRAFFIC_SECRET_0")
	update := []byte{24, 0, 0, 1, 1} // update_requested
	var before int
	ask := func() error {
		s := newSealer(expandLabel(secret, "key", 16), expandLabel(secret, "iv", 12), 0, true)
		secret = expandLabel(secret, "traffic upd", 32)
		w.within(func() {
			w.toServer = append(w.toServer, s.seal(update)...)
			before = len(w.toClient)
		})
		n, _, err := near.Read(make([]byte, 100))
		require.Zero(t, n)
		return err
	}
	for range 3 {
		require.ErrorIs(t, ask(), errNothing)
		w.within(func() { assert.Len(t, w.toClient[before:], recordHeader+5+1+16, "its own update, at once") })
	}
	w.within(func() { w.window = 0 })
	var err error
	for n := 0; n < 1000 && (err == nil || errors.Is(err, errNothing)); n++ {
		err = ask()
	}
	require.Error(t, err)
}

// TestRenegotiationIsRefused: a client of TLS 1.2 that begins a second handshake is refused.
func TestRenegotiationIsRefused(t *testing.T) {
	w := newWire(math.MaxInt)
	near, far, log := open(t, w, tls.VersionTLS12)
	require.Equal(t, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, far.ConnectionState().CipherSuite)
	clientRandom, master := logged(t, log, "CLIENT_RANDOM")
	seed := append(append([]byte("key expansion"), w.serverRandom...), clientRandom...)
	keys := prf(master, seed, 40) // two keys of 16 bytes, two nonces of 4
	s := newSealer(keys[:16], keys[32:36], 1, false)
	hello := append([]byte{1, 0, 0, 41, 3, 3}, clientRandom...)
	hello = append(hello, 0, 0, 2, 0xc0, 0x2b, 1, 0)
	w.within(func() { w.toServer = append(w.toServer, s.seal(hello)...) })
	_, _, err := near.Read(make([]byte, 100))
	require.ErrorContains(t, err, "unexpected")
	_, err = far.Read(make([]byte, 100))
	require.ErrorContains(t, err, "remote error", "an alert says so")
}

// open makes a connection whose secrets are known.
func open(t *testing.T, w *wire, version uint16) (*Conn, *tls.Conn, string) {
	t.Helper()
	var log bytes.Buffer
	near := Server(server{w}, &tls.Config{Certificates: []tls.Certificate{testCert()}, MinVersion: tls.VersionTLS12})
	far := tls.Client(client{w}, &tls.Config{
		InsecureSkipVerify: true, MinVersion: version, MaxVersion: version, KeyLogWriter: &log, //nolint:gosec // a test of bytes
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
	})
	done := make(chan error, 1)
	go func() { done <- far.Handshake() }()
	require.NoError(t, near.Handshake(NewGate(1), time.Now().Add(10*time.Second)))
	require.NoError(t, <-done)
	t.Cleanup(func() { _ = client{w}.Close() })
	return near, far, log.String()
}
