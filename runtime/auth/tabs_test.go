package auth_test

import (
	"crypto/aes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/auth"
)

// visitor is a browser at a shop that has a login at /login, and follows no redirect by itself.
type visitor struct {
	t    *testing.T
	shop string
	jar  http.CookieJar
	http *http.Client
	done int // logins that have ended
}

func newVisitor(t *testing.T, s auth.Sealer, opts ...auth.LoginOption) *visitor {
	t.Helper()
	p := startProvider(t)
	var login http.Handler
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { login.ServeHTTP(w, r) }))
	t.Cleanup(shop.Close)
	v := &visitor{t: t, shop: shop.URL, http: shop.Client()}
	l, err := auth.NewLogin(t.Context(), "/login", auth.Provider{Issuer: p.URL, ClientID: "shop", Redirect: shop.URL + "/login/callback"}, s,
		func(http.ResponseWriter, *http.Request, auth.User) error { v.done++; return nil }, append(opts, auth.WithLogger(slog.New(slog.DiscardHandler)))...)
	require.NoError(t, err)
	login = l
	v.jar, err = cookiejar.New(nil)
	require.NoError(t, err)
	v.http.Jar = v.jar
	v.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return v
}

func (v *visitor) get(address string) *http.Response {
	v.t.Helper()
	res, err := v.http.Get(address)
	require.NoError(v.t, err)
	require.NoError(v.t, res.Body.Close())
	return res
}

// begin opens a tab, which is sent to the provider.
func (v *visitor) begin(to string) *http.Response {
	v.t.Helper()
	return v.get(v.shop + "/login?to=" + url.QueryEscape(to))
}

// end lets a tab log in. The provider remembers the nonce of the one who comes.
func (v *visitor) end(begun *http.Response) *http.Response {
	v.t.Helper()
	return v.get(v.get(begun.Header.Get("Location")).Header.Get("Location"))
}

// held is what the browser remembers of logins that have begun.
func (v *visitor) held() []*http.Cookie {
	v.t.Helper()
	at, err := url.Parse(v.shop + "/login")
	require.NoError(v.t, err)
	return v.jar.Cookies(at)
}

// TestLoginInTabs: a browser that opens several pages again, each of which asks for a login, ends all of them, in whatever order; and the
// provider gets what is asked of it beside. Tabs whose login was overtaken end nobody else's.
func TestLoginInTabs(t *testing.T) {
	for _, tabs := range []int{8, 9, 12, 20} {
		for _, order := range []string{"oldest first", "newest first"} {
			v := newVisitor(t, hexed{}, auth.WithParameter("access_type", "offline"), auth.WithParameter("prompt", "consent"))
			var begun []*http.Response
			for range tabs {
				begun = append(begun, v.begin("/cart"))
				assert.LessOrEqual(t, len(v.held()), 8, "logins that nobody ends fill no header")
			}
			to, err := begun[0].Location()
			require.NoError(t, err)
			assert.Equal(t, "offline", to.Query().Get("access_type"))
			assert.Equal(t, "consent", to.Query().Get("prompt"))
			if order == "newest first" {
				slices.Reverse(begun)
			}
			ended := 0
			for _, one := range begun {
				if res := v.end(one); res.StatusCode == http.StatusSeeOther {
					assert.Equal(t, "/cart", res.Header.Get("Location"))
					ended++
				}
			}
			assert.Equal(t, 8, ended, "%d tabs, %s", tabs, order)
			assert.Equal(t, ended, v.done)
			assert.Empty(t, v.held())
			for _, one := range begun {
				assert.Equal(t, 403, v.end(one).StatusCode, "a login ends once")
			}
		}
	}
}

