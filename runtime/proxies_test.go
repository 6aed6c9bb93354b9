package tornado

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// told are handlers that answer who the client is, as Raw tells.
var told = testHandlers{hold: func(ctx context.Context) ([]byte, error) {
	r := Raw(ctx)
	return []byte(strings.Join([]string{r.RemoteAddr().String(), r.Scheme(), r.Host(), r.PeerAddr().Network()}, " ")), nil
}}

// serveOn serves on a listener until the test ends.
func serveOn(t *testing.T, api *API, l *Listener, opts ...Option) *running {
	t.Helper()
	s := NewServer(append([]Option{WithLogger(slog.New(slog.DiscardHandler)), WithLoops(2)}, opts...)...).Handle(api)
	r := &running{Server: s, addr: l.Addr().String(), transport: overTCP, err: make(chan error, 1)}
	go func() { r.err <- s.Serve(context.Background(), l) }()
	<-s.Bound()
	t.Cleanup(func() { _ = r.stop(t) })
	return r
}

// askRaw sends bytes in pieces of a size, and returns the body of the answer to a GET; "" if there is none.
func askRaw(t *testing.T, c net.Conn, text string, size int) string {
	t.Helper()
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	for len(text) > 0 {
		n := min(size, len(text))
		if _, err := io.WriteString(c, text[:n]); err != nil {
			return "" // it was closed
		}
		text = text[n:]
	}
	all, _ := io.ReadAll(c) // a reset is an end, too
	_, body, _ := strings.Cut(string(all), "\r\n\r\n")
	return body
}

const (
	getHold = "GET /hold HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n"
	v1From  = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n"
	// From 192.0.2.7:4711 to 198.51.100.1:443, with TLS at the proxy.
	v2From = "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x14\xc0\x00\x02\x07\xc6\x33\x64\x01\x12\x67\x01\xbb\x20\x00\x05\x01\x00\x00\x00\x00"
	v2Own  = "\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00"
)

var loopback = netip.MustParsePrefix("127.0.0.0/8")

// TestProxyProtocol: the header is read in any pieces, on TCP and Unix sockets; without one a trusted proxy is not served, and from
// others it is no request.
func TestProxyProtocol(t *testing.T) {
	for name, c := range map[string]struct {
		network, address string
		trusted          []netip.Prefix
		sent, want       string
	}{
		"version 1":        {"tcp", "127.0.0.1:0", []netip.Prefix{loopback}, v1From + getHold, "192.0.2.7:4711 http a.example tcp"},
		"version 2":        {"tcp", "127.0.0.1:0", []netip.Prefix{loopback}, v2From + getHold, "192.0.2.7:4711 https a.example tcp"},
		"a Unix socket":    {"unix", filepath.Join(t.TempDir(), "s"), nil, v2From + getHold, "192.0.2.7:4711 https a.example tcp"},
		"the proxy itself": {"unix", filepath.Join(t.TempDir(), "o"), nil, v2Own + getHold, " http a.example unix"},
		"none":             {"tcp", "127.0.0.1:0", []netip.Prefix{loopback}, getHold, ""},
		"junk":             {"tcp", "127.0.0.1:0", []netip.Prefix{loopback}, "PROXY TCP4 junk\r\n" + getHold, ""},
		"not trusted":      {"tcp", "127.0.0.1:0", []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, v1From + getHold, "400"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := Listen(c.network, c.address, WithProxyProtocol(c.trusted...))
			require.NoError(t, err)
			r := serveOn(t, newTestAPI(told), l)
			for _, size := range []int{1, 7, 1000} {
				conn, err := net.Dial(c.network, r.addr)
				require.NoError(t, err)
				got := askRaw(t, conn, c.sent+"\r\n", size)
				conn.Close()
				if c.want == "400" {
					assert.Contains(t, got, `"status":400`)
				} else {
					assert.Equal(t, c.want, got)
				}
			}
		})
	}
}

