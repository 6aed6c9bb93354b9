// Package acme holds runtime/acme against Pebble, the authority that Let's Encrypt tests clients with (RFC 8555): certificates come by each
// of the two challenges that need nothing but the service itself.
package acme_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/acme"
)

const host = "shop.example"

// authority is Pebble.
type authority struct {
	*httptest.Server
	roots  *x509.CertPool
	orders atomic.Int32 // that were begun
}

// names answers every question for an address with that of this machine.
func names(t *testing.T) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &dns.Server{Listener: l, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		a := new(dns.Msg).SetReply(q)
		if q.Question[0].Qtype == dns.TypeA {
			a.Answer = append(a.Answer, &dns.A{
				Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.IPv4(127, 0, 0, 1),
			})
		}
		_ = w.WriteMsg(a) // who is gone needs no address
	})}
	ended := make(chan error, 1)
	go func() { ended <- server.ActivateAndServe() }()
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		<-ended
	})
	return l.Addr().String()
}

// open starts an authority that asks at these ports.
func open(t *testing.T, httpPort, tlsPort int) *authority {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	t.Setenv("PEBBLE_WFE_NONCEREJECT", "0")
	quiet := log.New(io.Discard, "", 0)
	store := db.NewMemoryStore()
	issuer := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "as usual"}})
	asker := va.New(quiet, httpPort, tlsPort, true, names(t), store)
	front := wfe.New(quiet, store, asker, issuer, []string{"pebble.example"}, true, false, 1, 1)
	handler := front.Handler()
	a := &authority{roots: x509.NewCertPool()}
	a.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/order-plz" {
			a.orders.Add(1)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(a.Close)
	require.True(t, a.roots.AppendCertsFromPEM(issuer.GetRootCert(0).PEM()))
	return a
}

// serve runs a server until the test ends.
func serve(t *testing.T, s *tornado.Server, l *tornado.Listener) {
	t.Helper()
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()
	t.Cleanup(func() {
		s.Shutdown()
		require.NoError(t, <-served)
	})
}

// newServer gives a certificate the time that it takes on a slow machine.
func newServer() *tornado.Server {
	return tornado.NewServer(tornado.WithLogger(slog.New(slog.DiscardHandler)), tornado.WithTimeouts(tornado.Timeouts{Handshake: time.Minute}))
}

func portOf(l *tornado.Listener) int { return l.Addr().(*net.TCPAddr).Port }

// shake makes a handshake, in which who serves proves that it is the host.
func shake(l *tornado.Listener, roots *x509.CertPool) (*x509.Certificate, error) {
	dialer := &net.Dialer{Timeout: time.Minute}
	conn, err := tls.DialWithDialer(dialer, "tcp", l.Addr().String(), &tls.Config{ServerName: host, RootCAs: roots})
	if err != nil {
		return nil, err
	}
	return conn.ConnectionState().PeerCertificates[0], conn.Close()
}

// TestChallenges: the first client gets a certificate that the authority has made for it, the next ones the same, and so does a process
// that starts when the authority is gone.
func TestChallenges(t *testing.T) {
	for _, by := range []string{"tls-alpn-01", "http-01"} {
		t.Run(by, func(t *testing.T) {
			// The listeners are there before the authority, which asks at their ports.
			var a *authority
			relay := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.Config.Handler.ServeHTTP(w, r) }))
			t.Cleanup(relay.Close)
			config := acme.Config{Hosts: []string{host}, Folder: t.TempDir(), Email: "shop@shop.example", Directory: relay.URL + "/dir", Client: relay.Client()}
			c, err := acme.New(config)
			require.NoError(t, err)
			secure, err := c.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			plain, err := tornado.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			if by == "http-01" {
				a = open(t, portOf(plain), 1) // where nobody listens
				answer := c.HTTP(nil)
				serve(t, newServer().Mount("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					r.Host = host // as at port 80, where authorities ask: there is no port in it
					answer.ServeHTTP(w, r)
				})), plain)
			} else {
				a = open(t, 1, portOf(secure))
				require.NoError(t, plain.Close())
			}
			serve(t, newServer(), secure)

			first, err := shake(secure, a.roots)
			require.NoError(t, err)
			require.Equal(t, []string{host}, first.DNSNames)
			orders := a.orders.Load()
			require.NotZero(t, orders)
			again, err := shake(secure, a.roots)
			require.NoError(t, err)
			require.Equal(t, first.SerialNumber, again.SerialNumber)
			require.Equal(t, orders, a.orders.Load(), "nothing more was asked for")

			relay.Close()
			next, err := acme.New(config)
			require.NoError(t, err)
			restarted, err := next.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			serve(t, newServer(), restarted)
			kept, err := shake(restarted, a.roots)
			require.NoError(t, err)
			require.Equal(t, first.SerialNumber, kept.SerialNumber)
		})
	}
}
