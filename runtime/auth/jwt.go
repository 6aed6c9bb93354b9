// Package auth checks who calls: JSON Web Tokens (RFC 7519) for the generated Authenticator, by keys that are known or those of an OpenID
// provider, and the login of people with such a provider.
package auth

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/golang-jwt/jwt/v5"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Claims are what a token says.
type Claims struct {
	Subject  string
	Issuer   string
	Audience []string
	Expires  time.Time
	Scopes   []string        // of "scope" (RFC 8693 section 4.2) or "scp"
	JSON     json.RawMessage // all of them
}

// Decode reads all claims into v, a pointer to a struct say.
func (c *Claims) Decode(v any) error { return json.Unmarshal(c.JSON, v) }

type claimsKey struct{}

// Caller is what the token of the request says that ctx belongs to, nil where no [Tokens] has checked one.
func Caller(ctx context.Context) *Claims {
	c, _ := ctx.Value(claimsKey{}).(*Claims)
	return c
}

// Tokens checks tokens. It is safe for concurrent use. Its Check is what a method of a generated Authenticator calls:
//
//	func (a auth) Bearer(ctx context.Context, sent tornado.Bearer) (context.Context, error) {
//		return a.tokens.Check(ctx, sent)
//	}
type Tokens struct {
	verify   func(ctx context.Context, token string) (json.RawMessage, error)
	leeway   time.Duration
	issuer   string
	audience []string
}

// Option changes a Tokens. Each says what holds without it.
type Option func(*Tokens)

// WithIssuer demands that a token is of an issuer. The default is not to look, but for those of Discover.
func WithIssuer(issuer string) Option { return func(t *Tokens) { t.issuer = issuer } }

// WithAudience demands that a token is meant for one of these. Name your service: a token that was made for another one must be of no use
// here. The default is not to look.
func WithAudience(audience ...string) Option { return func(t *Tokens) { t.audience = audience } }

// WithLeeway allows for clocks that differ by d. The default is 30 seconds.
func WithLeeway(d time.Duration) Option { return func(t *Tokens) { t.leeway = d } }

// HMAC checks tokens that were signed with a secret that both sides know (HS256, HS384, HS512), 32 bytes at least.
func HMAC(secret []byte, opts ...Option) (*Tokens, error) {
	if len(secret) < 32 {
		return nil, fmt.Errorf("auth: the secret has %d bytes; it takes 32 random ones at least", len(secret))
	}
	return fixed([]string{"HS256", "HS384", "HS512"}, func(*jwt.Token) (any, error) { return secret, nil }, opts), nil
}

// PublicKeys checks tokens by the public keys of those who sign, by key id (kid): *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey.
// The key "" is for tokens without an id. An algorithm counts only with a key of its kind.
func PublicKeys(keys map[string]crypto.PublicKey, opts ...Option) (*Tokens, error) {
	if len(keys) == 0 {
		return nil, errors.New("auth: there are no keys")
	}
	for id, key := range keys {
		switch key.(type) {
		case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		default:
			return nil, fmt.Errorf("auth: the key %q is a %T, which is no public key", id, key)
		}
	}
	algorithms := []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
	return fixed(algorithms, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		key, ok := keys[id]
		if !ok {
			return nil, fmt.Errorf("nobody knows the key %.100q", id)
		}
		return key, nil
	}, opts), nil
}

// fixed checks signatures by keys that are there.
func fixed(algorithms []string, key jwt.Keyfunc, opts []Option) *Tokens {
	parser := jwt.NewParser(jwt.WithValidMethods(algorithms), jwt.WithoutClaimsValidation())
	understood := func(t *jwt.Token) (any, error) {
		if _, ok := t.Header["crit"]; ok { // RFC 7515 section 4.1.11: what is critical must be understood, and nothing is here
			return nil, errors.New("the token has critical header parameters that nobody knows here")
		}
		return key(t)
	}
	return newTokens(func(_ context.Context, token string) (json.RawMessage, error) {
		var claims rawClaims
		_, err := parser.ParseWithClaims(token, &claims, understood)
		return json.RawMessage(claims), err
	}, opts)
}