// TestProxyProtocolWaits: a proxy that sends no header, or half of one, has Timeouts.Header; one that leaves is let go.
func TestProxyProtocolWaits(t *testing.T) {
	l, err := Listen("tcp", "127.0.0.1:0", WithProxyProtocol(loopback))
	require.NoError(t, err)
	r := serveOn(t, newTestAPI(told), l, WithTimeouts(Timeouts{Header: 50 * time.Millisecond}))
	for _, sent := range []string{"", "PROXY TCP4 192.0.2.7", v2From[:20]} {
		c := r.dial(t)
		if sent != "" {
			c.send(sent)
		}
		if sent == "" {
			require.NoError(t, c.CloseWrite())
		}
		_, err := io.ReadAll(c)
		if err != nil {
			assert.ErrorContains(t, err, "reset")
		}
	}
}

// TestProxyProtocolBeforeTLS: the header comes before the handshake, with HTTP/1 and HTTP/2.
func TestProxyProtocolBeforeTLS(t *testing.T) {
	for name, h2 := range map[string]bool{"HTTP/1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			l, err := ListenTLS("tcp", "127.0.0.1:0", TLS{Config: authority().server()}, WithProxyProtocol(loopback))
			require.NoError(t, err)
			r := serveOn(t, newTestAPI(told), l)
			transport := &http.Transport{
				ForceAttemptHTTP2: h2, TLSClientConfig: authority().client(),
				DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
					c, err := new(net.Dialer).DialContext(ctx, network, addr)
					if err == nil {
						_, err = io.WriteString(c, v1From)
					}
					return c, err
				},
			}
			defer transport.CloseIdleConnections()
			res, err := (&http.Client{Transport: transport}).Get("https://" + r.addr + "/hold")
			require.NoError(t, err)
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			assert.Equal(t, map[bool]int{false: 1, true: 2}[h2], res.ProtoMajor)
			assert.Equal(t, "192.0.2.7:4711 https "+r.addr+" tcp", string(body))
		})
	}
}

