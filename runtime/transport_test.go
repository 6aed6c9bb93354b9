package tornado

import (
	"bufio"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// transport is what the bytes of a test go over.
type transport struct {
	listen func() (*Listener, error)
	dial   func(addr string) (c, below net.Conn, err error)
}

var (
	overTCP = transport{
		listen: func() (*Listener, error) { return Listen("tcp", "127.0.0.1:0") },
		dial: func(addr string) (net.Conn, net.Conn, error) {
			c, err := net.Dial("tcp", addr)
			return c, c, err
		},
	}
	overTLS = transport{
		listen: func() (*Listener, error) { return ListenTLS("tcp", "127.0.0.1:0", TLS{Config: authority().server()}) },
		dial: func(addr string) (net.Conn, net.Conn, error) {
			below, err := net.Dial("tcp", addr)
			if err != nil {
				return nil, nil, err
			}
			c := tls.Client(below, authority().client())
			return c, below, c.Handshake()
		},
	}
	overUnix = transport{
		listen: func() (*Listener, error) {
			return Listen("unix", fmt.Sprintf("@tornado-test-%d-%d", os.Getpid(), lastSocket.Add(1)))
		},
		dial: func(addr string) (net.Conn, net.Conn, error) {
			c, err := net.Dial("unix", addr)
			return c, c, err
		},
	}
	lastSocket atomic.Int64
)

// chosen is the transport of a server under test, if it is not TCP.
var chosen sync.Map // *Server -> transport

// over makes start serve on another transport than TCP.
func over(on transport) Option { return func(s *Server) { chosen.Store(s, on) } }

func transportOf(s *Server) transport {
	if on, ok := chosen.LoadAndDelete(s); ok {
		return on.(transport)
	}
	return everyTransport[cmp.Or(os.Getenv(chosenTransport), "tcp")]
}

// chosenTransport is the environment variable that names the transport of the tests that do not choose theirs.
const chosenTransport = "TORNADO_TEST_TRANSPORT"

var everyTransport = map[string]transport{"tcp": overTCP, "tls": overTLS, "unix": overUnix}

// testCA is an authority for certificates.
type testCA struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

// authority is that of the servers under test and of their clients.
var authority = sync.OnceValue(func() *testCA { return newCA("authority") })

func newCA(name string) *testCA {
	ca := &testCA{key: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), pool: x509.NewCertPool()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, &ca.key.PublicKey, ca.key))
	ca.cert = must(x509.ParseCertificate(der))
	ca.pool.AddCert(ca.cert)
	return ca
}

// issue makes a certificate for a name, which is also a host, and for 127.0.0.1.
func (ca *testCA) issue(name string) tls.Certificate {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der := must(x509.CreateCertificate(rand.Reader, template, ca.cert, &key.PublicKey, ca.key))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// write puts a certificate and its key into files of dir.
func (ca *testCA) write(t *testing.T, dir, name string) CertificateFiles {
	t.Helper()
	c := ca.issue(name)
	files := CertificateFiles{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	require.NoError(t, err)
	writePEM(t, files.Key, "PRIVATE KEY", key)
	writePEM(t, files.Cert, "CERTIFICATE", c.Certificate[0])
	return files
}

func writePEM(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}

var testCert = sync.OnceValue(func() tls.Certificate { return authority().issue("localhost") })

// server is the configuration of a server, client that of one who trusts it.
func (ca *testCA) server() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{testCert()}, MinVersion: tls.VersionTLS12}
}

func (ca *testCA) client() *tls.Config {
	return &tls.Config{RootCAs: ca.pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// idleClients is the environment variable with which the test's program is a client: the address.
const idleClients = "TORNADO_TEST_IDLE_CLIENTS"

// manyClients is how many connections it opens.
const manyClients = 400

// beClients opens connections, makes two requests on each, and keeps them until its input ends.
func beClients(addr string) {
	var open []*tls.Conn
	for range manyClients {
		c := must(tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true})) //nolint:gosec // a test of memory
		open = append(open, c)
		r := bufio.NewReader(c)
		for range 2 {
			must(io.WriteString(c, getItem))
			res := must(http.ReadResponse(r, nil))
			must(io.Copy(io.Discard, res.Body))
		}
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	runtime.KeepAlive(open)
}

// aboutOneTransport are the tests that choose theirs or have none, measure what one of them costs, or need what TLS clients do not do.
const aboutOneTransport = "LargeBodiesGiveWay|LargeMediaBodiesGiveWay|TLS|Certificate|Handshake|HTTP2|Preface|GoAway|Memory|Allocat|MountedUpgrade|UploadBackpressure|Forwarded|EachBound|StatsOf|Parked|OutsideTheLoops|OtherTransports"

// another is a run of the tests over another transport.
type another struct {
	wait func() error // for its end; any number of times
	said *os.File
}

// overOthers begins such runs, once. Most of what they do is wait, so they are begun before the first test where all are run.
var overOthers = sync.OnceValues(func() (map[string]another, error) {
	runs := make(map[string]another)
	for name := range everyTransport {
		if name == "tcp" {
			continue
		}
		said, err := os.CreateTemp("", "transport")
		if err != nil {
			return runs, err
		}
		_ = os.Remove(said.Name()) // it stays open
		run := exec.Command(os.Args[0], "-test.short", "-test.timeout=15m", "-test.skip="+aboutOneTransport)
		run.Env = append(os.Environ(), chosenTransport+"="+name)
		run.Stdout, run.Stderr = said, said
		if err := run.Start(); err != nil {
			return runs, err
		}
		runs[name] = another{sync.OnceValue(run.Wait), said}
	}
	return runs, nil
})

// allAreRun reports whether the flags of the test's program ask for all tests.
func allAreRun() bool {
	for _, name := range []string{"run", "skip", "list", "fuzz"} {
		if flag.Lookup("test."+name).Value.String() != "" {
			return false
		}
	}
	return !testing.Short()
}

// TestOverOtherTransports runs the others again, over TLS and over Unix sockets: whoever is served must not see what by.
func TestOverOtherTransports(t *testing.T) {
	if testing.Short() {
		t.Skip("each test twice more")
	}
	runs, err := overOthers()
	require.NoError(t, err)
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			failed := run.wait()
			said, err := io.ReadAll(io.NewSectionReader(run.said, 0, 1<<30))
			require.NoError(t, err)
			assert.NoError(t, failed, "%s", said)
		})
	}
}
