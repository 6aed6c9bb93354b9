package security_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/security/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

type callers struct{}

// auth lets "good" in, forbids "bad", and notes in the context what it saw.
type auth struct{}

func check(ctx context.Context, scheme, secret string, scopes []string) (context.Context, error) {
	switch secret {
	case "good":
	case "bad":
		return nil, tornado.ErrForbidden
	default:
		return nil, errors.New("unknown")
	}
	seen, _ := ctx.Value(callers{}).(string)
	return context.WithValue(ctx, callers{}, strings.TrimSpace(seen+" "+scheme+strings.Join(scopes, "+"))), nil
}

func (auth) Header(ctx context.Context, key tornado.APIKey) (context.Context, error) {
	return check(ctx, "header", key.Key, key.Scopes)
}

func (auth) Query(ctx context.Context, key tornado.APIKey) (context.Context, error) {
	return check(ctx, "query", key.Key, key.Scopes)
}

func (auth) Cookie(ctx context.Context, key tornado.APIKey) (context.Context, error) {
	return check(ctx, "cookie", key.Key, key.Scopes)
}

func (auth) Basic(ctx context.Context, c tornado.Basic) (context.Context, error) {
	return check(ctx, "basic "+c.Username, c.Password, c.Scopes)
}

func (auth) Bearer(ctx context.Context, token tornado.Bearer) (context.Context, error) {
	return check(ctx, "bearer", token.Token, token.Scopes)
}

func (auth) OAuth(ctx context.Context, token tornado.Bearer) (context.Context, error) {
	return check(ctx, "oauth ", token.Token, token.Scopes)
}

func (auth) OpenID(ctx context.Context, token tornado.Bearer) (context.Context, error) {
	return check(ctx, "openID ", token.Token, token.Scopes)
}

func (auth) Digest(ctx context.Context, c tornado.Authorization) (context.Context, error) {
	return check(ctx, "digest", c.Value, c.Scopes)
}

func (auth) TLS(ctx context.Context, c tornado.MutualTLS) (context.Context, error) {
	return check(ctx, "tls "+c.State.PeerCertificates[0].Subject.CommonName, "good", c.Scopes)
}

// handler keeps what the authenticators left in the context.
type handler struct{ seen any }

func (h *handler) note(ctx context.Context) error { h.seen = ctx.Value(callers{}); return nil }

func (h *handler) GetInherited(ctx context.Context, _ api.GetInheritedRequest) error {
	return h.note(ctx)
}

func (h *handler) GetOpen(ctx context.Context, _ api.GetOpenRequest) error { return h.note(ctx) }

func (h *handler) GetEither(ctx context.Context, _ api.GetEitherRequest) error { return h.note(ctx) }

func (h *handler) GetBoth(ctx context.Context, _ api.GetBothRequest) error { return h.note(ctx) }

func (h *handler) GetOptional(ctx context.Context, _ api.GetOptionalRequest) error {
	return h.note(ctx)
}

func (h *handler) GetScopes(ctx context.Context, _ api.GetScopesRequest) error { return h.note(ctx) }

func (h *handler) GetOthers(ctx context.Context, _ api.GetOthersRequest) error { return h.note(ctx) }

func (h *handler) GetCertified(ctx context.Context, _ api.GetCertifiedRequest) error {
	return h.note(ctx)
}

const (
	basicGood = "Basic dXNlcjpnb29k" // user:good
	basicBad  = "Basic dXNlcjpiYWQ=" // user:bad
)

func TestRequirements(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h, auth{}))
	for _, c := range []struct {
		path    string
		headers []string
		status  int
		seen    any
	}{
		{"/inherited", nil, 401, nil},
		{"/inherited", []string{"X-API-Key", "good"}, 204, "header"},
		{"/inherited", []string{"X-API-Key", "bad"}, 403, nil},
		{"/inherited", []string{"X-API-Key", "who"}, 401, nil},
		{"/inherited", []string{"X-API-Key", ""}, 401, nil},
		{"/open", nil, 204, nil},
		{"/either", nil, 401, nil},
		{"/either?key=good", nil, 204, "query"},
		{"/either", []string{"Cookie", "sid=good"}, 204, "cookie"},
		{"/either?key=bad", []string{"Cookie", "sid=good"}, 204, "cookie"},
		{"/either?key=bad", nil, 403, nil},
		{"/both", []string{"X-API-Key", "good"}, 401, nil},
		{"/both", []string{"Authorization", basicGood}, 401, nil},
		{"/both", []string{"Authorization", basicGood, "X-API-Key", "good"}, 204, "basic user header"},
		{"/both", []string{"Authorization", basicBad, "X-API-Key", "good"}, 403, nil},
		{"/optional", nil, 204, nil},
		{"/optional", []string{"Authorization", "bearer good"}, 204, "bearer"},
		{"/optional", []string{"Authorization", "Bearer who"}, 401, nil},
		{"/scopes", []string{"Authorization", "Bearer good"}, 204, "oauth read+write"},
		{"/others", []string{"Authorization", "Digest good"}, 204, "digest"},
		{"/others", []string{"Authorization", "Basic good"}, 401, nil},
	} {
		h.seen = nil
		got := drive.Do(t, http.MethodGet, url+c.path, "", c.headers...)
		require.Equal(t, c.status, got.Status, "%s %v: %s", c.path, c.headers, got.Body)
		assert.Equal(t, c.seen, h.seen, "%s %v", c.path, c.headers)
	}
}

