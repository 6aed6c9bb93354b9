package client

import (
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

// CredentialFunc is a function that is a Credential, as one that fetches a fresh token:
//
//	client.CredentialFunc(func(req *http.Request) error {
//		token, err := source.Token(req.Context())
//		if err != nil {
//			return err
//		}
//		return client.Bearer(token).Apply(req)
//	})
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
