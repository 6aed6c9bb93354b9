package sessions_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
	"github.com/tornadogen/tornadogen/runtime/sessions"
)

// hexed is a Sealer for tests.
type hexed struct{}

func (hexed) Seal(name string, v []byte) (string, error) {
	if len(v) > 1000 {
		return "", errors.New("too long")
	}
	return hex.EncodeToString([]byte(name + ":" + string(v))), nil
}

func (hexed) Open(name, text string) ([]byte, error) {
	plain, err := hex.DecodeString(text)
	v, ok := strings.CutPrefix(string(plain), name+":")
	if err != nil || !ok {
		return nil, errors.New("not sealed")
	}
	return []byte(v), nil
}

func do(ctx context.Context, what string) (string, error) {
	s := sessions.From(ctx)
	n := 0
	switch name, value, _ := strings.Cut(what, "="); name {
	case "count":
		s.Get("n", &n)
		return strings.Repeat("*", n), s.Set("n", n+1)
	case "look":
		s.Get("n", &n)
	case "login":
		s.Renew()
		return "", s.Set("user", value)
	case "logout":
		s.Clear()
	case "nothing":
		return "", nil
	case "long":
		return "", s.Set("long", strings.Repeat("x", 2000))
	}
	user := ""
	s.Get("user", &user)
	return user + strings.Repeat("*", n), nil
}

func newAPI(m *sessions.Manager) *tornado.API {
	a := apitest.New(m.Option())
	apitest.Handle(a, "POST", "/do", func(ctx context.Context, body []byte) (apitest.Answer, error) {
		text, err := do(ctx, string(body))
		return apitest.Text(text), err
	})
	apitest.Stream(a, "/stream", "text/plain", func(ctx context.Context, out *tornado.ByteStream) error {
		if _, err := do(ctx, "count"); err != nil {
			return err
		}
		_, err := io.WriteString(out, strings.Repeat("x", 10_000))
		return err
	})
	return a
}

// visitor is a client with one cookie.
type visitor struct {
	c      *apitest.Client
	cookie string
	set    string // the last Set-Cookie
}

func (v *visitor) do(what string) (int, string) {
	var fields []string
	if v.cookie != "" {
		fields = []string{"Cookie", v.cookie}
	}
	res, body := v.c.Ask("POST", "/do", strings.NewReader(what), fields...)
	if v.set = res.Header.Get("Set-Cookie"); v.set != "" {
		v.cookie, _, _ = strings.Cut(v.set, ";")
	}
	return res.StatusCode, body
}

func TestVisits(t *testing.T) {
	for name, m := range map[string]*sessions.Manager{"store": sessions.InStore(sessions.NewMemory()), "cookie": sessions.InCookie(hexed{})} {
		t.Run(name, func(t *testing.T) {
			mounted := m.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				what, _ := io.ReadAll(r.Body)
				text, err := do(r.Context(), string(what))
				if err != nil {
					http.Error(w, err.Error(), http.StatusInternalServerError)
					return
				}
				_, _ = io.WriteString(w, text)
			}))
			visits := func(t *testing.T, c *apitest.Client) {
				v := &visitor{c: c}
				_, body := v.do("look")
				assert.Empty(t, body)
				assert.Empty(t, v.set, "of whom nothing is kept, gets no cookie")
				v.do("count")
				assert.Contains(t, v.set, "Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax")
				v.do("count")
				before := v.cookie
				_, body = v.do("look")
				assert.Equal(t, "**", body)
				for _, other := range []string{`prefs={"dark":true}`, "flag", "na me=x"} {
					beside := &visitor{c: c, cookie: other + "; " + v.cookie}
					_, body = beside.do("look")
					assert.Equal(t, "**", body, "beside a cookie of scripts: %s", other)
				}
				v.do("login=ann")
				assert.NotEqual(t, before, v.cookie)
				_, body = v.do("look")
				assert.Equal(t, "ann**", body)
				if name == "store" {
					planted := &visitor{c: c, cookie: before}
					_, body = planted.do("look")
					assert.Empty(t, body, "the former id is of no use")
					chosen := &visitor{c: c, cookie: "session=chosen"}
					chosen.do("count")
					assert.NotEqual(t, "session=chosen", chosen.cookie)
				}
				v.do("logout")
				assert.Contains(t, v.set, "Max-Age=0")
				_, body = v.do("look")
				assert.Empty(t, body)
				forged := &visitor{c: c, cookie: "session=666f72676564; session=x"}
				_, body = forged.do("look")
				assert.Empty(t, body)
				status, _ := v.do("long")
				assert.Equal(t, map[string]int{"store": 200, "cookie": 500}[name], status)
			}
			apitest.Each(t, newAPI(m), visits)
			t.Run("mounted", func(t *testing.T) {
				s := httptest.NewServer(mounted)
				defer s.Close()
				visits(t, apitest.NewClient(t, s.URL))
			})
		})
	}
}