// TestChallenges reads what a caller who is refused is told (RFC 9110 section 11.6.1, RFC 6750 section 3).
func TestChallenges(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{}, auth{}))
	const realm = `realm="Security"`
	oauth, openID := "Bearer "+realm+`, scope="read write"`, "Bearer "+realm+`, scope="profile"`
	for _, c := range []struct {
		path, token string
		status      int
		want        []string
	}{
		{"/both", "", 401, []string{"Basic " + realm + `, charset="UTF-8"`, `ApiKey name="X-API-Key"`}},
		{"/scopes", "", 401, []string{oauth, openID}},
		{"/scopes", "Bearer who", 401, []string{oauth + `, error="invalid_token"`, openID}},
		{"/scopes", "Bearer bad", 403, []string{oauth + `, error="insufficient_scope"`}},
		{"/optional", "Bearer bad", 403, nil},
		{"/others", "", 401, []string{"digest", "MutualTLS"}},
		{"/open", "", 204, nil},
	} {
		got := drive.Do(t, http.MethodGet, url+c.path, "", "Authorization", c.token)
		assert.Equal(t, c.status, got.Status, c.path)
		assert.Equal(t, c.want, got.Header.Values("WWW-Authenticate"), c.path+" "+c.token)
	}
}

// TestMutualTLS shows a certificate to each server, which hands it to the authenticator: over HTTP/1.1, and over HTTP/2.
func TestMutualTLS(t *testing.T) {
	config := &tls.Config{ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12}
	other := func(t *testing.T, h *handler) *httptest.Server {
		server := httptest.NewUnstartedServer(api.New(h, auth{}).HTTPHandler())
		server.TLS = config.Clone()
		server.StartTLS()
		t.Cleanup(server.Close)
		return server
	}
	t.Run("net/http", func(t *testing.T) {
		h := &handler{}
		testMutualTLS(t, h, other(t, h))
	})
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			h := &handler{}
			server := other(t, h) // for its certificate and client
			own := config.Clone()
			own.Certificates = server.TLS.Certificates
			server.URL = drive.ServeTLS(t, api.New(h, auth{}), own)
			server.Client().Transport.(*http.Transport).ForceAttemptHTTP2 = http2
			testMutualTLS(t, h, server)
		})
	}
}

func testMutualTLS(t *testing.T, h *handler, server *httptest.Server) {
	certificate := selfSigned(t, "alice")
	call := func(opts ...client.Option) error {
		c, err := api.NewClient(server.URL, append(opts, client.WithHTTPClient(server.Client()))...)
		require.NoError(t, err)
		return c.GetCertified(t.Context(), api.GetCertifiedRequest{})
	}
	require.NoError(t, call(api.WithTLS(certificate), api.WithHeader("good")))
	assert.Equal(t, "tls alice header", h.seen)
	require.ErrorContains(t, call(api.WithTLS(certificate)), "401")
	other := server.Client()
	c, err := api.NewClient(server.URL, client.WithHTTPClient(&http.Client{Transport: around{other.Transport}}), api.WithTLS(certificate), api.WithHeader("good"))
	require.NoError(t, err)
	require.ErrorContains(t, c.GetCertified(t.Context(), api.GetCertifiedRequest{}), "needs an *http.Transport")
	require.ErrorContains(t, call(api.WithHeader("good")), "401")
}

// around is a transport of its own kind.
type around struct{ http.RoundTripper }

func selfSigned(t *testing.T, name string) tls.Certificate {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}
}

func TestUnimplemented(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{}, api.UnimplementedAuthenticator{}))
	assert.Equal(t, http.StatusNotImplemented, drive.Do(t, http.MethodGet, url+"/inherited", "", "X-API-Key", "good").Status)
	assert.Equal(t, http.StatusNoContent, drive.Do(t, http.MethodGet, url+"/open", "").Status)
}

func TestClient(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h, auth{}))
	with := func(opts ...client.Option) *api.Client {
		c, err := api.NewClient(url, opts...)
		require.NoError(t, err)
		return c
	}
	require.NoError(t, with(api.WithHeader("good")).GetInherited(t.Context(), api.GetInheritedRequest{}))
	require.NoError(t, with(api.WithQuery("good")).GetEither(t.Context(), api.GetEitherRequest{}))
	assert.Equal(t, "query", h.seen)
	require.NoError(t, with(api.WithCookie("good")).GetEither(t.Context(), api.GetEitherRequest{}))
	assert.Equal(t, "cookie", h.seen)
	require.NoError(t, with(api.WithBasic("user", "good"), api.WithHeader("good")).GetBoth(t.Context(), api.GetBothRequest{}))
	assert.Equal(t, "basic user header", h.seen)
	require.NoError(t, with(api.WithOpenID("good")).GetScopes(t.Context(), api.GetScopesRequest{}), "the other scheme of the same field")
	require.NoError(t, with(api.WithDigest("good")).GetOthers(t.Context(), api.GetOthersRequest{}))
	tokens := 0
	fresh := client.WithCredential("oauth", client.BearerFrom(func(context.Context) (string, error) {
		tokens++
		return "good", nil
	}))
	c := with(fresh)
	require.NoError(t, c.GetScopes(t.Context(), api.GetScopesRequest{}))
	require.NoError(t, c.GetScopes(t.Context(), api.GetScopesRequest{}))
	assert.Equal(t, 2, tokens, "a token for each call")
	require.Error(t, with(api.WithHeader("bad")).GetInherited(t.Context(), api.GetInheritedRequest{}))
	require.Error(t, with().GetInherited(t.Context(), api.GetInheritedRequest{}))
}
