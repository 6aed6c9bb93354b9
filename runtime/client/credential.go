package client

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"

	"github.com/tornadogen/tornadogen/runtime/internal/operation"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
)

// Credential proves who is asking. Apply adds it to a request that is about to be sent; it is called for each attempt,
// from any goroutine.
type Credential interface {
	Apply(req *http.Request) error
}

// CredentialFunc is a function that is a Credential, as one that signs a request.
type CredentialFunc func(req *http.Request) error

// Apply calls f.
func (f CredentialFunc) Apply(req *http.Request) error { return f(req) }

// APIKey is a key that is sent in a header field, in the query or in a cookie: place is InHeader, InQuery or InCookie of
// package tornado, name is that of the field, the parameter or the cookie.
func APIKey(place param.In, name, key string) Credential {
	return CredentialFunc(func(req *http.Request) error {
		p := param.Place{Name: name, In: place, Style: param.Form}
		switch place {
		case param.InQuery:
			if req.URL.RawQuery != "" {
				req.URL.RawQuery += "&"
			}
			req.URL.RawQuery += string(param.AppendText(nil, p, key))
		case param.InCookie:
			addCookie(req.Header, string(param.AppendText(nil, p, key)))
		case param.InHeader:
			req.Header.Set(name, key)
		default:
			return errors.New("an API key is sent in a header field, in the query or in a cookie")
		}
		return nil
	})
}

// Bearer is a bearer token (RFC 6750 section 2.1): of HTTP bearer authentication, OAuth 2 or OpenID Connect.
func Bearer(token string) Credential { return Authorization("Bearer", token) }

// BearerFrom is a bearer token that changes: source gives it for each attempt of a call, with the context of the call, and
// keeps and renews it as it needs to. It is called from any goroutine. Its error ends the call.
func BearerFrom(source func(ctx context.Context) (token string, err error)) Credential {
	return CredentialFunc(func(req *http.Request) error {
		token, err := source(req.Context())
		if err != nil {
			return err
		}
		return Bearer(token).Apply(req)
	})
}

// Basic is a user name with its password (RFC 7617).
func Basic(user, password string) Credential {
	return Authorization("Basic", base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
}

// Authorization is a credential of any HTTP authentication scheme (RFC 9110 section 11.6.2), sent as it is.
func Authorization(scheme, value string) Credential {
	return CredentialFunc(func(req *http.Request) error {
		req.Header.Set("Authorization", scheme+" "+value)
		return nil
	})
}

// addCookie adds a pair to the Cookie field, of which there is one at most (RFC 6265 section 5.4).
func addCookie(h http.Header, pair string) {
	if before := h.Get("Cookie"); before != "" {
		pair = before + "; " + pair
	}
	h.Set("Cookie", pair)
}

// authenticate adds the credentials that the operation asks for.
func (c *Client) authenticate(op *operation.Operation, req *http.Request) error {
	for _, r := range op.Security {
		if !c.canMeet(r) {
			continue
		}
		for _, use := range r.Uses {
			if err := c.credentials[use.Scheme].Apply(req); err != nil {
				return fmt.Errorf("credential for %q: %w", use.Scheme, err)
			}
		}
		return nil
	}
	return nil
}

// canMeet says whether there is a credential for each scheme of a requirement. An empty requirement asks for none: it
// makes the others optional, so it is passed over.
func (c *Client) canMeet(r operation.Requirement) bool {
	for _, use := range r.Uses {
		if c.credentials[use.Scheme] == nil {
			return false
		}
	}
	return len(r.Uses) > 0
}

// WithCertificate shows a client certificate in the handshake of TLS, for a security scheme that is mutual TLS. It adds it to those
// that the transport has. The transport of WithHTTPClient must be an *http.Transport, or none: with another one, calls that need the
// certificate fail.
func WithCertificate(scheme string, certificate tls.Certificate) Option {
	return func(c *Client) {
		c.credentials[scheme] = CredentialFunc(func(*http.Request) error {
			if c.hidden {
				return errTransport
			}
			return nil
		})
		c.certificates = append(c.certificates, certificate)
	}
}

// errTransport says that a certificate has nowhere to go.
var errTransport = errors.New("WithCertificate needs an *http.Transport")

// showCertificates puts the certificates into a copy of the HTTP client.
func (c *Client) showCertificates() {
	if len(c.certificates) == 0 {
		return
	}
	base := c.http.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	transport, ok := base.(*http.Transport)
	if !ok {
		c.hidden = true
		return
	}
	transport = transport.Clone()
	if transport.TLSClientConfig == nil {
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	transport.TLSClientConfig.Certificates = append(transport.TLSClientConfig.Certificates, c.certificates...)
	hc := *c.http
	hc.Transport = transport
	c.http = &hc
}