// TestVary: what a session was read for is of its cookie, and a cache in between must not give it to others.
func TestVary(t *testing.T) {
	m := sessions.InStore(sessions.NewMemory())
	look := func(t *testing.T, c *apitest.Client) {
		for what, vary := range map[string]string{"look": "Cookie", "count": "Cookie", "logout": "Cookie", "nothing": ""} {
			res, _ := c.Ask("POST", "/do", strings.NewReader(what))
			assert.Equal(t, vary, res.Header.Get("Vary"), what)
		}
		res, _ := c.Get("/stream")
		assert.Equal(t, "Cookie", res.Header.Get("Vary"))
	}
	apitest.Each(t, newAPI(m), look)
	s := httptest.NewServer(m.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		what, _ := io.ReadAll(r.Body)
		_, _ = do(r.Context(), cmp.Or(string(what), "look"))
	})))
	defer s.Close()
	look(t, apitest.NewClient(t, s.URL))
}

func TestStream(t *testing.T) {
	apitest.Each(t, newAPI(sessions.InStore(sessions.NewMemory())), func(t *testing.T, c *apitest.Client) {
		res, body := c.Get("/stream")
		assert.Len(t, body, 10_000)
		assert.Contains(t, res.Header.Get("Set-Cookie"), "session=")
	})
}

func TestEnd(t *testing.T) {
	for name, m := range map[string]*sessions.Manager{
		"store":  sessions.InStore(sessions.NewMemory(), sessions.WithTTL(time.Nanosecond)),
		"cookie": sessions.InCookie(hexed{}, sessions.WithTTL(time.Nanosecond), sessions.WithCookie(http.Cookie{Name: "s", SameSite: http.SameSiteStrictMode}), sessions.WithSecure()),
	} {
		v := &visitor{c: apitest.NewClient(t, apitest.Serve(t, newAPI(m)))}
		v.do("count")
		require.NotEmpty(t, v.set)
		if name == "cookie" {
			assert.Contains(t, v.set, "Secure; SameSite=Strict")
		}
		_, body := v.do("look")
		assert.Empty(t, body, name)
	}
}

// away is a store that cannot be reached.
type away struct{ sessions.Store }

func (away) Load(context.Context, string) ([]byte, error) { return nil, errors.New("away") }

func (away) Create(context.Context, string, []byte, time.Duration) error { return errors.New("away") }

// TestStoreIsAwayForAStream: it does not begin, whether the handler sends something or not.
func TestStoreIsAwayForAStream(t *testing.T) {
	mark := tornado.WithFilter(func(t *tornado.Transit) { _ = t.AddHeader("X-Mark", "yes") })
	a := apitest.New(mark, sessions.InStore(away{}).Option())
	for path, text := range map[string]string{"/silent": "", "/talks": "text"} {
		apitest.Events(a, path, func(ctx context.Context, out *tornado.EventStream[string]) error {
			if _, err := do(ctx, "count"); err != nil || text == "" {
				return err
			}
			return out.Send(text)
		})
		apitest.Stream(a, path+"/bytes", "text/plain", func(ctx context.Context, out *tornado.ByteStream) error {
			if _, err := do(ctx, "count"); err != nil {
				return err
			}
			_, err := io.WriteString(out, strings.Repeat(text, 10_000))
			return err
		})
	}
	apitest.Each(t, a, func(t *testing.T, c *apitest.Client) {
		for _, path := range []string{"/silent", "/silent/bytes", "/talks", "/talks/bytes"} {
			res, _ := c.Get(path)
			assert.Equal(t, 500, res.StatusCode, path)
			if path != "/silent/bytes" { // that is no stream in the end, but an answer of a known length: a fault leaves nothing of it
				assert.Equal(t, []string{"yes"}, res.Header.Values("X-Mark"), path)
			}
			assert.Equal(t, "application/problem+json", res.Header.Get("Content-Type"), path)
		}
	})
}

func TestStoreIsAway(t *testing.T) {
	c := apitest.NewClient(t, apitest.Serve(t, newAPI(sessions.InStore(away{}))))
	for _, cookie := range []string{"", "session=known"} {
		v := &visitor{c: c, cookie: cookie}
		status, _ := v.do("count")
		assert.Equal(t, 500, status)
	}
}

