package acme_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/internal/freeport"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/acme"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
)

// keep puts a certificate where one of an earlier run would be, and returns who has signed it.
func keep(t *testing.T, folder, host string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(60 * 24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	private, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	all := append(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	require.NoError(t, os.WriteFile(filepath.Join(folder, host), all, 0o600))
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return pool
}

// TestServes a certificate that is kept, and none for other names.
func TestServes(t *testing.T) {
	folder := t.TempDir()
	roots := keep(t, folder, "shop.example")
	asked := 0
	authority := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		http.Error(w, "not today", http.StatusServiceUnavailable)
	}))
	defer authority.Close()
	c, err := acme.New(acme.Config{Hosts: []string{"shop.example"}, Folder: folder, Directory: authority.URL, Client: authority.Client()})
	require.NoError(t, err)
	l, err := c.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := tornado.NewServer(tornado.WithLogger(apitest.Quiet))
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()
	defer func() {
		s.Shutdown()
		require.NoError(t, <-served)
	}()
	dial := func(host string) error {
		conn, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{ServerName: host, RootCAs: roots})
		if err == nil {
			err = conn.Close()
		}
		return err
	}
	require.NoError(t, dial("shop.example"))
	require.Error(t, dial("other.example"))
	assert.Zero(t, asked, "nothing was to be asked for")
}

// TestExample runs what the example shows.
func TestExample(t *testing.T) {
	folder := t.TempDir()
	roots := keep(t, folder, "shop.example")
	address, err := freeport.Address()
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- serve(ctx, address, acme.Config{Hosts: []string{"shop.example"}, Folder: folder}) }()
	transport := &http.Transport{TLSClientConfig: &tls.Config{ServerName: "shop.example", RootCAs: roots}}
	c := &http.Client{Transport: transport}
	res := apitest.Await(t, c, "https://"+address+"/pets", served)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusNotImplemented, res.StatusCode, "no handler is written")
	transport.CloseIdleConnections()
	stop()
	require.NoError(t, <-served)
}

func TestHTTP(t *testing.T) {
	c, err := acme.New(acme.Config{Hosts: []string{"shop.example"}, Folder: t.TempDir()})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	c.HTTP(nil).ServeHTTP(w, httptest.NewRequest("GET", "http://shop.example/cart", nil))
	assert.Equal(t, "https://shop.example/cart", w.Header().Get("Location"))
	w = httptest.NewRecorder()
	c.HTTP(nil).ServeHTTP(w, httptest.NewRequest("GET", "http://shop.example/.well-known/acme-challenge/x", nil))
	assert.Equal(t, 404, w.Code, "no such challenge")
}

func TestWrongConfig(t *testing.T) {
	_, err := acme.New(acme.Config{Folder: "x"})
	require.ErrorContains(t, err, "hosts")
	_, err = acme.New(acme.Config{Hosts: []string{"x"}})
	require.ErrorContains(t, err, "folder")
	for _, host := range []string{
		"", "localhost", "https://shop.example", "shop.example:443", "shop.example/", "shop.example.", ".shop.example", "*.shop.example", "192.0.2.1", "shop .example",
		"shop_1.example", "-shop.example", "shop-.example", "a.example,b.example", "$HOST.example", "shop.example\n", "xn--zz--.example", "shop.example。",
		strings.Repeat("a", 64) + ".example", strings.Repeat("a.", 124) + "example",
	} {
		_, err = acme.New(acme.Config{Hosts: []string{"shop.example", host}, Folder: "x"})
		assert.ErrorContains(t, err, `no name of a host that a certificate can be asked for; write it as "shop.example"`, host)
	}
	_, err = acme.New(acme.Config{Hosts: []string{"www.Shop.example", "käse.example", "xn--kse-qla.example"}, Folder: "x"})
	require.NoError(t, err)
}
