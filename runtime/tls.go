package tornado

import (
	"context"
	"crypto/tls"
	"fmt"

	"github.com/tornadogen/tornadogen/runtime/internal/tlsconn"
)

// TLS says how a listener speaks TLS (RFC 8446): see [ListenTLS]. At least one certificate is needed, by Certificates or Config;
// the rest has defaults: TLS 1.2 and later, HTTP/2 and HTTP/1.1 by ALPN, no certificates of clients.
type TLS struct {
	// Certificates are files. The first that fits the name that the client asks for (SNI) is shown, else the first of all. When
	// files change they are read again, at the first handshake a second or more later, without a restart; if that fails it is
	// logged, and the certificates from before are used.
	Certificates []CertificateFiles
	// ClientCAs is a file of the authorities that certificates of clients may come from, in PEM, read again like Certificates.
	// With it clients are asked for a certificate, and one that is shown must be valid; who shows none is served as well, and it is
	// for the operations to ask for one (mutualTLS in the document). Config.ClientAuth may demand it of every client.
	ClientCAs string
	// Config is what else there is to say, and is copied: versions, cipher suites, GetCertificate, protocols. NextProtos without
	// "h2" turns HTTP/2 off. What GetConfigForClient returns is used as it is.
	Config *tls.Config
}

// CertificateFiles names the file of a certificate, followed by those of its chain, and the file of its private key, in PEM.
type CertificateFiles struct{ Cert, Key string }

// ListenTLS is [Listen] with TLS. Connections are served once their handshake has been made, for which they have
// Timeouts.Handshake; who speaks plain HTTP gets a 400. A server may have several listeners, with and without TLS.
func ListenTLS(network, address string, t TLS, opts ...ListenOption) (*Listener, error) {
	source, err := t.source() // before the address is taken
	if err != nil {
		return nil, err
	}
	l, err := Listen(network, address, opts...)
	if err != nil {
		return nil, err
	}
	l.tls = source
	return l, nil
}

// UseTLS makes a listener that does not serve yet speak TLS, as those of ListenTLS do.
func (l *Listener) UseTLS(t TLS) error {
	source, err := t.source()
	if err != nil {
		return err
	}
	l.tls = source
	return nil
}

// ServeTLS is [Serve] with TLS: the certificate, followed by those of its chain, and its private key are read from files in PEM, and
// again when those change. What else there is to say about TLS is said to ListenTLS.
func ServeTLS(ctx context.Context, addr, certFile, keyFile string, api *API, opts ...Option) error {
	listener, err := ListenTLS("tcp", addr, TLS{Certificates: []CertificateFiles{{certFile, keyFile}}})
	if err != nil {
		return err
	}
	return NewServer(opts...).Handle(api).Serve(ctx, listener)
}

// source reads the files.
func (t TLS) source() (*tlsconn.Source, error) {
	files := tlsconn.Files{ClientCAs: t.ClientCAs}
	for _, c := range t.Certificates {
		files.Pairs = append(files.Pairs, tlsconn.Pair(c))
	}
	source, err := tlsconn.NewSource(t.Config, files)
	if err != nil {
		return nil, fmt.Errorf("tornado: TLS: %w", err)
	}
	return source, nil
}
