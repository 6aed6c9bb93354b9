package auth_test

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/auth"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
)

var secret = []byte(strings.Repeat("s", 32))

func sign(t *testing.T, method jwt.SigningMethod, key any, kid string, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	if kid != "" {
		token.Header["kid"] = kid
	}
	text, err := token.SignedString(key)
	require.NoError(t, err)
	return text
}

// signWith is sign with more members in the header.
func signWith(t *testing.T, header map[string]any, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	maps.Copy(token.Header, header)
	text, err := token.SignedString(secret)
	require.NoError(t, err)
	return text
}

func in(d time.Duration) int64 { return time.Now().Add(d).Unix() }

// TestCheck: through an API, with the answers that a caller gets.
func TestCheck(t *testing.T) {
	tokens, err := auth.HMAC(secret, auth.WithIssuer("https://issuer"), auth.WithAudience("shop"))
	require.NoError(t, err)
	a := apitest.New()
	tornado.AddBearer(a, "bearer", tokens.Check)
	apitest.Handle(a, "GET", "/me", func(ctx context.Context, _ []byte) (apitest.Answer, error) {
		c := auth.Caller(ctx)
		var own struct{ Shoe int }
		return apitest.Text(c.Subject + strings.Join(c.Scopes, "+") + string(rune('0'+own.Shoe))), c.Decode(&own)
	}, tornado.Requirement{Uses: []tornado.SchemeUse{{Scheme: "bearer", Scopes: []string{"read"}}}})
	c := apitest.NewClient(t, apitest.Serve(t, a))
	good := func() jwt.MapClaims {
		return jwt.MapClaims{"sub": "ann", "iss": "https://issuer", "aud": []string{"shop", "other"}, "exp": in(time.Minute), "scope": "read write"}
	}
	with := func(name string, v any) jwt.MapClaims {
		c := good()
		if v == nil {
			delete(c, name)
		} else {
			c[name] = v
		}
		return c
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	for name, one := range map[string]struct {
		token  string
		status int
	}{
		"good":              {sign(t, jwt.SigningMethodHS256, secret, "", good()), 200},
		"512":               {sign(t, jwt.SigningMethodHS512, secret, "", good()), 200},
		"one audience":      {sign(t, jwt.SigningMethodHS256, secret, "", with("aud", "shop")), 200},
		"just over":         {sign(t, jwt.SigningMethodHS256, secret, "", with("exp", in(-10*time.Second))), 200},
		"expired":           {sign(t, jwt.SigningMethodHS256, secret, "", with("exp", in(-time.Minute))), 401},
		"never expires":     {sign(t, jwt.SigningMethodHS256, secret, "", with("exp", nil)), 401},
		"not yet":           {sign(t, jwt.SigningMethodHS256, secret, "", with("nbf", in(time.Minute))), 401},
		"another issuer":    {sign(t, jwt.SigningMethodHS256, secret, "", with("iss", "https://evil")), 401},
		"another audience":  {sign(t, jwt.SigningMethodHS256, secret, "", with("aud", "other")), 401},
		"no audience":       {sign(t, jwt.SigningMethodHS256, secret, "", with("aud", nil)), 401},
		"another secret":    {sign(t, jwt.SigningMethodHS256, []byte("other"), "", good()), 401},
		"unsigned":          {sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, "", good()), 401},
		"another algorithm": {sign(t, jwt.SigningMethodRS256, rsaKey, "", good()), 401},
		"junk":              {"a.b.c", 401},
		"critical":          {signWith(t, map[string]any{"crit": []string{"exp2"}, "exp2": 1}, good()), 401},
		"nothing critical":  {signWith(t, map[string]any{"crit": []string{}}, good()), 401},
		"too little":        {sign(t, jwt.SigningMethodHS256, secret, "", with("scope", "write")), 403},
		"scp":               {sign(t, jwt.SigningMethodHS256, secret, "", func() jwt.MapClaims { c := with("scope", nil); c["scp"] = []string{"read"}; return c }()), 200},
		"scp text":          {sign(t, jwt.SigningMethodHS256, secret, "", func() jwt.MapClaims { c := with("scope", nil); c["scp"] = "x read"; return c }()), 200},
	} {
		res, body := c.Get("/me", "Authorization", "Bearer "+one.token)
		assert.Equal(t, one.status, res.StatusCode, name)
		if one.status == 200 {
			assert.Contains(t, body, "ann")
		}
	}
	assert.Nil(t, auth.Caller(t.Context()))
}

