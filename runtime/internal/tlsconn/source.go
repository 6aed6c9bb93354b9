package tlsconn

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// lookEvery is how often files are looked at, at most: when a client comes.
const lookEvery = time.Second

// The protocols of ALPN (RFC 7301 section 6).
const (
	http2 = "h2"
	http1 = "http/1.1"
)

// Pair names the files of a certificate with its chain, and of its private key,
// in PEM.
type Pair struct{ Cert, Key string }

// Files are what a Source reads.
type Files struct {
	Pairs     []Pair
	ClientCAs string // PEM; "": none
}

// Source is a configuration that follows its files. Its methods are safe from
// any goroutine.
type Source struct {
	base    *tls.Config // immutable; what Config was made of
	config  *tls.Config // immutable; what Config returns
	files   Files       // immutable
	log     atomic.Pointer[slog.Logger]
	current atomic.Pointer[variants]
	ending  atomic.Bool
	begun   time.Time    // immutable
	nextAt  atomic.Int64 // when the files are looked at again, in nanoseconds since begun: a clock that is set changes nothing

	mu    sync.Mutex    // held by who looks at the files
	seen  []os.FileInfo // guarded by mu; nil where one could not be looked at
	fault string        // guarded by mu; what was wrong with them last
}

// variants are the configurations of one state of the files.
type variants struct {
	full  *tls.Config
	http1 *tls.Config // without HTTP/2
}

// NewSource reads the files and joins them with base, which may be nil and is
// not changed. A base that says nothing of versions, protocols or clients gets
// TLS 1.2, HTTP/2 and HTTP/1.1, and certificates of clients checked where there
// are any, if there are authorities for them.
func NewSource(base *tls.Config, files Files) (*Source, error) {
	if base == nil {
		base = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	base = base.Clone()
	if base.MinVersion == 0 {
		base.MinVersion = tls.VersionTLS12
	}
	if base.NextProtos == nil {
		base.NextProtos = []string{http2, http1}
	}
	if files.ClientCAs != "" && base.ClientAuth == tls.NoClientCert {
		base.ClientAuth = tls.VerifyClientCertIfGiven
	}
	if len(files.Pairs)+len(base.Certificates) == 0 && base.GetCertificate == nil && base.GetConfigForClient == nil {
		return nil, errors.New("a certificate is needed")
	}
	s := &Source{base: base, files: files, seen: files.stat(), begun: time.Now()}
	s.log.Store(slog.Default())
	v, err := s.load()
	if err != nil {
		return nil, err
	}
	s.current.Store(v)
	s.config = base.Clone()
	s.config.GetConfigForClient = s.forClient
	return s, nil
}

// SetLogger sets where changes of the files are logged. The default is
// slog.Default.
func (s *Source) SetLogger(l *slog.Logger) { s.log.Store(l) }

// Config is the configuration. It stays the same one; what changes it gets for
// each client.
func (s *Source) Config() *tls.Config { return s.config }

// HTTP2 reports whether clients may choose HTTP/2.
func (s *Source) HTTP2() bool { return slices.Contains(s.base.NextProtos, http2) }

// End makes clients that come from now on speak HTTP/1.1, as who drains tells
// them best by that.
func (s *Source) End() { s.ending.Store(true) }

// forClient is the GetConfigForClient of config.
func (s *Source) forClient(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	defer outside(hello.Conn)()
	if s.base.GetConfigForClient != nil {
		if config, err := s.base.GetConfigForClient(hello); config != nil || err != nil {
			return config, err
		}
	}
	s.follow(time.Now())
	v := s.current.Load()
	config := v.full
	if s.ending.Load() {
		config = v.http1
	}
	if config.VerifyConnection == nil && config.VerifyPeerCertificate == nil {
		return config, nil
	}
	return verifyOutside(config, hello), nil
}

// verifyOutside is config for one client, whose application looks at the
// certificates outside of the gate.
func verifyOutside(config *tls.Config, hello *tls.ClientHelloInfo) *tls.Config {
	config = config.Clone()
	if verify := config.VerifyConnection; verify != nil {
		config.VerifyConnection = func(state tls.ConnectionState) error {
			defer outside(hello.Conn)()
			return verify(state)
		}
	}
	if verify := config.VerifyPeerCertificate; verify != nil {
		config.VerifyPeerCertificate = func(raw [][]byte, chains [][]*x509.Certificate) error {
			defer outside(hello.Conn)()
			return verify(raw, chains)
		}
	}
	return config
}

// follow reads the files again if they have changed. Who comes while another
// does it takes what there is. What is wrong with them is logged once, and what
// was there before goes on.
func (s *Source) follow(now time.Time) {
	if int64(now.Sub(s.begun)) < s.nextAt.Load() || !s.mu.TryLock() {
		return
	}
	defer s.mu.Unlock()
	s.nextAt.Store(int64(now.Add(lookEvery).Sub(s.begun)))
	seen := s.files.stat()
	if s.fault == "" && slices.EqualFunc(seen, s.seen, same) {
		return
	}
	v, err := s.load()
	switch log := s.log.Load(); {
	case err == nil:
		s.seen, s.fault = seen, ""
		s.current.Store(v)
		log.Info("TLS: certificates were read again")
	case err.Error() != s.fault:
		s.fault = err.Error()
		log.Error("TLS: the certificates have changed and cannot be read; those from before are used", "error", err)
	}
}

func (f *Files) stat() []os.FileInfo {
	var all []os.FileInfo
	look := func(name string) {
		info, err := os.Stat(name)
		if err != nil {
			info = nil // loading says what is wrong
		}
		all = append(all, info)
	}
	for _, p := range f.Pairs {
		look(p.Cert)
		look(p.Key)
	}
	if f.ClientCAs != "" {
		look(f.ClientCAs)
	}
	return all
}

// same reports whether a file is as it was, as far as that can be told without
// reading it.
func same(a, b os.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// load reads the files.
func (s *Source) load() (*variants, error) {
	config := s.base.Clone()
	config.GetConfigForClient = nil
	config.Certificates = nil
	for _, p := range s.files.Pairs {
		cert, err := tls.LoadX509KeyPair(p.Cert, p.Key)
		if err != nil {
			return nil, fmt.Errorf("certificate %s with key %s: %w", p.Cert, p.Key, err)
		}
		config.Certificates = append(config.Certificates, cert)
	}
	config.Certificates = append(config.Certificates, s.base.Certificates...)
	if get := config.GetCertificate; get != nil {
		config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			defer outside(hello.Conn)()
			return get(hello)
		}
	}
	if s.files.ClientCAs != "" {
		pem, err := os.ReadFile(s.files.ClientCAs)
		if err != nil {
			return nil, fmt.Errorf("authorities of clients: %w", err)
		}
		config.ClientCAs = x509.NewCertPool()
		if !config.ClientCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("authorities of clients: no certificate in %s", s.files.ClientCAs)
		}
	}
	plain := config.Clone()
	plain.NextProtos = slices.DeleteFunc(slices.Clone(config.NextProtos), func(p string) bool { return p == http2 })
	return &variants{full: config, http1: plain}, nil
}
