package security_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

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
	return check(ctx, "tls", "good", c.Scopes)
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
	assert.NotEmpty(t, drive.Do(t, http.MethodGet, url+"/both", "").Header.Values("WWW-Authenticate"))
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
	require.Error(t, with(api.WithHeader("bad")).GetInherited(t.Context(), api.GetInheritedRequest{}))
	require.Error(t, with().GetInherited(t.Context(), api.GetInheritedRequest{}))
}