func TestPublicKeys(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	public, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	tokens, err := auth.PublicKeys(map[string]crypto.PublicKey{"r": &rsaKey.PublicKey, "": public})
	require.NoError(t, err)
	claims := jwt.MapClaims{"sub": "ann", "exp": in(time.Minute)}
	verify := func(token string) error { _, err := tokens.Verify(t.Context(), token); return err }
	require.NoError(t, verify(sign(t, jwt.SigningMethodRS256, rsaKey, "r", claims)))
	require.NoError(t, verify(sign(t, jwt.SigningMethodPS512, rsaKey, "r", claims)))
	require.NoError(t, verify(sign(t, jwt.SigningMethodEdDSA, edKey, "", claims)))
	require.ErrorContains(t, verify(sign(t, jwt.SigningMethodEdDSA, edKey, "x", claims)), "nobody knows the key")
	require.Error(t, verify(sign(t, jwt.SigningMethodEdDSA, edKey, "r", claims)), "an algorithm of another key")
	require.Error(t, verify(sign(t, jwt.SigningMethodHS256, []byte(public), "", claims)), "a public key is no secret")

	_, err = auth.PublicKeys(nil)
	require.Error(t, err)
	_, err = auth.PublicKeys(map[string]crypto.PublicKey{"": secret})
	require.ErrorContains(t, err, "no public key")
	_, err = auth.HMAC([]byte("short"))
	require.ErrorContains(t, err, "has 5 bytes")
}

// provider is an OpenID provider that lets everybody in.
type provider struct {
	*httptest.Server
	key   *rsa.PrivateKey
	nonce string // of the last login
	proof string // its code challenge
	spoil func(claims jwt.MapClaims)
}

func startProvider(t *testing.T) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	p := &provider{key: key, spoil: func(jwt.MapClaims) {}}
	mux := http.NewServeMux()
	write := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		assert.NoError(t, json.NewEncoder(w).Encode(v))
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		write(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		e := base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())
		write(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "kid": "k", "alg": "RS256", "use": "sig", "e": e, "n": base64.RawURLEncoding.EncodeToString(key.N.Bytes())}}})
	})
	mux.HandleFunc("/auth", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		p.nonce, p.proof = q.Get("nonce"), q.Get("code_challenge")
		http.Redirect(w, r, q.Get("redirect_uri")+"?code=c0de&state="+url.QueryEscape(q.Get("state")), http.StatusFound)
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if r.PostFormValue("code") != "c0de" || base64.RawURLEncoding.EncodeToString(sum[:]) != p.proof {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		claims := jwt.MapClaims{"iss": p.URL, "aud": "shop", "sub": "ann", "exp": in(time.Minute), "iat": in(0), "nonce": p.nonce, "email": "ann@example.com"}
		p.spoil(claims)
		write(w, map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": sign(t, jwt.SigningMethodRS256, key, "k", claims)})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func TestDiscover(t *testing.T) {
	p := startProvider(t)
	tokens, err := auth.Discover(t.Context(), p.URL, auth.WithAudience("shop"))
	require.NoError(t, err)
	claims := jwt.MapClaims{"iss": p.URL, "aud": "shop", "sub": "ann", "exp": in(time.Minute)}
	c, err := tokens.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, p.key, "k", claims))
	require.NoError(t, err)
	assert.Equal(t, "ann", c.Subject)
	claims["iss"] = "https://evil"
	_, err = tokens.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, p.key, "k", claims))
	require.Error(t, err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	claims["iss"] = p.URL
	_, err = tokens.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, other, "k", claims))
	require.Error(t, err)
	_, err = auth.Discover(t.Context(), p.URL+"/nothing")
	require.Error(t, err)
}

// hexed is a Sealer for tests.
type hexed struct{}

func (hexed) Seal(_ string, v []byte) (string, error) { return hex.EncodeToString(v), nil }
func (hexed) Open(_, text string) ([]byte, error)     { return hex.DecodeString(text) }

