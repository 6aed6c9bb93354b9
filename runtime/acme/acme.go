// Package acme gets and renews certificates by itself, from Let's Encrypt or another authority that speaks ACME (RFC 8555).
package acme

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
	"golang.org/x/net/idna"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Config says for which names, and by whom.
type Config struct {
	// Hosts are the names that certificates are asked for: those of the service alone, since an authority limits how many it makes. At
	// least one; no wildcards, no addresses, and nothing but the name: "shop.example".
	Hosts []string
	// Folder is where keys and certificates are kept, so that a restart asks for none. It is made if it is missing.
	Folder string
	// Email is where the authority writes to about certificates; "" is nowhere.
	Email string
	// Directory is the address of the authority; "" is that of Let's Encrypt. Setting it means that its terms are accepted, too.
	Directory string
	// Client is used for calls of the authority; nil: http.DefaultClient.
	Client *http.Client
}

// Certificates gets certificates when they are first asked for, keeps them, and renews them 30 days before they end.
type Certificates struct{ manager autocert.Manager }

// New makes one. It accepts the terms of service of the authority in your name.
func New(c Config) (*Certificates, error) {
	switch {
	case len(c.Hosts) == 0:
		return nil, errors.New("acme: name the hosts of the service")
	case c.Folder == "":
		return nil, errors.New("acme: name a folder to keep certificates in")
	}
	for _, host := range c.Hosts {
		if !isHost(host) {
			return nil, fmt.Errorf("acme: %q is no name of a host that a certificate can be asked for; write it as \"shop.example\"", host)
		}
	}
	client := &acme.Client{DirectoryURL: c.Directory, HTTPClient: c.Client}
	if c.Directory == "" {
		client.DirectoryURL = autocert.DefaultACMEDirectory
	}
	return &Certificates{autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(c.Folder), HostPolicy: autocert.HostWhitelist(c.Hosts...), Email: c.Email, Client: client,
	}}, nil
}

// isHost reports whether host is a name that clients send in their handshake and that an authority checks: of two labels at least, and
// one that autocert.HostWhitelist does not leave out.
func isHost(host string) bool {
	name, err := idna.Lookup.ToASCII(host)
	labels := strings.Split(name, ".")
	wrong := func(label string) bool { return label == "" || len(label) > 63 } // RFC 1035 section 2.3.4
	return err == nil && len(labels) > 1 && len(name) <= 253 && !slices.ContainsFunc(labels, wrong) && net.ParseIP(name) == nil
}

// Listen is tornado.ListenTLS with these certificates. The authority asks there, at port 443 (tls-alpn-01, RFC 8737), whether the name is
// yours. A client that asks for another name gets no handshake.
func (c *Certificates) Listen(network, address string, opts ...tornado.ListenOption) (*tornado.Listener, error) {
	return tornado.ListenTLS(network, address, tornado.TLS{Config: c.manager.TLSConfig()}, opts...)
}

// HTTP is a handler for port 80: it answers what the authority asks there (http-01), and sends all others to HTTPS; next, unless it is
// nil, answers them instead. It is needed only where the authority cannot reach port 443.
func (c *Certificates) HTTP(next http.Handler) http.Handler { return c.manager.HTTPHandler(next) }
