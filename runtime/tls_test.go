package tornado

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const getItem = "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n"

// withTLS makes start listen with TLS, and clients of the harness speak it.
func withTLS(t TLS) Option {
	on := overTLS
	on.listen = func() (*Listener, error) { return ListenTLS("tcp", "127.0.0.1:0", t) }
	return over(on)
}

// handshake connects and makes the handshake.
func handshake(t *testing.T, addr string, config *tls.Config) (*tls.Conn, error) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	conn := tls.Client(c, config)
	return conn, conn.Handshake()
}

// shown is the name in the certificate that a server shows to who asks for a host.
func shown(t *testing.T, addr, host string) string {
	t.Helper()
	conn, err := handshake(t, addr, &tls.Config{ServerName: host, InsecureSkipVerify: true}) //nolint:gosec // any is looked at
	require.NoError(t, err)
	return conn.ConnectionState().PeerCertificates[0].Subject.CommonName
}

func TestServeTLS(t *testing.T) {
	files := authority().write(t, t.TempDir(), "localhost")
	ctx, stop := context.WithCancel(t.Context())
	logger := slog.New(slog.DiscardHandler)
	require.Error(t, ServeTLS(ctx, "127.0.0.1:0", files.Cert, files.Cert, newTestAPI(testHandlers{}), WithLogger(logger)), "a key is needed")
	stop()
	require.NoError(t, ServeTLS(ctx, "127.0.0.1:0", files.Cert, files.Key, newTestAPI(testHandlers{}), WithLogger(logger)))
}

func TestListenTLSNeedsACertificate(t *testing.T) {
	_, err := ListenTLS("tcp", "127.0.0.1:0", TLS{})
	require.ErrorContains(t, err, "certificate")
	l, err := Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	require.ErrorContains(t, l.UseTLS(TLS{Certificates: []CertificateFiles{{"none.pem", "none.key"}}}), "none.pem")
	require.NoError(t, l.UseTLS(TLS{Config: authority().server()}))
}

// TestVersionsOfTLS: 1.2 and 1.3 are spoken, what is older is not.
func TestVersionsOfTLS(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), over(overTLS))
	for version, ok := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		config := authority().client()
		config.MinVersion, config.MaxVersion = version, version
		conn, err := handshake(t, r.addr, config)
		if !ok {
			require.Error(t, err, tls.VersionName(version))
			continue
		}
		require.NoError(t, err, tls.VersionName(version))
		c := &peerConn{Conn: conn, below: conn, t: t}
		c.reader()
		for range 3 {
			c.send(getItem)
			_, body := c.answer("GET")
			require.Equal(t, `{"id":1}`, body)
		}
	}
}

// TestPlainHTTPOnTLS: who forgets the s is told so.
func TestPlainHTTPOnTLS(t *testing.T) {
	for name, request := range map[string]string{"get": getItem, "post": "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "patch": "PATCH / HTTP/1.1\r\n\r\n"} {
		t.Run(name, func(t *testing.T) {
			r := start(t, newTestAPI(testHandlers{}), over(overTLS))
			c, err := net.Dial("tcp", r.addr)
			require.NoError(t, err)
			defer c.Close()
			_, err = io.WriteString(c, request)
			require.NoError(t, err)
			answer, err := io.ReadAll(c)
			require.NoError(t, err)
			assert.Equal(t, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n", string(answer))
			status, _ := r.exchange(t, getItem)
			assert.Equal(t, http.StatusOK, status, "the next connection")
		})
	}
}

// TestBadHandshakes: what is no TLS, breaks off, or fits nothing, ends alone.
func TestBadHandshakes(t *testing.T) {
	hello := recordHello(t)
	corrupt := bytes.Clone(hello)
	corrupt[5] = 99 // no type of a message
	for mode, opts := range map[string][]Option{"workers": nil, "onloop": {WithHandlersOnLoop()}} {
		for name, sent := range map[string]string{
			"noise": "\x00\x01\x02\x03 noise", "ssl2": "\x80\x2e\x01\x00\x02", "half a hello": string(hello[:len(hello)/2]), "corrupt": string(corrupt), "a byte": "\x16",
		} {
			t.Run(mode+"/"+name, func(t *testing.T) {
				r := start(t, newTestAPI(testHandlers{}), append([]Option{over(overTLS)}, opts...)...)
				c, err := net.Dial("tcp", r.addr)
				require.NoError(t, err)
				defer c.Close()
				_, err = io.WriteString(c, sent)
				require.NoError(t, err)
				require.NoError(t, c.(*net.TCPConn).CloseWrite())
				require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
				_, err = io.ReadAll(c)
				require.NoError(t, err, "it is closed, not reset")
				status, _ := r.exchange(t, getItem)
				assert.Equal(t, http.StatusOK, status, "the next connection")
				require.Eventually(t, func() bool { return r.Stats().Bounds[BoundHandshake] == 1 }, patience, time.Millisecond)
			})
		}
	}
}

// TestNoHandshake: who connects and leaves, as health checks and scanners do, has asked for nothing wrongly.
func TestNoHandshake(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), over(overTLS))
	for _, leave := range []func(c *net.TCPConn) error{
		(*net.TCPConn).Close, (*net.TCPConn).CloseWrite, func(c *net.TCPConn) error { return errors.Join(c.SetLinger(0), c.Close()) },
	} {
		c, err := net.Dial("tcp", r.addr)
		require.NoError(t, err)
		defer c.Close()
		require.NoError(t, leave(c.(*net.TCPConn)))
	}
	status, _ := r.exchange(t, getItem)
	assert.Equal(t, http.StatusOK, status)
	require.NoError(t, r.stop(t))
	assert.Zero(t, r.Stats().Bounds[BoundHandshake])
}