// TestLogoutStays: a request that has read the session before it was ended, or renewed, by another one does not bring it back.
func TestLogoutStays(t *testing.T) {
	held, goOn := make(chan struct{}), make(chan struct{})
	for _, late := range []string{"count", "renew"} {
		for _, ending := range []string{"logout", "login=bob"} {
			store := sessions.NewMemory()
			a := newAPI(sessions.InStore(store))
			apitest.Handle(a, "POST", "/hold", func(ctx context.Context, _ []byte) (apitest.Answer, error) {
				if late == "renew" {
					sessions.From(ctx).Renew()
				} else if _, err := do(ctx, late); err != nil {
					return apitest.Answer{}, err
				}
				held <- struct{}{}
				<-goOn
				return apitest.Text("held"), nil
			})
			c := apitest.NewClient(t, apitest.Serve(t, a))
			v := &visitor{c: c}
			v.do("login=ann")
			before := v.cookie
			set := make(chan []string)
			go func() {
				req, _ := http.NewRequest(http.MethodPost, c.URL+"/hold", nil)
				req.Header.Set("Cookie", before)
				res, err := c.Do(req)
				if err != nil {
					t.Error(err)
					close(set)
					return
				}
				_ = res.Body.Close()
				set <- res.Header["Set-Cookie"]
			}()
			<-held
			v.do(ending)
			goOn <- struct{}{}
			assert.Empty(t, <-set, late, ending)
			old := &visitor{c: c, cookie: before}
			_, body := old.do("look")
			assert.Empty(t, body, late, ending)
			if ending != "logout" {
				_, body = v.do("look")
				assert.Equal(t, "bob", body)
			}
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	ctx := t.Context()
	m := sessions.NewMemory(sessions.WithBytes(10_000))
	for i := range 100 {
		require.NoError(t, m.Create(ctx, strconv.Itoa(i), make([]byte, 1000), time.Hour))
		there, err := m.Update(ctx, "0", []byte("changed"), time.Hour)
		require.NoError(t, err)
		assert.True(t, there, "it was changed a moment ago")
	}
	lives := 0
	for i := range 100 {
		if data, _ := m.Load(ctx, strconv.Itoa(i)); data != nil {
			lives++
		}
	}
	assert.InDelta(t, 8, lives, 1)
	there, err := m.Delete(ctx, "0")
	require.NoError(t, err)
	assert.True(t, there)
	there, err = m.Update(ctx, "0", nil, time.Hour)
	require.NoError(t, err)
	assert.False(t, there)
}

// seenStore keeps the keys of the sessions.
type seenStore struct {
	sessions.Store
	mu   sync.Mutex
	keys []string
}

func (s *seenStore) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.keys)
}

func (s *seenStore) Create(ctx context.Context, key string, data []byte, ttl time.Duration) error {
	s.mu.Lock()
	s.keys = append(s.keys, key)
	s.mu.Unlock()
	return s.Store.Create(ctx, key, data, ttl)
}

// TestStoreTakesNobodyOver: what stands in the store is nothing that a cookie could carry.
func TestStoreTakesNobodyOver(t *testing.T) {
	store := &seenStore{Store: sessions.NewMemory()}
	c := apitest.NewClient(t, apitest.Serve(t, newAPI(sessions.InStore(store))))
	v := &visitor{c: c}
	v.do("login=ann")
	_, body := v.do("look")
	require.Equal(t, "ann", body)
	keys := store.seen()
	require.NotEmpty(t, keys)
	for _, key := range keys {
		for _, id := range []string{key, hex.EncodeToString([]byte(key)), base64.RawURLEncoding.EncodeToString([]byte(key)), base64.StdEncoding.EncodeToString([]byte(key))} {
			assert.NotContains(t, v.cookie, id)
			thief := &visitor{c: c, cookie: "session=" + id}
			_, body := thief.do("look")
			assert.Empty(t, body)
		}
	}
}

// TestSecureBehindAProxy: pages that are mounted see that their client speaks TLS.
func TestSecureBehindAProxy(t *testing.T) {
	m := sessions.InStore(sessions.NewMemory())
	page := m.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = do(r.Context(), "count") }))
	trusted := tornado.WithXForwarded(netip.MustParsePrefix("127.0.0.0/8"))
	c := apitest.NewClient(t, apitest.Serve(t, newAPI(m), tornado.WithMount("/page", page), trusted))
	res, _ := c.Get("/page", "X-Forwarded-Proto", "https", "X-Forwarded-For", "192.0.2.7")
	assert.Contains(t, res.Header.Get("Set-Cookie"), "; Secure")
	res, _ = c.Get("/page")
	assert.NotContains(t, res.Header.Get("Set-Cookie"), "; Secure")
}