// TestForwarded: what a trusted proxy tells of the client, over HTTP/1 and HTTP/2, for operations, mounts and the access log.
func TestForwarded(t *testing.T) {
	const x = "X-Forwarded-For: 10.9.9.9, 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: b.example\r\n"
	const rfc = "Forwarded: for=10.9.9.9, for=192.0.2.7;proto=https;host=b.example\r\n"
	others := netip.MustParsePrefix("10.0.0.0/8")
	for name, c := range map[string]struct {
		opt  Option
		sent string
		want string // "" is the connection's own
	}{
		"X-Forwarded-*":        {WithXForwarded(loopback), x, "192.0.2.7:0 https b.example tcp"},
		"Forwarded":            {WithForwarded(loopback), rfc, "192.0.2.7:0 https b.example tcp"},
		"not by default":       {WithLoops(1), x + rfc, ""},
		"from others":          {WithXForwarded(others), x, ""},
		"Forwarded and others": {WithForwarded(others), rfc, ""},
		"the other kind":       {WithXForwarded(loopback), rfc, ""},
		"and vice versa":       {WithForwarded(loopback), x, ""},
		"junk":                 {WithXForwarded(loopback), "X-Forwarded-For: <script>\r\nX-Forwarded-Proto: ftp\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var logged lockedBuffer
			r := start(t, newTestAPI(told), c.opt, WithAccessLog(slog.New(slog.NewTextHandler(&logged, nil))),
				WithMount("/m", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.WriteString(w, r.RemoteAddr+" "+SchemeOf(r)+" "+HostOf(r))
				})), WithH2C())
			conn := r.dial(t)
			own := conn.LocalAddr().String()
			want := c.want
			if want == "" {
				want = own + " http a.example tcp"
			}
			client, _, _ := strings.Cut(want, " ")
			assert.Equal(t, want, askRaw(t, conn, getHold+c.sent+"\r\n", 1000))
			mounted := r.dial(t)
			got := askRaw(t, mounted, "GET /m HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n"+c.sent+"\r\n", 1000)
			if c.want == "" {
				client = mounted.LocalAddr().String()
			}
			_, rest, _ := strings.Cut(strings.TrimSuffix(want, " tcp"), " ")
			assert.Contains(t, got, client+" "+rest)
			h2, base := http2Client(t, r, "h2c")
			req, err := http.NewRequest(http.MethodGet, base+"/m", nil)
			require.NoError(t, err)
			req.Host = "a.example"
			for line := range strings.Lines(c.sent) {
				name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
				req.Header.Set(name, value)
			}
			res, err := h2.Do(req)
			assert.Contains(t, readAll(t, res, err), " "+rest)
			require.NoError(t, r.stop(t))
			assert.Contains(t, logged.String(), "peer="+client)
		})
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// TestConnectionLimits: connections beyond a limit are closed, of all and of each peer, and there is room again when others end.
func TestConnectionLimits(t *testing.T) {
	for name, c := range map[string]struct {
		limits Limits
		listen []ListenOption
		begin  string
	}{
		"of all":       {Limits{Connections: 2}, nil, ""},
		"of each peer": {Limits{PerPeer: 2}, nil, ""},
		"of each client of a proxy": {
			Limits{PerPeer: 2}, []ListenOption{WithProxyProtocol(loopback)}, v1From,
		},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := Listen("tcp", "127.0.0.1:0", c.listen...)
			require.NoError(t, err)
			r := serveOn(t, newTestAPI(testHandlers{}), l, WithLimits(c.limits))
			const get = "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n"
			open := func() *peerConn {
				p := r.dial(t)
				p.send(c.begin + get)
				res, _ := p.answer("GET")
				require.Equal(t, http.StatusOK, res.StatusCode)
				return p
			}
			first, second := open(), open()
			refused := r.dial(t)
			_, _ = io.WriteString(refused, c.begin+get) // it may be closed already
			_, err = io.ReadFull(refused, make([]byte, 1))
			require.Error(t, err)
			second.send(get)
			second.answer("GET")
			require.NoError(t, first.Close())
			require.Eventually(t, func() bool {
				p := r.dial(t)
				_, _ = io.WriteString(p, c.begin+get)
				_, err := io.ReadFull(p, make([]byte, 1))
				return err == nil
			}, patience, 5*time.Millisecond, "there is room again")
		})
	}
}