// recordHello is the first flight of a client.
func recordHello(t *testing.T) []byte {
	t.Helper()
	near, far := net.Pipe()
	defer far.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = tls.Client(near, authority().client()).Handshake()
	}()
	buf := make([]byte, 8<<10)
	n, err := far.Read(buf)
	require.NoError(t, err)
	near.Close()
	<-done
	return buf[:n]
}

// TestSlowHandshake: peers that begin a handshake and stop hold up nobody, and are closed in time.
func TestSlowHandshake(t *testing.T) {
	hello := recordHello(t)
	for mode, opts := range map[string][]Option{"workers": {WithLimits(Limits{Workers: 1}), WithLoops(1)}, "onloop": {WithHandlersOnLoop()}} {
		t.Run(mode, func(t *testing.T) {
			r := start(t, newTestAPI(testHandlers{}), append([]Option{over(overTLS), WithTimeouts(Timeouts{Handshake: 300 * time.Millisecond})}, opts...)...)
			var slow []net.Conn
			for i := range 20 {
				c, err := net.Dial("tcp", r.addr)
				require.NoError(t, err)
				defer c.Close()
				_, err = c.Write(hello[:len(hello)-i%2*7]) // all of it, or most
				require.NoError(t, err)
				slow = append(slow, c)
			}
			status, _ := r.exchange(t, getItem)
			assert.Equal(t, http.StatusOK, status, "another is served meanwhile")
			for _, c := range slow {
				require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
				_, err := io.Copy(io.Discard, c)
				require.NoError(t, err)
			}
			require.Eventually(t, func() bool { return r.Stats().Bounds[BoundHandshakeTime] == 20 }, patience, time.Millisecond)
		})
	}
}

// TestDrainDuringTheHandshake: who has begun a handshake when the drain begins is answered.
func TestDrainDuringTheHandshake(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), over(overTLS))
	below, err := net.Dial("tcp", r.addr)
	require.NoError(t, err)
	defer below.Close()
	hold := &holding{Conn: below, begun: make(chan struct{}), release: make(chan struct{})}
	conn := tls.Client(hold, authority().client())
	done := make(chan error, 1)
	go func() { done <- conn.Handshake() }()
	<-hold.begun
	r.Shutdown()
	require.Eventually(t, r.Draining, patience, time.Millisecond)
	close(hold.release)
	require.NoError(t, <-done)
	c := &peerConn{Conn: conn, below: conn, t: t}
	c.reader()
	c.send(getItem)
	res, body := c.answer("GET")
	assert.Equal(t, `{"id":1}`, body)
	assert.True(t, res.Close)
	require.NoError(t, r.stop(t))
}

// TestLateHandshake: who has connected before the drain, and begins the handshake in it, is not offered HTTP/2 any more, and is answered.
func TestLateHandshake(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), over(overTLS), WithTimeouts(Timeouts{DrainIdle: 10 * time.Second}))
	below, err := net.Dial("tcp", r.addr)
	require.NoError(t, err)
	defer below.Close()
	status, _ := r.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") // so it was accepted
	require.Equal(t, http.StatusOK, status)
	r.Shutdown()
	require.Eventually(t, r.Draining, patience, time.Millisecond)
	config := authority().client()
	config.NextProtos = []string{"h2", "http/1.1"}
	conn := tls.Client(below, config)
	require.NoError(t, conn.Handshake())
	c := &peerConn{Conn: conn, below: conn, t: t}
	c.reader()
	c.send(getItem)
	res, body := c.answer("GET")
	assert.Equal(t, `{"id":1}`, body)
	assert.True(t, res.Close)
	require.NoError(t, r.stop(t))
}