// KeySet checks tokens by the keys that are published at a URL (a JSON Web Key Set, RFC 7517). They are read when the first token comes, and
// again when one names a key that is not known, KeyInterval after the last time at the earliest, and when they are as old as KeyAge: by
// keys of that age a token is checked meanwhile, and for keys of twice that age it waits. A token whose key is not known while the keys cannot
// be read is neither good nor bad: the error is a [tornado.StatusError] 503. ctx brings values alone: an HTTP client is set by
// oidc.ClientContext.
func KeySet(ctx context.Context, url string, opts ...Option) *Tokens {
	return newTokens(newKeySet(ctx, url).verify, opts)
}

// Discover is KeySet for an OpenID provider or an OAuth 2 server that publishes what it does (OpenID Connect Discovery), and demands that
// tokens are of that issuer.
func Discover(ctx context.Context, issuer string, opts ...Option) (*Tokens, error) {
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, fmt.Errorf("auth: %s says nothing of itself: %w; name the issuer as its tokens do, or use KeySet", issuer, err)
	}
	var published struct {
		Keys string `json:"jwks_uri"`
	}
	if err := provider.Claims(&published); err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	return KeySet(ctx, published.Keys, append([]Option{WithIssuer(issuer)}, opts...)...), nil
}

func newTokens(verify func(ctx context.Context, token string) (json.RawMessage, error), opts []Option) *Tokens {
	t := &Tokens{verify: verify, leeway: 30 * time.Second}
	for _, opt := range opts {
		opt(t)
	}
	return t
}

// rawClaims are claims as they were sent. What they say is checked by Tokens.
type rawClaims json.RawMessage

// UnmarshalJSON keeps the text.
func (c *rawClaims) UnmarshalJSON(text []byte) error {
	*c = append((*c)[:0], text...)
	return nil
}

// The methods below make it jwt.Claims.

func (rawClaims) GetExpirationTime() (*jwt.NumericDate, error) { return nil, nil }
func (rawClaims) GetIssuedAt() (*jwt.NumericDate, error)       { return nil, nil }
func (rawClaims) GetNotBefore() (*jwt.NumericDate, error)      { return nil, nil }
func (rawClaims) GetIssuer() (string, error)                   { return "", nil }
func (rawClaims) GetSubject() (string, error)                  { return "", nil }
func (rawClaims) GetAudience() (jwt.ClaimStrings, error)       { return nil, nil }

// Check holds a token against the keys, its times, issuer and audience (401), and against the scopes that the operation asks for (403).
// Keys that cannot be read are 503. The context that it returns knows the [Caller].
func (t *Tokens) Check(ctx context.Context, sent tornado.Bearer) (context.Context, error) {
	claims, err := t.Verify(ctx, sent.Token)
	if err != nil {
		return nil, err
	}
	for _, scope := range sent.Scopes {
		if !slices.Contains(claims.Scopes, scope) {
			return nil, fmt.Errorf("%w: the token lacks the scope %q", tornado.ErrForbidden, scope)
		}
	}
	return context.WithValue(ctx, claimsKey{}, claims), nil
}

// Verify is Check without scopes, for tokens that come elsewhere.
func (t *Tokens) Verify(ctx context.Context, token string) (*Claims, error) {
	text, err := t.verify(ctx, token)
	if err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	var said struct {
		jwt.RegisteredClaims
		Scope string `json:"scope"`
		Scp   any    `json:"scp"`
	}
	if err := json.Unmarshal(text, &said); err != nil {
		return nil, fmt.Errorf("auth: the claims cannot be read: %w", err)
	}
	checks := []jwt.ParserOption{jwt.WithExpirationRequired(), jwt.WithLeeway(t.leeway)}
	if t.issuer != "" {
		checks = append(checks, jwt.WithIssuer(t.issuer))
	}
	if len(t.audience) > 0 {
		checks = append(checks, jwt.WithAudience(t.audience...))
	}
	if err := jwt.NewValidator(checks...).Validate(said.RegisteredClaims); err != nil {
		return nil, fmt.Errorf("auth: %w", err)
	}
	c := &Claims{Subject: said.Subject, Issuer: said.Issuer, Audience: said.Audience, Expires: said.ExpiresAt.Time, JSON: text, Scopes: strings.Fields(said.Scope)}
	switch scp := said.Scp.(type) {
	case string:
		c.Scopes = append(c.Scopes, strings.Fields(scp)...)
	case []any:
		for _, one := range scp {
			if scope, ok := one.(string); ok {
				c.Scopes = append(c.Scopes, scope)
			}
		}
	}
	return c, nil
}