// TestOverload: when all workers are taken and the queue is full, further requests are refused at once, and when the handlers come
// back everything is as before.
func TestOverload(t *testing.T) {
	release := make(chan struct{})
	started := make(chan struct{}, 100)
	r := start(t, newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) {
		started <- struct{}{}
		<-release
		return []byte("held"), nil
	}}), WithLoops(1), WithLimits(Limits{Workers: 2, Queue: 2}))
	const get = "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n"
	var held []*peerConn
	hold := func() {
		p := r.dial(t)
		p.send(get)
		held = append(held, p)
	}
	for range 2 {
		hold()
		<-started
	}
	for range 2 {
		hold() // they wait in the queue
	}
	require.Eventually(t, func() bool {
		p := r.dial(t)
		p.send("GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, p.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
		res, err := http.ReadResponse(p.r, nil)
		if err != nil {
			return false // it waits in the queue itself
		}
		defer res.Body.Close()
		assert.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
		assert.NotEmpty(t, res.Header.Get("Retry-After"))
		assert.True(t, res.Close)
		return true
	}, 20*time.Second, time.Millisecond)
	close(release)
	for i, p := range held {
		res, body := p.answer("GET")
		if i < 2 || res.StatusCode == http.StatusOK {
			assert.Equal(t, "held", body)
		} else { // the request that looked for the end of the queue came before
			assert.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
		}
	}
	status, _ := r.exchange(t, "GET /items/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Equal(t, http.StatusOK, status)
}

// TestUnixSockets: with a file and without.
func TestUnixSockets(t *testing.T) {
	for _, address := range []string{filepath.Join(t.TempDir(), "s"), "@tornado-test-" + filepath.Base(t.TempDir())} {
		l, err := Listen("unix", address)
		if err != nil && strings.HasPrefix(address, "@") {
			continue // Linux has them alone
		}
		require.NoError(t, err)
		r := serveOn(t, newTestAPI(told), l)
		c, err := net.Dial("unix", r.addr)
		require.NoError(t, err)
		assert.Equal(t, " http a.example unix", askRaw(t, c, getHold+"\r\n", 1000))
		require.NoError(t, c.Close())
		require.NoError(t, r.stop(t))
		assert.NoFileExists(t, address)
	}
}

// TestProxyProtocolInPieces: however the bytes of the header and of what follows it are cut, the handshake and HTTP/2 begin behind it.
func TestProxyProtocolInPieces(t *testing.T) {
	for name, way := range map[string]struct {
		secure, h2 bool
	}{"HTTP/1": {false, false}, "h2c": {false, true}, "TLS, HTTP/1": {true, false}, "TLS, HTTP/2": {true, true}} {
		t.Run(name, func(t *testing.T) {
			listen := func() (*Listener, error) { return Listen("tcp", "127.0.0.1:0", WithProxyProtocol(loopback)) }
			base, scheme := "http://a.example", "http"
			protocols := new(http.Protocols)
			protocols.SetHTTP1(!way.h2)
			protocols.SetUnencryptedHTTP2(way.h2 && !way.secure)
			protocols.SetHTTP2(way.h2 && way.secure)
			if way.secure {
				listen = func() (*Listener, error) {
					return ListenTLS("tcp", "127.0.0.1:0", TLS{Config: authority().server()}, WithProxyProtocol(loopback))
				}
				base, scheme = "https://a.example", "https"
			}
			l, err := listen()
			require.NoError(t, err)
			r := serveOn(t, newTestAPI(told), l, WithH2C())
			for header, wantScheme := range map[string]string{v1From: scheme, v2From: "https"} { // the second says that there was TLS
				for _, size := range []int{1, 7, 1 << 20} {
					transport := &http.Transport{
						Protocols: protocols, TLSClientConfig: authority().client(),
						DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
							c, err := new(net.Dialer).DialContext(ctx, network, r.addr)
							return &choppedConn{c, []byte(header), size}, err
						},
					}
					res, err := (&http.Client{Transport: transport, Timeout: patience}).Get(base + "/hold")
					require.NoError(t, err)
					body, err := io.ReadAll(res.Body)
					require.NoError(t, err)
					res.Body.Close()
					transport.CloseIdleConnections()
					assert.Equal(t, map[bool]int{false: 1, true: 2}[way.h2], res.ProtoMajor)
					assert.Equal(t, "192.0.2.7:4711 "+wantScheme+" a.example tcp", string(body))
				}
			}
		})
	}
	t.Run("none before TLS", func(t *testing.T) {
		l, err := ListenTLS("tcp", "127.0.0.1:0", TLS{Config: authority().server()}, WithProxyProtocol(loopback))
		require.NoError(t, err)
		r := serveOn(t, newTestAPI(told), l)
		_, _, err = overTLS.dial(r.addr)
		require.Error(t, err)
	})
}

// choppedConn sends a header before all else, and everything in pieces of a size.
type choppedConn struct {
	net.Conn
	header []byte
	size   int
}

func (c *choppedConn) Write(p []byte) (int, error) {
	text := append(c.header, p...)
	c.header = nil
	for len(text) > 0 {
		n := min(c.size, len(text))
		if _, err := c.Conn.Write(text[:n]); err != nil {
			return 0, err
		}
		text = text[n:]
	}
	return len(p), nil
}