// TestCloseNotifyAlone: a client that has ended TLS and not TCP, as curl does, gets what it has asked for.
func TestCloseNotifyAlone(t *testing.T) {
	for mode, opts := range map[string][]Option{"workers": nil, "onloop": {WithHandlersOnLoop()}} {
		t.Run(mode, func(t *testing.T) {
			r := start(t, newTestAPI(testHandlers{}), append([]Option{over(overTLS)}, opts...)...)
			c := r.dial(t)
			c.send(getItem + getItem)
			require.NoError(t, c.Conn.(*tls.Conn).CloseWrite())
			for range 2 {
				_, body := c.answer("GET")
				assert.Equal(t, `{"id":1}`, body)
			}
			c.ended()
		})
	}
}

// holding stops after the server's first bytes.
type holding struct {
	net.Conn
	once           sync.Once
	begun, release chan struct{}
}

func (h *holding) Read(p []byte) (int, error) {
	n, err := h.Conn.Read(p)
	h.once.Do(func() { close(h.begun) })
	<-h.release
	return n, err
}

// TestCertificateReload: the files change, and the next handshake a second later shows what they have; a state in between that does
// not fit does not count.
func TestCertificateReload(t *testing.T) {
	dir := t.TempDir()
	files := authority().write(t, dir, "old.example")
	var logged syncBuffer
	r := start(t, newTestAPI(testHandlers{}), withTLS(TLS{Certificates: []CertificateFiles{files}}), WithLogger(slog.New(slog.NewTextHandler(&logged, nil))))
	require.Equal(t, "old.example", shown(t, r.addr, "any"))
	open, err := handshake(t, r.addr, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // its name is none of ours
	require.NoError(t, err)

	next := authority().write(t, t.TempDir(), "new.example")
	require.NoError(t, os.Rename(next.Cert, files.Cert)) // the key does not fit yet
	require.Eventually(t, func() bool {
		name := shown(t, r.addr, "any")
		require.Equal(t, "old.example", name)
		return strings.Contains(logged.String(), "cannot be read")
	}, patience, 50*time.Millisecond)
	require.NoError(t, os.Rename(next.Key, files.Key))
	require.Eventually(t, func() bool { return shown(t, r.addr, "any") == "new.example" }, patience, 50*time.Millisecond)
	assert.Equal(t, 1, strings.Count(logged.String(), "cannot be read"), "it is said once")

	c := &peerConn{Conn: open, below: open, t: t} // who came before is not disturbed
	c.reader()
	c.send(getItem)
	_, body := c.answer("GET")
	assert.Equal(t, `{"id":1}`, body)
}

// syncBuffer is a bytes.Buffer for several goroutines.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// TestCertificateByName: of several certificates the one is shown that fits the name.
func TestCertificateByName(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), withTLS(TLS{Certificates: []CertificateFiles{
		authority().write(t, t.TempDir(), "one.example"), authority().write(t, t.TempDir(), "two.example"),
	}}))
	assert.Equal(t, "one.example", shown(t, r.addr, "one.example"))
	assert.Equal(t, "two.example", shown(t, r.addr, "two.example"))
	assert.Equal(t, "one.example", shown(t, r.addr, "three.example"))
}

// TestSlowGetCertificate: an application that fetches its certificates does not hold up the handshakes of others.
func TestSlowGetCertificate(t *testing.T) {
	waiting, release := make(chan struct{}, 64), make(chan struct{})
	config := authority().server()
	cert := config.Certificates[0]
	config.Certificates = nil
	config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if hello.ServerName == "slow" {
			waiting <- struct{}{}
			<-release
		}
		return &cert, nil
	}
	verified := make(chan string, 64)
	config.VerifyConnection = func(s tls.ConnectionState) error {
		verified <- s.ServerName
		if s.ServerName == "panic" {
			panic("of the application")
		}
		return nil
	}
	r := start(t, newTestAPI(testHandlers{}), withTLS(TLS{Config: config}))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { shown(t, r.addr, "slow") })
	}
	for range 8 {
		<-waiting
	}
	status, _ := r.exchange(t, getItem)
	assert.Equal(t, http.StatusOK, status)
	close(release)
	all.Wait()
	_, err := handshake(t, r.addr, &tls.Config{ServerName: "panic", InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12}) //nolint:gosec // any
	require.Error(t, err)
	status, _ = r.exchange(t, getItem)
	assert.Equal(t, http.StatusOK, status)
	assert.Len(t, verified, 11)
}