// TestForgedCallback: a link to the callback ends no login of the browser that follows it.
func TestForgedCallback(t *testing.T) {
	v := newVisitor(t, hexed{})
	begun := v.begin("/cart")
	require.Len(t, v.held(), 1)
	digit := v.held()[0].Name[len("login"):]
	for _, query := range []string{"", "?state=", "?state=" + digit, "?state=" + digit + "ABC&code=c0de", "?state=" + digit + "&error=access_denied", "?state=9"} {
		assert.Equal(t, 403, v.get(v.shop+"/login/callback"+query).StatusCode, query)
		assert.Len(t, v.held(), 1, query)
	}
	assert.Equal(t, "/cart", v.end(begun).Header.Get("Location"))
	assert.Empty(t, v.held())

	// What is of no use to anybody is not kept.
	at, err := url.Parse(v.shop + "/login")
	require.NoError(t, err)
	for name, value := range map[string]string{"login1": "no hex", "login2": "7b22733a", "login3": "7b2273223a2233222c2275223a317d0a"} {
		v.jar.SetCookies(at, []*http.Cookie{{Name: name, Value: value, Path: "/login"}})
		require.Len(t, v.held(), 1)
		assert.Equal(t, 403, v.get(v.shop+"/login/callback?state="+name[5:]).StatusCode, name)
		assert.Empty(t, v.held(), name)
	}
}

// sealed is a Sealer whose texts are as long as those of an encrypting [cookies.Jar], which is of a module of its own; it refuses what
// that one does.
type sealed struct{ most int }

func (s sealed) Seal(_ string, v []byte) (string, error) {
	const before, behind = aes.BlockSize, len("1234567890||") + sha256.Size
	inner := base64.URLEncoding.EncodeToString(append(make([]byte, before), v...))
	text := base64.URLEncoding.EncodeToString(append(make([]byte, behind), inner...))
	if len(text) > s.most {
		return "", errors.New("the value is too long")
	}
	return text, nil
}

func (sealed) Open(_, text string) ([]byte, error) {
	inner, err := base64.URLEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	v, err := base64.URLEncoding.DecodeString(string(inner[len("1234567890||")+sha256.Size:]))
	return v[aes.BlockSize:], err
}

// TestLoginComesBack: to a path of 1 KiB, whatever it has in it, in each of eight tabs, whose cookies fit into a head beside all else.
func TestLoginComesBack(t *testing.T) {
	const most = 20 << 10 // of the 32 KiB of a head
	for _, filling := range []string{"x", "&", "<", `"`, "a=1&"} {
		v := newVisitor(t, sealed{4096})
		to := ("/?" + strings.Repeat(filling, 1024))[:1024]
		var begun []*http.Response
		for range 8 {
			begun = append(begun, v.begin(to))
			require.Equal(t, http.StatusFound, begun[len(begun)-1].StatusCode, filling)
		}
		assert.Equal(t, http.StatusFound, v.begin(to+"x").StatusCode)
		size := 0
		for _, c := range v.held() {
			size += len(c.String()) + len("; ")
		}
		assert.Len(t, v.held(), 8)
		assert.Less(t, size, most, filling)
		came := map[string]int{}
		for _, one := range begun {
			came[v.end(one).Header.Get("Location")]++
		}
		assert.Equal(t, 7, came[to], "%.10q: all but the one that the ninth has overtaken", to)
	}

	// Whose Sealer seals less, or makes more of it, comes back to the start.
	for _, s := range []auth.Sealer{sealed{1024}, longer{}} {
		v := newVisitor(t, s)
		assert.Equal(t, "/", v.end(v.begin("/"+strings.Repeat("x", 1000))).Header.Get("Location"))
		assert.Equal(t, "/cart", v.end(v.begin("/cart")).Header.Get("Location"))
	}
	assert.Equal(t, 500, newVisitor(t, sealed{100}).begin("/cart").StatusCode)
}

// longer is a Sealer whose texts are long.
type longer struct{}

func (longer) Seal(_ string, v []byte) (string, error) {
	return hex.EncodeToString([]byte(hex.EncodeToString(v))), nil
}

func (longer) Open(_, text string) ([]byte, error) {
	inner, err := hex.DecodeString(text)
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(string(inner))
}
