package cookies_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/cookies"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
)

var first, second = bytes.Repeat([]byte("a"), 32), bytes.Repeat([]byte("b"), 32)

func jar(t *testing.T, encrypt bool, keys ...[]byte) *cookies.Jar {
	t.Helper()
	open := cookies.Signed
	if encrypt {
		open = cookies.Encrypted
	}
	j, err := open(keys)
	require.NoError(t, err)
	return j
}

func TestSeal(t *testing.T) {
	for _, encrypt := range []bool{false, true} {
		old, both, changed := jar(t, encrypt, first), jar(t, encrypt, second, first), jar(t, encrypt, second)
		sealed, err := old.Seal("user", []byte("ann"))
		require.NoError(t, err)
		plain, err := base64.URLEncoding.DecodeString(sealed)
		require.NoError(t, err)
		assert.Equal(t, encrypt, !strings.Contains(string(plain), "YW5u"), "ann, in base64")
		value, err := both.Open("user", sealed)
		require.NoError(t, err)
		assert.Equal(t, "ann", string(value))
		_, err = changed.Open("user", sealed)
		require.ErrorIs(t, err, cookies.ErrInvalid)
		_, err = old.Open("admin", sealed)
		require.ErrorIs(t, err, cookies.ErrInvalid, "it is of another name")
		_, err = jar(t, !encrypt, first).Open("user", sealed)
		require.ErrorIs(t, err, cookies.ErrInvalid)
		for i := range sealed {
			other := []byte(sealed)
			other[i] ^= 4
			if value, err := old.Open("user", string(other)); err == nil {
				assert.Equal(t, "ann", string(value), "bits of base64 that mean nothing")
			}
		}
		fresh, err := both.Seal("user", []byte("ann"))
		require.NoError(t, err)
		_, err = changed.Open("user", fresh)
		require.NoError(t, err, "the first key seals")
	}
	_, err := jar(t, false, first).Seal("x", make([]byte, 5000))
	require.Error(t, err)
}

func TestKeys(t *testing.T) {
	_, err := cookies.Signed(nil)
	require.ErrorContains(t, err, "needs a key")
	_, err = cookies.Encrypted([][]byte{first, []byte("short")})
	require.ErrorContains(t, err, "key 1 has 5 bytes")
	j, err := cookies.Signed([][]byte{first}, cookies.WithMaxAge(time.Hour))
	require.NoError(t, err)
	require.NotNil(t, j)
}

func TestRequests(t *testing.T) {
	j := jar(t, true, first)
	a := apitest.New()
	apitest.Handle(a, "POST", "/login", func(ctx context.Context, body []byte) (apitest.Answer, error) {
		return apitest.Answer{}, j.Set(ctx, http.Cookie{Name: "user", Value: string(body), MaxAge: 60})
	})
	apitest.Handle(a, "POST", "/logout", func(ctx context.Context, _ []byte) (apitest.Answer, error) {
		return apitest.Answer{}, j.Clear(ctx, http.Cookie{Name: "user"})
	})
	apitest.Handle(a, "GET", "/me", func(ctx context.Context, _ []byte) (apitest.Answer, error) {
		user, err := j.Get(ctx, "user")
		switch {
		case errors.Is(err, http.ErrNoCookie):
			return apitest.Answer{}, &tornado.StatusError{Status: 401}
		case err != nil:
			return apitest.Answer{}, &tornado.StatusError{Status: 403}
		}
		return apitest.Text(user), nil
	})
	apitest.Each(t, a, func(t *testing.T, c *apitest.Client) {
		res, _ := c.Ask("POST", "/login", strings.NewReader("ann; \x00é"))
		set := res.Header.Get("Set-Cookie")
		assert.Contains(t, set, "Path=/; Max-Age=60; HttpOnly; SameSite=Lax")
		pair, _, _ := strings.Cut(set, ";")
		_, body := c.Get("/me", "Cookie", "a=b; "+pair)
		assert.Equal(t, "ann; \x00é", body)
		_, body = c.Get("/me", "Cookie", "user=forged; "+pair)
		assert.Equal(t, "ann; \x00é", body)
		for _, other := range []string{`prefs={"dark":true}`, "flag", "na me=x", "price=5,00 \xe2\x82\xac", "=", `path=c:\temp`} {
			_, body = c.Get("/me", "Cookie", other+"; "+pair)
			assert.Equal(t, "ann; \x00é", body, "beside a cookie of scripts: %s", other)
			_, body = c.Get("/me", "Cookie", pair+"; "+other)
			assert.Equal(t, "ann; \x00é", body, other)
		}
		for sent, status := range map[string]int{"": 401, "user=forged": 403, "other=x": 401} {
			res, _ = c.Get("/me", "Cookie", sent)
			assert.Equal(t, status, res.StatusCode, sent)
		}
		res, _ = c.Ask("POST", "/logout", nil)
		assert.Equal(t, "user=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax", res.Header.Get("Set-Cookie"))
	})
}

// TestClear: a browser takes a cookie for the one that it has by name, path and domain, and those of some names over TLS alone.
func TestClear(t *testing.T) {
	j := jar(t, true, first)
	for _, cookie := range []http.Cookie{
		{Name: "__Host-user"},
		{Name: "__Secure-user", Path: "/a"},
		{Name: "user", Domain: "shop.example", Secure: true, SameSite: http.SameSiteStrictMode},
		{Name: "user", MaxAge: 60, Expires: time.Now().Add(time.Hour), Path: "/b", Value: "x"},
		{Name: "user", Partitioned: true, Secure: true},
	} {
		a := apitest.New()
		apitest.Handle(a, "POST", "/set", func(ctx context.Context, _ []byte) (apitest.Answer, error) {
			return apitest.Answer{}, j.Set(ctx, cookie)
		})
		apitest.Handle(a, "POST", "/clear", func(ctx context.Context, _ []byte) (apitest.Answer, error) {
			return apitest.Answer{}, j.Clear(ctx, cookie)
		})
		apitest.Each(t, a, func(t *testing.T, c *apitest.Client) {
			sent := func(path string) *http.Cookie {
				res, _ := c.Ask("POST", path, nil)
				require.Len(t, res.Cookies(), 1)
				return res.Cookies()[0]
			}
			set, clear := sent("/set"), sent("/clear")
			assert.Equal(t, strings.HasPrefix(cookie.Name, "__") || cookie.Secure, set.Secure)
			assert.Negative(t, clear.MaxAge)
			assert.Empty(t, clear.Value)
			for _, one := range []*http.Cookie{set, clear} {
				assert.True(t, one.HttpOnly)
				one.Value, one.MaxAge, one.Raw, one.Expires, one.RawExpires = "", 0, "", time.Time{}, ""
			}
			assert.Equal(t, set, clear)
		})
	}
}