// mutual is an API whose operation asks for a certificate, and tells whose it is.
func mutual() *API {
	a := NewAPI(Info{Title: "Test", Version: "1"})
	AddMutualTLS(a, "cert", func(ctx context.Context, m MutualTLS) (context.Context, error) {
		name := m.State.PeerCertificates[0].Subject.CommonName
		if name == "mallory" {
			return nil, ErrForbidden
		}
		return context.WithValue(ctx, callerKey{}, name), nil
	})
	op := Operation{ID: "who", Method: "GET", Path: "/who", Produces: []string{"text/plain"}, Security: []Requirement{{Uses: []SchemeUse{{Scheme: "cert"}}}}}
	open := Operation{ID: "open", Method: "GET", Path: "/open", Produces: []string{"text/plain"}}
	out := func(w *Reply, b []byte) { w.Bytes(http.StatusOK, "text/plain", b) }
	Register(a, &op, (*noRequest).decode, func(ctx context.Context, _ *noRequest) ([]byte, error) {
		who, _ := ctx.Value(callerKey{}).(string)
		state := Raw(ctx).TLS()
		return []byte(who + " " + tls.VersionName(state.Version) + " " + Raw(ctx).Proto()), nil
	}, out)
	Register(a, &open, (*noRequest).decode, func(ctx context.Context, _ *noRequest) ([]byte, error) {
		return []byte(Raw(ctx).TLS().ServerName), nil
	}, out)
	return a
}

// TestMutualTLS: the certificate of the client comes to the security handler and to Raw, over both versions of HTTP; the authorities are
// read again when they change.
func TestMutualTLS(t *testing.T) {
	clients := newCA("clients")
	cas := filepath.Join(t.TempDir(), "cas.pem")
	writePEM(t, cas, "CERTIFICATE", clients.cert.Raw)
	r := start(t, mutual(), withTLS(TLS{Config: authority().server(), ClientCAs: cas}))
	get := func(path string, http2 bool, certs ...tls.Certificate) (int, string, error) {
		config := authority().client()
		config.Certificates = certs
		transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: http2, DisableKeepAlives: true}
		defer transport.CloseIdleConnections()
		res, err := (&http.Client{Transport: transport}).Get("https://" + r.addr + path)
		if err != nil {
			return 0, "", err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		return res.StatusCode, string(body), err
	}
	for proto, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2.0": true} {
		status, body, err := get("/who", http2, clients.issue("alice"))
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, status)
		assert.Equal(t, "alice TLS 1.3 "+proto, body)
		status, _, err = get("/who", http2)
		require.NoError(t, err)
		assert.Equal(t, http.StatusUnauthorized, status)
		status, _, err = get("/who", http2, clients.issue("mallory"))
		require.NoError(t, err)
		assert.Equal(t, http.StatusForbidden, status)
		_, body, err = get("/open", http2)
		require.NoError(t, err)
		assert.Equal(t, "localhost", body)
	}
	others := newCA("clients") // of the same name, with another key
	_, _, err := get("/open", false, others.issue("alice"))
	require.Error(t, err, "a certificate that is shown must be valid")

	writePEM(t, cas+".new", "CERTIFICATE", others.cert.Raw)
	require.NoError(t, os.Rename(cas+".new", cas))
	require.Eventually(t, func() bool {
		status, _, err := get("/who", false, others.issue("bob"))
		return err == nil && status == http.StatusOK
	}, patience, 50*time.Millisecond)
	_, _, err = get("/open", false, clients.issue("alice"))
	require.Error(t, err, "the old authority is trusted no more")
}

// TestResumedClientIsCheckedAgain: a session that began under an authority that is trusted no more is not resumed.
func TestResumedClientIsCheckedAgain(t *testing.T) {
	clients, others := newCA("clients"), newCA("others")
	cas := filepath.Join(t.TempDir(), "cas.pem")
	writePEM(t, cas, "CERTIFICATE", clients.cert.Raw)
	r := start(t, mutual(), withTLS(TLS{Config: authority().server(), ClientCAs: cas}))
	config := authority().client()
	config.Certificates = []tls.Certificate{clients.issue("alice")}
	config.ClientSessionCache = tls.NewLRUClientSessionCache(4)
	get := func() (status int, resumed bool) {
		conn, err := handshake(t, r.addr, config)
		require.NoError(t, err)
		c := &peerConn{Conn: conn, below: conn, t: t}
		c.reader()
		c.send("GET /who HTTP/1.1\r\nHost: x\r\n\r\n")
		res, _ := c.answer("GET")
		return res.StatusCode, conn.ConnectionState().DidResume
	}
	status, resumed := get()
	assert.Equal(t, http.StatusOK, status)
	assert.False(t, resumed)
	status, resumed = get()
	assert.Equal(t, http.StatusOK, status)
	assert.True(t, resumed, "sessions are resumed")
	writePEM(t, cas+".new", "CERTIFICATE", others.cert.Raw)
	require.NoError(t, os.Rename(cas+".new", cas))
	require.Eventually(t, func() bool {
		status, resumed := get()
		assert.Equal(t, status == http.StatusOK, resumed, "without the session the client finds no certificate to show")
		return status == http.StatusUnauthorized
	}, patience, 50*time.Millisecond)
}