func TestLogin(t *testing.T) {
	p := startProvider(t)
	var who []string
	var fail error
	handler := http.NewServeMux()
	shop := httptest.NewServer(handler)
	defer shop.Close()
	login, err := auth.NewLogin(t.Context(), "/login", auth.Provider{Issuer: p.URL, ClientID: "shop", Secret: "x", Redirect: shop.URL + "/login/callback", Scopes: []string{"email"}}, hexed{},
		func(_ http.ResponseWriter, _ *http.Request, u auth.User) error {
			var own struct{ Email string }
			if err := u.Claims.Decode(&own); err != nil {
				return err
			}
			who = append(who, u.Claims.Subject+" "+own.Email+" "+u.Token.AccessToken)
			return fail
		}, auth.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	handler.Handle("/login", login)
	handler.Handle("/login/", login)
	handler.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "at "+r.URL.String()) })
	visit := func(path string) (int, string, string) {
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		transport := &http.Transport{}
		defer transport.CloseIdleConnections()
		res, err := (&http.Client{Jar: jar, Transport: transport}).Get(shop.URL + path)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, res.Request.URL.Host, string(body)
	}
	host := strings.TrimPrefix(shop.URL, "http://")
	for to, want := range map[string]string{
		"/cart?x=1": "at /cart?x=1", "": "at /", "https://evil.example/": "at /", "//evil.example": "at /", `/\evil.example`: "at /", "cart": "at /", "javascript:alert(1)": "at /",
		"/" + strings.Repeat("x", 1024): "at /", "/" + strings.Repeat("x", 1023): "at /" + strings.Repeat("x", 1023),
	} {
		status, at, body := visit("/login?to=" + url.QueryEscape(to))
		assert.Equal(t, 200, status)
		assert.Equal(t, host, at)
		assert.Equal(t, want, body, to)
	}
	assert.Equal(t, "ann ann@example.com access", who[0])
	calls := len(who)

	for name, spoil := range map[string]func(jwt.MapClaims){
		"nonce":    func(c jwt.MapClaims) { c["nonce"] = "another" },
		"audience": func(c jwt.MapClaims) { c["aud"] = "other" },
		"issuer":   func(c jwt.MapClaims) { c["iss"] = "https://evil" },
		"expired":  func(c jwt.MapClaims) { c["exp"] = in(-time.Hour) },
	} {
		p.spoil = spoil
		status, _, body := visit("/login")
		assert.Equal(t, 403, status, name)
		assert.NotContains(t, body, name)
	}
	p.spoil = func(jwt.MapClaims) {}
	status, _, _ := visit("/login/callback?code=c0de&state=x")
	assert.Equal(t, 403, status, "a login that did not begin here")
	status, _, _ = visit("/login/other")
	assert.Equal(t, 404, status)
	assert.Len(t, who, calls)
	fail = errors.New("store is away")
	status, _, _ = visit("/login")
	assert.Equal(t, 500, status)

	_, err = auth.NewLogin(t.Context(), "/login", auth.Provider{Issuer: p.URL + "/nothing"}, hexed{}, nil)
	require.Error(t, err)
}

// TestLoginAtRoot: a host that does nothing else.
func TestLoginAtRoot(t *testing.T) {
	p := startProvider(t)
	for _, prefix := range []string{"/", ""} {
		var login http.Handler
		shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { login.ServeHTTP(w, r) }))
		defer shop.Close()
		done := 0
		l, err := auth.NewLogin(t.Context(), prefix, auth.Provider{Issuer: p.URL, ClientID: "shop", Redirect: shop.URL + "/callback"}, hexed{},
			func(http.ResponseWriter, *http.Request, auth.User) error { done++; return nil }, auth.WithLogger(slog.New(slog.DiscardHandler)))
		require.NoError(t, err)
		login = l
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		client := shop.Client()
		client.Jar = jar
		client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if r.URL.Path == "/end" {
				return http.ErrUseLastResponse
			}
			return nil
		}
		res, err := client.Get(shop.URL + "/?to=/end")
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, "/end", res.Header.Get("Location"))
		assert.Equal(t, 1, done, prefix)
		// The server takes the mount, and serves both paths.
		base := apitest.Serve(t, nil, l.At())
		c := apitest.NewClient(t, base)
		res, _ = c.Get("/callback")
		assert.Equal(t, 403, res.StatusCode)
		res, _ = c.Get("/other")
		assert.Equal(t, 404, res.StatusCode)
	}
}
